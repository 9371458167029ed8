"""Made ready by mistake: back to the pick list for some minutes, and the customer is told."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from inventory.services.audit import stock_audit
from oms.core.actors import Actor
from oms.core.clock import now
from oms.core.events import events_deliver
from oms.core.models import User
from oms.notifications.models import Message
from oms.orders.services.payment import order_due
from stores.errors import NothingToUndo, UndoTooLate
from stores.models import Pickup
from stores.services.picking import pickup_count, pickup_ready, pickup_unready
from stores.status import HandOverAnswer, PickupStatus
from tests.orders.factories import Shop, figures, make_shop
from tests.stores.factories import fresh, hand_over, pay, ready
from tests.stores.test_pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop(1)


@pytest.fixture
def pickup(shop: Shop, clerk: Actor) -> Pickup:
    """Paid in the store."""
    return ready(shop, clerk)


def test_it_is_picked_on_and_made_ready_anew(shop: Shop, clerk: Actor, pickup: Pickup) -> None:
    pay(pickup, clerk)
    pickup_unready(pickup.uid, actor=clerk)
    again = fresh(pickup)
    assert (again.status, again.fulfilment_order.status) == (PickupStatus.TO_PICK, "picked")
    assert (again.ready_at, again.collect_by, again.expires_at) == (None, None, None)
    assert hand_over(pickup, clerk).code is HandOverAnswer.NOT_READY
    assert figures(shop.skus[0], shop.store) == (100, 1)
    line = again.fulfilment_order.lines.get()
    for units in (0, 1):
        pickup_count(pickup.uid, line_id=line.pk, units=units, actor=clerk)
    pickup_ready(pickup.uid, place="A2", actor=clerk)
    # What was paid stays paid.
    assert order_due(again.fulfilment_order.order) == 0
    assert hand_over(pickup, clerk).code is HandOverAnswer.OK
    assert stock_audit().clean


def test_for_some_minutes_and_once(clerk: Actor, pickup: Pickup) -> None:
    with time_machine.travel(now() + timedelta(minutes=15, seconds=1)), pytest.raises(UndoTooLate):
        pickup_unready(pickup.uid, actor=clerk)
    with time_machine.travel(now() + timedelta(minutes=14, seconds=50)):
        pickup_unready(pickup.uid, actor=clerk)
    with pytest.raises(NothingToUndo):
        pickup_unready(pickup.uid, actor=clerk)


def test_two_taps_on_the_page_and_a_message(person: User, pickup: Pickup) -> None:
    till = Client()
    till.force_login(person)
    page = reverse("counter-pickup", args=[pickup.uid])
    assert "Not ready after all" in text_of(till.get(page))
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert "Not ready after all" not in text_of(till.get(page))
    answer = till.post(reverse("counter-unready", args=[pickup.uid]), follow=True)
    assert "Ready: tell Ada Byron" in text_of(answer)
    assert "Not ready any more. Ada Byron is told now." in text_of(answer)
    events_deliver()
    told = Message.objects.latest("pk")
    assert told.kind == "stores/pickup_unready"
    assert "not ready yet after all" in told.subject
