"""The day that waiting units are expected follows the supply; who waits is told once, if later."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from celery import current_app

from inventory.errors import InsufficientStock
from inventory.models import PurchaseOrderLine
from inventory.services.expected import Expected, expected_set
from inventory.services.purchasing import (
    Confirmation,
    expected_keep,
    purchase_cancel,
    purchase_confirm,
)
from inventory.services.receiving import Arrival, transfer_receive
from inventory.services.transfers import transfer_ship
from oms.core.clock import retailer_zone
from oms.core.errors import Busy
from oms.core.events import events_deliver
from oms.core.models import Event
from oms.notifications.models import Message
from oms.orders.models import Order, OrderLine
from oms.orders.selectors.timeline import order_timeline
from oms.orders.services import redating
from oms.orders.services.redating import back_orders_redate
from oms.orders.tasks import back_order_redate as overdue_sweep
from tests.catalog.factories import make_kit, make_price_list
from tests.inventory.factories import put
from tests.inventory.purchasing import make_ordered, receive
from tests.inventory.transfers import requested
from tests.orders.factories import ACTOR, Shop, figures, make_shop, place
from tests.orders.test_backorders import SOON, placed_later, waits

pytestmark = pytest.mark.django_db
SOURCE = uuid4()
LATER = "orders/order_back_order_later"


@pytest.fixture
def shop() -> Shop:
    return make_shop(1, units=5)


def due(shop: Shop, days: int | None, units: int = 9, source: UUID = SOURCE) -> None:
    """What this source brings is due so many days after `SOON`; None: nobody knows when."""
    day = SOON + timedelta(days=days) if days is not None else None
    rows = [Expected(shop.skus[0].pk, shop.warehouse.pk, units, day)] if units else []
    expected_set(source, rows, cause="purchase order 1007")
    events_deliver()


def expected(order: Order) -> date | None:
    return OrderLine.objects.get(order=order).expected_on


def told() -> list[str]:
    return [message.text for message in Message.objects.filter(kind=LATER).order_by("pk")]


def test_a_day_later_is_told_once_and_written_down(shop: Shop) -> None:
    due(shop, 0)
    order = place(shop, 5)
    waits(shop, order, 2)
    due(shop, 1)
    assert expected(order) == SOON + timedelta(days=1)
    (words,) = told()
    assert "2 × " in words
    assert str((SOON + timedelta(days=1)).day) in words
    (entry,) = [one for one in order_timeline(order) if str(one.title) == "Goods come later"]
    assert "2 units" in entry.text
    assert "purchase order 1007" in entry.text
    # The same news again, and the same supply written again.
    Event.objects.filter(type="supply.changed").update(state="pending", attempts=0)
    events_deliver()
    due(shop, 1)
    assert back_orders_redate([shop.skus[0].pk], cause="again") == 1
    assert len(told()) == 1
    assert Event.objects.filter(type="order.back_order_later").count() == 1


def test_earlier_is_kept_without_a_word_and_the_day_told_before_is_not_told_again(
    shop: Shop,
) -> None:
    due(shop, 0)
    order = place(shop, 5)
    waits(shop, order, 2)
    for days in (4, 2, 4):
        due(shop, days)
        assert expected(order) == SOON + timedelta(days=days)
    assert len(told()) == 1


def test_called_off_nobody_knows_the_day(shop: Shop) -> None:
    due(shop, 0)
    order = place(shop, 5)
    waits(shop, order, 2)
    due(shop, None, units=0)
    assert expected(order) is None
    assert "do not know the new day" in told()[0]
    assert any("no day known" in one.text for one in order_timeline(order))
    # A day for what had none is good news, and on the order's page.
    due(shop, 7)
    assert expected(order) == SOON + timedelta(days=7)
    assert len(told()) == 1


def test_each_stands_behind_those_who_ordered_before(shop: Shop) -> None:
    due(shop, 0, units=3)
    other = uuid4()
    due(shop, 5, units=9, source=other)
    first = place(shop, 2)
    waits(shop, first, 5)
    put(shop.skus[0], shop.warehouse, 3)
    second = placed_later(place(shop, 3), 1)
    waits(shop, second, 3)
    assert (expected(first), expected(second)) == (SOON, SOON + timedelta(days=5))
    due(shop, 0, units=1)
    assert (expected(first), expected(second)) == (SOON + timedelta(days=5),) * 2
    assert len(told()) == 1


def test_who_waits_for_something_else_is_left_alone(shop: Shop) -> None:
    due(shop, 0)
    order = place(shop, 5)
    waits(shop, order, 2)
    stamp = Order.objects.get(pk=order.pk).updated_at
    strange = make_shop(1)
    due(strange, 3, source=uuid4())
    assert (expected(order), Order.objects.get(pk=order.pk).updated_at) == (SOON, stamp)


def test_a_kit_waits_for_its_components() -> None:
    shop = make_shop(1, units=4)
    kit = make_kit({shop.skus[0]: 2})
    make_price_list({kit: "20.00"})
    whole = Shop(shop.channel, shop.warehouse, shop.store, [kit])
    due(shop, 0)
    order = place(whole, 2)
    waits(shop, order, 4)
    assert expected(order) == SOON
    due(shop, 3)
    assert expected(order) == SOON + timedelta(days=3)


def test_what_the_supplier_confirms_moves_it_and_a_cancellation_too(shop: Shop) -> None:
    purchase = make_ordered(location=shop.warehouse, skus=shop.skus)
    PurchaseOrderLine.objects.update(due_on=SOON)
    expected_keep(purchase, purchase.lines.all())
    order = place(shop, 5)
    waits(shop, order, 2)
    assert expected(order) == SOON
    later = SOON + timedelta(days=6)
    purchase_confirm(purchase.number, [Confirmation(1, due_on=later)], actor=ACTOR)
    events_deliver()
    assert expected(order) == later
    purchase_cancel(purchase.number, reason="sold out", actor=ACTOR)
    events_deliver()
    assert expected(order) is None
    assert len(told()) == 2


@pytest.mark.parametrize("number", [1, 6])
def test_statements_do_not_grow_with_those_who_wait(
    shop: Shop, number: int, django_assert_num_queries: Any
) -> None:
    due(shop, 0, units=90)
    waits(shop, place(shop, 5), 5)
    for _ in range(number - 1):
        put(shop.skus[0], shop.warehouse, 5)
        waits(shop, place(shop, 5), 5)
    OrderLine.objects.update(expected_on=None)
    with django_assert_num_queries(10):
        assert back_orders_redate([shop.skus[0].pk], cause="x") == number
    assert set(OrderLine.objects.values_list("expected_on", flat=True)) == {SOON}


def test_what_has_come_wakes_the_sweep_at_once(shop: Shop, monkeypatch: Any) -> None:
    woken: list[str] = []
    monkeypatch.setattr(redating, "wake_on_commit", woken.append)
    due(shop, 0)
    assert woken == []
    order = place(shop, 5)
    waits(shop, order, 2)
    put(shop.skus[0], shop.warehouse, 2)
    due(shop, None, units=0)
    assert woken == [redating.SERVE]
    # What is there is served, not dated.
    assert expected(order) == SOON
    assert told() == []


def test_a_delivery_is_for_those_who_wait_before_somebody_new(shop: Shop, monkeypatch: Any) -> None:
    """No round of beat in between: the receipt's own event has the sweep run."""
    monkeypatch.setattr(redating, "wake_on_commit", lambda task: current_app.tasks[task]())
    purchase = make_ordered([2], location=shop.warehouse, skus=shop.skus)
    order = place(shop, 5)
    waits(shop, order, 2)
    receive(purchase, 2)
    events_deliver()
    assert OrderLine.objects.get(order=order).back_ordered == 0
    assert figures(shop.skus[0], shop.warehouse) == (5, 5)
    with pytest.raises(InsufficientStock):
        place(shop, 1)


def test_so_is_a_transfer(shop: Shop, monkeypatch: Any) -> None:
    monkeypatch.setattr(redating, "wake_on_commit", lambda task: current_app.tasks[task]())
    order = place(shop, 5)
    waits(shop, order, 2)
    transfer = requested(shop.store, shop.warehouse, {shop.skus[0]: 2})
    transfer_ship(transfer.uid, expected_on=SOON, actor=ACTOR)
    events_deliver()
    assert expected(order) == SOON
    transfer_receive(transfer.uid, Arrival("slip 1", {shop.skus[0].pk: 2}), actor=ACTOR)
    events_deliver()
    assert figures(shop.skus[0], shop.warehouse) == (5, 5)


def at_noon(days: int) -> Any:
    """The clock so many days after `SOON`."""
    noon = datetime.combine(SOON + timedelta(days=days), time(12), retailer_zone())
    return time_machine.travel(noon, tick=False)


def test_a_day_that_passes_without_the_goods_is_told_once(shop: Shop) -> None:
    due(shop, 0)
    due(shop, 4, source=uuid4())
    order = place(shop, 5)
    waits(shop, order, 2)
    with at_noon(0):
        assert overdue_sweep() == 0
    assert expected(order) == SOON
    with at_noon(1):
        assert (overdue_sweep(), overdue_sweep()) == (1, 0)
        events_deliver()
        assert expected(order) == SOON + timedelta(days=4)
        assert len(told()) == 1
    with at_noon(5):
        assert (overdue_sweep(), overdue_sweep()) == (1, 0)
        events_deliver()
        assert expected(order) is None
        assert ["do not know the new day" in words for words in told()] == [False, True]


def test_a_day_that_passes_while_the_goods_are_there_is_the_other_sweeps(shop: Shop) -> None:
    due(shop, 0)
    order = place(shop, 5)
    waits(shop, order, 2)
    put(shop.skus[0], shop.warehouse, 2)
    with at_noon(1):
        overdue_sweep()
        events_deliver()
        assert (expected(order), told()) == (SOON, [])


def test_who_is_busy_keeps_nobody_else_waiting(monkeypatch: Any) -> None:
    shops = [make_shop(1, units=5) for _ in range(2)]
    orders = []
    for shop in shops:
        due(shop, 0, source=uuid4())
        orders.append(place(shop, 5))
        waits(shop, orders[-1], 2)
    redate = redating.back_orders_redate

    def redate_unless_busy(sku_ids: list[int], *, cause: str) -> int:
        if sku_ids == [shops[0].skus[0].pk]:
            raise Busy
        return redate(sku_ids, cause=cause)

    monkeypatch.setattr(redating, "back_orders_redate", redate_unless_busy)
    with at_noon(1):
        assert overdue_sweep() == 2
    assert [expected(order) for order in orders] == [SOON, None]
