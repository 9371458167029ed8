import pytest

from inventory.errors import UnknownBarcode
from inventory.models import Disposition, StockMovement
from inventory.status import AdjustmentReason
from oms.core.errors import InvalidInput
from oms.core.models import AuditEntry, Event
from oms.orders.models import Tender
from oms.orders.services.changes import order_cancel
from oms.orders.services.fulfilment import NotPicked, fulfilment_pick_all
from oms.orders.status import CancelReason, FulfilmentStatus, OrderStatus
from stores.errors import NotToPick, OverScan, TakenByColleague, WrongItem
from stores.models import PutBack
from stores.services.declining import pickup_decline
from stores.services.picking import (
    pickup_count,
    pickup_place,
    pickup_ready,
    pickup_scan,
    pickup_take,
)
from stores.status import DeclineReason, PickupStatus
from tests.catalog.factories import make_kit, make_price_list, make_sku
from tests.orders.factories import figures, make_shop
from tests.stores.factories import clerk_of, fresh, make_ready, ready, reserve

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make_shop(2)


def lines_of(pickup):
    return list(pickup.fulfilment_order.lines.order_by("order_line__position"))


def test_each_scan_counts_one_until_all_is_picked(shop, clerk) -> None:
    pickup = reserve(shop, 2)
    first, second = shop.skus
    first.gtin = "4006381333931"
    first.save()

    assert pickup_scan(pickup.uid, code="4006381333931", actor=clerk).picked == 1
    assert pickup_scan(pickup.uid, code=first.code.lower(), actor=clerk).picked == 2
    with pytest.raises(OverScan, match="all 2"):
        pickup_scan(pickup.uid, code=first.code, actor=clerk)
    for _ in range(2):
        pickup_scan(pickup.uid, code=second.code, actor=clerk)

    work = fresh(pickup).fulfilment_order
    assert work.status == FulfilmentStatus.PICKED
    assert work.picker_id == clerk.id


def test_a_wrong_item_is_named(shop, clerk) -> None:
    pickup = reserve(shop)
    stray = make_sku(name="Blue paint")

    with pytest.raises(WrongItem, match="Blue paint"):
        pickup_scan(pickup.uid, code=stray.code, actor=clerk)
    with pytest.raises(UnknownBarcode, match="999"):
        pickup_scan(pickup.uid, code="999", actor=clerk)
    assert [line.picked for line in lines_of(pickup)] == [0, 0]


def test_what_the_customer_cancelled_meanwhile_is_said(shop, clerk) -> None:
    pickup = reserve(shop)
    gone, kept = lines_of(pickup)
    order = pickup.fulfilment_order.order
    order_cancel(order.pk, reason=CancelReason.CUSTOMER, actor=clerk, lines={gone.order_line_id: 1})

    with pytest.raises(WrongItem, match="cancelled"):
        pickup_scan(pickup.uid, code=shop.skus[0].code, actor=clerk)
    with pytest.raises(InvalidInput, match="cancelled"):
        pickup_count(pickup.uid, line_id=gone.pk, units=1, actor=clerk)
    pickup_count(pickup.uid, line_id=kept.pk, units=1, actor=clerk)
    assert pickup_ready(pickup.uid, place="A1", actor=clerk).status == PickupStatus.READY


def test_what_was_left_to_pick_may_be_cancelled_and_the_rest_is_ready(shop, clerk) -> None:
    pickup = reserve(shop)
    picked, open_line = lines_of(pickup)
    pickup_count(pickup.uid, line_id=picked.pk, units=1, actor=clerk)
    order_cancel(
        pickup.fulfilment_order.order_id,
        reason=CancelReason.CUSTOMER,
        actor=clerk,
        lines={open_line.order_line_id: 1},
    )

    assert pickup_ready(pickup.uid, place="", actor=clerk).status == PickupStatus.READY


def test_part_of_a_set_is_not_the_set(shop, clerk) -> None:
    kit = make_kit({shop.skus[0]: 2})
    make_price_list({kit: "20"})
    shop.skus = [kit]
    pickup = reserve(shop)
    component = kit.components.get().component

    with pytest.raises(WrongItem, match="part of the set"):
        pickup_scan(pickup.uid, code=component.code, actor=clerk)


def test_counting_by_hand_is_recorded_and_safe_to_repeat(shop, clerk) -> None:
    pickup = reserve(shop, 3)
    line = lines_of(pickup)[0]

    for _ in range(2):
        pickup_count(pickup.uid, line_id=line.pk, units=3, actor=clerk)
    pickup_count(pickup.uid, line_id=line.pk, units=1, actor=clerk)
    with pytest.raises(InvalidInput):
        pickup_count(pickup.uid, line_id=line.pk, units=4, actor=clerk)

    entries = AuditEntry.objects.filter(action="pickup.counted_by_hand").order_by("id")
    assert [(one.data["from"], one.data["to"]) for one in entries] == [(0, 3), (3, 1)]


def test_a_colleague_takes_over_knowingly(shop, clerk) -> None:
    pickup = reserve(shop)
    code = shop.skus[0].code
    pickup_take(pickup.uid, actor=clerk)
    colleague = clerk_of(shop.store)

    with pytest.raises(TakenByColleague):
        pickup_scan(pickup.uid, code=code, actor=colleague)
    pickup_take(pickup.uid, actor=colleague)
    assert pickup_scan(pickup.uid, code=code, actor=colleague).picked == 1
    with pytest.raises(TakenByColleague):
        pickup_count(pickup.uid, line_id=lines_of(pickup)[1].pk, units=1, actor=clerk)


def test_ready_needs_everything_and_tells_the_customer_once(shop, clerk) -> None:
    pickup = reserve(shop)
    with pytest.raises(NotPicked):
        pickup_ready(pickup.uid, place="A1", actor=clerk)
    assert not Event.objects.filter(type="pickup.ready").exists()

    pickup = make_ready(pickup, clerk, place=" B7 ")

    assert (pickup.status, pickup.place) == (PickupStatus.READY, "B7")
    assert pickup.ready_at < pickup.collect_by < pickup.expires_at
    event = Event.objects.get(type="pickup.ready")
    assert event.payload["pickup"]["due"] == "24.4000"
    assert event.payload["order"]["number"] == pickup.fulfilment_order.order.number
    with pytest.raises(NotToPick):
        pickup_ready(pickup.uid, place="A1", actor=clerk)
    assert pickup_place(pickup.uid, place="C3", actor=clerk).place == "C3"


def test_nothing_about_a_pickup_says_its_code(shop, clerk) -> None:
    pickup = ready(shop, clerk)
    from_events = str(list(Event.objects.values_list("payload", flat=True)))
    from_audit = str(list(AuditEntry.objects.values_list("data", flat=True)))

    assert str(pickup.uid) in from_events
    assert pickup.code_digest not in from_events + from_audit


@pytest.mark.parametrize(
    ("reason", "on_hand", "booked"),
    [
        (DeclineReason.NOT_FOUND, 5, AdjustmentReason.MISSING),
        (DeclineReason.DAMAGED, 100, None),
        (DeclineReason.DISPLAY, 100, None),
        (DeclineReason.MISMATCH, 100, None),
    ],
)
def test_the_reason_decides_what_happens_to_the_stock(
    shop, clerk, reason: DeclineReason, on_hand: int, booked: str | None
) -> None:
    make_ready(reserve(shop, 4), clerk)  # four lie in a bag: they are certainly there
    pickup = reserve(shop, 3)
    line = lines_of(pickup)[0]
    pickup_count(pickup.uid, line_id=line.pk, units=1, actor=clerk)

    pickup_decline(pickup.uid, line_id=line.pk, units=2, reason=reason, actor=clerk)

    assert figures(shop.skus[0], shop.store) == (on_hand, 5)
    movements = StockMovement.objects.filter(sku=shop.skus[0], kind="adjusted")
    assert [row.reason for row in movements] == ([booked] if booked else [])
    aside = {DeclineReason.DAMAGED: [("damaged", 2)], DeclineReason.DISPLAY: [("display", 2)]}
    set_aside = Disposition.objects.values_list("reason", "units")
    assert list(set_aside) == aside.get(reason, [])
    pickup = fresh(pickup)
    assert pickup.status == PickupStatus.TO_PICK
    assert lines_of(pickup)[0].quantity == 1
    cancelled = Event.objects.get(type="order.cancelled")
    assert (cancelled.payload["reason"], cancelled.payload["whole"]) == ("no_stock", False)


def test_an_order_of_which_nothing_is_left_is_declined(clerk, shop) -> None:
    shop.skus = shop.skus[:1]
    pickup = reserve(shop, 2, method="collect")
    line = lines_of(pickup)[0]

    pickup_decline(
        pickup.uid, line_id=line.pk, units=2, reason=DeclineReason.NOT_FOUND, actor=clerk
    )

    pickup = fresh(pickup)
    order = pickup.fulfilment_order.order
    assert pickup.status == PickupStatus.DECLINED
    assert (order.status, order.cancel_reason) == (OrderStatus.CANCELLED, "no_stock")
    assert Tender.objects.get(order=order).status == "voided"
    assert figures(shop.skus[0], shop.store) == (0, 0)
    assert Event.objects.filter(type="pickup.declined").count() == 1
    assert not PutBack.objects.exists()


def test_more_than_is_missing_cannot_be_declined(shop, clerk) -> None:
    pickup = reserve(shop, 2)
    line = lines_of(pickup)[0]
    pickup_count(pickup.uid, line_id=line.pk, units=1, actor=clerk)

    with pytest.raises(InvalidInput):
        pickup_decline(
            pickup.uid, line_id=line.pk, units=2, reason=DeclineReason.DAMAGED, actor=clerk
        )


def test_a_cancelled_order_is_not_picked(shop, clerk) -> None:
    pickup = reserve(shop)
    order_cancel(pickup.fulfilment_order.order_id, reason=CancelReason.CUSTOMER, actor=clerk)

    with pytest.raises(NotToPick):
        pickup_scan(pickup.uid, code=shop.skus[0].code, actor=clerk)


def test_picking_everything_at_once_is_ready_too(shop, clerk) -> None:
    pickup = reserve(shop)
    fulfilment_pick_all(pickup.fulfilment_order_id, actor=clerk)

    assert pickup_ready(pickup.uid, place="", actor=clerk).status == PickupStatus.READY
