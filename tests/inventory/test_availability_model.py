"""Availability under any rules: the query agrees with a plain-Python model."""

from dataclasses import dataclass
from math import floor
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Category, Sku
from inventory.models import AvailabilityRule, Location
from inventory.selectors import availability
from tests.catalog.factories import make_category, make_product
from tests.inventory.factories import make_kit, make_location, make_sku, put

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class R:
    """A rule by numbers: categories 0 (root), 1 and 2 below it; SKU 0 in 1, 1 in 2, 2 in 0."""

    effect: str
    channel: str
    category: int | None
    sku: int | None
    location: int | None
    value: int


IN = {0: (1, 0), 1: (2, 0), 2: (0,)}  # SKU → its categories, the nearest first
KIT = {0: 2, 1: 1}  # the SKU 3 is a kit, in category 0
LOCATIONS, CHANNELS = (0, 1), ("a", "b")


def speaking(rules: list[R], sku: int, place: int, channel: str) -> list[R]:
    within = IN.get(sku, (0,))
    return [
        rule
        for rule in rules
        if rule.channel in ("", channel)
        and rule.location in (None, place)
        and (rule.sku == sku or rule.category in within or rule.sku is rule.category is None)
    ]


def first(rules: list[R], sku: int, steps: list[Any]) -> R | None:
    """The rule of the first step that has one; in it channel, location, nearest category."""
    within = IN.get(sku, (0,))
    for step in steps:
        found = [rule for rule in rules if step(rule)]
        if found:
            return min(
                found,
                key=lambda rule: (
                    rule.channel == "",
                    rule.location is None,
                    within.index(rule.category) if rule.category is not None else 0,
                ),
            )
    return None


def kept_back(rules: list[R], sku: int, place: int, channel: str) -> int | None:
    """Units; None: everything."""
    rule = first(
        speaking(rules, sku, place, channel),
        sku,
        [
            lambda one: one.effect == "exclude" and one.category is not None,
            lambda one: one.effect == "exclude",
            lambda one: one.effect == "buffer" and one.sku is not None and one.location is not None,
            lambda one: one.effect == "buffer" and one.sku is not None,
            lambda one: one.effect == "buffer",
        ],
    )
    if rule is None:
        return 0
    return None if rule.effect == "exclude" else rule.value


def offered(rules: list[R], units: int, sku: int, place: int, channel: str) -> int:
    back = kept_back(rules, sku, place, channel)
    if back is None:
        return 0
    shares = [rule for rule in speaking(rules, sku, place, channel) if rule.effect == "share"]
    share = first(
        shares,
        sku,
        [
            lambda one: one.category is not None and one.location is not None,
            lambda one: one.location is not None,
            lambda one: True,
        ],
    )
    percent = share.value if share else 100
    return floor(max(units - back, 0) * percent / 100)


def kits_offered(
    rules: list[R], stock: dict[tuple[int, int], int], place: int, channel: str
) -> int:
    back = kept_back(rules, 3, place, channel)
    if back is None:
        return 0
    least = min(
        offered(rules, stock[part, place], part, place, channel) // n for part, n in KIT.items()
    )
    return max(least - back, 0)


def rules_strategy() -> st.SearchStrategy[list[R]]:
    place = st.none() | st.sampled_from(LOCATIONS)
    channel = st.sampled_from(("", *CHANNELS))
    on_sku = st.builds(
        R, st.sampled_from(("exclude", "buffer")), channel, st.none(), st.integers(0, 3), place,
        st.integers(0, 6),
    )  # fmt: skip
    on_category = st.builds(
        R, st.sampled_from(("exclude", "buffer", "share")), channel, st.integers(0, 2), st.none(),
        place, st.integers(1, 99),
    )  # fmt: skip
    of_location = st.builds(
        R, st.just("share"), channel, st.none(), st.none(), st.sampled_from(LOCATIONS),
        st.integers(1, 99),
    )  # fmt: skip
    # Fewer exclusions than buffers, or most cases would end at nothing.
    mixed = st.one_of(
        on_sku,
        on_sku.filter(lambda one: one.effect == "buffer"),
        on_category,
        on_category.filter(lambda one: one.effect != "exclude"),
        of_location,
    )
    return st.lists(
        mixed,
        max_size=9,
        unique_by=lambda one: (one.effect, one.channel, one.category, one.sku, one.location),
    )


@pytest.fixture
def world() -> tuple[list[Category], list[Sku], list[Location]]:
    root = make_category()
    categories = [root, make_category(parent=root), make_category(parent=root)]
    skus = [make_sku(product=make_product(categories[IN[number][0]])) for number in IN]
    kit = make_kit({skus[part]: n for part, n in KIT.items()})
    kit.product.category = root
    kit.product.save()
    return categories, [*skus, kit], [make_location() for _ in LOCATIONS]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rules=rules_strategy(),
    units=st.lists(st.integers(0, 40), min_size=6, max_size=6),
)
def test_the_query_agrees_with_a_plain_model(
    world: tuple[list[Category], list[Sku], list[Location]], rules: list[R], units: list[int]
) -> None:
    categories, skus, places = world
    pairs = [(sku, place) for sku in IN for place in LOCATIONS]
    stock = dict(zip(pairs, units, strict=True))
    with transaction.atomic():
        for (sku, place), there in stock.items():
            put(skus[sku], places[place], there)
        AvailabilityRule.objects.bulk_create(
            AvailabilityRule(
                effect=rule.effect,
                channel=rule.channel,
                category=None if rule.category is None else categories[rule.category],
                sku=None if rule.sku is None else skus[rule.sku],
                location=None if rule.location is None else places[rule.location],
                units=rule.value if rule.effect == "buffer" else None,
                percent=rule.value if rule.effect == "share" else None,
            )
            for rule in rules
        )
        for channel in ("", *CHANNELS):
            found = availability([sku.pk for sku in skus], channel=channel)
            for place in LOCATIONS:
                here = places[place].pk
                for sku in IN:
                    # Nothing was ever put where a change of 0 units booked none.
                    assert found.get((skus[sku].pk, here), 0) == offered(
                        rules, stock[sku, place], sku, place, channel
                    ), (sku, place, channel)
                assert found.get((skus[3].pk, here), 0) == kits_offered(
                    rules, stock, place, channel
                ), (place, channel)
        transaction.set_rollback(True)
