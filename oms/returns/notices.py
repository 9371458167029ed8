"""Events of returns as messages to the customer."""

from decimal import Decimal

from oms.core.models import Event
from oms.notifications.services import message_queue
from oms.orders.tracking import tracking_url


def return_received(event: Event) -> None:
    """The goods arrived, and what is given back for them."""
    order, goods_return = event.payload["order"], event.payload["return"]
    message_queue(
        kind="returns/return_received",
        source=f"event:{event.uid}",
        recipient=order["email"],
        language=order["language"],
        context={
            "order": order,
            "lines": goods_return["lines"],
            "refunded": Decimal(goods_return["refunded"]),
            "tracking_url": tracking_url(order["id"]),
        },
        subject_type="order",
        subject_id=str(order["id"]),
    )
