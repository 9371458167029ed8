"""How PostgreSQL goes about a question for many figures, whatever it knows of the tables."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import KitComponent
from inventory.models import Stock
from inventory.selectors import availability_by_sku
from tests.catalog.factories import make_sku
from tests.inventory.factories import make_location

pytestmark = pytest.mark.django_db
SKUS, PLACES = 60, 40


@pytest.fixture
def shelves() -> tuple[list[int], list[int]]:
    """Goods of which none is a kit, in a shop where no kit was ever made."""
    skus = [make_sku().pk for _ in range(SKUS)]
    places = [make_location().pk for _ in range(PLACES)]
    Stock.objects.bulk_create(
        Stock(sku_id=sku, location_id=place, on_hand=5) for sku in skus for place in places
    )
    return skus, places


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("channel", [None, "eshop"])
def test_the_shelves_are_read_once(shelves, known: bool, channel: str | None) -> None:
    skus, places = shelves
    assert reads(skus, places, known=known, channel=channel) == [1]


@pytest.mark.parametrize("known", [False, True])
def test_those_of_components_are_read_once_more(shelves, known: bool) -> None:
    skus, places = shelves
    kits = [make_sku().pk for _ in range(20)]
    KitComponent.objects.bulk_create(
        KitComponent(kit_id=kit, component_id=sku, quantity=2)
        for number, kit in enumerate(kits)
        for sku in skus[number : number + 5]
    )
    assert reads([*skus, *kits], places, known=known, channel=None) == [1, 1]


def reads(skus: list[int], places: list[int], *, known: bool, channel: str | None) -> list[int]:
    """How often each node that reads shelves was carried out; `known`: after ANALYZE."""
    if known:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as asked:
        found = availability_by_sku(skus, location_ids=places, channel=channel)
    assert sum(map(len, found.values())) == len(skus) * PLACES
    (statement,) = [one["sql"] for one in asked.captured_queries]
    return [node["Actual Loops"] for node in plan_of(statement) if reads_shelves(node)]


def plan_of(statement: str) -> Iterator[dict[str, Any]]:
    """Every node of the statement's plan, as it was carried out."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
        (answer,) = cursor.fetchone()
    todo = [(json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]]
    while todo:
        node = todo.pop()
        yield node
        todo += node.get("Plans", [])


def reads_shelves(node: dict[str, Any]) -> bool:
    return node.get("Relation Name") == Stock._meta.db_table and node["Actual Loops"] > 0
