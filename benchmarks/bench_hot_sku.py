"""One SKU that everybody wants: 64 clients on one stock row, beside bare conditional updates.

The raw side does the least that sells no unit twice: one UPDATE with its condition, nothing else.
Ours claims, books and names what is short as ever. First both run with plenty; then ours sells out.
"""

import uuid
from collections.abc import Generator
from typing import Any

import psycopg
from django.db import transaction

from benchmarks.clients import compare, connection_options, rate
from benchmarks.shelves import Shelves, make_shelves
from inventory.demand import Demand
from inventory.errors import InsufficientStock
from inventory.models import Stock
from inventory.services.allocation import allocate
from inventory.services.audit import stock_audit
from oms.core.actors import system_actor

NAME = "hot_sku"
TARGET = "exact; ≥ 50 % of raw conditional updates of the row"

CLIENTS = 64
PLENTY = 100_000_000
FEW = 2000
ACTOR = system_actor("bench")
TAKE = (
    "UPDATE inventory_stock SET allocated = allocated + 1 WHERE sku_id = %s AND location_id = %s"
    " AND on_hand - allocated - held - safety_stock - unavailable >= 1"
)


def run() -> dict[str, Any]:
    """Units sold per second off one stock row."""
    plenty = [make_shelves(1, 1, units=PLENTY) for _side in range(2)]
    sides = {"ours": lambda: ours(plenty[0]), "raw": lambda: raw(plenty[1])}
    result = compare(sides, clients=CLIENTS, rounds=5)
    # The raw side books nothing; its row would not stand the audit.
    Stock.objects.filter(sku__in=plenty[1].skus).update(allocated=0)

    few = make_shelves(1, 1, units=FEW)
    last = rate(lambda: ours(few), clients=CLIENTS, seconds=20.0)
    row = Stock.objects.get(sku__in=few.skus)
    audit = stock_audit()
    assert audit.clean, audit.drift[:5]
    return result | {
        "unit": f"units/s of one SKU by {CLIENTS} clients",
        "met": result["ratio"] >= 0.5 and row.available == 0,
        "last_units": {"stock": FEW, "sold": row.allocated, "rate": last},
    }


def ours(shelves: Shelves) -> Generator[None]:
    sku, location = shelves.skus[0], shelves.locations[0].pk
    while True:
        try:
            with transaction.atomic():
                demand = Demand(uuid.uuid4(), sku, location, 1)
                allocate([demand], cause="order 100000", actor=ACTOR)
        except InsufficientStock:
            return
        yield


def raw(shelves: Shelves) -> Generator[None]:
    with psycopg.connect(**connection_options(), autocommit=True) as server:
        server.prepare_threshold = 0
        cursor = server.cursor()
        while True:
            cursor.execute(TAKE, (shelves.skus[0], shelves.locations[0].pk))
            assert cursor.rowcount == 1
            yield
