"""Moving units and statuses of one locked order; every other service of orders stands on this."""

from collections.abc import Mapping, Sequence

from inventory.demand import Demand
from oms.core.clock import now
from oms.core.locks import require_transaction
from oms.core.money import exponent
from oms.core.sql import array, fetch_models, fetch_rows
from oms.orders.models import FulfilmentLine, FulfilmentOrder, Order
from oms.orders.status import (
    FULFILMENT_OPEN,
    FULFILMENT_TRANSITIONS,
    FulfilmentStatus,
    derive_order_status,
    require_transition,
)

UNITS_MOVE = """
    UPDATE orders_orderline AS line SET {counter} = line.{counter} + moved.units
    FROM unnest(%(lines)s::bigint[], %(units)s::integer[]) AS moved(id, units)
    WHERE line.id = moved.id AND line.order_id = %(order)s::bigint RETURNING line.id
"""
UNITS_PICK = """
    UPDATE orders_fulfilmentline AS line SET picked = now.units
    FROM unnest(%(lines)s::bigint[], %(units)s::integer[]) AS now(id, units)
    WHERE line.id = now.id RETURNING line.id
"""
UNITS_SUM = """
    SELECT SUM(quantity)::integer, SUM(cancelled)::integer, SUM(fulfilled)::integer,
        SUM(ROUND(gross * (quantity - cancelled - returned) / quantity, %(places)s::integer))
    FROM orders_orderline WHERE order_id = %(order)s::bigint
"""
BACK_ORDER_END = """
    UPDATE orders_orderline AS line SET back_ordered = line.back_ordered - gone.units,
        expected_on = CASE WHEN line.back_ordered > gone.units THEN line.expected_on END
    FROM unnest(%(lines)s::bigint[], %(units)s::integer[]) AS gone(id, units)
    WHERE line.id = gone.id RETURNING line.id
"""


def fulfilment_move(fulfilment_order: FulfilmentOrder, wanted: FulfilmentStatus) -> None:
    """Change the status by the table, or raise InvalidTransition. The order is locked."""
    require_transaction()
    require_transition(
        FULFILMENT_TRANSITIONS,
        what="fulfilment_order",
        current=fulfilment_order.status,
        wanted=wanted,
    )
    fulfilment_order.status = wanted
    fulfilment_order.finished_at = None if wanted in FULFILMENT_OPEN else now()
    fulfilment_order.save(update_fields=["status", "finished_at"])


def fulfilment_demands(lines: Sequence[FulfilmentLine], location_id: int) -> list[Demand]:
    """The stock these lines claim at their location."""
    return [
        Demand(
            uid=line.order_line.uid,
            sku_id=line.order_line.sku_id,
            location_id=location_id,
            quantity=line.quantity,
        )
        for line in lines
    ]


def fulfilment_lines(fulfilment_order: FulfilmentOrder) -> list[FulfilmentLine]:
    """The lines with their order lines (without traces), in the order's own order."""
    return fetch_models(
        FulfilmentLine,
        "WHERE fulfilment_order_id = %(work)s::bigint ORDER BY order_line.position",
        {"work": fulfilment_order.pk},
        related=("order_line",),
        defer=("order_line.price_trace",),
    )


def units_pick(units: Mapping[int, int]) -> None:
    """Store how many units are picked: {fulfilment line id: units}; their order is locked."""
    require_transaction()
    if units:
        fetch_rows(UNITS_PICK, {"lines": array(units), "units": array(units.values())})


def units_move(order: Order, units: Mapping[int, int], *, counter: str, sign: int = 1) -> None:
    """Add `units` (order line id → units) to the lines' `counter`, and derive the order's status.

    `counter` is "cancelled", "fulfilled" or "returned"; constraints refuse what does not add up.
    """
    require_transaction()
    fetch_rows(
        UNITS_MOVE.format(counter=counter),
        {
            "order": order.pk,
            "lines": array(units),
            "units": array(sign * number for number in units.values()),
        },
    )
    order_status_refresh(order)


def back_order_end(units: Mapping[int, int]) -> None:
    """Take `units` (order line id → units) off what waits for goods; their order is locked."""
    require_transaction()
    if units:
        fetch_rows(BACK_ORDER_END, {"lines": array(units), "units": array(units.values())})


def order_status_refresh(order: Order) -> None:
    """Derive and store the order's status and what it is worth now, from its lines.

    The order is locked by the caller. Each line is rounded as `payment.line_value` does.
    """
    ((ordered, cancelled, fulfilled, worth),) = fetch_rows(
        UNITS_SUM, {"order": order.pk, "places": exponent(order.currency)}
    )
    order.current_total = worth
    order.status = derive_order_status(ordered=ordered, cancelled=cancelled, fulfilled=fulfilled)
    order.save(update_fields=["status", "current_total", "updated_at"])
