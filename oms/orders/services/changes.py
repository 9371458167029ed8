"""Changing an order after it was placed: cancelling it, or units of it."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from inventory.demand import Demand
from inventory.services.allocation import release
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import InvalidInput, Issue
from oms.core.events import event_add
from oms.orders.errors import GoodsLeft, OrderClosed, PickingBegan
from oms.orders.locks import order_for_update
from oms.orders.methods import method_of
from oms.orders.models import FulfilmentLine, FulfilmentOrder, Order
from oms.orders.payloads import order_payload_load
from oms.orders.services.payment import order_overpaid, tenders_give_back
from oms.orders.services.state import fulfilment_move, units_move
from oms.orders.status import FULFILMENT_OPEN, CancelReason, FulfilmentStatus


@transaction.atomic
def order_cancel(
    order_id: int,
    *,
    reason: CancelReason,
    actor: Actor,
    lines: Mapping[int, int] | None = None,
    work: int | None = None,
) -> Order:
    """Cancel all that has not left, or `lines` {order line id: units} of it.

    `work`: the fulfilment order (its id) that the units are taken from, if it matters which.
    Stock is released, authorisations voided, captures refunded, in the same transaction.
    Raises NotFound, GoodsLeft, OrderClosed, InvalidInput for more units than are open.
    """
    order = order_for_update(order_id)
    open_lines = cancellable_lines(order)
    if not open_lines:
        if order.lines.filter(fulfilled__gt=0).exists():
            raise GoodsLeft
        raise OrderClosed
    taken = units_take(
        [line for line in open_lines if work in (None, line.fulfilment_order_id)], lines
    )
    release(
        [_demand(line, units) for line, units in taken],
        cause=f"order {order.number} cancelled",
        actor=actor,
        reason=reason,
    )
    work_shrink(taken, actor=actor)
    cancelled: dict[int, int] = {}
    for line, units in taken:
        cancelled[line.order_line_id] = cancelled.get(line.order_line_id, 0) + units
    order.cancel_reason = reason
    order.save(update_fields=["cancel_reason", "updated_at"])
    units_move(order, cancelled, counter="cancelled")
    tenders_give_back(order, order_overpaid(order), reason=reason, actor=actor)
    audit_record(
        "order.cancelled",
        order,
        actor=actor,
        data={"reason": reason, "units": sum(cancelled.values())},
    )
    event_add(
        "order.cancelled",
        aggregate="order",
        aggregate_id=order.uid,
        payload=order_payload_load(order)
        | {
            "reason": reason,
            "whole": order.status == "cancelled",
            "units": {str(line_id): units for line_id, units in cancelled.items()},
        },
    )
    return order


def _demand(line: FulfilmentLine, units: int) -> Demand:
    return Demand(
        uid=line.order_line.uid,
        sku_id=line.order_line.sku_id,
        location_id=line.fulfilment_order.location_id,
        quantity=units,
    )


@transaction.atomic
def order_cancel_unpicked(order_id: int, *, actor: Actor) -> Order:
    """Cancel the whole order while nobody has begun to pick it: what a customer may do alone.

    Raises NotFound, PickingBegan, OrderClosed.
    """
    order = order_for_update(order_id)
    begun = order.fulfilment_orders.exclude(
        status__in=(FulfilmentStatus.OPEN, FulfilmentStatus.CANCELLED)
    )
    if begun.exists():
        raise PickingBegan
    return order_cancel(order_id, reason=CancelReason.CUSTOMER, actor=actor)


def cancellable_lines(order: Order) -> list[FulfilmentLine]:
    """The lines of work that has not left, the newest work first; one query."""
    return list(
        FulfilmentLine.objects.filter(
            fulfilment_order__order=order, fulfilment_order__status__in=FULFILMENT_OPEN
        )
        .select_related("fulfilment_order__location", "order_line")
        .order_by("-fulfilment_order_id", "order_line__position")
    )


def units_take(
    work: list[FulfilmentLine], wanted: Mapping[int, int] | None
) -> list[tuple[FulfilmentLine, int]]:
    """Which units of which fulfilment lines to cancel; the newest fulfilment order gives first."""
    if wanted is None:
        return [(line, line.quantity) for line in work]
    left = {line_id: units for line_id, units in wanted.items() if units > 0}
    taken: list[tuple[FulfilmentLine, int]] = []
    for line in work:
        units = min(left.get(line.order_line_id, 0), line.quantity)
        if units:
            taken.append((line, units))
            left[line.order_line_id] -= units
    issues = [
        Issue(f"lines.{line_id}", _("Only units that have not left can be cancelled"))
        for line_id, units in left.items()
        if units
    ]
    if issues or not taken:
        raise InvalidInput(issues or [Issue("lines", _("Name the units to cancel"))])
    return taken


def work_shrink(taken: list[tuple[FulfilmentLine, int]], *, actor: Actor) -> None:
    """Take the units off the fulfilment orders; one with nothing left is cancelled."""
    touched: dict[int, FulfilmentOrder] = {}
    # Picked already, by fulfilment order: somebody has to take them out again.
    loose: dict[int, dict[FulfilmentLine, int]] = {}
    shrunk: list[FulfilmentLine] = []
    emptied: list[FulfilmentLine] = []
    for line, units in taken:
        touched[line.fulfilment_order_id] = line.fulfilment_order
        surplus = line.picked - (line.quantity - units)
        if surplus > 0:
            loose.setdefault(line.fulfilment_order_id, {})[line] = surplus
        if units < line.quantity:
            line.quantity -= units
            line.picked = min(line.picked, line.quantity)
            shrunk.append(line)
        else:
            emptied.append(line)
    FulfilmentLine.objects.bulk_update(shrunk, ["quantity", "picked"])
    gone = {line.pk for line in emptied}
    busy = set(
        FulfilmentLine.objects.filter(fulfilment_order__in=touched)
        .exclude(pk__in=gone)
        .values_list("fulfilment_order_id", flat=True)
    )
    # A fulfilment order that ends keeps its lines, so that its page still says what it was for.
    FulfilmentLine.objects.filter(pk__in=gone, fulfilment_order__in=busy).delete()
    for pk in loose.keys() & busy:
        method_of(touched[pk].method).shrunk(touched[pk], loose[pk], actor=actor)
    ended = [one for pk, one in touched.items() if pk not in busy]
    for fulfilment_order in ended:
        fulfilment_move(fulfilment_order, FulfilmentStatus.CANCELLED)
    if ended:
        method_of(ended[0].method).cancelled(ended, actor=actor)
