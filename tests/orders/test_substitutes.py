"""Something else instead of what is missing: goods, money, promise and words."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalog.models import Sku, TaxClass
from catalog.pricing.explain import explained
from catalog.services.substitutes import sku_substitutes_set
from catalog.status import SkuStatus
from inventory.models import Location, Shortage
from inventory.services.adjustment import StockChange, adjust
from inventory.services.audit import stock_audit
from inventory.status import LocationKind
from oms.core.events import events_deliver
from oms.core.models import Event
from oms.notifications.models import Message
from oms.orders.errors import (
    NoSubstitute,
    NotASubstitute,
    NotReplaceable,
    ShortageSolved,
    SubstitutesNotAccepted,
)
from oms.orders.models import FulfilmentLine, Order, OrderLine
from oms.orders.selectors.substitutes import Candidate, candidates_for
from oms.orders.selectors.timeline import order_timeline
from oms.orders.services.changes import order_cancel
from oms.orders.services.fulfilment import (
    fulfilment_pick_all,
    fulfilment_ready,
    fulfilment_ship,
    fulfilment_start,
)
from oms.orders.services.payment import line_value, order_due, order_overpaid
from oms.orders.services.shortages import shortage_substitute
from oms.orders.status import CancelReason, FulfilmentStatus, OrderStatus, PaymentStatus
from tests.catalog.factories import make_kit, make_price_list, make_product, make_rule, make_sku
from tests.inventory.factories import make_location, put
from tests.orders.factories import ACTOR, Shop, figures, make_shop, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    """One SKU at 12.20: five units in the warehouse that ships."""
    return make_shop(1, units=5)


def stand_in(shop: Shop, price: str = "10.00", units: int = 10, **prices: Any) -> Sku:
    """What the catalogue names for the shop's SKU; `units` in the warehouse and in the store."""
    sku = make_sku()
    make_price_list({sku: price}, **prices)
    for location in (shop.warehouse, shop.store):
        put(sku, location, units)
    sku_substitutes_set(shop.skus[0].pk, [sku.code], actor=ACTOR)
    return sku


def missing(shop: Shop, units: int, location: Location | None = None) -> Shortage:
    where = location or shop.warehouse
    adjust([StockChange(shop.skus[0].pk, where.pk, -units)], cause="count 5", actor=ACTOR)
    return Shortage.objects.get(closed_at=None)


def accepting(shop: Shop, quantity: int = 5, **changes: Any) -> Order:
    return place(shop, quantity, accepts_substitutes=True, **changes)


def replace(shortage: Shortage, order: Order, sku: Sku) -> OrderLine:
    lines = [line for work in order.fulfilment_orders.all() for line in work.lines.all()]
    line = next(one for one in lines if one.order_line.sku_id == shortage.sku_id)
    return shortage_substitute(shortage.uid, line_id=line.pk, sku=sku.code, actor=ACTOR)


def test_a_cheaper_one_comes_and_the_rest_is_given_back(shop: Shop) -> None:
    other = stand_in(shop, "10.00")
    order = accepting(shop)
    shortage = missing(shop, 2)

    promise = order.fulfilment_orders.get().promised_at
    new = replace(shortage, order, other)

    order.refresh_from_db()
    first = order.lines.get(position=1)
    assert (first.cancelled, first.open) == (2, 3)
    assert (new.position, new.quantity, new.substitutes) == (2, 2, first)
    assert (new.gross, new.unit_price) == (Decimal("20.00"), Decimal("10.00"))
    assert (order.gross, order.current_total) == (Decimal("61.00"), Decimal("56.60"))
    # One parcel: the work that waited here has both.
    work = order.fulfilment_orders.get()
    assert work.promised_at == promise
    assert dict(work.lines.values_list("order_line__position", "quantity")) == {1: 3, 2: 2}
    assert figures(shop.skus[0], shop.warehouse) == (3, 3)
    assert figures(other, shop.warehouse) == (10, 2)
    shortage.refresh_from_db()
    assert shortage.closed_at is not None
    assert order.status == OrderStatus.OPEN
    with pytest.raises(ShortageSolved):
        replace(shortage, order, other)
    fulfilment_pick_all(work.pk, actor=ACTOR)
    fulfilment_ready(work.pk, actor=ACTOR)
    fulfilment_ship(work.pk, carrier="own", actor=ACTOR)
    order.refresh_from_db()
    assert (order.status, order.payment_status) == (OrderStatus.COMPLETED, PaymentStatus.PAID)
    assert order.tenders.get().captured == Decimal("56.60")
    assert stock_audit().clean


def test_a_dearer_one_costs_what_was_agreed_and_the_trace_says_so(shop: Shop) -> None:
    other = stand_in(shop, "99.00")
    order = accepting(shop)
    new = replace(missing(shop, 2), order, other)
    order.refresh_from_db()
    assert (new.unit_price, new.gross) == (Decimal("12.20"), Decimal("24.40"))
    assert (new.net, new.tax) == (Decimal("20.00"), Decimal("4.40"))
    assert order.current_total == order.gross
    steps = explained(new.price_trace, "EUR")
    (capped,) = [step for step in steps if step["label"] == f"Stands in for {shop.skus[0].code}"]
    assert "99" in capped["text"]
    assert capped["value"] == "€12.20"
    assert new.price_trace[-1]["gross"] == "24.40"


def test_at_the_prices_of_whoever_ordered(shop: Shop) -> None:
    other = stand_in(shop, "11.00")
    make_price_list({other: "7.00"}, audiences=("channel:eshop",), priority=5)
    order = accepting(shop)
    new = replace(missing(shop, 1), order, other)
    assert new.unit_price == Decimal("7.00")


def test_without_tax_and_at_another_rate_it_is_still_no_dearer(shop: Shop) -> None:
    other = stand_in(shop, "50.00", tax_included=False)
    rate = other.tax_class.rates.get(country="IT")
    low = TaxClass.objects.create(code="low", name="low")
    low.rates.create(country=rate.country, percent=Decimal(4))
    Sku.objects.filter(pk=other.pk).update(tax_class=low)
    order = accepting(shop)
    new = replace(missing(shop, 2), order, other)
    assert (new.gross, new.net, new.tax) == (Decimal("24.40"), Decimal("23.46"), Decimal("0.94"))
    assert new.unit_price == Decimal("11.73")


@pytest.mark.parametrize(
    ("provider", "money"),
    [("external", "authorised"), ("external", "captured"), ("", "pay in store")],
)
def test_whatever_way_it_is_paid(shop: Shop, provider: str, money: str) -> None:
    other = stand_in(shop, "10.00")
    method = "ship" if provider else "reserve"
    order = accepting(shop, method=method)
    if money == "captured":
        order.tenders.update(status="captured", captured=order.gross)
    shortage = missing(shop, 2, None if provider else shop.store)
    replace(shortage, order, other)
    order.refresh_from_db()
    assert order.current_total == Decimal("56.60")
    tenders = list(order.tenders.all())
    if money == "captured":
        assert tenders[0].refunded == Decimal("4.40")
        assert order_overpaid(order) == 0
        assert order.payment_status == PaymentStatus.PARTLY_REFUNDED
    elif provider:
        # Less is simply never captured.
        assert tenders[0].refunded == 0
        assert order.payment_status == PaymentStatus.AUTHORISED
    else:
        assert order_due(order) == Decimal("56.60")
        assert order.payment_status == PaymentStatus.UNPAID


def test_what_is_there_of_it_comes_and_the_rest_stays_missing(shop: Shop) -> None:
    other = stand_in(shop, units=1)
    order = accepting(shop)
    shortage = missing(shop, 3)
    assert replace(shortage, order, other).quantity == 1
    shortage.refresh_from_db()
    assert (shortage.units, shortage.closed_at) == (2, None)
    with pytest.raises(NoSubstitute) as refused:
        replace(shortage, order, other)
    assert refused.value.data["items"] == [{"sku": other.code, "wanted": 2, "available": 0}]
    assert order.lines.count() == 2


def test_from_another_location_it_is_a_parcel_of_its_own(shop: Shop) -> None:
    other = stand_in(shop, units=0)
    second = make_location(
        "W2", kind=LocationKind.WAREHOUSE, latitude=Decimal("41.90"), longitude=Decimal("12.50")
    )
    put(other, second, 5)
    order = accepting(shop)
    replace(missing(shop, 5), order, other)
    here = order.fulfilment_orders.get(location=shop.warehouse)
    there = order.fulfilment_orders.get(location=second)
    assert (here.status, there.status) == (FulfilmentStatus.CANCELLED, FulfilmentStatus.OPEN)
    assert there.lines.get().quantity == 5
    order.refresh_from_db()
    assert order.status == OrderStatus.OPEN


def test_what_a_pickup_lacks_is_replaced_in_its_store(shop: Shop) -> None:
    other = stand_in(shop)
    order = accepting(shop, method="collect")
    shortage = missing(shop, 2, shop.store)
    work = order.fulfilment_orders.get()
    # Somebody is picking it: the bag stays one.
    fulfilment_start(work.pk, actor=ACTOR)
    replace(shortage, order, other)
    work = order.fulfilment_orders.get()
    assert dict(work.lines.values_list("order_line__position", "quantity")) == {1: 3, 2: 2}
    assert figures(other, shop.store) == (10, 2)
    fulfilment_pick_all(work.pk, actor=ACTOR)
    assert fulfilment_ready(work.pk, actor=ACTOR).status == FulfilmentStatus.READY


def test_a_pickup_takes_nothing_from_elsewhere(shop: Shop) -> None:
    other = stand_in(shop, units=0)
    put(other, shop.warehouse, 9)
    order = accepting(shop, method="collect")
    with pytest.raises(NoSubstitute):
        replace(missing(shop, 2, shop.store), order, other)


def test_a_kit_stands_in_whole(shop: Shop) -> None:
    cup = make_sku()
    put(cup, shop.warehouse, 5)
    kit = make_kit({cup: 2})
    make_price_list({kit: "9.00"})
    sku_substitutes_set(shop.skus[0].pk, [kit.code], actor=ACTOR)
    order = accepting(shop)
    assert replace(missing(shop, 3), order, kit).quantity == 2
    assert figures(cup, shop.warehouse) == (5, 4)


class TestRefused:
    def test_by_an_order_that_does_not_accept_it(self, shop: Shop) -> None:
        other, order = stand_in(shop), place(shop, 5)
        with pytest.raises(SubstitutesNotAccepted):
            replace(missing(shop, 2), order, other)
        assert figures(other, shop.warehouse) == (10, 0)

    def test_for_what_the_catalogue_does_not_name_or_sell(self, shop: Shop) -> None:
        other, order = stand_in(shop), accepting(shop)
        shortage = missing(shop, 2)
        with pytest.raises(NotASubstitute):
            replace(shortage, order, make_sku())
        Sku.objects.filter(pk=other.pk).update(status=SkuStatus.DISCONTINUED)
        with pytest.raises(NotASubstitute):
            replace(shortage, order, other)

    def test_once_it_is_picked(self, shop: Shop) -> None:
        other, order = stand_in(shop), accepting(shop)
        fulfilment_pick_all(order.fulfilment_orders.get().pk, actor=ACTOR)
        with pytest.raises(NotReplaceable):
            replace(missing(shop, 2), order, other)


def test_it_is_told_and_written_down_without_a_word_of_cancelling(shop: Shop) -> None:
    other = stand_in(shop)
    order = accepting(shop)
    replace(missing(shop, 2), order, other)
    event = Event.objects.get(type="order.substituted")
    assert event.payload["line"]["position"] == 1
    assert event.payload["substitute"] == {"position": 2, "sku": other.code, "name": other.name}
    assert (event.payload["units"], Decimal(event.payload["saved"])) == (2, Decimal("4.40"))
    events_deliver()
    told = Message.objects.get(kind="orders/order_substituted")
    for words in (told.text, told.html):
        assert "Instead we send 2 × " in words
        assert other.name in words
        assert "€4.40 less" in words
    assert not Message.objects.filter(kind="orders/order_cancelled").exists()
    titles = [str(entry.title) for entry in order_timeline(order)]
    assert "Replaced" in titles
    assert "Cancelled" not in titles


def test_candidates_say_how_many_and_how_much(shop: Shop, django_assert_num_queries) -> None:
    first = stand_in(shop, "10.00", units=1)
    dear, none, unpriced = make_sku(), make_sku(), make_sku()
    make_price_list({dear: "99.00", none: "1.00"})
    put(dear, shop.warehouse, 9)
    put(unpriced, shop.warehouse, 9)
    codes = [first.code, dear.code, none.code, unpriced.code]
    sku_substitutes_set(shop.skus[0].pk, codes, actor=ACTOR)
    order = accepting(shop)
    missing(shop, 2)
    line = line_of(order)
    with django_assert_num_queries(4):
        found = candidates_for(line, 2)
    assert [one.saved for one in found] == [Decimal("2.20"), 0, 0, 0]
    assert [(one.sku.code, one.units, one.price and one.price.gross) for one in found] == [
        (first.code, 1, Decimal("10.00")),
        (dear.code, 2, Decimal("24.40")),
        (none.code, 0, None),
        (unpriced.code, 2, None),
    ]


@pytest.mark.parametrize("number", [1, 8])
def test_any_number_of_candidates_costs_the_same(
    shop: Shop, number: int, django_assert_num_queries: Any
) -> None:
    found = candidates_of(shop, [make_sku() for _ in range(number)])
    with django_assert_num_queries(4):
        assert [one.price and one.price.gross for one in found()] == [Decimal("20.00")] * number


def test_each_candidate_is_priced_as_if_alone(shop: Shop) -> None:
    product = make_product()
    skus = [make_sku(product=product) for _ in range(8)]
    question = candidates_of(shop, skus)
    # Two units come to 20.00: eight candidates would reach each of these together.
    make_rule("50", min_basket_value=Decimal("30.00"))
    make_rule("50", min_quantity=3, product=product)
    for one in question():
        sku_substitutes_set(shop.skus[0].pk, [one.sku.code], actor=ACTOR)
        (alone,) = candidates_for(line_of(Order.objects.get()), 2)
        assert alone == one
        assert one.price is not None
        assert one.price.gross == Decimal("20.00")


def candidates_of(shop: Shop, skus: list[Sku]) -> Callable[[], list[Candidate]]:
    """The question for what two units may be replaced by: ten of each, at 10.00 or less by ten."""
    make_price_list({sku: {1: "10.00", 10: "1.00"} for sku in skus})
    for sku in skus:
        put(sku, shop.warehouse, 10)
    sku_substitutes_set(shop.skus[0].pk, [sku.code for sku in skus], actor=ACTOR)
    order = accepting(shop)
    missing(shop, 2)
    line = line_of(order)
    return lambda: candidates_for(line, 2)


def line_of(order: Order) -> FulfilmentLine:
    """The order's one fulfilment line, with all that candidates are judged by."""
    work = order.fulfilment_orders.select_related("order__channel", "location").get()
    line = work.lines.select_related("order_line__sku").get()
    line.fulfilment_order = work
    return line


class TestMoney(TestCase):
    """What is owed is the sum of what is left; it never rises, and never falls below nothing."""

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        price=st.integers(1, 2000),
        other=st.integers(0, 3000),
        steps=st.lists(
            st.tuples(st.sampled_from(["substitute", "cancel"]), st.integers(1, 3)),
            min_size=1,
            max_size=5,
        ),
    )
    def test_money_adds_up(self, price: int, other: int, steps: list[tuple[str, int]]) -> None:
        shop = make_shop(1, units=7, price="1.00")
        order_price = {shop.skus[0]: {1: str(Decimal(price) / 100), 7: str(Decimal(price) / 130)}}
        shop.skus[0].prices.all().delete()
        make_price_list({shop.skus[0]: {n: v[:6] for n, v in order_price[shop.skus[0]].items()}})
        sku = stand_in(shop, str(Decimal(other) / 100), units=9)
        order = accepting(shop, 7)
        for what, units in steps:
            before = order.current_total
            line = order.lines.get(position=1)
            units = min(units, line.open)
            if not units:
                continue
            if what == "cancel":
                order_cancel(
                    order.pk, reason=CancelReason.CUSTOMER, actor=ACTOR, lines={line.pk: units}
                )
            else:
                replace(missing(shop, units), order, sku)
            order.refresh_from_db()
            left = sum(
                line_value(one, one.quantity - one.cancelled - one.returned, order)
                for one in order.lines.all()
            )
            assert order.current_total == left
            assert 0 <= order.current_total <= before <= order.gross
            assert order.net + order.tax == order.gross
            # Stock that nobody claims any more is missing for nobody.
            adjust_to_claims(shop)


def adjust_to_claims(shop: Shop) -> None:
    on_hand, allocated = figures(shop.skus[0], shop.warehouse)
    if on_hand > allocated:
        change = StockChange(shop.skus[0].pk, shop.warehouse.pk, allocated - on_hand)
        adjust([change], cause="x", actor=ACTOR)
