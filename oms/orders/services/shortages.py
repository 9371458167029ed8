"""What is done about a shortage, one order at a time; by a person, or by the channel's wish."""

from functools import partial
from uuid import UUID

from django.db import transaction

from inventory.demand import Demand
from inventory.models import Shortage
from inventory.services.ledger import stock_lock
from oms.core.actors import Actor, system_actor
from oms.core.errors import Conflict, NotFound
from oms.core.events import event_add
from oms.core.models import Event
from oms.orders.errors import CannotWait, ShortageSolved
from oms.orders.locks import fulfilment_for_update
from oms.orders.models import FulfilmentLine, FulfilmentOrder, Order, OrderLine
from oms.orders.selectors.shortages import Affected, affected_by
from oms.orders.services.backorders import back_order
from oms.orders.services.changes import order_cancel
from oms.orders.services.resourcing import fulfilment_resource
from oms.orders.services.substituting import line_substitute
from oms.orders.status import CancelReason

REASON = "shortage"


@transaction.atomic
def shortage_resource(uid: UUID, *, line_id: int, actor: Actor) -> list[FulfilmentOrder]:
    """What a fulfilment line lacks, or what others have of it, comes from there; the work there.

    Raises NotFound, ShortageSolved if it lacks nothing (any more), NotMovable, NoOtherLocation.
    """
    shortage, line = _locked(uid, line_id)
    units = _lacking(shortage, line).movable
    return fulfilment_resource(
        line.fulfilment_order_id,
        line_id=line.pk,
        units=units,
        reason=REASON,
        actor=actor,
        # A sync may raise the figures until the shelf is locked.
        check=partial(_still_lacking, shortage, line),
    )


@transaction.atomic
def shortage_back_order(uid: UUID, *, line_id: int, actor: Actor) -> OrderLine:
    """What a fulfilment line lacks, as far as it is not picked, waits for goods.

    The claim ends, the customer is told with the day if one is known, and the units are served
    by themselves when goods come. Raises NotFound, ShortageSolved if the line lacks nothing (any
    more), CannotWait for a pickup and for picked units, GoodsElsewhere.
    """
    shortage, line = _locked(uid, line_id)
    stock_lock([_claim(shortage, line)], actor=actor)
    units = _lacking(shortage, line).movable
    if not units:
        raise CannotWait
    return back_order(line, units, reason=REASON, actor=actor)


@transaction.atomic
def shortage_substitute(uid: UUID, *, line_id: int, sku: str, actor: Actor) -> OrderLine:
    """The SKU with this code stands in for what a line lacks, as far as that is not picked.

    As many units as there are of it; the customer is told, and never pays more. Raises NotFound,
    ShortageSolved if the line lacks nothing (any more), SubstitutesNotAccepted, NotASubstitute,
    NotReplaceable, NoSubstitute, NoPrice, NoTaxRate; nothing is changed then.
    """
    shortage, line = _locked(uid, line_id)
    units = _lacking(shortage, line).unpicked
    # A sync may raise the figures until the shelf is locked.
    check = partial(_still_lacking, shortage, line)
    return line_substitute(line, units, code=sku, reason=REASON, actor=actor, check=check)


@transaction.atomic
def shortage_cancel(uid: UUID, *, line_id: int, actor: Actor) -> Order:
    """What a fulfilment line lacks is cancelled: money given back, the customer told.

    Raises NotFound, ShortageSolved if it lacks nothing (any more).
    """
    shortage, line = _locked(uid, line_id)
    stock_lock([_claim(shortage, line)], actor=actor)
    return order_cancel(
        line.fulfilment_order.order_id,
        reason=CancelReason.NO_STOCK,
        actor=actor,
        lines={line.order_line_id: _lacking(shortage, line).lacking},
        work=line.fulfilment_order_id,
    )


def shortage_resource_all(uid: UUID, *, actor: Actor) -> tuple[int, int]:
    """Every line that can come from elsewhere does, the first promise first; (moved, left).

    A transaction each: two orders locked in one could wait for each other.
    """
    shortage = Shortage.objects.filter(uid=uid, closed_at=None).first()
    if shortage is None:
        return 0, 0
    lines = [one.line.pk for one in affected_by(shortage) if one.line and one.movable]
    moved = sum(_moved(shortage, line_id, actor=actor) for line_id in lines)
    return moved, len(lines) - moved


def stock_short(event: Event) -> None:
    """Re-source one order of a channel that wants it so, and come again for the next.

    One order per event: two orders locked in one transaction could wait for each other. What
    cannot be moved stays a visible item.
    """
    shortage = Shortage.objects.filter(uid=event.payload["shortage"], closed_at=None).first()
    if shortage is None:
        return
    for one in affected_by(shortage):
        if one.line and one.movable and one.line.fulfilment_order.order.channel.resources_shortages:
            if _moved(shortage, one.line.pk, actor=system_actor(REASON)):
                event_add(
                    "stock.short",
                    aggregate="shortage",
                    aggregate_id=shortage.uid,
                    payload=event.payload,
                )
                return


def _moved(shortage: Shortage, line_id: int, *, actor: Actor) -> bool:
    try:
        shortage_resource(shortage.uid, line_id=line_id, actor=actor)
    except Conflict:
        # Rolled back to before it, with its locks.
        return False
    return True


def _locked(uid: UUID, line_id: int) -> tuple[Shortage, FulfilmentLine]:
    """The item and the line, with the line's order locked."""
    shortage = Shortage.objects.filter(uid=uid).first()
    line = (
        FulfilmentLine.objects.filter(pk=line_id).only("fulfilment_order").first()
        if shortage is not None
        else None
    )
    if shortage is None or line is None:
        raise NotFound
    work = fulfilment_for_update(line.fulfilment_order_id)
    again = FulfilmentLine.objects.select_related("order_line").filter(pk=line_id).first()
    if again is None or shortage.closed_at is not None:
        raise ShortageSolved
    again.fulfilment_order = work
    return shortage, again


def _claim(shortage: Shortage, line: FulfilmentLine) -> Demand:
    ordered = line.order_line
    return Demand(ordered.uid, ordered.sku_id, shortage.location_id, line.quantity)


def _lacking(shortage: Shortage, line: FulfilmentLine) -> Affected:
    """What the line lacks now. Raises ShortageSolved for nothing."""
    for one in affected_by(shortage):
        if one.line == line and one.lacking:
            return one
    raise ShortageSolved


def _still_lacking(shortage: Shortage, line: FulfilmentLine, units: int) -> None:
    if _lacking(shortage, line).unpicked < units:
        raise ShortageSolved
