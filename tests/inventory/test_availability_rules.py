"""Availability rules: the first match wins."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog.models import Category, Sku
from inventory.models import AvailabilityRule, Location
from inventory.selectors import availability
from inventory.selectors.availability import availability_with
from inventory.selectors.policy import proposal
from inventory.services.rules import (
    RuleData,
    availability_rule_save,
    availability_rule_switch,
)
from oms.core.audit import audit_trail
from oms.core.errors import InvalidInput, StaleVersion
from tests.catalog.factories import make_category, make_product
from tests.inventory.factories import ACTOR, make_kit, make_location, make_sku, put

pytestmark = pytest.mark.django_db
SHOP = "eshop"


@dataclass
class Store:
    """A SKU in Garden › Tools, 10 units at each of two locations."""

    garden: Category
    tools: Category
    sku: Sku
    here: Location
    there: Location

    def rule(self, effect: str, **fields: Any) -> AvailabilityRule:
        """A rule about "sku", "tools", "garden"; `at` "here" or "there"; `of` units or per cent."""
        subject, at, of = (fields.pop(name, None) for name in ("subject", "at", "of"))
        data: dict[str, Any] = {"effect": effect, **fields}
        if subject == "sku":
            data["sku_id"] = self.sku.pk
        elif subject:
            data["category_id"] = getattr(self, subject).pk
        if at:
            data["location_id"] = getattr(self, at).pk
        if effect != "exclude":
            data["units" if effect == "buffer" else "percent"] = of
        return availability_rule_save(RuleData(**data), actor=ACTOR)

    def units(self, channel: str | None = SHOP) -> tuple[int, int]:
        found = availability([self.sku.pk], channel=channel)
        return found[self.sku.pk, self.here.pk], found[self.sku.pk, self.there.pk]


@pytest.fixture
def store() -> Store:
    garden = make_category("Garden")
    tools = make_category("Tools", garden)
    sku = make_sku(product=make_product(tools))
    here, there = make_location(), make_location()
    for place in (here, there):
        put(sku, place, 10)
    return Store(garden, tools, sku, here, there)


def r(effect: str, subject: str | None, of: int | None = None, **more: Any) -> dict[str, Any]:
    return {"effect": effect, "subject": subject, "of": of, **more}


@pytest.mark.parametrize(
    ("rules", "here", "there"),
    [
        ([], 10, 10),
        ([r("buffer", "sku", 3)], 7, 7),
        ([r("buffer", "sku", 11)], 0, 0),
        ([r("exclude", "sku")], 0, 0),
        ([r("exclude", "garden")], 0, 0),
        ([r("exclude", "sku", at="here")], 0, 10),
        # Each step before the next.
        ([r("exclude", "tools", at="here"), r("buffer", "sku", 1)], 0, 9),
        ([r("exclude", "sku"), r("buffer", "sku", 1, at="here")], 0, 0),
        ([r("buffer", "sku", 1, at="here"), r("buffer", "sku", 4)], 9, 6),
        ([r("buffer", "sku", 0, at="here"), r("buffer", "sku", 4)], 10, 6),
        ([r("buffer", "sku", 4), r("buffer", "tools", 2, at="here")], 6, 6),
        ([r("buffer", "tools", 2)], 8, 8),
        # Within a step: the channel's own, then the location's, then the nearest category.
        ([r("buffer", "sku", 1, channel=SHOP), r("buffer", "sku", 4)], 9, 9),
        ([r("buffer", "sku", 1, channel="till"), r("buffer", "sku", 4)], 6, 6),
        ([r("buffer", "sku", 1, channel="till")], 10, 10),
        ([r("buffer", "sku", 1, at="here"), r("buffer", "sku", 5, channel=SHOP)], 9, 5),
        ([r("buffer", "tools", 2), r("buffer", "garden", 5)], 8, 8),
        ([r("buffer", "tools", 2), r("buffer", "garden", 5, at="here")], 5, 8),
        ([r("buffer", "garden", 1, channel=SHOP), r("buffer", "tools", 5, at="here")], 9, 9),
        # The share that is relied on, of what the buffer leaves, rounded down.
        ([r("share", "tools", 75)], 7, 7),
        ([r("share", None, 50, at="here")], 5, 10),
        ([r("share", None, 50, at="here"), r("share", "tools", 75)], 5, 7),
        ([r("share", "tools", 90, at="here"), r("share", None, 50, at="here")], 9, 10),
        ([r("share", "tools", 75), r("share", "garden", 20)], 7, 7),
        ([r("share", "tools", 75), r("share", "tools", 30, channel=SHOP)], 3, 3),
        ([r("share", "garden", 75), r("buffer", "sku", 1)], 6, 6),
        ([r("share", "garden", 75), r("exclude", "sku", at="there")], 7, 0),
    ],
)
def test_the_first_match_wins(
    store: Store, rules: list[dict[str, Any]], here: int, there: int
) -> None:
    for rule in rules:
        store.rule(**rule)
    assert store.units() == (here, there)
    for rule in AvailabilityRule.objects.order_by("-pk"):
        # The same in the other order of rows.
        AvailabilityRule.objects.filter(pk=rule.pk).delete()
        rule.pk = None
        rule.save(force_insert=True)
    assert store.units() == (here, there)
    # What lies there is another question.
    assert store.units(None) == (10, 10)


def test_without_a_channel_only_the_rules_for_all_speak(store: Store) -> None:
    store.rule("buffer", subject="sku", of=2)
    store.rule("exclude", subject="sku", channel=SHOP)
    assert store.units("") == (8, 8)
    assert store.units(SHOP) == (0, 0)


def test_kits_follow_their_components_and_their_own_rules(store: Store) -> None:
    kit = make_kit({store.sku: 2})

    def kits() -> int:
        return availability([kit.pk], channel=SHOP)[kit.pk, store.here.pk]

    assert kits() == 5
    buffer = store.rule("buffer", subject="sku", of=3)
    assert kits() == 3
    availability_rule_save(
        RuleData(effect="buffer", sku_id=kit.pk, units=2), rule_id=None, actor=ACTOR
    )
    assert kits() == 1
    availability_rule_switch(buffer.pk, active=False, actor=ACTOR)
    assert kits() == 3
    store.rule("exclude", subject="sku", at="here")
    assert kits() == 0
    assert availability([store.sku.pk], channel=SHOP)[store.sku.pk, store.there.pk] == 10


def test_a_switched_off_rule_says_nothing(store: Store) -> None:
    rule = store.rule("exclude", subject="sku")
    availability_rule_switch(rule.pk, active=False, actor=ACTOR)
    assert store.units() == (10, 10)
    availability_rule_switch(rule.pk, active=True, actor=ACTOR)
    assert store.units() == (0, 0)
    actions = [entry.action for entry in audit_trail(rule)]
    assert [action.split(".")[1] for action in actions] == ["created", "deactivated", "activated"]


def test_the_same_is_not_said_twice(store: Store) -> None:
    first = store.rule("buffer", subject="sku", of=3)
    with pytest.raises(InvalidInput) as refused:
        store.rule("buffer", subject="sku", of=5)
    assert refused.value.issues[0].code == "taken"
    availability_rule_switch(first.pk, active=False, actor=ACTOR)
    store.rule("buffer", subject="sku", of=5)
    with pytest.raises(InvalidInput):
        availability_rule_switch(first.pk, active=True, actor=ACTOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        AvailabilityRule.objects.filter(pk=first.pk).update(is_active=True)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"effect": "nonsense"}, {"effect"}),
        ({"effect": "exclude"}, {"category"}),
        ({"effect": "buffer", "sku_id": 1, "category_id": 1, "units": 1}, {"category"}),
        ({"effect": "buffer", "sku_id": 1}, {"units"}),
        ({"effect": "buffer", "sku_id": 1, "units": -1}, {"units"}),
        ({"effect": "buffer", "sku_id": 1, "units": 1_000_001}, {"units"}),
        ({"effect": "share", "percent": 50}, {"category"}),
        ({"effect": "share", "sku_id": 1, "percent": 50}, {"sku"}),
        ({"effect": "share", "category_id": 1, "percent": 100}, {"percent"}),
        ({"effect": "share", "category_id": 1}, {"percent"}),
    ],
)
def test_what_a_rule_lacks_is_named(fields: dict[str, Any], wrong: set[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        availability_rule_save(RuleData(**fields), actor=ACTOR)
    assert {issue.field for issue in refused.value.issues} == wrong


def test_a_rule_somebody_changed_meanwhile_is_not_overwritten(store: Store) -> None:
    rule = store.rule("buffer", subject="sku", of=3)
    data = RuleData(effect="buffer", sku_id=store.sku.pk, units=4)
    changed = availability_rule_save(data, rule_id=rule.pk, version=1, actor=ACTOR)
    assert (changed.version, store.units()) == (2, (6, 6))
    with pytest.raises(StaleVersion):
        availability_rule_save(data, rule_id=rule.pk, version=1, actor=ACTOR)
    with pytest.raises(StaleVersion):
        availability_rule_switch(rule.pk, active=False, version=1, actor=ACTOR)


def test_a_preview_is_what_saving_would_do(store: Store) -> None:
    rule = store.rule("buffer", subject="sku", of=3)
    proposed = AvailabilityRule(effect="buffer", sku=store.sku, location=store.here, units=9)
    places = [store.here.pk, store.there.pk]
    found = availability_with(proposed, [store.sku.pk], location_ids=places, channel=SHOP)
    assert found[store.sku.pk] == {store.here.pk: 1, store.there.pk: 7}
    rule.units = 5
    found = availability_with(rule, [store.sku.pk], location_ids=places, channel=SHOP)
    assert found[store.sku.pk] == {store.here.pk: 5, store.there.pk: 5}
    assert store.units() == (7, 7)
    assert json.dumps(proposal(rule))


def test_it_is_one_statement_whatever_there_is(store: Store) -> None:
    for number in range(30):
        store.rule("buffer", subject="sku", of=number, channel=f"channel-{number}")
    with CaptureQueriesContext(connection) as captured:
        store.units()
    assert len(captured) == 1
