"""The work of one location for one order: pick, ready, ship or hand over, and the ways back.

Each service locks the order, re-checks, moves stock through the ledger, and tells the world by an
event. `fulfilment_order_id` is a `FulfilmentOrder` primary key throughout.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.services.allocation import allocate, release, ship, unship
from inventory.status import MovementKind
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import Conflict, InvalidInput, Issue
from oms.core.events import event_add
from oms.orders.locks import fulfilment_for_update
from oms.orders.models import FulfilmentOrder, Order, Shipment
from oms.orders.payloads import order_payload_load
from oms.orders.services.payment import order_overpaid, tenders_capture, tenders_give_back
from oms.orders.services.state import (
    fulfilment_demands,
    fulfilment_lines,
    fulfilment_move,
    units_move,
    units_pick,
)
from oms.orders.status import FULFILMENT_DONE, CancelReason, FulfilmentStatus

S = FulfilmentStatus


class NotPicked(Conflict):
    """Some units are not picked yet."""

    code = "not_picked"
    title = gettext_lazy("Not everything is picked yet")


@transaction.atomic
def fulfilment_start(fulfilment_order_id: int, *, actor: Actor) -> FulfilmentOrder:
    """Somebody takes the work: open → picking. Taking over from a colleague is recorded."""
    fulfilment_order = fulfilment_for_update(fulfilment_order_id)
    if fulfilment_order.status != S.PICKING:
        fulfilment_move(fulfilment_order, S.PICKING)
    fulfilment_order.picker = actor.user
    fulfilment_order.save(update_fields=["picker"])
    audit_record(
        "fulfilment.started", fulfilment_order.order, actor=actor, data=_of(fulfilment_order)
    )
    return fulfilment_order


@transaction.atomic
def fulfilment_pick(
    fulfilment_order_id: int, *, picked: Mapping[int, int], actor: Actor
) -> FulfilmentOrder:
    """Set how many units are picked: {fulfilment line id: units}, absolute, so safe to repeat.

    Becomes picked when every unit is, and picking again when one is put back. Raises InvalidInput
    for a line that is not here or more units than wanted, InvalidTransition.
    """
    fulfilment_order = fulfilment_for_update(fulfilment_order_id)
    lines = {line.pk: line for line in fulfilment_lines(fulfilment_order)}
    issues = [
        Issue(f"lines.{pk}", _("Pick 0 to %(n)s") % {"n": lines[pk].quantity if pk in lines else 0})
        for pk, units in picked.items()
        if pk not in lines or not 0 <= units <= lines[pk].quantity
    ]
    if issues:
        raise InvalidInput(issues)
    for pk, units in picked.items():
        lines[pk].picked = units
    units_pick(picked)
    complete = all(line.picked == line.quantity for line in lines.values())
    return _picked(fulfilment_order, complete=complete, actor=actor)


def _picked(fulfilment_order: FulfilmentOrder, *, complete: bool, actor: Actor) -> FulfilmentOrder:
    wanted = S.PICKED if complete else S.PICKING
    if fulfilment_order.status != wanted:
        fulfilment_move(fulfilment_order, wanted)
    if actor.user is not None and fulfilment_order.picker_id != actor.user.pk:
        fulfilment_order.picker = actor.user
        fulfilment_order.save(update_fields=["picker"])
    if complete:
        audit_record(
            "fulfilment.picked", fulfilment_order.order, actor=actor, data=_of(fulfilment_order)
        )
    return fulfilment_order


@transaction.atomic
def fulfilment_pick_all(fulfilment_order_id: int, *, actor: Actor) -> FulfilmentOrder:
    """Pick every unit at once (a warehouse that confirms whole orders)."""
    fulfilment_order = fulfilment_for_update(fulfilment_order_id)
    fulfilment_order.lines.update(picked=F("quantity"))
    return _picked(fulfilment_order, complete=True, actor=actor)


@transaction.atomic
def fulfilment_ready(fulfilment_order_id: int, *, actor: Actor) -> FulfilmentOrder:
    """Picked → ready to be collected or handed to the carrier. Raises NotPicked."""
    fulfilment_order = fulfilment_for_update(fulfilment_order_id)
    if fulfilment_order.status in (S.OPEN, S.PICKING):
        raise NotPicked
    fulfilment_move(fulfilment_order, S.READY)
    audit_record(
        "fulfilment.ready", fulfilment_order.order, actor=actor, data=_of(fulfilment_order)
    )
    return fulfilment_order


@transaction.atomic
def fulfilment_unready(fulfilment_order_id: int, *, actor: Actor) -> FulfilmentOrder:
    """Ready → picked: it was said too early. Raises InvalidTransition."""
    fulfilment_order = fulfilment_for_update(fulfilment_order_id)
    fulfilment_move(fulfilment_order, S.PICKED)
    audit_record(
        "fulfilment.unready", fulfilment_order.order, actor=actor, data=_of(fulfilment_order)
    )
    return fulfilment_order


@transaction.atomic
def fulfilment_ship(
    fulfilment_order_id: int, *, carrier: str, tracking_number: str = "", actor: Actor
) -> Shipment:
    """The parcel left: stock goes down, the payment is captured, the customer is told.

    Raises NotPicked, InvalidTransition, and inventory's errors when the goods are not there.
    """
    fulfilment_order = fulfilment_for_update(fulfilment_order_id)
    if fulfilment_order.status in (S.OPEN, S.PICKING):
        raise NotPicked
    fulfilment_move(fulfilment_order, S.SHIPPED)
    _goods_leave(fulfilment_order, MovementKind.SHIPPED, actor=actor)
    order = fulfilment_order.order
    shipment = Shipment.objects.create(
        fulfilment_order=fulfilment_order, carrier=carrier, tracking_number=tracking_number
    )
    audit_record("fulfilment.shipped", order, actor=actor, data=_of(fulfilment_order))
    _announce(
        "fulfilment.shipped",
        fulfilment_order,
        shipment={"carrier": carrier, "tracking_number": tracking_number},
    )
    return shipment


@transaction.atomic
def fulfilment_collect(fulfilment_order_id: int, *, actor: Actor) -> FulfilmentOrder:
    """Handed over at the counter: ready → collected; stock leaves here, payment is captured."""
    fulfilment_order = fulfilment_for_update(fulfilment_order_id)
    fulfilment_move(fulfilment_order, S.COLLECTED)
    _goods_leave(fulfilment_order, MovementKind.SOLD, actor=actor)
    audit_record(
        "fulfilment.collected", fulfilment_order.order, actor=actor, data=_of(fulfilment_order)
    )
    return fulfilment_order


@transaction.atomic
def fulfilment_uncollect(fulfilment_order_id: int, *, reason: str, actor: Actor) -> FulfilmentOrder:
    """Undo of a hand-over: collected → ready; compensating movements, never edits."""
    fulfilment_order = fulfilment_for_update(fulfilment_order_id)
    fulfilment_move(fulfilment_order, S.READY)
    order = fulfilment_order.order
    lines = fulfilment_lines(fulfilment_order)
    unship(
        fulfilment_demands(lines, fulfilment_order.location_id),
        cause=f"order {order.number} undone",
        actor=actor,
    )
    units_move(
        order, {line.order_line_id: line.quantity for line in lines}, counter="fulfilled", sign=-1
    )
    audit_record(
        "fulfilment.uncollected",
        order,
        actor=actor,
        data=_of(fulfilment_order) | {"reason": reason},
    )
    return fulfilment_order


@transaction.atomic
def fulfilment_decline(fulfilment_order_id: int, *, reason: str, actor: Actor) -> FulfilmentOrder:
    """The location cannot do it: stock is released, the units cancelled, the money given back."""
    return _give_up(
        fulfilment_order_id, S.DECLINED, cancel=CancelReason.NO_STOCK, reason=reason, actor=actor
    )


@transaction.atomic
def fulfilment_expire(fulfilment_order_id: int, *, actor: Actor) -> FulfilmentOrder:
    """Not collected in time: stock is released, the units cancelled, the money given back."""
    return _give_up(
        fulfilment_order_id,
        S.CANCELLED,
        cancel=CancelReason.NOT_COLLECTED,
        reason=CancelReason.NOT_COLLECTED,
        actor=actor,
    )


@transaction.atomic
def fulfilment_reinstate(fulfilment_order_id: int, *, actor: Actor) -> FulfilmentOrder:
    """A late customer is served: the goods are claimed again and the order is open again.

    What was refunded is due again. Raises InsufficientStock if the goods were sold meanwhile.
    """
    fulfilment_order = fulfilment_for_update(fulfilment_order_id)
    fulfilment_move(fulfilment_order, S.READY)
    order = fulfilment_order.order
    lines = fulfilment_lines(fulfilment_order)
    allocate(
        fulfilment_demands(lines, fulfilment_order.location_id),
        cause=f"order {order.number} reinstated",
        actor=actor,
    )
    order.cancel_reason = ""
    order.save(update_fields=["cancel_reason", "updated_at"])
    units_move(
        order, {line.order_line_id: line.quantity for line in lines}, counter="cancelled", sign=-1
    )
    tenders_give_back(order, order_overpaid(order), reason="reinstated", actor=actor)
    audit_record("fulfilment.reinstated", order, actor=actor, data=_of(fulfilment_order))
    return fulfilment_order


def _goods_leave(fulfilment_order: FulfilmentOrder, kind: MovementKind, *, actor: Actor) -> None:
    order = fulfilment_order.order
    lines = fulfilment_lines(fulfilment_order)
    ship(
        fulfilment_demands(lines, fulfilment_order.location_id),
        cause=f"order {order.number}",
        actor=actor,
        kind=kind,
    )
    units_move(order, {line.order_line_id: line.quantity for line in lines}, counter="fulfilled")
    tenders_capture(order, actor=actor)


def _give_up(
    fulfilment_order_id: int,
    wanted: FulfilmentStatus,
    *,
    cancel: CancelReason,
    reason: str,
    actor: Actor,
) -> FulfilmentOrder:
    fulfilment_order = fulfilment_for_update(fulfilment_order_id)
    fulfilment_move(fulfilment_order, wanted)
    order = fulfilment_order.order
    lines = fulfilment_lines(fulfilment_order)
    release(
        fulfilment_demands(lines, fulfilment_order.location_id),
        cause=f"order {order.number}",
        actor=actor,
        reason=reason,
    )
    _units_cancel(order, {line.order_line_id: line.quantity for line in lines}, cancel)
    tenders_give_back(order, order_overpaid(order), reason=reason, actor=actor)
    audit_record(
        f"fulfilment.{'declined' if wanted == S.DECLINED else 'expired'}",
        order,
        actor=actor,
        data=_of(fulfilment_order) | {"reason": reason},
    )
    _announce("fulfilment.cancelled", fulfilment_order, reason=reason)
    return fulfilment_order


def _units_cancel(order: Order, units: Mapping[int, int], reason: CancelReason) -> None:
    if not order.fulfilment_orders.filter(status__in=FULFILMENT_DONE).exists():
        order.cancel_reason = reason
        order.save(update_fields=["cancel_reason", "updated_at"])
    units_move(order, units, counter="cancelled")


def _of(fulfilment_order: FulfilmentOrder) -> dict[str, Any]:
    return {"location": fulfilment_order.location.code, "method": fulfilment_order.method}


def _announce(event_type: str, fulfilment_order: FulfilmentOrder, **more: Any) -> None:
    order = fulfilment_order.order
    event_add(
        event_type,
        aggregate="order",
        aggregate_id=order.uid,
        payload=order_payload_load(order)
        | {
            "fulfilment_order": str(fulfilment_order.uid),
            "location": fulfilment_order.location.code,
        }
        | more,
    )
