"""Price lists and rules through their services: versions, life, what is refused."""

from decimal import Decimal

import pytest

from catalog.audiences import EVERYONE, Audience, AudienceKind
from catalog.errors import InUse
from catalog.models import DiscountRule, Price
from catalog.services.discount_rules import (
    DiscountRuleData,
    discount_rule_archive,
    discount_rule_publish,
    discount_rule_save,
    discount_rule_unpublish,
)
from catalog.services.price_lists import (
    PriceListData,
    price_list_archive,
    price_list_publish,
    price_list_save,
    price_list_unpublish,
)
from catalog.services.prices import PriceChange, price_set
from oms.core.actors import system_actor
from oms.core.audit import audit_trail
from oms.core.errors import InvalidInput, InvalidTransition, NotFound, StaleVersion
from tests.catalog.factories import make_category, make_price_list, make_sku

pytestmark = pytest.mark.django_db
ACTOR = system_actor()


def codes(refused):
    return {(issue.field, issue.code) for issue in refused.value.issues}


def save_list(**fields):
    data = PriceListData(**{"code": "web", "name": "Web", "audiences": (EVERYONE,)} | fields)
    return price_list_save(data, actor=ACTOR)


def save_rule(**fields):
    data = {"name": "Ten", "target": "everything", "effect": "percent", "value": Decimal(10)}
    return discount_rule_save(
        DiscountRuleData(**data | {"audiences": (EVERYONE,)} | fields), actor=ACTOR
    )


def test_list_goes_from_draft_to_published_and_back():
    sku = make_sku()
    price_list = save_list()
    assert price_list.status == "draft"
    with pytest.raises(InvalidInput) as refused:
        price_list_publish(price_list.pk, actor=ACTOR)
    assert codes(refused) == {("prices", "no_prices")}
    price_set(price_list.pk, [PriceChange(sku.pk, 1, Decimal(5))], actor=ACTOR)
    assert price_list_publish(price_list.pk, actor=ACTOR).status == "active"
    with pytest.raises(InvalidTransition):
        price_list_publish(price_list.pk, actor=ACTOR)
    assert price_list_unpublish(price_list.pk, actor=ACTOR).status == "draft"
    assert price_list_archive(price_list.pk, actor=ACTOR).version == 5
    assert [entry.action for entry in audit_trail(price_list)] == [
        "price_list.created",
        "price_list.prices_set",
        "price_list.published",
        "price_list.unpublished",
        "price_list.archived",
    ]


def test_stale_version_changes_nothing():
    price_list, rule = save_list(), save_rule()
    changed = PriceListData(code="web", name="Other", audiences=(EVERYONE,))
    price_list_save(changed, actor=ACTOR, price_list_id=price_list.pk, version=1)
    for attempt in (
        lambda: price_list_save(changed, actor=ACTOR, price_list_id=price_list.pk, version=1),
        lambda: price_set(price_list.pk, [], actor=ACTOR, version=1),
        lambda: price_list_archive(price_list.pk, actor=ACTOR, version=1),
        lambda: discount_rule_publish(rule.pk, actor=ACTOR, version=7),
    ):
        with pytest.raises(StaleVersion):
            attempt()


def test_parents_agree_with_their_children_and_never_circle():
    parent = save_list(code="parent")
    child = save_list(code="child", parent_id=parent.pk)
    with pytest.raises(InvalidInput) as refused:
        save_list(code="other", parent_id=parent.pk, currency="PLN", tax_included=False)
    assert codes(refused) == {("currency", "parent_currency"), ("tax_included", "parent_tax")}
    circle = PriceListData(code="parent", name="P", parent_id=child.pk, audiences=(EVERYONE,))
    with pytest.raises(InvalidInput) as refused:
        price_list_save(circle, actor=ACTOR, price_list_id=parent.pk)
    assert ("parent", "parent_circle") in codes(refused)


def test_list_that_others_stand_on_is_not_taken_back():
    parent = make_price_list({make_sku(): "5"})
    make_price_list({}, parent=parent)
    for move in (price_list_unpublish, price_list_archive):
        with pytest.raises(InUse):
            move(parent.pk, actor=ACTOR)


def test_code_and_audience_are_checked():
    save_list()
    with pytest.raises(InvalidInput) as refused:
        save_list()
    assert {field for field, _code in codes(refused)} == {"code"}
    with pytest.raises(InvalidInput) as refused:
        save_list(code="x", audiences=(Audience(AudienceKind.COMPANY),))
    assert codes(refused) == {("audiences", "audience")}


def test_prices_are_set_all_or_none():
    sku, other = make_sku(), make_sku()
    price_list = make_price_list({sku: {1: "5", 10: "4"}})
    changes = [PriceChange(sku.pk, 1, Decimal(6)), PriceChange(other.pk, 0, Decimal(-1), row=3)]
    with pytest.raises(InvalidInput) as refused:
        price_set(price_list.pk, changes, actor=ACTOR)
    assert codes(refused) == {("min_quantity", "min"), ("amount", "negative")}
    plan = price_set(
        price_list.pk,
        [
            PriceChange(sku.pk, 1, Decimal(6)),
            PriceChange(sku.pk, 10, None),
            PriceChange(other.pk, 1, Decimal("0.0125")),
        ],
        actor=ACTOR,
    )
    assert plan.counts() == {"created": 1, "changed": 1, "removed": 1, "unchanged": 0}
    assert set(Price.objects.values_list("sku", "min_quantity", "amount")) == {
        (sku.pk, 1, Decimal(6)),
        (other.pk, 1, Decimal("0.0125")),
    }


def test_setting_the_same_again_is_no_change():
    sku = make_sku()
    price_list = make_price_list({sku: "5"})
    price_set(price_list.pk, [PriceChange(sku.pk, 1, Decimal("5.0"))], actor=ACTOR)
    price_list.refresh_from_db()
    assert price_list.version == 1


def test_price_set_takes_a_constant_number_of_queries(django_assert_max_num_queries):
    price_list = make_price_list()
    skus = [make_sku() for _number in range(40)]
    with django_assert_max_num_queries(9):
        changes = [PriceChange(sku.pk, 1, Decimal(5)) for sku in skus]
        price_set(price_list.pk, changes, actor=ACTOR)


def test_rule_keeps_only_the_target_it_has_and_upper_cases_its_coupon():
    category, sku = make_category(), make_sku()
    rule = save_rule(
        target="sku", sku_id=sku.pk, category_id=category.pk, coupon=" spring ", value=Decimal(5)
    )
    assert (rule.sku, rule.category, rule.coupon) == (sku, None, "SPRING")
    assert discount_rule_publish(rule.pk, actor=ACTOR).status == "active"
    assert discount_rule_unpublish(rule.pk, actor=ACTOR).status == "draft"
    assert discount_rule_archive(rule.pk, actor=ACTOR).status == "archived"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"target": "category"}, ("category", "no_target")),
        ({"value": Decimal(101)}, ("value", "percent")),
        ({"effect": "amount"}, ("currency", "no_currency")),
        ({"min_basket_value": Decimal(50)}, ("currency", "no_currency")),
        ({"min_quantity": 0}, ("min_quantity", "min")),
        ({"audiences": (Audience(AudienceKind.EVERYONE, "x"),)}, ("audiences", "audience")),
    ],
)
def test_rule_that_makes_no_sense_is_refused(fields, problem):
    with pytest.raises(InvalidInput) as refused:
        save_rule(**fields)
    assert problem in codes(refused)
    assert not DiscountRule.objects.exists()


def test_rule_for_nobody_is_not_published():
    rule = save_rule(audiences=())
    with pytest.raises(InvalidInput):
        discount_rule_publish(rule.pk, actor=ACTOR)
    with pytest.raises(NotFound):
        discount_rule_publish(0, actor=ACTOR)
