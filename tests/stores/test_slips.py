"""Taps that were a slip: put back and kept longer can be taken back for some minutes."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from inventory.services.audit import stock_audit
from oms.core.actors import Actor, system_actor
from oms.core.clock import now
from oms.core.errors import NotFound
from oms.core.models import AuditEntry
from oms.orders.services.changes import order_cancel
from oms.orders.status import CancelReason
from stores.deadlines import AT_COUNTER
from stores.errors import AlreadyPutBack, NothingToUndo, NotReady, UndoTooLate
from stores.models import Pickup
from stores.services.ending import (
    pickup_expire_due,
    pickup_extend,
    pickup_put_back_undo,
    pickup_reinstate,
    pickup_remind_due,
    pickup_unextend,
)
from stores.services.picking import pickup_count, pickup_ready, pickup_unready
from stores.status import HandOverAnswer, PickupStatus
from tests.orders.factories import Shop, figures, make_shop
from tests.stores.factories import fresh, hand_over, overdue, pay, put_back, ready
from tests.stores.test_pages import text_of

pytestmark = pytest.mark.django_db
LAST_MOMENT = timedelta(minutes=14, seconds=50)
TOO_LATE = timedelta(minutes=15, seconds=1)


@pytest.fixture
def shop() -> Shop:
    return make_shop(1)


@pytest.fixture
def pickup(shop: Shop, clerk: Actor) -> Pickup:
    """Paid online."""
    return ready(shop, clerk, quantity=2, method="collect")


@pytest.fixture
def expired(pickup: Pickup) -> Pickup:
    overdue(pickup)
    pickup_expire_due(actor=system_actor())
    return fresh(pickup)


def not_put_back(pickup: Pickup, actor: Actor) -> None:
    pickup_put_back_undo(pickup.uid, task_id=pickup.put_backs.get().pk, actor=actor)


def test_the_goods_are_still_at_the_desk(shop: Shop, clerk: Actor, expired: Pickup) -> None:
    put_back(expired, clerk)
    with pytest.raises(AlreadyPutBack):
        pickup_reinstate(expired.uid, actor=clerk)

    with time_machine.travel(now() + LAST_MOMENT):
        not_put_back(expired, clerk)

    task = expired.put_backs.get()
    assert (task.done_at, task.done_by) == (None, None)
    assert AuditEntry.objects.filter(action="pickup.put_back_undone").count() == 1
    assert figures(shop.skus[0], shop.store) == (100, 0)
    # The customer who came late after all is served.
    pickup_reinstate(expired.uid, actor=clerk)
    pay(expired, clerk)
    assert hand_over(expired, clerk).code is HandOverAnswer.OK
    assert figures(shop.skus[0], shop.store) == (98, 0)
    assert stock_audit().clean


def test_put_back_is_undone_for_some_minutes_once_and_at_its_own_pickup(
    shop: Shop, clerk: Actor, expired: Pickup
) -> None:
    with pytest.raises(NothingToUndo):
        not_put_back(expired, clerk)
    task = put_back(expired, clerk)
    with time_machine.travel(now() + TOO_LATE), pytest.raises(UndoTooLate):
        not_put_back(expired, clerk)
    with pytest.raises(NotFound):
        pickup_put_back_undo(ready(shop, clerk).uid, task_id=task.pk, actor=clerk)
    not_put_back(expired, clerk)
    with pytest.raises(NothingToUndo):
        not_put_back(expired, clerk)
    assert put_back(expired, clerk).done_by_id == clerk.id


def test_the_queue_offers_the_last_thing_the_clerk_did(
    shop: Shop, clerk: Actor, till: Client, expired: Pickup
) -> None:
    number = expired.fulfilment_order.order.number
    task = expired.put_backs.get()
    address = reverse("counter-put-back-undo", args=[expired.uid, task.pk])
    put_back(expired, clerk)
    queue = till.get(reverse("counter"))
    assert f"Back on the shelf: order {number}" in text_of(queue)
    assert f'action="{address}"' in queue.content.decode()

    hand_over(ready(shop, clerk, method="collect"), clerk)
    assert "Handed over to Ada Byron" in text_of(till.get(reverse("counter")))
    assert address not in till.get(reverse("counter")).content.decode()

    opened = till.get(reverse("counter-pickup", args=[expired.uid]))
    assert "Still at the desk" in text_of(opened)
    done = till.post(address, follow=True)
    assert f"Order {number} is to be put back again" in text_of(done)
    assert "The goods are still at the desk" in text_of(done)
    assert "1 To put back" in text_of(till.get(reverse("counter")))
    assert "This was undone already" in text_of(till.post(address))
    with time_machine.travel(now() + TOO_LATE):
        assert "Still at the desk" not in text_of(
            till.get(reverse("counter-pickup", args=[expired.uid]))
        )


def test_units_taken_out_of_a_bag_too(clerk: Actor, till: Client, pickup: Pickup) -> None:
    order = pickup.fulfilment_order.order
    lines = {order.lines.get().pk: 1}
    order_cancel(order.pk, reason=CancelReason.CUSTOMER, actor=clerk, lines=lines)
    task = put_back(pickup, clerk)
    page = reverse("counter-pickup", args=[pickup.uid])
    opened = text_of(till.get(page))
    assert "Back on the shelf since" in opened
    assert "take this out" not in opened

    till.post(reverse("counter-put-back-undo", args=[pickup.uid, task.pk]))

    opened = text_of(till.get(page))
    assert "Cancelled: take this out" in opened
    assert "Still at the desk" not in opened
    assert hand_over(pickup, clerk).code is HandOverAnswer.OK


def test_not_longer_after_all(clerk: Actor, pickup: Pickup) -> None:
    before = fresh(pickup)
    pickup_extend(pickup.uid, actor=clerk)
    longer = fresh(pickup)
    assert longer.collect_by > before.collect_by

    with time_machine.travel(now() + LAST_MOMENT):
        pickup_unextend(pickup.uid, actor=clerk)

    again = fresh(pickup)
    assert (again.collect_by, again.expires_at) == (before.collect_by, before.expires_at)
    told = AuditEntry.objects.get(action="pickup.unextended").data
    assert told == {"from": longer.collect_by.isoformat(), "to": before.collect_by.isoformat()}


def test_an_extension_is_undone_for_some_minutes_and_once(clerk: Actor, pickup: Pickup) -> None:
    with pytest.raises(NothingToUndo):
        pickup_unextend(pickup.uid, actor=clerk)
    pickup_extend(pickup.uid, actor=clerk)
    with time_machine.travel(now() + TOO_LATE), pytest.raises(UndoTooLate):
        pickup_unextend(pickup.uid, actor=clerk)
    pickup_unextend(pickup.uid, actor=clerk)
    with pytest.raises(NothingToUndo):
        pickup_unextend(pickup.uid, actor=clerk)


def test_nobody_is_reminded_twice_of_a_deadline_that_came_back(
    clerk: Actor, pickup: Pickup
) -> None:
    with time_machine.travel(pickup.collect_by - timedelta(hours=20)):
        assert pickup_remind_due(actor=system_actor()) == 1
        pickup_extend(pickup.uid, actor=clerk)
        pickup_unextend(pickup.uid, actor=clerk)
        assert pickup_remind_due(actor=system_actor()) == 0


def test_who_stands_here_keeps_the_time_to_collect(clerk: Actor, pickup: Pickup) -> None:
    long_ago = now() - timedelta(days=10)
    Pickup.objects.filter(pk=pickup.pk).update(collect_by=long_ago, expires_at=long_ago)
    pickup_extend(pickup.uid, actor=clerk)

    pickup_unextend(pickup.uid, actor=clerk)

    assert fresh(pickup).collect_by == long_ago
    assert fresh(pickup).expires_at > now() + AT_COUNTER - timedelta(minutes=1)
    assert pickup_expire_due(actor=system_actor()) == 0
    with time_machine.travel(now() + AT_COUNTER):
        assert pickup_expire_due(actor=system_actor()) == 1


def test_another_readiness_knows_no_old_deadline(clerk: Actor, pickup: Pickup) -> None:
    pickup_extend(pickup.uid, actor=clerk)
    pickup_unready(pickup.uid, actor=clerk)
    with pytest.raises(NotReady):
        pickup_unextend(pickup.uid, actor=clerk)
    line = pickup.fulfilment_order.lines.get()
    pickup_count(pickup.uid, line_id=line.pk, units=2, actor=clerk)
    pickup_ready(pickup.uid, place="A2", actor=clerk)

    with pytest.raises(NothingToUndo):
        pickup_unextend(pickup.uid, actor=clerk)
    assert fresh(pickup).status == PickupStatus.READY


def test_the_ready_page_offers_it_as_long_as_it_can_be_done(till: Client, pickup: Pickup) -> None:
    page = reverse("counter-pickup", args=[pickup.uid])
    assert "Not longer after all" not in text_of(till.get(page))
    extended = till.post(reverse("counter-extend", args=[pickup.uid]), follow=True)
    assert "Not longer after all" in text_of(extended)
    with time_machine.travel(now() + TOO_LATE):
        assert "Not longer after all" not in text_of(till.get(page))
    done = till.post(reverse("counter-unextend", args=[pickup.uid]), follow=True)
    assert "Kept until" in text_of(done)
    assert "Not longer after all" not in text_of(done)
