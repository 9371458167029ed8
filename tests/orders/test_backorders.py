"""Units that wait for goods: chosen for a shortage, served by themselves, always adding up."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from inventory.models import Shortage, Stock
from inventory.services.adjustment import StockChange, adjust
from inventory.services.audit import stock_audit
from inventory.services.expected import Expected, expected_set
from inventory.status import LocationKind
from oms.core.clock import now
from oms.core.events import events_deliver
from oms.core.models import Event
from oms.notifications.models import Message
from oms.orders.errors import CannotWait, GoodsElsewhere, ShortageSolved
from oms.orders.models import FulfilmentLine, Order, OrderLine
from oms.orders.selectors.cancelling import cancel_consequences
from oms.orders.selectors.timeline import order_timeline
from oms.orders.services import backorders
from oms.orders.services.backorders import back_orders_serve
from oms.orders.services.changes import order_cancel, order_cancel_unpicked
from oms.orders.services.fulfilment import fulfilment_pick_all, fulfilment_ship
from oms.orders.services.shortages import shortage_back_order
from oms.orders.status import FULFILMENT_OPEN, CancelReason, OrderStatus, PaymentStatus
from oms.orders.tasks import back_order_serve as sweep
from oms.sourcing.selectors import decision_of
from tests.catalog.factories import make_kit, make_price_list
from tests.inventory.factories import make_location, put
from tests.orders.factories import ACTOR, Shop, figures, make_channel, make_shop, place

pytestmark = pytest.mark.django_db
SOON = now().date() + timedelta(days=9)


@pytest.fixture
def shop() -> Shop:
    """One SKU: five units in the one warehouse that ships."""
    return make_shop(1, units=5)


def missing(shop: Shop, units: int) -> Shortage:
    """So many units are not on the warehouse's shelf after all."""
    change = StockChange(shop.skus[0].pk, shop.warehouse.pk, -units)
    adjust([change], cause="count 5", actor=ACTOR)
    return Shortage.objects.get(closed_at=None)


def work_line(order: Order) -> FulfilmentLine:
    return FulfilmentLine.objects.get(
        fulfilment_order__order=order, fulfilment_order__status__in=FULFILMENT_OPEN
    )


def waits(shop: Shop, order: Order, units: int) -> OrderLine:
    """So many units of the order wait for goods."""
    shortage = missing(shop, units)
    return shortage_back_order(shortage.uid, line_id=work_line(order).pk, actor=ACTOR)


def coming(shop: Shop, units: int, day: date | None = SOON) -> None:
    expected = Expected(shop.skus[0].pk, shop.warehouse.pk, units, day)
    expected_set(uuid4(), [expected], cause="purchase order 1007")


def placed_later(order: Order, hours: int) -> Order:
    Order.objects.filter(pk=order.pk).update(placed_at=now() + timedelta(hours=hours))
    return order


def waiting(order: Order) -> int:
    return order.lines.get().back_ordered


def adds_up() -> None:
    """Ordered = cancelled + fulfilled + back-ordered + in open work, line by line."""
    for line in OrderLine.objects.all():
        rows = line.fulfilment_lines.filter(fulfilment_order__status__in=FULFILMENT_OPEN)
        assert line.in_work == sum(row.quantity for row in rows)
        assert line.quantity == (line.in_work + line.back_ordered + line.cancelled + line.fulfilled)
        assert (line.expected_on is None) or line.back_ordered
    assert stock_audit().clean


class TestChoosing:
    def test_the_claim_ends_and_the_units_wait(self, shop: Shop) -> None:
        coming(shop, 2)
        order = place(shop, 5)
        line = waits(shop, order, 2)
        assert (line.back_ordered, line.in_work, line.expected_on) == (2, 3, SOON)
        assert figures(shop.skus[0], shop.warehouse) == (3, 3)
        assert not Shortage.objects.filter(closed_at=None).exists()
        order.refresh_from_db()
        assert order.status == OrderStatus.OPEN
        assert order.payment_status == PaymentStatus.AUTHORISED
        adds_up()

    def test_the_customer_is_told_the_day(self, shop: Shop) -> None:
        coming(shop, 2)
        order = place(shop, 5)
        waits(shop, order, 2)
        events_deliver()
        told = Message.objects.get(kind="orders/order_back_ordered")
        assert str(order.number) in told.subject
        assert str(SOON.day) in told.text
        assert "2 × " in told.text
        assert "Waits for goods" in [str(one.title) for one in order_timeline(order)]

    def test_or_that_nobody_knows_it(self, shop: Shop) -> None:
        coming(shop, 5, None)
        order = place(shop, 5)
        assert waits(shop, order, 2).expected_on is None
        events_deliver()
        told = Message.objects.get(kind="orders/order_back_ordered")
        assert "do not know the day" in told.text

    def test_the_day_counts_those_who_waited_before(self, shop: Shop) -> None:
        coming(shop, 3)
        coming(shop, 10, SOON + timedelta(days=5))
        assert waits(shop, place(shop, 2), 5).expected_on == SOON
        put(shop.skus[0], shop.warehouse, 3)
        younger = placed_later(place(shop, 3), 1)
        assert waits(shop, younger, 3).expected_on == SOON + timedelta(days=5)

    def test_all_of_an_order_may_wait(self, shop: Shop) -> None:
        order = place(shop, 5)
        waits(shop, order, 5)
        order.refresh_from_db()
        assert (waiting(order), order.status) == (5, OrderStatus.OPEN)
        assert not order.fulfilment_orders.filter(status__in=FULFILMENT_OPEN).exists()
        adds_up()

    def test_a_second_shortage_adds_to_it(self, shop: Shop) -> None:
        order = place(shop, 5)
        waits(shop, order, 2)
        assert waits(shop, order, 1).back_ordered == 3
        adds_up()

    def test_picked_units_and_pickups_cannot(self, shop: Shop) -> None:
        order = place(shop, 5)
        fulfilment_pick_all(order.fulfilment_orders.get().pk, actor=ACTOR)
        with pytest.raises(CannotWait):
            waits(shop, order, 1)
        pickup = place(shop, 5, method="collect")
        adjust([StockChange(shop.skus[0].pk, shop.store.pk, -1)], cause="x", actor=ACTOR)
        at_store = Shortage.objects.get(location=shop.store)
        with pytest.raises(CannotWait):
            shortage_back_order(at_store.uid, line_id=work_line(pickup).pk, actor=ACTOR)
        assert waiting(pickup) == 0
        adds_up()

    def test_what_others_have_now_need_not_wait(self, shop: Shop) -> None:
        other = make_location("W2", kind=LocationKind.WAREHOUSE, latitude=Decimal(42))
        put(shop.skus[0], other, 2)
        order = place(shop, 5)
        with pytest.raises(GoodsElsewhere):
            waits(shop, order, 2)
        assert (waiting(order), figures(shop.skus[0], shop.warehouse)) == (0, (3, 5))
        # What they have too little of waits, and is served with what they have at once.
        assert waits(shop, order, 1).back_ordered == 3
        assert sweep() == 2
        assert waiting(order) == 1
        adds_up()

    def test_a_second_tap_is_refused(self, shop: Shop) -> None:
        order = place(shop, 5)
        shortage = missing(shop, 2)
        line = work_line(order).pk
        shortage_back_order(shortage.uid, line_id=line, actor=ACTOR)
        with pytest.raises(ShortageSolved):
            shortage_back_order(shortage.uid, line_id=line, actor=ACTOR)
        assert waiting(order) == 2

    def test_the_database_refuses_what_does_not_add_up(self, shop: Shop) -> None:
        order = place(shop, 5)
        with pytest.raises(IntegrityError, match="order_line_adds_up"), transaction.atomic():
            order.lines.update(back_ordered=4, cancelled=2)


class TestServing:
    def test_goods_that_come_are_claimed_and_join_the_waiting_parcel(self, shop: Shop) -> None:
        order = place(shop, 5)
        waits(shop, order, 2)
        assert back_orders_serve(actor=ACTOR) == 0
        put(shop.skus[0], shop.warehouse, 10)
        assert sweep() == 2
        assert figures(shop.skus[0], shop.warehouse) == (13, 5)
        assert work_line(order).quantity == 5
        assert (waiting(order), order.lines.get().expected_on) == (0, None)
        decision = decision_of(order.uid)
        assert decision is not None
        assert decision.plan[0]["quantity"] == 2
        assert "Goods are there" in [str(one.title) for one in order_timeline(order)]
        assert Event.objects.filter(type="order.back_order_served").count() == 1
        assert sweep() == 0
        adds_up()

    def test_they_may_come_anywhere_they_are_shipped_from(self, shop: Shop) -> None:
        order = place(shop, 5)
        waits(shop, order, 5)
        put(shop.skus[0], shop.store, 50)  # does not ship
        assert sweep() == 0
        other = make_location("W2", kind=LocationKind.WAREHOUSE, latitude=Decimal(42))
        put(shop.skus[0], other, 5)
        assert sweep() == 5
        work = order.fulfilment_orders.get(status="open")
        assert work.location == other
        assert work.promised_at > now()
        fulfilment_pick_all(work.pk, actor=ACTOR)
        fulfilment_ship(work.pk, carrier="own", actor=ACTOR)
        order.refresh_from_db()
        assert order.status == OrderStatus.COMPLETED
        adds_up()

    def test_the_oldest_order_first_with_what_there_is(self, shop: Shop) -> None:
        young, old = placed_later(place(shop, 2), 5), place(shop, 3)
        shortage = missing(shop, 5)
        for order in (young, old):
            shortage_back_order(shortage.uid, line_id=work_line(order).pk, actor=ACTOR)
        put(shop.skus[0], shop.warehouse, 4)
        assert sweep() == 4
        assert (waiting(old), waiting(young)) == (0, 1)
        put(shop.skus[0], shop.warehouse, 4)
        assert sweep() == 1
        assert figures(shop.skus[0], shop.warehouse) == (8, 5)
        adds_up()

    def test_a_kit_comes_whole(self, shop: Shop) -> None:
        cup = shop.skus[0]
        kit = make_kit({cup: 2})
        make_price_list({kit: "20.00"})
        shop.skus = [kit]
        order = place(shop, 2)
        shop.skus = [cup]
        waits(shop, order, 4)
        assert waiting(order) == 2
        put(cup, shop.warehouse, 2)
        assert sweep() == 1
        assert waiting(order) == 1
        adds_up()

    def test_what_the_channel_keeps_back_is_not_sent(self, shop: Shop) -> None:
        order = place(shop, 5)
        waits(shop, order, 5)
        Stock.objects.filter(sku=shop.skus[0], location=shop.warehouse).update(safety_stock=3)
        put(shop.skus[0], shop.warehouse, 3)
        assert sweep() == 0
        put(shop.skus[0], shop.warehouse, 1)
        assert sweep() == 1

    def test_one_that_fails_stops_nobody(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        first, second = place(shop, 2), placed_later(place(shop, 3), 1)
        shortage = missing(shop, 5)
        for order in (first, second):
            shortage_back_order(shortage.uid, line_id=work_line(order).pk, actor=ACTOR)
        put(shop.skus[0], shop.warehouse, 5)
        serve = backorders.back_order_serve

        def broken(line: OrderLine, **more: object) -> int:
            if line.order_id == first.pk:
                raise RuntimeError("boom")
            return serve(line, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(backorders, "back_order_serve", broken)
        assert sweep() == 3
        assert (waiting(first), waiting(second)) == (2, 0)

    def test_looking_costs_the_same_whoever_waits(
        self, shop: Shop, django_assert_num_queries: pytest.FixtureRequest
    ) -> None:
        with django_assert_num_queries(1):
            assert sweep() == 0
        orders = [place(shop, 1) for _ in range(5)]
        shortage = missing(shop, 5)
        for order in orders[:1]:
            shortage_back_order(shortage.uid, line_id=work_line(order).pk, actor=ACTOR)
        with django_assert_num_queries(4):
            assert sweep() == 0
        for order in orders[1:]:
            shortage_back_order(shortage.uid, line_id=work_line(order).pk, actor=ACTOR)
        with django_assert_num_queries(4):
            assert sweep() == 0

    def test_another_channels_orders_wait_in_the_same_row(self, shop: Shop) -> None:
        phone = make_channel("phone")
        first, second = place(shop, 2), placed_later(place(shop, 3, channel=phone), 1)
        shortage = missing(shop, 5)
        for order in (first, second):
            shortage_back_order(shortage.uid, line_id=work_line(order).pk, actor=ACTOR)
        put(shop.skus[0], shop.warehouse, 4)
        assert sweep() == 4
        assert (waiting(first), waiting(second)) == (0, 1)


class TestCancelling:
    def test_the_whole_order(self, shop: Shop) -> None:
        order = place(shop, 5)
        waits(shop, order, 2)
        consequences = cancel_consequences(order, None)
        assert (consequences.units, consequences.waiting, consequences.whole) == (5, 2, True)
        assert consequences.amount == order.gross
        order_cancel_unpicked(order.pk, actor=ACTOR)
        order.refresh_from_db()
        assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, PaymentStatus.VOIDED)
        assert waiting(order) == 0
        put(shop.skus[0], shop.warehouse, 10)
        assert sweep() == 0
        adds_up()

    def test_what_waits_is_cancelled_first(self, shop: Shop) -> None:
        order = place(shop, 5)
        line = waits(shop, order, 2)
        consequences = cancel_consequences(order, {line.pk: 3})
        assert (consequences.units, consequences.waiting) == (3, 2)
        assert [one.units for one in consequences.released] == [1]
        for units in (1, 2):
            wanted = {line.pk: units}
            order_cancel(order.pk, reason=CancelReason.CUSTOMER, actor=ACTOR, lines=wanted)
        line.refresh_from_db()
        assert (line.back_ordered, line.cancelled, line.in_work) == (0, 3, 2)
        assert figures(shop.skus[0], shop.warehouse) == (3, 2)
        adds_up()

    def test_all_that_waits_when_the_rest_has_left(self, shop: Shop) -> None:
        order = place(shop, 5)
        waits(shop, order, 2)
        work = order.fulfilment_orders.get()
        fulfilment_pick_all(work.pk, actor=ACTOR)
        fulfilment_ship(work.pk, carrier="own", actor=ACTOR)
        order.refresh_from_db()
        assert order.status == OrderStatus.PARTLY_FULFILLED
        order_cancel(order.pk, reason=CancelReason.NO_STOCK, actor=ACTOR)
        order.refresh_from_db()
        assert order.status == OrderStatus.COMPLETED
        assert order.payment_status == PaymentStatus.PARTLY_REFUNDED
        adds_up()
