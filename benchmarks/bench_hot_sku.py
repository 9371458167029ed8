"""One SKU that everybody wants: 64 clients on one stock row, beside bare conditional updates.

The raw side does the least that sells no unit twice: one UPDATE with its condition, nothing else.
Ours claims, books and names what is short as ever. First both run with plenty; then ours sells out.
"""

import time
import uuid
from typing import Any

import psycopg
from django.db import transaction

from benchmarks.clients import Side, compare, connection_options
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
FEW = 1000
ACTOR = system_actor("bench")
TAKE = (
    "UPDATE inventory_stock SET allocated = allocated + 1 WHERE sku_id = %s AND location_id = %s"
    " AND on_hand - allocated - held - safety_stock - unavailable >= 1"
)


def run() -> dict[str, Any]:
    """Units sold per second off one stock row."""
    plenty = [make_shelves(1, 1, units=PLENTY) for _side in range(2)]
    sides: dict[str, Side] = {
        "ours": lambda until: ours(plenty[0], until),
        "raw": lambda until: raw(plenty[1], until),
    }
    result = compare(sides, clients=CLIENTS)
    # The raw side books nothing; its row would not stand the audit.
    Stock.objects.filter(sku__in=plenty[1].skus).update(allocated=0)

    few = make_shelves(1, 1, units=FEW)
    sold_out = compare(
        {"ours": lambda until: ours(few, until), "raw": lambda _until: 1},
        clients=CLIENTS,
        seconds=6.0,
        rounds=1,
    )
    row = Stock.objects.get(sku__in=few.skus)
    audit = stock_audit()
    assert audit.clean, audit.drift[:5]
    return result | {
        "unit": f"units/s of one SKU by {CLIENTS} clients",
        "met": result["ratio"] >= 0.5 and row.available == 0,
        "last_units": {"stock": FEW, "sold": row.allocated, "rate": sold_out["ours"]},
    }


def ours(shelves: Shelves, until: float) -> int:
    done, sku, location = 0, shelves.skus[0], shelves.locations[0].pk
    while time.perf_counter() < until:
        try:
            with transaction.atomic():
                demand = Demand(uuid.uuid4(), sku, location, 1)
                allocate([demand], cause="order 100000", actor=ACTOR)
        except InsufficientStock:
            break
        done += 1
    return done


def raw(shelves: Shelves, until: float) -> int:
    done = 0
    with psycopg.connect(**connection_options(), autocommit=True) as server:
        server.prepare_threshold = 0
        cursor = server.cursor()
        while time.perf_counter() < until:
            cursor.execute(TAKE, (shelves.skus[0], shelves.locations[0].pk))
            assert cursor.rowcount == 1
            done += 1
    return done
