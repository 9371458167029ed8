from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine

from oms.core.actors import system_actor
from oms.core.clock import now
from oms.core.errors import NotFound, PermissionRefused, StaleVersion
from oms.core.models import AuditEntry, Event
from oms.orders.models import Tender
from oms.orders.services.changes import order_cancel
from oms.orders.status import CancelReason, OrderStatus, PaymentStatus
from stores.errors import NothingDue, NothingToUndo, NotReady, UndoTooLate
from stores.models import Pickup
from stores.services.ending import pickup_expire_due
from stores.services.handing import HandOverRequest, pickup_hand_over, pickup_pay, pickup_undo
from stores.status import HandOverAnswer, PickupStatus, Proof, UndoReason
from tests.orders.factories import figures, make_shop
from tests.stores.factories import (
    clerk_of,
    collected,
    fresh,
    hand_over,
    make_ready,
    overdue,
    pay,
    ready,
    reserve,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make_shop()


def test_a_paid_order_is_handed_over_in_one_call(shop, clerk) -> None:
    pickup = ready(shop, clerk, method="collect")

    answer = hand_over(pickup, clerk, proof=Proof.TOKEN)

    pickup = fresh(pickup)
    assert answer.code == HandOverAnswer.OK
    assert pickup.status == PickupStatus.COLLECTED
    order = pickup.fulfilment_order.order
    assert order.status == OrderStatus.COMPLETED
    assert order.payment_status == PaymentStatus.PAID
    assert [figures(sku, shop.store) for sku in shop.skus] == [(99, 0)] * 3
    assert answer.hand_over.by_id == clerk.id
    assert answer.hand_over.proof == Proof.TOKEN
    event = Event.objects.get(type="pickup.collected")
    assert event.aggregate_id == order.uid
    assert AuditEntry.objects.filter(action="pickup.handed_over").count() == 1


def test_the_same_tap_twice_is_one_hand_over(shop, clerk) -> None:
    pickup = ready(shop, clerk, method="collect")
    nonce = uuid4()

    first = hand_over(pickup, clerk, nonce=nonce)
    second = hand_over(pickup, clerk, nonce=nonce)

    assert (first.code, second.code) == (HandOverAnswer.OK, HandOverAnswer.OK)
    assert pickup.hand_overs.count() == 1
    assert Event.objects.filter(type="pickup.collected").count() == 1


def test_another_tap_later_is_told_when_and_by_whom(shop, clerk) -> None:
    pickup = collected(shop, clerk)

    answer = hand_over(pickup, clerk_of(shop.store))

    assert answer.code == HandOverAnswer.ALREADY_COLLECTED
    assert answer.hand_over.by_id == clerk.id


def test_what_is_not_picked_is_not_ready(shop, clerk) -> None:
    assert hand_over(reserve(shop), clerk).code == HandOverAnswer.NOT_READY


def test_what_was_cancelled_stays_here(shop, clerk) -> None:
    pickup = ready(shop, clerk)
    order_cancel(pickup.fulfilment_order.order_id, reason=CancelReason.CUSTOMER, actor=clerk)

    assert hand_over(pickup, clerk).code == HandOverAnswer.CANCELLED
    assert fresh(pickup).put_backs.get().done_at is None


def test_what_expired_can_be_told_from_what_was_cancelled(shop, clerk) -> None:
    pickup = overdue(ready(shop, clerk))
    pickup_expire_due(actor=system_actor())

    assert hand_over(pickup, clerk).code == HandOverAnswer.EXPIRED


def test_the_id_is_asked_for_where_the_pickup_says_so(shop, clerk) -> None:
    pickup = ready(shop, clerk, method="collect")
    Pickup.objects.filter(pk=pickup.pk).update(needs_id=True)

    assert hand_over(pickup, clerk).code == HandOverAnswer.NEEDS_ID
    assert hand_over(pickup, clerk, id_checked=True).code == HandOverAnswer.OK


def test_part_of_an_order_is_named_and_can_be_taken(shop, clerk) -> None:
    pickup = ready(shop, clerk, method="collect")
    other = reserve(shop, method="collect")
    work = other.fulfilment_order
    work.order = pickup.fulfilment_order.order
    work.save()

    answer = hand_over(pickup, clerk)

    assert answer.code == HandOverAnswer.PARTLY_READY
    assert list(answer.missing) == [line.order_line.name for line in work.lines.all()]
    assert hand_over(pickup, clerk, partly=True).code == HandOverAnswer.OK


def test_unpaid_goods_stay_until_they_are_paid(shop, clerk) -> None:
    pickup = ready(shop, clerk)

    answer = hand_over(pickup, clerk)
    assert (answer.code, answer.due) == (HandOverAnswer.UNPAID, Decimal("36.60"))
    pay(pickup, clerk)

    assert hand_over(pickup, clerk).code == HandOverAnswer.OK


def test_the_same_payment_twice_is_taken_once(shop, clerk) -> None:
    pickup = ready(shop, clerk)
    nonce = uuid4()

    first = pickup_pay(pickup.uid, means="card", nonce=nonce, actor=clerk)
    assert pickup_pay(pickup.uid, means="card", nonce=nonce, actor=clerk) == first
    with pytest.raises(NothingDue):
        pay(pickup, clerk)

    assert Tender.objects.get(order=pickup.fulfilment_order.order).captured == Decimal("36.60")


def test_the_payment_answers_its_own_repeat_after_the_hand_over(shop, clerk) -> None:
    pickup = ready(shop, clerk)
    nonce = uuid4()
    first = pickup_pay(pickup.uid, means="card", nonce=nonce, actor=clerk)
    hand_over(pickup, clerk)

    assert pickup_pay(pickup.uid, means="card", nonce=nonce, actor=clerk) == first


def test_no_money_is_taken_for_what_is_not_ready(shop, clerk) -> None:
    with pytest.raises(NotReady):
        pay(reserve(shop), clerk)


def test_undo_brings_goods_money_and_status_back(shop, clerk) -> None:
    pickup = ready(shop, clerk)
    pay(pickup, clerk)
    hand_over(pickup, clerk)

    pickup_undo(pickup.uid, reason=UndoReason.WRONG_CUSTOMER, actor=clerk)

    pickup = fresh(pickup)
    order = pickup.fulfilment_order.order
    assert pickup.status == PickupStatus.READY
    assert [figures(sku, shop.store) for sku in shop.skus] == [(100, 1)] * 3
    assert order.status == OrderStatus.OPEN
    assert order.payment_status == PaymentStatus.REFUNDED
    tender = Tender.objects.get(order=order)
    assert tender.refunded == tender.captured == Decimal("36.60")
    undone = pickup.hand_overs.get()
    assert (undone.undone_by_id, undone.undo_reason) == (clerk.id, "wrong_customer")
    assert hand_over(pickup, clerk).code == HandOverAnswer.UNPAID
    pay(pickup, clerk)
    assert hand_over(pickup, clerk).code == HandOverAnswer.OK


def test_undo_of_an_online_order_keeps_it_paid(shop, clerk) -> None:
    pickup = collected(shop, clerk)

    pickup_undo(pickup.uid, reason=UndoReason.MISTAKE, actor=clerk)

    assert hand_over(pickup, clerk).code == HandOverAnswer.OK
    assert Tender.objects.get(order=pickup.fulfilment_order.order).refunded == 0


def test_undo_ends_after_15_minutes(shop, clerk) -> None:
    pickup = collected(shop, clerk)

    with time_machine.travel(now() + timedelta(minutes=15, seconds=1)), pytest.raises(UndoTooLate):
        pickup_undo(pickup.uid, reason=UndoReason.MISTAKE, actor=clerk)
    with time_machine.travel(now() + timedelta(minutes=14, seconds=50)):
        pickup_undo(pickup.uid, reason=UndoReason.MISTAKE, actor=clerk)


def test_undo_happens_once(shop, clerk) -> None:
    pickup = collected(shop, clerk)
    pickup_undo(pickup.uid, reason=UndoReason.MISTAKE, actor=clerk)

    with pytest.raises(NothingToUndo):
        pickup_undo(pickup.uid, reason=UndoReason.MISTAKE, actor=clerk)


def test_the_tap_of_an_undone_hand_over_does_not_hand_over_again(shop, clerk) -> None:
    pickup = ready(shop, clerk, method="collect")
    nonce = uuid4()
    hand_over(pickup, clerk, nonce=nonce)
    pickup_undo(pickup.uid, reason=UndoReason.MISTAKE, actor=clerk)

    with pytest.raises(StaleVersion):
        hand_over(pickup, clerk, nonce=nonce)


def test_nothing_expires_while_the_customer_stands_here(shop, clerk) -> None:
    pickup = ready(shop, clerk)
    pay(overdue(pickup), clerk)

    assert pickup_expire_due(actor=system_actor()) == 0
    assert hand_over(pickup, clerk).code == HandOverAnswer.OK


def test_a_clerk_of_another_store_finds_nothing(shop, clerk) -> None:
    pickup = ready(shop, clerk, method="collect")
    stranger = clerk_of(make_shop().store)

    with pytest.raises(NotFound):
        hand_over(pickup, stranger)
    with pytest.raises(NotFound):
        pay(pickup, stranger)


def test_a_machine_hands_nothing_over(shop, clerk) -> None:
    pickup = make_ready(reserve(shop, method="collect"), clerk)

    with pytest.raises(PermissionRefused):
        pickup_hand_over(pickup.uid, request=HandOverRequest(uuid4()), actor=system_actor())
