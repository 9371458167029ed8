"""Allocating through the service, beside the same writes as raw SQL.

The raw transaction writes the same rows by the shortest safe way there is without a framework:
lock the stock rows in order, one guarded UPDATE, one INSERT of the claims and one of the
movements, all prepared. No kits, no shortfalls named. Both sides run in turns on one server.
"""

import random
import uuid
from collections.abc import Generator
from typing import Any

import psycopg
from django.db import transaction

from benchmarks.clients import Side, compare, connection_options
from benchmarks.shelves import Shelves, make_shelves
from inventory.demand import Demand
from inventory.services.allocation import allocate
from inventory.services.audit import stock_audit
from oms.core.actors import system_actor

NAME = "allocation"
TARGET = "of the raw rate: ≥ 60 % with 1 client, ≥ 30 % with 8, ≥ 70 % in batches of 100"

SKUS = 500
LINES = 3
BATCH = 100
CLIENTS = 8
UNITS = 100_000_000
ACTOR = system_actor("bench")


def run() -> dict[str, Any]:
    """Allocations per second: of three lines by one and by eight clients, and of a hundred."""
    shelves = make_shelves(SKUS, 1, units=UNITS)
    one = compare(sides(shelves, LINES), clients=1)
    many = compare(sides(shelves, LINES), clients=CLIENTS)
    batch = compare(sides(shelves, BATCH), clients=1)
    audit = stock_audit()
    assert audit.clean, audit.drift[:5]
    return {
        "ours": many["ours"],
        "raw": many["raw"],
        "ratio": many["ratio"],
        "unit": f"three-line allocations/s with {CLIENTS} clients"
        f" (with 1: {one['ratio']:.2f} of raw; batches of {BATCH}: {batch['ratio']:.2f})",
        "met": one["ratio"] >= 0.6 and many["ratio"] >= 0.3 and batch["ratio"] >= 0.7,
        "one_client": one,
        f"{CLIENTS}_clients": many,
        f"batches_of_{BATCH}": batch,
        "movements_audited": audit.movements,
    }


def sides(shelves: Shelves, lines: int) -> dict[str, Side]:
    return {
        "ours": lambda: ours(shelves, lines),
        "raw": lambda: raw(shelves, lines),
    }


def ours(shelves: Shelves, lines: int) -> Generator[None]:
    location = shelves.locations[0].pk
    while True:
        chosen = random.sample(shelves.skus, lines)
        demands = [Demand(uuid.uuid4(), sku, location, 1) for sku in chosen]
        with transaction.atomic():
            allocate(demands, cause="order 100000", actor=ACTOR)
        yield


LOCK = (
    "SELECT id FROM inventory_stock WHERE location_id = %s AND sku_id = ANY(%s::bigint[])"
    " ORDER BY sku_id, location_id FOR NO KEY UPDATE"
)
TAKE = (
    "UPDATE inventory_stock SET allocated = allocated + 1"
    " WHERE location_id = %s AND sku_id = ANY(%s::bigint[])"
    " AND on_hand - allocated - held - safety_stock - unavailable >= 1"
)
CLAIM = (
    "INSERT INTO inventory_allocation (demand, demanded_id, sku_id, location_id, quantity,"
    " per_unit) SELECT demand, sku_id, sku_id, %s, 1, 1"
    " FROM unnest(%s::uuid[], %s::bigint[]) AS line(demand, sku_id)"
)
BOOK = (
    "INSERT INTO inventory_stockmovement (sku_id, location_id, kind, on_hand, allocated, held,"
    " unavailable, demand, cause, reason, actor)"
    " SELECT sku_id, %s, 'allocated', 0, 1, 0, 0, demand, 'order 100000', '', 'bench'"
    " FROM unnest(%s::uuid[], %s::bigint[]) AS line(demand, sku_id)"
)


def raw(shelves: Shelves, lines: int) -> Generator[None]:
    location = shelves.locations[0].pk
    with psycopg.connect(**connection_options(), autocommit=True) as server:
        server.prepare_threshold = 0
        cursor = server.cursor()
        while True:
            chosen = random.sample(shelves.skus, lines)
            demands = [uuid.uuid4() for _ in chosen]
            with server.transaction():
                cursor.execute(LOCK, (location, chosen))
                cursor.execute(TAKE, (location, chosen))
                assert cursor.rowcount == lines
                cursor.execute(CLAIM, (location, demands, chosen))
                cursor.execute(BOOK, (location, demands, chosen))
            yield
