from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from inventory.errors import InsufficientStock
from oms.core.actors import system_actor
from oms.core.clock import now
from oms.core.models import AuditEntry, Event
from oms.orders.models import Tender
from oms.orders.services.changes import order_cancel
from oms.orders.services.placement import order_place
from oms.orders.status import CancelReason, OrderStatus, PaymentStatus, TenderStatus
from stores.errors import AlreadyPutBack
from stores.models import Pickup, PutBack
from stores.services.ending import (
    pickup_expire_due,
    pickup_extend,
    pickup_reinstate,
    pickup_remind_due,
)
from stores.status import HandOverAnswer, PickupStatus
from tests.orders.factories import ACTOR, figures, make_shop, order_request
from tests.stores.factories import (
    fresh,
    hand_over,
    overdue,
    pay,
    put_back,
    ready,
    reserve,
)

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()
WEEK = {str(day): [["09:00", "13:00"], ["15:30", "19:30"]] for day in range(1, 7)}


@pytest.fixture
def shop():
    return make_shop()


def test_uncollected_goods_are_given_up_and_the_customer_is_told(shop, clerk) -> None:
    pickup = overdue(ready(shop, clerk, method="collect"))
    other = ready(shop, clerk)

    assert pickup_expire_due(actor=SYSTEM) == 1

    pickup = fresh(pickup)
    order = pickup.fulfilment_order.order
    assert pickup.status == PickupStatus.EXPIRED
    assert (order.status, order.cancel_reason) == (OrderStatus.CANCELLED, "not_collected")
    assert Tender.objects.get(order=order).status == TenderStatus.VOIDED
    assert [figures(sku, shop.store) for sku in shop.skus] == [(100, 1)] * 3
    assert PutBack.objects.get().pickup == pickup
    assert Event.objects.filter(type="pickup.expired").count() == 1
    assert AuditEntry.objects.filter(action="pickup.expired").count() == 1
    assert fresh(other).status == PickupStatus.READY
    assert pickup_expire_due(actor=SYSTEM) == 0


def test_what_was_paid_at_the_counter_is_refunded(shop, clerk) -> None:
    pickup = ready(shop, clerk)
    pay(pickup, clerk)
    overdue(pickup)

    pickup_expire_due(actor=SYSTEM)

    tender = Tender.objects.get(order=pickup.fulfilment_order.order)
    assert (tender.status, tender.refunded) == (TenderStatus.REFUNDED, tender.captured)


def test_the_deadline_is_not_the_end_but_the_grace_period_is(shop, clerk) -> None:
    pickup = ready(shop, clerk)
    assert pickup.collect_by < pickup.expires_at

    with time_machine.travel(pickup.collect_by + timedelta(minutes=1)):
        assert pickup_expire_due(actor=SYSTEM) == 0
    with time_machine.travel(pickup.expires_at + timedelta(minutes=1)):
        assert pickup_expire_due(actor=SYSTEM) == 1


def test_deadlines_are_closing_times_of_opening_days_in_the_stores_zone(shop, clerk) -> None:
    shop.store.opening_hours = WEEK
    shop.store.time_zone = "Europe/Rome"
    shop.store.save()
    # Friday 27 March 2026, two days before clocks change; Sunday is closed.
    with time_machine.travel(datetime(2026, 3, 27, 10, tzinfo=UTC), tick=False):
        pickup = ready(shop, clerk, method="collect")

    assert pickup.collect_by == datetime(2026, 4, 2, 17, 30, tzinfo=UTC)
    assert pickup.expires_at == datetime(2026, 4, 3, 17, 30, tzinfo=UTC)


def test_one_that_cannot_be_given_up_does_not_stop_the_others(shop, clerk) -> None:
    stuck, other = (overdue(ready(shop, clerk)) for _ in range(2))
    work = stuck.fulfilment_order
    work.status = "collected"
    work.save()

    assert pickup_expire_due(actor=SYSTEM) == 1
    assert fresh(other).status == PickupStatus.EXPIRED
    assert fresh(stuck).status == PickupStatus.READY


def test_customers_are_reminded_once_near_the_deadline(shop, clerk) -> None:
    pickup = ready(shop, clerk)
    assert pickup_remind_due(actor=SYSTEM) == 0

    with time_machine.travel(pickup.collect_by - timedelta(hours=20)):
        assert pickup_remind_due(actor=SYSTEM) == 1
        assert pickup_remind_due(actor=SYSTEM) == 0
    assert Event.objects.filter(type="pickup.reminder").count() == 1


def test_more_time_moves_both_deadlines_and_reminds_again(shop, clerk) -> None:
    pickup = overdue(ready(shop, clerk))
    Pickup.objects.filter(pk=pickup.pk).update(reminded_at=now())

    extended = pickup_extend(pickup.uid, actor=clerk)

    assert extended.collect_by > now() + timedelta(days=2)
    assert extended.expires_at > extended.collect_by
    assert pickup_expire_due(actor=SYSTEM) == 0
    assert pickup_remind_due(actor=SYSTEM) == 0
    with time_machine.travel(extended.collect_by - timedelta(hours=20)):
        assert pickup_remind_due(actor=SYSTEM) == 1
        assert pickup_remind_due(actor=SYSTEM) == 0


def test_a_late_customer_is_served_while_the_goods_are_here(shop, clerk) -> None:
    pickup = overdue(ready(shop, clerk, method="collect"))
    pickup_expire_due(actor=SYSTEM)

    pickup_reinstate(pickup.uid, actor=clerk)

    assert not PutBack.objects.exists()
    assert hand_over(pickup, clerk).code is HandOverAnswer.UNPAID  # the authorisation was given up
    pay(pickup, clerk)
    assert hand_over(pickup, clerk).code is HandOverAnswer.OK
    order = fresh(pickup).fulfilment_order.order
    assert (order.status, order.cancel_reason) == (OrderStatus.COMPLETED, "")


def test_a_reinstated_order_expires_again_if_nobody_takes_it(shop, clerk) -> None:
    pickup = overdue(ready(shop, clerk))
    pickup_expire_due(actor=SYSTEM)
    pickup_reinstate(pickup.uid, actor=clerk)

    with time_machine.travel(now() + timedelta(hours=2)):
        assert pickup_expire_due(actor=SYSTEM) == 1


def test_what_is_back_on_the_shelf_cannot_be_reinstated(shop, clerk) -> None:
    pickup = overdue(ready(shop, clerk))
    pickup_expire_due(actor=SYSTEM)
    task = put_back(pickup, clerk)

    assert task.done_by_id == clerk.id
    with pytest.raises(AlreadyPutBack):
        pickup_reinstate(pickup.uid, actor=clerk)
    with pytest.raises(AlreadyPutBack):
        put_back(pickup, clerk)


def test_goods_sold_to_somebody_else_cannot_be_reinstated(shop, clerk) -> None:
    pickup = overdue(ready(shop, clerk))
    pickup_expire_due(actor=SYSTEM)
    order_place(order_request(shop, 100, method="reserve"), actor=ACTOR)

    with pytest.raises(InsufficientStock):
        pickup_reinstate(pickup.uid, actor=clerk)
    assert fresh(pickup).status == PickupStatus.EXPIRED


def test_a_cancelled_order_leaves_a_task_only_if_something_was_picked(shop, clerk) -> None:
    untouched, waiting = reserve(shop), ready(shop, clerk)
    for pickup in (untouched, waiting):
        order_cancel(pickup.fulfilment_order.order_id, reason=CancelReason.CUSTOMER, actor=clerk)

    assert fresh(untouched).status == fresh(waiting).status == PickupStatus.CANCELLED
    assert [task.pickup for task in PutBack.objects.all()] == [waiting]
    assert fresh(waiting).fulfilment_order.order.payment_status == PaymentStatus.NOTHING_DUE
