"""Availability of 200 SKUs at 500 locations for a channel, beside the raw query on the same rows.

The raw query reads the same stock rows with one subtraction: no kits, no holds, no rules. Ours
applies all of them, with rules in force. Both answer through one connection, in turns, and both
give Python the same figures.
"""

import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connection

from benchmarks.bench_allocation import connection_options
from catalog.models import Category, Product, Sku, TaxClass
from inventory.models import Location, Stock
from inventory.selectors import availability_by_sku
from inventory.services.rules import RuleData, availability_rule_save
from oms.core.actors import system_actor

NAME = "availability"
TARGET = "≤ 2 × the raw query, p95"
SKUS, ASKED, LOCATIONS = 1000, 200, 500
ROUNDS = 40
CHANNEL = "eshop"
ACTOR = system_actor("bench")
RAW = (
    "SELECT sku_id, location_id, on_hand - allocated - held - safety_stock - unavailable"
    " FROM inventory_stock WHERE sku_id = ANY(%s::bigint[]) AND location_id = ANY(%s::bigint[])"
)


def run() -> dict[str, Any]:
    """Milliseconds for 100,000 figures, p95; without rules and with thirty of them."""
    skus, locations, category = make_stock()
    plain = compare(skus, locations)
    make_rules(skus, locations, category)
    ruled = compare(skus, locations)
    return {
        "ours": ruled["ours"],
        "raw": ruled["raw"],
        "ratio": ruled["ratio"],
        "unit": f"ms for {ASKED} × {LOCATIONS}, p95, lower is better",
        "met": max(plain["ratio"], ruled["ratio"]) <= 2,
        "without_rules": plain,
        "with_rules": ruled,
    }


def make_stock() -> tuple[list[int], list[int], int]:
    code = uuid.uuid4().hex[:6].upper()
    tax_class, _ = TaxClass.objects.get_or_create(code="bench", defaults={"name": "Bench"})
    category = Category.objects.add_root({"code": f"bench-{code}", "name": "Bench"})
    product = Product.objects.create(code=f"A-{code}", name="Bench", category=category)
    skus = Sku.objects.bulk_create(
        Sku(product=product, code=f"A-{code}-{number}", name="Bench", tax_class=tax_class)
        for number in range(SKUS)
    )
    locations = Location.objects.bulk_create(
        Location(code=f"{code}-{number}", name=f"Bench {number}", kind="store")
        for number in range(LOCATIONS)
    )
    # Figures without a ledger: this measures reading.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_stock (sku_id, location_id, on_hand, allocated, held,"
            " unavailable, safety_stock) SELECT sku, place, 20, 2, 0, 0, 1"
            " FROM unnest(%s::bigint[]) AS sku, unnest(%s::bigint[]) AS place ORDER BY random()",
            [[sku.pk for sku in skus], [place.pk for place in locations]],
        )
        cursor.execute("VACUUM ANALYZE inventory_stock")
    assert Stock.objects.filter(sku=skus[0]).count() == LOCATIONS
    return [sku.pk for sku in skus[:ASKED]], [place.pk for place in locations], category.pk


def make_rules(skus: list[int], locations: list[int], category: int) -> None:
    save = availability_rule_save
    save(RuleData(effect="buffer", category_id=category, units=1), actor=ACTOR)
    save(RuleData(effect="buffer", category_id=category, units=2, channel=CHANNEL), actor=ACTOR)
    for sku, place in zip(skus[:15], locations[:15], strict=True):
        save(RuleData(effect="buffer", sku_id=sku, location_id=place, units=3), actor=ACTOR)
        save(RuleData(effect="share", location_id=place, percent=90), actor=ACTOR)


def compare(skus: list[int], locations: list[int]) -> dict[str, Any]:
    """Both in turns, so that a noisy machine is noisy for both."""
    times: dict[str, list[float]] = {"ours": [], "raw": []}
    with psycopg.connect(**connection_options(), autocommit=True) as server:
        cursor = server.cursor()

        def raw() -> None:
            cursor.execute(RAW, (skus, locations), prepare=True)
            figures = {(sku, place): units for sku, place, units in cursor.fetchall()}
            assert len(figures) == ASKED * LOCATIONS

        def ours() -> None:
            found = availability_by_sku(skus, location_ids=locations, channel=CHANNEL)
            assert sum(map(len, found.values())) == ASKED * LOCATIONS

        sides: dict[str, Callable[[], None]] = {"ours": ours, "raw": raw}
        for _ in range(5):
            for side in sides.values():
                side()
        for _ in range(ROUNDS):
            for name, side in sides.items():
                begun = time.perf_counter()
                side()
                times[name].append((time.perf_counter() - begun) * 1000)
    result = {name: statistics.quantiles(taken, n=20)[-1] for name, taken in times.items()}
    medians = {f"{name}_median": statistics.median(taken) for name, taken in times.items()}
    return result | medians | {"ratio": result["ours"] / result["raw"]}
