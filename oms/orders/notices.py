"""Events of orders as messages to the customer. What a method says itself (pickups) is left out."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from oms.core.clock import retailer_zone
from oms.core.models import Event
from oms.notifications.services import message_queue
from oms.orders.methods import method_of
from oms.orders.tracking import tracking_url


def order_placed(event: Event) -> None:
    """Confirmation of an order that is shipped; a pickup's confirmation carries its code."""
    if not method_of(event.payload["order"]["method"]).is_pickup:
        _queue("order_placed", event)


def order_cancelled(event: Event) -> None:
    """The order, or units of it, will not come."""
    _queue("order_cancelled", event, whole=event.payload["whole"])


def order_back_ordered(event: Event) -> None:
    """Units of the order wait for goods, and until when if that is known."""
    _queue("order_back_ordered", event, **_wait(event))


def order_back_order_later(event: Event) -> None:
    """Units that wait come later than was said: told once for each day."""
    payload = event.payload
    source = f"wait:{payload['order']['id']}:{payload['line']['position']}:{payload['expected_on']}"
    _queue("order_back_order_later", event, source=source, **_wait(event))


def _wait(event: Event) -> dict[str, Any]:
    day = event.payload["expected_on"]
    return {
        "units": event.payload["units"],
        "goods": event.payload["line"]["name"],
        "expected_on": date.fromisoformat(day) if day else None,
    }


def order_substituted(event: Event) -> None:
    """Something else comes instead of what is missing; later too, if it does."""
    payload = event.payload
    _queue(
        "order_substituted",
        event,
        units=payload["units"],
        goods=payload["line"]["name"],
        stand_in=payload["substitute"]["name"],
        saved=Decimal(payload["saved"]),
        pickup=method_of(payload["order"]["method"]).is_pickup,
        promised_at=_local(payload["promised_at"]) if payload["later"] else None,
    )


def fulfilment_shipped(event: Event) -> None:
    """The parcel left."""
    _queue("fulfilment_shipped", event, shipment=event.payload["shipment"])


def fulfilment_resourced(event: Event) -> None:
    """It comes from elsewhere: said only if it comes later than promised."""
    if event.payload["later"]:
        _queue(
            "order_delayed",
            event,
            promised_at=_local(event.payload["promised_at"]),
        )


def _local(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(retailer_zone())


def _queue(name: str, event: Event, *, source: str = "", **more: Any) -> None:
    order = event.payload["order"]
    message_queue(
        kind=f"orders/{name}",
        source=source or f"event:{event.uid}",
        recipient=order["email"],
        language=order["language"],
        context={"order": order, "tracking_url": tracking_url(order["id"]), **more},
        subject_type="order",
        subject_id=str(order["id"]),
    )
