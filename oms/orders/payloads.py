"""What events about orders carry: enough for every reader, so that none has to ask back."""

from collections.abc import Sequence
from typing import Any

from catalog.models import Sku
from oms.core.sql import fetch_models
from oms.orders.models import Channel, Order, OrderLine


def order_payload(
    order: Order, channel: Channel, lines: Sequence[OrderLine], skus: Sequence[Sku]
) -> dict[str, Any]:
    """The order as events carry it: ids, contact, totals and lines; amounts as strings."""
    return {
        "order": {
            "id": order.pk,
            "uid": str(order.uid),
            "number": order.number,
            "external_id": order.external_id,
            "channel": channel.code,
            "method": order.method,
            "name": order.name,
            "email": order.email,
            "language": order.language,
            "currency": order.currency,
            "net": str(order.net),
            "tax": str(order.tax),
            "gross": str(order.gross),
            "current_total": str(order.current_total),
            "placed_at": order.placed_at.isoformat(),
            "lines": [
                {
                    "position": line.position,
                    "sku": sku.code,
                    "name": line.name,
                    "quantity": line.quantity,
                    "cancelled": line.cancelled,
                    "gross": str(line.gross),
                }
                for line, sku in zip(lines, skus, strict=True)
            ],
        }
    }


def order_payload_load(order: Order) -> dict[str, Any]:
    """`order_payload` of a stored order; two queries."""
    lines = fetch_models(
        OrderLine,
        "WHERE order_id = %(order)s::bigint ORDER BY position",
        {"order": order.pk},
        related=("sku",),
        defer=("price_trace", "sku.options"),
    )
    (channel,) = fetch_models(Channel, "WHERE id = %(id)s::bigint", {"id": order.channel_id})
    return order_payload(order, channel, lines, [line.sku for line in lines])
