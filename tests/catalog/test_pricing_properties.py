"""What holds for the price engine whatever the lists, rules and lines."""

import json
import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.audiences import Audience, AudienceKind
from catalog.errors import NoPrice
from catalog.pricing.engine import price_basket_from
from catalog.pricing.types import (
    ListFacts,
    PriceContext,
    PriceData,
    PriceRequest,
    RuleFacts,
    SkuFacts,
)
from oms.core.money import exponent
from tests.catalog.factories import MOMENT

PATHS = ("0001", "00010001", "000100010001", "0002")
SKUS = {
    pk: SkuFacts(pk, f"S{pk}", pk // 2, PATHS[pk % 4], "standard", Decimal(rate))
    for pk, rate in enumerate(("22", "10", "4", "0"), start=1)
}
examples = settings(max_examples=60, deadline=None)
BUYERS = ("person:ann", "company:acme", "group:gold", "channel:shop", "everyone")
STRANGER = "company:other"
AUDIENCES = tuple(
    Audience(AudienceKind(name.partition(":")[0]), name.partition(":")[2]) for name in BUYERS[:4]
)
CONTEXT = PriceContext(AUDIENCES, "EUR", "IT", MOMENT)

amounts = st.decimals(0, 10_000, places=2, allow_nan=False)
moments = st.one_of(st.none(), st.integers(-2, 2).map(lambda days: MOMENT + timedelta(days=days)))
audiences = st.frozensets(st.sampled_from((*BUYERS, STRANGER)), min_size=1, max_size=3)
breaks = st.dictionaries(st.integers(1, 50), amounts, min_size=1, max_size=4).map(
    lambda table: tuple(sorted(table.items()))
)
publication = {
    "version": st.just(1),
    "published": st.sampled_from((True, True, True, False)),
    "priority": st.integers(0, 2),
    "valid_from": moments,
    "valid_to": moments,
    "audiences": audiences,
}


@st.composite
def price_lists(draw):
    """Lists with ids 1, 2, …, parents anywhere (circles too), and one for everyone that has all."""
    count = draw(st.integers(0, 6))
    ids = list(range(1, count + 1))
    lists = [
        draw(
            st.builds(
                ListFacts,
                id=st.just(number),
                code=st.just(f"L{number}"),
                name=st.just(f"List {number}"),
                currency=st.sampled_from(("EUR", "EUR", "PLN")),
                tax_included=st.booleans(),
                parent_id=st.one_of(st.none(), st.sampled_from(ids)),
                percent=st.decimals(-99, 100, places=2),
                prices=st.dictionaries(st.sampled_from(list(SKUS)), breaks),
                **publication,
            )
        )
        for number in ids
    ]
    base = {sku: ((1, draw(amounts)),) for sku in SKUS}
    fallback = ListFacts(
        99, "BASE", "Base", 1, True, -1, None, None, "EUR", True, None, Decimal(0),
        frozenset({"everyone"}), base,
    )  # fmt: skip
    return (*lists, fallback)


@st.composite
def discount_rules(draw):
    return tuple(
        draw(
            st.builds(
                RuleFacts,
                id=st.just(number),
                uid=st.just(f"uid-{number}"),
                name=st.just(f"Rule {number}"),
                currency=st.sampled_from(("", "EUR", "PLN")),
                target=st.sampled_from(("everything", "category", "product", "sku")),
                path=st.sampled_from(PATHS),
                product_id=st.integers(0, 2),
                sku_id=st.sampled_from(list(SKUS)),
                excluded_paths=st.lists(st.sampled_from(PATHS), max_size=1).map(tuple),
                excluded_skus=st.frozensets(st.sampled_from(list(SKUS)), max_size=1),
                effect=st.sampled_from(("percent", "amount", "fixed")),
                value=st.decimals(0, 100, places=2),
                stacking=st.sampled_from(("best", "cumulative", "stop")),
                min_quantity=st.integers(1, 10),
                min_line_value=amounts,
                min_basket_value=amounts,
                coupon=st.sampled_from(("", "SPRING")),
                **publication,
            )
        )
        for number in range(1, draw(st.integers(0, 8)) + 1)
    )


data = st.builds(
    PriceData,
    skus=st.just(SKUS),
    lists=price_lists(),
    rules=discount_rules(),
    complete=st.booleans(),
)
contexts = st.builds(
    PriceContext,
    audiences=st.lists(st.sampled_from(AUDIENCES), unique=True).map(tuple),
    currency=st.just("EUR"),
    country=st.just("IT"),
    at=st.just(MOMENT),
    coupon=st.sampled_from(("", "spring", "other")),
)
requests = st.lists(
    st.builds(PriceRequest, sku_id=st.sampled_from(list(SKUS)), quantity=st.integers(1, 60)),
    min_size=1,
    max_size=5,
)


@examples
@given(data, contexts, requests, st.randoms(use_true_random=False))
def test_order_of_rows_never_matters(facts, context, lines, shuffler):
    first = price_basket_from(facts, context, lines)
    lists, rules = list(facts.lists), list(facts.rules)
    shuffler.shuffle(lists)
    shuffler.shuffle(rules)
    skus = dict(random.Random(1).sample(list(facts.skus.items()), len(facts.skus)))
    shuffled = replace(facts, lists=tuple(lists), rules=tuple(rules), skus=skus)
    assert price_basket_from(shuffled, context, lines) == first


@examples
@given(data, contexts, requests)
def test_amounts_are_bounded_and_add_up(facts, context, lines):
    basket = price_basket_from(facts, context, lines)
    unit = Decimal(1).scaleb(-exponent("EUR"))
    for line, asked in zip(basket.lines, lines, strict=True):
        assert (line.sku_id, line.quantity) == (asked.sku_id, asked.quantity)
        assert 0 <= line.unit_price <= line.list_price
        assert line.net + line.tax == line.gross
        assert 0 <= line.net <= line.gross
        assert {line.net, line.tax, line.gross} == {
            amount.quantize(unit) for amount in (line.net, line.tax, line.gross)
        }
        stated = line.gross if line.tax_included else line.net
        assert abs(stated - line.unit_price * line.quantity) <= unit / 2
    for total in ("net", "tax", "gross"):
        assert getattr(basket, total) == sum(getattr(line, total) for line in basket.lines)


@examples
@given(data, contexts, requests)
def test_trace_leads_from_the_list_price_to_the_unit_price(facts, context, lines):
    for line in price_basket_from(facts, context, lines).lines:
        assert json.loads(json.dumps(line.trace)) == line.trace
        price = line.list_price
        assert Decimal(line.trace[0]["amount"]) == price
        for step in line.trace:
            if step["step"] == "rule":
                assert Decimal(step["before"]) == price
                price = Decimal(step["after"])
        assert price == line.unit_price
        spoken = [step["rule"] for step in line.trace if "rule" in step]
        assert len(spoken) == len(set(spoken))
        if facts.complete:
            assert len(spoken) == len(facts.rules)


@examples
@given(data, contexts, requests)
def test_what_was_left_in_the_database_would_not_have_mattered(facts, context, lines):
    thin = price_basket_from(replace(facts, complete=False), context, lines)
    full = price_basket_from(replace(facts, complete=True), context, lines)
    assert [replace(line, trace=[]) for line in thin.lines] == [
        replace(line, trace=[]) for line in full.lines
    ]


@examples
@given(data, requests)
def test_more_specific_audience_never_loses(facts, lines):
    """A list for the person decides every line it holds, whatever else there is."""
    own = ListFacts(
        50, "OWN", "Own", 1, True, -9, None, None, "EUR", True, None, Decimal(0),
        frozenset({"person:ann"}), {sku: ((1, Decimal("77.77")),) for sku in SKUS},
    )  # fmt: skip
    others = tuple(
        replace(each, audiences=each.audiences - {"person:ann"} or frozenset({STRANGER}))
        for each in facts.lists
    )
    basket = price_basket_from(replace(facts, lists=(*others, own)), CONTEXT, lines)
    assert {line.list_price for line in basket.lines} == {Decimal("77.77")}


@examples
@given(data, requests)
def test_lists_and_rules_for_others_change_nothing(facts, lines):
    mine = replace(
        facts,
        complete=False,
        lists=tuple(each for each in facts.lists if each.audiences & set(BUYERS)),
        rules=tuple(each for each in facts.rules if each.audiences & set(BUYERS)),
    )
    orphans = {each.id for each in facts.lists} - {each.id for each in mine.lists}
    if any(each.parent_id in orphans for each in mine.lists):
        return
    assert price_basket_from(mine, CONTEXT, lines) == price_basket_from(
        replace(facts, complete=False), CONTEXT, lines
    )


@examples
@given(st.lists(amounts, min_size=1, max_size=5), st.integers(1, 60), st.integers(1, 60))
def test_falling_breaks_never_make_more_units_dearer_each(falling, one, other):
    table = tuple((1 + 10 * i, amount) for i, amount in enumerate(sorted(falling, reverse=True)))
    prices = ListFacts(
        1, "L", "L", 1, True, 0, None, None, "EUR", True, None, Decimal(0),
        frozenset({"everyone"}), {1: table},
    )  # fmt: skip
    facts = PriceData(skus=SKUS, lists=(prices,), rules=())
    few, many = (
        price_basket_from(facts, CONTEXT, [PriceRequest(1, quantity)]).lines[0].unit_price
        for quantity in sorted((one, other))
    )
    assert many <= few


@examples
@given(data, contexts, requests)
def test_lines_count_by_themselves_unless_the_basket_value_says_otherwise(facts, context, lines):
    alone = replace(
        facts, rules=tuple(replace(rule, min_basket_value=Decimal(0)) for rule in facts.rules)
    )
    together = price_basket_from(alone, context, lines).lines
    assert together == tuple(price_basket_from(alone, context, [line]).lines[0] for line in lines)


@examples
@given(data, contexts)
def test_missing_price_is_refused_not_free(facts, context):
    with pytest.raises(NoPrice) as refused:
        price_basket_from(replace(facts, lists=()), context, [PriceRequest(1, 1)])
    assert refused.value.issues[0].field == "lines[0].sku"
