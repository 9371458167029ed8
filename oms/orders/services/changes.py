"""Changing an order after it was placed: cancelling it, or units of it."""

from collections.abc import Mapping
from dataclasses import dataclass

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
from oms.orders.models import FulfilmentLine, FulfilmentOrder, Order, OrderLine
from oms.orders.payloads import order_payload_load
from oms.orders.services.payment import order_overpaid, tenders_give_back
from oms.orders.services.state import back_order_end, fulfilment_move, units_move
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
    there = open_units(order, work=work)
    if not there.units:
        if order.lines.filter(fulfilled__gt=0).exists():
            raise GoodsLeft
        raise OrderClosed
    taken = units_take(there, lines)
    release(
        [_demand(line, units) for line, units in taken.work],
        cause=f"order {order.number} cancelled",
        actor=actor,
        reason=reason,
    )
    work_shrink(taken.work, actor=actor)
    cancelled = taken.by_line
    back_order_end({line.pk: units for line, units in taken.waiting})
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


@dataclass(frozen=True, slots=True)
class OpenUnits:
    """Units of an order that have not left: of fulfilment lines, and back-ordered ones."""

    work: list[tuple[FulfilmentLine, int]]
    waiting: list[tuple[OrderLine, int]]

    @property
    def by_line(self) -> dict[int, int]:
        """Order line id → units."""
        sums = {line.pk: units for line, units in self.waiting}
        for line, units in self.work:
            sums[line.order_line_id] = sums.get(line.order_line_id, 0) + units
        return sums

    @property
    def units(self) -> int:
        return sum(self.by_line.values())


def open_units(order: Order, *, work: int | None = None) -> OpenUnits:
    """All that has not left, the newest work first; two queries. `work`: of this one alone."""
    lines = FulfilmentLine.objects.filter(
        fulfilment_order__order=order, fulfilment_order__status__in=FULFILMENT_OPEN
    ).select_related("fulfilment_order__location", "order_line")
    if work is not None:
        lines = lines.filter(fulfilment_order=work)
    return OpenUnits(
        work=[
            (line, line.quantity)
            for line in lines.order_by("-fulfilment_order_id", "order_line__position")
        ],
        waiting=[
            (line, line.back_ordered)
            for line in (order.lines.filter(back_ordered__gt=0) if work is None else ())
        ],
    )


def units_take(there: OpenUnits, wanted: Mapping[int, int] | None) -> OpenUnits:
    """Which of them to cancel: what waits for goods goes first, then the newest work's."""
    if wanted is None:
        return there
    left = {line_id: units for line_id, units in wanted.items() if units > 0}
    taken = OpenUnits([], [])
    for ordered, most in there.waiting:
        if units := min(left.get(ordered.pk, 0), most):
            taken.waiting.append((ordered, units))
            left[ordered.pk] -= units
    for line, most in there.work:
        if units := min(left.get(line.order_line_id, 0), most):
            taken.work.append((line, units))
            left[line.order_line_id] -= units
    issues = [
        Issue(f"lines.{line_id}", _("Only units that have not left can be cancelled"))
        for line_id, units in left.items()
        if units
    ]
    if issues or not taken.units:
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
