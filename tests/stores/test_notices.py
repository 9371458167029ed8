from datetime import UTC, datetime

import pytest
import time_machine

from oms.core.actors import system_actor
from oms.core.events import events_deliver
from oms.core.models import Event
from oms.notifications.models import Message
from stores import notices
from stores.codes import pickup_code
from stores.services.declining import pickup_decline
from stores.services.ending import pickup_expire_due, pickup_remind_due
from stores.status import DeclineReason
from tests.orders.factories import Contact, make_shop
from tests.stores.factories import collected, overdue, ready, reserve

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    shop = make_shop(1)
    shop.store.name = "Milano Centro"
    shop.store.street, shop.store.city = "Corso Buenos Aires 12", "Milano"
    shop.store.time_zone = "Europe/Rome"
    shop.store.opening_hours = {str(day): [["09:00", "19:30"]] for day in range(1, 7)}
    shop.store.save()
    return shop


def grouped(pickup) -> str:
    code = pickup_code(pickup.uid)
    return f"{code[:4]} {code[4:]}"


def message(kind: str) -> Message:
    return Message.objects.get(kind=f"stores/{kind}")


def handle(handler, event_type: str) -> None:
    handler(Event.objects.get(type=event_type))


def test_the_confirmation_carries_the_code_and_the_qr(shop) -> None:
    pickup = reserve(shop)

    handle(notices.order_placed, "order.placed")
    handle(notices.order_placed, "order.placed")

    sent = message("order_placed")
    assert "Milano Centro" in sent.subject
    for body in (sent.text, sent.html):
        assert grouped(pickup) in body
        assert "Corso Buenos Aires 12" in body
        assert "€12.20" in body
    assert "data:image/png;base64," in sent.html


def test_ready_says_where_until_when_and_what_is_due(shop, clerk) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 10, tzinfo=UTC), tick=False):
        pickup = ready(shop, clerk)
        handle(notices.pickup_ready, "pickup.ready")

    sent = message("pickup_ready")
    assert grouped(pickup) in sent.text
    assert "Saturday 7 March, 19:30" in sent.text
    assert "Monday–Saturday 09:00–19:30" in sent.text
    assert "You pay €12.20 in the store" in sent.text
    assert (sent.subject_type, sent.subject_id) == (
        "order",
        str(pickup.fulfilment_order.order_id),
    )


def test_messages_speak_the_customers_language(shop, clerk) -> None:
    ready(shop, clerk, contact=Contact("Ada", "ada@example.com", language="it"))

    handle(notices.pickup_ready, "pickup.ready")

    assert message("pickup_ready").language == "it"
    assert "lunedì–sabato" in message("pickup_ready").text


def test_the_other_news_is_told_too(shop, clerk) -> None:
    reminded = ready(shop, clerk)
    with time_machine.travel(reminded.collect_by.replace(hour=3)):
        pickup_remind_due(actor=system_actor())
    handle(notices.pickup_reminder, "pickup.reminder")
    overdue(reminded)
    pickup_expire_due(actor=system_actor())
    handle(notices.pickup_expired, "pickup.expired")
    collected(shop, clerk)
    handle(notices.pickup_collected, "pickup.collected")

    assert grouped(reminded) in message("pickup_reminder").text
    assert "it is cancelled" in message("pickup_expired").text
    assert "If that was neither you" in message("pickup_collected").text


def test_a_declined_order_is_regretted(shop, clerk) -> None:
    pickup = reserve(shop)
    line = pickup.fulfilment_order.lines.get()

    pickup_decline(
        pickup.uid, line_id=line.pk, units=1, reason=DeclineReason.NOT_FOUND, actor=clerk
    )
    handle(notices.pickup_declined, "pickup.declined")

    assert "could not find" in message("pickup_declined").text


def test_nobody_is_written_to_without_an_address(shop, clerk) -> None:
    ready(shop, clerk, contact=Contact("Ada"))

    handle(notices.pickup_ready, "pickup.ready")

    assert not Message.objects.exists()


def test_the_message_exists_once_its_event_is_delivered(shop, clerk) -> None:
    ready(shop, clerk)

    events_deliver()
    events_deliver()

    assert Message.objects.filter(kind="stores/pickup_ready").count() == 1


def test_the_preview_is_the_message_without_the_code(shop, clerk) -> None:
    pickup = ready(shop, clerk)

    subject, text = notices.ready_preview(pickup)
    handle(notices.pickup_ready, "pickup.ready")

    assert subject == message("pickup_ready").subject
    assert text == message("pickup_ready").text.replace(grouped(pickup), "•••• ••••")
