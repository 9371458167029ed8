"""News about pickups, for the customer's messages and whoever else listens."""

from typing import Any

from oms.core.events import event_add
from oms.orders.payloads import order_payload_load
from oms.orders.services.payment import order_due
from stores.models import Pickup


def pickup_event(name: str, pickup: Pickup, **more: Any) -> None:
    """`pickup.<name>` of the order's aggregate. The order is locked by the caller.

    The code and the token are not in it: whoever may tell the customer derives them.
    """
    order = pickup.fulfilment_order.order
    location = pickup.location
    event_add(
        f"pickup.{name}",
        aggregate="order",
        aggregate_id=order.uid,
        payload=order_payload_load(order)
        | {
            "pickup": {
                "uid": str(pickup.uid),
                "status": pickup.status,
                "pay_in_store": pickup.pay_in_store,
                "due": str(order_due(order)),
                "collect_by": pickup.collect_by.isoformat() if pickup.collect_by else None,
                "location": {"code": location.code, "name": location.name},
            }
        }
        | more,
    )
