"""News about pickups as messages to the customer, in their language, with the store's own times.

The code and the token are derived here, at the last moment; they are in no event and no column.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from inventory.models import Location
from oms.core.clock import now
from oms.core.models import Event
from oms.notifications.services import message_queue, message_render, supported_language
from oms.notifications.templatetags.mail import long_when
from oms.orders.methods import method_of
from oms.orders.payloads import order_payload_load
from oms.orders.services.payment import order_due
from oms.orders.tracking import tracking_url
from stores.codes import CODE_LENGTH, pickup_code, pickup_token
from stores.deadlines import collect_by
from stores.hours import hours_in_words
from stores.models import Pickup

READY = "stores/pickup_ready"
HIDDEN = "•" * CODE_LENGTH


def order_placed(event: Event) -> None:
    """Confirmation of an order to be collected, with its code; orders confirms the shipped ones."""
    order = event.payload["order"]
    if not method_of(order["method"]).is_pickup:
        return
    pickup = (
        Pickup.objects.filter(fulfilment_order__order=order["id"])
        .select_related("location", "fulfilment_order")
        .order_by("pk")
        .first()
    )
    if pickup is not None:
        due = Decimal(order["gross"]) if pickup.pay_in_store else Decimal(0)
        _queue("stores/order_placed", event, pickup, due=due)


def pickup_ready(event: Event) -> None:
    """It lies at the desk: where, until when, with which code."""
    _about_pickup(READY, event)


def pickup_unready(event: Event) -> None:
    """It was called ready too early: come later."""
    _about_pickup("stores/pickup_unready", event)


def pickup_reminder(event: Event) -> None:
    """The deadline is near."""
    _about_pickup("stores/pickup_reminder", event)


def pickup_expired(event: Event) -> None:
    """It was not collected; what was paid goes back."""
    _about_pickup("stores/pickup_expired", event)


def pickup_collected(event: Event) -> None:
    """It was handed over: who should complain if it was not them can do so now."""
    _about_pickup("stores/pickup_collected", event)


def pickup_declined(event: Event) -> None:
    """The store could not find the goods."""
    _about_pickup("stores/pickup_declined", event)


def pickup_found(event: Event) -> None:
    """What the store could not find is there after all: what was said about it is taken back."""
    payload = event.payload
    _about_pickup(
        "stores/pickup_found",
        event,
        units=payload["units"],
        goods=payload["line"]["name"],
        instead_of=payload["instead_of"],
    )


def ready_preview(pickup: Pickup) -> tuple[str, str]:
    """Subject and text of the message a customer gets when the pickup becomes ready.

    For the clerk's eyes, so without the code: who hands over must not know what to be shown.
    """
    order = pickup.fulfilment_order.order
    context = _context(
        order_payload_load(order)["order"],
        pickup,
        due=order_due(order),
        until=pickup.collect_by or collect_by(pickup.location, now()),
    )
    context |= {"code": HIDDEN, "token": ""}
    subject, text, _html = message_render(READY, order.language, context)
    return subject, text


def _about_pickup(kind: str, event: Event, **more: Any) -> None:
    facts = event.payload["pickup"]
    pickup = Pickup.objects.select_related("location", "fulfilment_order").get(uid=facts["uid"])
    deadline = facts["collect_by"]
    _queue(
        kind,
        event,
        pickup,
        due=Decimal(facts["due"]),
        until=datetime.fromisoformat(deadline) if deadline else None,
        **more,
    )


def _queue(kind: str, event: Event, pickup: Pickup, **facts: Any) -> None:
    order = event.payload["order"]
    message_queue(
        kind=kind,
        source=f"event:{event.uid}",
        recipient=order["email"],
        language=order["language"],
        context=_context(order, pickup, **facts),
        subject_type="order",
        subject_id=str(order["id"]),
    )


def _context(
    order: dict[str, Any],
    pickup: Pickup,
    *,
    due: Decimal,
    until: datetime | None = None,
    **more: Any,
) -> dict[str, Any]:
    """What every template of `templates/stores/mail/` may use."""
    location = pickup.location
    # Times are written in the store's zone: that is where the customer has to be.
    with (
        translation.override(supported_language(order["language"])),
        timezone.override(ZoneInfo(location.time_zone)),
    ):
        return {
            "order": order,
            "code": pickup_code(pickup.uid),
            "token": pickup_token(pickup.uid),
            "store": location,
            "address": address_of(location),
            "hours": hours_in_words(location),
            "deadline": long_when(until),
            "promised": long_when(pickup.fulfilment_order.promised_at),
            "due": due,
            "deputy": pickup.deputy,
            "tracking_url": tracking_url(order["id"]),
            **more,
        }


def address_of(location: Location) -> str:
    """One line: street, postcode and city."""
    return ", ".join(
        filter(None, [location.street, f"{location.postcode} {location.city}".strip()])
    )
