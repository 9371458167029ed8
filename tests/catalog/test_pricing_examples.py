"""The price engine on the database, one example for each rule of precedence."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.audiences import Audience, AudienceKind
from catalog.errors import NoPrice, NoTaxRate
from catalog.models import DiscountRule
from catalog.pricing import PriceContext, PriceRequest, price_basket
from oms.core.errors import InvalidInput
from tests.catalog.factories import (
    MOMENT,
    make_category,
    make_price_list,
    make_product,
    make_rule,
    make_sku,
    make_tax_class,
)

pytestmark = pytest.mark.django_db

ACME = Audience(AudienceKind.COMPANY, "acme")
GOLD = Audience(AudienceKind.GROUP, "gold")
SHOP = Audience(AudienceKind.CHANNEL, "shop")
CONTEXT = PriceContext((ACME, GOLD, SHOP), "EUR", "IT", MOMENT)
Stacking = DiscountRule.Stacking


def price(sku, quantity=1, context=CONTEXT):
    return price_basket([PriceRequest(sku.pk, quantity)], context).lines[0]


def reasons(line):
    return {step["name"]: step["reason"] for step in line.trace if "reason" in step}


def test_dedicated_price_beats_list_price_even_when_dearer():
    sku = make_sku()
    make_price_list({sku: "5"}, priority=99)
    make_price_list({sku: "9"}, ("company:acme",))
    assert price(sku).list_price == Decimal(9)


def test_list_without_the_sku_is_passed_over_with_the_reason():
    sku, other = make_sku(), make_sku()
    make_price_list({other: "9"}, ("company:acme",), name="Acme")
    make_price_list({sku: "5"})
    line = price(sku)
    assert line.list_price == Decimal(5)
    assert reasons(line) == {"Acme": "no_price"}


def test_ties_between_lists_go_by_priority_then_newest():
    sku = make_sku()
    make_price_list({sku: "5"}, ("group:gold",), priority=1, name="high")
    make_price_list({sku: "6"}, ("group:gold",), name="old")
    make_price_list({sku: "7"}, ("group:gold",), name="new", priority=1)
    line = price(sku)
    assert line.list_price == Decimal(7)
    assert reasons(line) == {"high": "older", "old": "lower_priority"}


@pytest.mark.parametrize(("quantity", "amount"), [(1, 10), (9, 10), (10, 8), (99, 8), (100, 7)])
def test_break_of_the_lines_own_quantity(quantity, amount):
    sku = make_sku()
    make_price_list({sku: {1: "10", 10: "8", 100: "7"}})
    assert price(sku, quantity).unit_price == amount


def test_two_lines_of_one_sku_do_not_add_up_to_a_break():
    sku = make_sku()
    make_price_list({sku: {1: "10", 10: "8"}})
    basket = price_basket([PriceRequest(sku.pk, 5), PriceRequest(sku.pk, 5)], CONTEXT)
    assert [line.gross for line in basket.lines] == [50, 50]


def test_list_that_starts_at_a_higher_quantity_leaves_the_line_to_the_next():
    sku = make_sku()
    make_price_list({sku: {10: "4"}}, ("company:acme",), name="Acme")
    make_price_list({sku: "5"})
    assert price(sku, 9).unit_price == 5
    assert reasons(price(sku, 9)) == {"Acme": "below_break"}
    assert price(sku, 10).unit_price == 4


def test_child_list_changes_the_parents_prices_but_keeps_its_own():
    sku, own = make_sku(), make_sku()
    parent = make_price_list({sku: "9.99", own: "9.99"}, ("channel:other",))
    child = make_price_list({own: "1"}, (), parent=parent, adjustment_percent=Decimal(-10))
    make_price_list({}, ("company:acme",), parent=child, adjustment_percent=Decimal(-5))
    # 9.99 − 10 % = 8.99, then − 5 % = 8.54: each generation is rounded as it is shown.
    assert price(sku).list_price == Decimal("8.54")
    assert price(own).list_price == Decimal("0.95")


def test_unpublished_parent_gives_nothing():
    sku = make_sku()
    parent = make_price_list({sku: "9"}, (), status="draft")
    make_price_list({}, ("company:acme",), parent=parent)
    make_price_list({sku: "20"})
    assert price(sku).list_price == 20


@pytest.mark.parametrize(
    ("fields", "wins"),
    [
        ({}, True),
        ({"status": "draft"}, False),
        ({"status": "archived"}, False),
        ({"valid_from": MOMENT}, True),
        ({"valid_from": MOMENT + timedelta(seconds=1)}, False),
        ({"valid_to": MOMENT}, False),
        ({"valid_to": MOMENT + timedelta(seconds=1)}, True),
        ({"currency": "PLN"}, False),
    ],
)
def test_list_speaks_only_while_published_in_force_and_in_the_currency(fields, wins):
    sku = make_sku()
    make_price_list({sku: "5"})
    make_price_list({sku: "4"}, ("company:acme",), **fields)
    assert (price(sku).list_price == 4) is wins


def test_nearest_category_wins_over_macro_category_and_everything():
    garden = make_category("Garden")
    tools = make_category("Tools", garden)
    sku = make_sku(product=make_product(tools))
    make_price_list({sku: "100"})
    make_rule("50", name="all", priority=9)
    make_rule("30", name="garden", category=garden, priority=9)
    make_rule("10", name="tools", category=tools)
    line = price(sku)
    assert line.unit_price == 90
    assert reasons(line) == {"garden": "less_specific", "all": "less_specific"}


def test_sku_beats_product_beats_category():
    sku = make_sku()
    make_price_list({sku: "100"})
    make_rule("50", category=sku.product.category)
    make_rule("30", product=sku.product)
    assert price(sku).unit_price == 70
    make_rule("10", sku=sku)
    assert price(sku).unit_price == 90


def test_ties_between_rules_go_by_priority_then_newest():
    sku = make_sku()
    make_price_list({sku: "100"})
    make_rule("10", name="old")
    make_rule("20", name="new")
    assert reasons(price(sku)) == {"old": "older"}
    make_rule("30", name="high", priority=1)
    line = price(sku)
    assert line.unit_price == 70
    assert reasons(line) == {"old": "lower_priority", "new": "lower_priority"}


def test_cumulative_rules_apply_to_what_the_earlier_left():
    sku = make_sku()
    make_price_list({sku: "100"})
    make_rule("10", sku=sku)
    make_rule("5", stacking=Stacking.CUMULATIVE)
    line = price(sku)
    assert line.unit_price == Decimal("85.5")
    steps = [(step["before"], step["after"]) for step in line.trace if step["step"] == "rule"]
    assert steps == [("100.0000", "90.0000"), ("90.0000", "85.5000")]


def test_stopping_rule_ends_the_walk():
    sku = make_sku()
    make_price_list({sku: "100"})
    make_rule("10", sku=sku, stacking=Stacking.STOP, name="last")
    make_rule("5", stacking=Stacking.CUMULATIVE, name="extra")
    line = price(sku)
    assert line.unit_price == 90
    assert reasons(line) == {"extra": "stopped"}


@pytest.mark.parametrize(
    ("effect", "value", "unit"),
    [
        ("percent", "12.5", "70"),
        ("amount", "30", "50"),
        ("amount", "99", "0"),
        ("fixed", "55", "55"),
    ],
)
def test_effects(effect, value, unit):
    sku = make_sku()
    make_price_list({sku: "80"})
    make_rule(value, effect=effect, currency="EUR" if effect != "percent" else "")
    assert price(sku).unit_price == Decimal(unit)


def test_rule_never_raises_a_price():
    sku = make_sku()
    make_price_list({sku: "8"})
    make_rule("10", effect="fixed", currency="EUR", sku=sku, name="fixed")
    make_rule("50")
    line = price(sku)
    assert line.unit_price == 4
    assert reasons(line) == {"fixed": "not_lower"}


def test_exclusions_win_over_the_target():
    garden = make_category("Garden")
    batteries = make_category("Batteries", garden)
    power, plain, hammer = (
        make_sku(product=make_product(category)) for category in (batteries, garden, garden)
    )
    make_price_list({power: "10", plain: "10", hammer: "10"})
    make_rule(
        "50",
        name="garden",
        category=garden,
        excluded_categories=[batteries],
        excluded_skus=[hammer],
    )
    assert price(plain).unit_price == 5
    for sku in (power, hammer):
        assert price(sku).unit_price == 10
        assert reasons(price(sku)) == {"garden": "excluded"}


def test_conditions_look_at_list_prices_of_line_and_basket():
    sku, other = make_sku(), make_sku()
    make_price_list({sku: "10", other: "10"})
    make_rule("10", sku=sku, min_quantity=3, name="quantity")
    make_rule("10", sku=sku, min_line_value=Decimal(25), name="line", priority=2)
    make_rule("10", sku=sku, min_basket_value=Decimal(55), name="basket", priority=1)
    assert set(reasons(price(sku, 2)).values()) == {"quantity", "line_value", "basket_value"}
    basket = price_basket([PriceRequest(sku.pk, 2), PriceRequest(other.pk, 4)], CONTEXT)
    assert basket.lines[0].unit_price == 9
    assert reasons(basket.lines[0]) == {"line": "line_value", "quantity": "quantity"}


def test_coupon_opens_its_rule_in_any_case():
    sku = make_sku()
    make_price_list({sku: "10"})
    make_rule("10", coupon="SPRING")
    assert price(sku).unit_price == 10
    assert price(sku, context=replace(CONTEXT, coupon=" spring ")).unit_price == 9


def test_gross_list_keeps_the_gross_and_net_list_adds_tax():
    tax = make_tax_class("books", {"IT": "4.00"})
    gross, net = make_sku(tax_class=tax), make_sku(tax_class=tax)
    make_price_list({gross: "9.99"})
    make_price_list({net: "9.99"}, tax_included=False)
    line = price(gross, 3)
    assert (line.net, line.tax, line.gross) == tuple(map(Decimal, ("28.82", "1.15", "29.97")))
    line = price(net, 3)
    assert (line.net, line.tax, line.gross) == tuple(map(Decimal, ("29.97", "1.20", "31.17")))


def test_tax_follows_the_country_and_falls_back_to_the_rate_for_elsewhere():
    sku = make_sku(tax_class=make_tax_class("food", {"IT": "4", "DE": "7", "": "0"}))
    make_price_list({sku: "10"})
    percents = {
        country: price(sku, context=replace(CONTEXT, country=country)).tax_percent
        for country in ("IT", "DE", "JP")
    }
    assert percents == {"IT": 4, "DE": 7, "JP": 0}


def test_lines_without_price_or_tax_rate_are_all_named():
    priced, unpriced = make_sku(), make_sku()
    make_price_list({priced: "1"})
    requests = [PriceRequest(pk, 1) for pk in (unpriced.pk, priced.pk, 0)]
    with pytest.raises(NoPrice) as refused:
        price_basket(requests, CONTEXT)
    assert [issue.field for issue in refused.value.issues] == ["lines[0].sku", "lines[2].sku"]
    with pytest.raises(NoTaxRate):
        price(priced, context=replace(CONTEXT, country="FR"))
    with pytest.raises(InvalidInput):
        price(priced, 0)


def test_one_query_whatever_the_number_of_lines(django_assert_num_queries):
    skus = [make_sku() for _number in range(30)]
    price_list = make_price_list(dict.fromkeys(skus, "10"))
    for sku in skus:
        make_price_list({sku: "9"}, ("company:acme",), parent=price_list)
        make_rule("10", sku=sku)
    for count in (1, 30):
        with django_assert_num_queries(1):
            price_basket([PriceRequest(sku.pk, 1) for sku in skus[:count]], CONTEXT)
