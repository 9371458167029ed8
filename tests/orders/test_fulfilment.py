from decimal import Decimal

import pytest

from inventory.models import Allocation, StockMovement
from oms.core.errors import InvalidInput, InvalidTransition
from oms.core.models import Event
from oms.orders.errors import GoodsLeft, OrderClosed
from oms.orders.models import Order, OrderLine, TenderTransaction
from oms.orders.services.changes import order_cancel
from oms.orders.services.fulfilment import (
    NotPicked,
    fulfilment_collect,
    fulfilment_decline,
    fulfilment_expire,
    fulfilment_pick,
    fulfilment_pick_all,
    fulfilment_reinstate,
    fulfilment_ship,
    fulfilment_uncollect,
)
from oms.orders.services.payment import order_due
from oms.orders.status import CancelReason
from tests.orders.factories import ACTOR, Shop, figures, make_shop, place, place_ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop(2)


def kinds(order: Order) -> list[str]:
    return list(
        TenderTransaction.objects.filter(tender__order=order)
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def units(order: Order) -> list[tuple[int, int, int]]:
    return list(order.lines.values_list("cancelled", "fulfilled", "returned"))


def test_shipping_moves_stock_takes_the_money_and_tells_the_customer(shop: Shop) -> None:
    order = place(shop, 2)
    work = order.fulfilment_orders.get()
    with pytest.raises(NotPicked):
        fulfilment_ship(work.pk, carrier="own", actor=ACTOR)
    fulfilment_pick_all(work.pk, actor=ACTOR)
    fulfilment_ship(work.pk, carrier="own", tracking_number="T1", actor=ACTOR)
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("completed", "paid")
    assert units(order) == [(0, 2, 0), (0, 2, 0)]
    assert figures(shop.skus[0], shop.warehouse) == (98, 0)
    assert not Allocation.objects.exists()
    assert kinds(order) == ["authorise", "capture"]
    assert Event.objects.filter(type="fulfilment.shipped").get().payload["shipment"] == {
        "carrier": "own",
        "tracking_number": "T1",
    }
    with pytest.raises(InvalidTransition):
        fulfilment_ship(work.pk, carrier="own", actor=ACTOR)


def test_picking_is_absolute_and_refuses_too_many(shop: Shop) -> None:
    work = place(shop, 2).fulfilment_orders.get()
    first, second = work.lines.all()
    fulfilment_pick(work.pk, picked={first.pk: 1}, actor=ACTOR)
    assert fulfilment_pick(work.pk, picked={first.pk: 1}, actor=ACTOR).status == "picking"
    with pytest.raises(InvalidInput):
        fulfilment_pick(work.pk, picked={first.pk: 3}, actor=ACTOR)
    done = fulfilment_pick(work.pk, picked={first.pk: 2, second.pk: 2}, actor=ACTOR)
    assert done.status == "picked"
    assert fulfilment_pick(work.pk, picked={first.pk: 1}, actor=ACTOR).status == "picking"


def test_cancelling_all_releases_stock_and_voids_the_payment(shop: Shop) -> None:
    order = place(shop, 2)
    order = order_cancel(order.pk, reason=CancelReason.CUSTOMER, actor=ACTOR)
    assert (order.status, order.payment_status) == ("cancelled", "voided")
    assert figures(shop.skus[0], shop.warehouse) == (100, 0)
    assert kinds(order) == ["authorise", "void"]
    assert order.fulfilment_orders.get().status == "cancelled"
    with pytest.raises(OrderClosed):
        order_cancel(order.pk, reason=CancelReason.CUSTOMER, actor=ACTOR)


def test_cancelling_some_units_keeps_the_rest_and_takes_less_money(shop: Shop) -> None:
    order = place(shop, 2)
    first, second = order.lines.all()
    order = order_cancel(
        order.pk, reason=CancelReason.CUSTOMER, actor=ACTOR, lines={first.pk: 1, second.pk: 2}
    )
    assert order.status == "open"
    assert units(order) == [(1, 0, 0), (2, 0, 0)]
    assert figures(shop.skus[0], shop.warehouse) == (100, 1)
    work = order.fulfilment_orders.get()
    fulfilment_pick_all(work.pk, actor=ACTOR)
    fulfilment_ship(work.pk, carrier="own", actor=ACTOR)
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("completed", "paid")
    assert order.tenders.get().captured == Decimal("12.20")
    with pytest.raises(GoodsLeft):
        order_cancel(order.pk, reason=CancelReason.CUSTOMER, actor=ACTOR)


def test_more_units_than_are_open_are_refused(shop: Shop) -> None:
    order = place(shop)
    line = order.lines.first()
    assert line is not None
    with pytest.raises(InvalidInput):
        order_cancel(order.pk, reason=CancelReason.CUSTOMER, actor=ACTOR, lines={line.pk: 2})


def test_a_hand_over_can_be_undone_and_done_again(shop: Shop) -> None:
    order, work = place_ready(shop)
    fulfilment_collect(work.pk, actor=ACTOR)
    assert figures(shop.skus[0], shop.warehouse) == (99, 0)
    fulfilment_uncollect(work.pk, reason="wrong customer", actor=ACTOR)
    assert figures(shop.skus[0], shop.warehouse) == (100, 1)
    order.refresh_from_db()
    assert (order.status, units(order)) == ("open", [(0, 0, 0), (0, 0, 0)])
    fulfilment_collect(work.pk, actor=ACTOR)
    assert figures(shop.skus[0], shop.warehouse) == (99, 0)
    assert list(
        StockMovement.objects.filter(sku=shop.skus[0], demand__isnull=False)
        .order_by("pk")
        .values_list("kind", flat=True)
    ) == ["allocated", "sold", "returned", "allocated", "sold"]


def test_expiry_frees_stock_and_money_and_a_late_customer_owes_again(shop: Shop) -> None:
    order, work = place_ready(shop)
    fulfilment_expire(work.pk, actor=ACTOR)
    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == ("cancelled", "not_collected")
    assert order.payment_status == "voided"
    assert figures(shop.skus[0], shop.warehouse) == (100, 0)
    fulfilment_reinstate(work.pk, actor=ACTOR)
    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == ("open", "")
    assert order_due(order) == order.gross
    assert figures(shop.skus[0], shop.warehouse) == (100, 1)


def test_declined_work_gives_everything_back(shop: Shop) -> None:
    order = place(shop)
    work = order.fulfilment_orders.get()
    fulfilment_decline(work.pk, reason="not found", actor=ACTOR)
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "voided")
    assert OrderLine.objects.filter(order=order, cancelled=1).count() == 2
    assert figures(shop.skus[0], shop.warehouse) == (100, 0)
