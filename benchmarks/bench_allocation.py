"""Allocating three lines through the service, beside the same writes as raw SQL.

The raw transaction writes the same rows by the shortest safe way there is without a framework:
lock the three stock rows in order, one guarded UPDATE, one INSERT of the claims and one of the
movements, all prepared. No kits, no shortfalls named. Both sides run in turns on one server.
"""

import random
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction

from catalog.models import Category, Product, Sku, TaxClass
from inventory.demand import Demand
from inventory.models import Location
from inventory.services.adjustment import StockChange, adjust
from inventory.services.allocation import allocate
from inventory.services.audit import stock_audit
from oms.core.actors import system_actor

NAME = "allocation"
TARGET = "≥ 60 % of a raw transaction's rate with 1 client, ≥ 30 % with 8"

SKUS = 500
LINES = 3
SECONDS = 4.0
ROUNDS = 3
CLIENTS = 8
UNITS = 100_000_000
ACTOR = system_actor("bench")


def run() -> dict[str, Any]:
    """Allocations of three lines per second; the worst ratio of one and eight clients decides."""
    skus, location = make_stock()
    one = compare(skus, location, clients=1)
    many = compare(skus, location, clients=CLIENTS)
    audit = stock_audit()
    assert audit.clean, audit.drift[:5]
    return {
        "ours": one["ours"],
        "raw": one["raw"],
        "ratio": one["ratio"],
        "unit": f"three-line allocations/s, 1 client ({many['ours']:.0f}/s with {CLIENTS})",
        "met": one["ratio"] >= 0.6 and many["ratio"] >= 0.3,
        "one_client": one,
        f"{CLIENTS}_clients": many,
        "movements_audited": audit.movements,
    }


def make_stock() -> tuple[list[int], int]:
    location = Location.objects.create(code=f"B{uuid.uuid4().hex[:8]}", name="Bench", kind="store")
    tax_class, _ = TaxClass.objects.get_or_create(code="bench", defaults={"name": "Bench"})
    category = Category.objects.filter(code="bench").first() or Category.add_root(
        code="bench", name="Bench"
    )
    code = uuid.uuid4().hex[:8].upper()
    product = Product.objects.create(code=f"B-{code}", name="Bench", category=category)
    skus = Sku.objects.bulk_create(
        Sku(product=product, code=f"B-{code}-{number}", name="Bench", tax_class=tax_class)
        for number in range(SKUS)
    )
    with transaction.atomic():
        changes = [StockChange(sku.pk, location.pk, UNITS) for sku in skus]
        adjust(changes, cause="bench", actor=ACTOR)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inventory_stock, inventory_stockmovement, inventory_allocation")
    return [sku.pk for sku in skus], location.pk


def compare(skus: list[int], location: int, *, clients: int) -> dict[str, Any]:
    """Both sides in turns, so that a noisy machine is noisy for both; medians."""
    rates: dict[str, list[float]] = {"ours": [], "raw": []}
    sides: dict[str, Callable[[list[int], int, float], int]] = {"ours": ours, "raw": raw}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            rates[name].append(rate(side, skus, location, clients))
    result = {name: statistics.median(values) for name, values in rates.items()}
    return result | {"ratio": result["ours"] / result["raw"], "rounds": rates}


def rate(
    side: Callable[[list[int], int, float], int], skus: list[int], location: int, clients: int
) -> float:
    done = [0] * clients
    begun = time.perf_counter()
    until = begun + SECONDS

    def client(number: int) -> None:
        done[number] = side(skus, location, until)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - begun)


def ours(skus: list[int], location: int, until: float) -> int:
    done = 0
    while time.perf_counter() < until:
        lines = [Demand(uuid.uuid4(), sku, location, 1) for sku in random.sample(skus, LINES)]
        with transaction.atomic():
            allocate(lines, cause="order 100000", actor=ACTOR)
        done += 1
    connection.close()
    return done


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


def raw(skus: list[int], location: int, until: float) -> int:
    done = 0
    with psycopg.connect(**connection_options(), autocommit=True) as server:
        server.prepare_threshold = 0
        cursor = server.cursor()
        while time.perf_counter() < until:
            chosen = random.sample(skus, LINES)
            demands = [uuid.uuid4() for _ in chosen]
            with server.transaction():
                cursor.execute(LOCK, (location, chosen))
                cursor.execute(TAKE, (location, chosen))
                assert cursor.rowcount == LINES
                cursor.execute(CLAIM, (location, demands, chosen))
                cursor.execute(BOOK, (location, demands, chosen))
            done += 1
    return done


def connection_options() -> dict[str, Any]:
    chosen = settings.DATABASES["default"]
    return {
        "dbname": chosen["NAME"],
        "user": chosen["USER"],
        "password": chosen["PASSWORD"],
        "host": chosen["HOST"],
        "port": chosen["PORT"],
        "options": chosen["OPTIONS"]["options"],
    }
