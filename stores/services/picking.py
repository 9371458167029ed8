"""From the shelf to the desk: taking the work, counting units, saying that it is ready."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Sku
from catalog.selectors import kit_components
from inventory.scanning import sku_meant, skus_scanned
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import InvalidInput, Issue
from oms.orders.models import FulfilmentLine
from oms.orders.services.fulfilment import (
    fulfilment_pick,
    fulfilment_ready,
    fulfilment_start,
    fulfilment_unready,
)
from oms.orders.status import FulfilmentStatus, require_transition
from stores.deadlines import UNDO, collect_by, expires_at
from stores.errors import (
    NothingToUndo,
    NotToPick,
    OverScan,
    TakenByColleague,
    UndoTooLate,
    WrongItem,
)
from stores.locks import pickup_for_update
from stores.models import Pickup
from stores.services.events import pickup_event
from stores.status import PICKUP_TRANSITIONS, PickupStatus

# What is known of a pickup that is ready, and of no other.
OF_READY = (
    "ready_at",
    "collect_by",
    "expires_at",
    "extended_at",
    "extended_from",
    "reminded_at",
)


def pickup_move(pickup: Pickup, wanted: PickupStatus) -> None:
    """Change the status by the table, or raise InvalidTransition. The caller saves."""
    require_transition(PICKUP_TRANSITIONS, what="pickup", current=pickup.status, wanted=wanted)
    pickup.status = wanted


def pickup_pick_again(pickup: Pickup) -> None:
    """It is not ready, so no deadline runs; its order is locked."""
    pickup_move(pickup, PickupStatus.TO_PICK)
    for name in OF_READY:
        setattr(pickup, name, None)
    pickup.save(update_fields=["status", *OF_READY])


@transaction.atomic
def pickup_take(uid: UUID, *, actor: Actor) -> Pickup:
    """Start picking, or take it over from a colleague. Raises NotToPick."""
    pickup = _to_pick(uid, actor=actor)
    fulfilment_start(pickup.fulfilment_order_id, actor=actor)
    return pickup


@transaction.atomic
def pickup_scan(uid: UUID, *, code: str, actor: Actor) -> FulfilmentLine:
    """One more unit of what was scanned (a GTIN or a SKU code); the line it counts for.

    Of goods in several conditions with one barcode it is the one still to pick. Raises
    UnknownBarcode, AmbiguousBarcode, WrongItem (naming what it is), OverScan, TakenByColleague,
    NotToPick.
    """
    pickup = _to_pick(uid, actor=actor)
    _refuse_colleague(pickup, actor)
    lines = pickup.fulfilment_order.lines.select_related("order_line").order_by("pk")
    here = {line.order_line.sku_id for line in lines}
    to_pick = {line.order_line.sku_id for line in lines if line.picked < line.quantity}
    skus = skus_scanned(code)
    strange = here.isdisjoint(sku.pk for sku in skus)
    sku = skus[0] if strange else sku_meant(skus, to_pick, here)
    fitting = [line for line in lines if line.order_line.sku_id == sku.pk]
    if not fitting:
        raise WrongItem(_why_wrong(pickup, sku))
    open_line = next((line for line in fitting if line.picked < line.quantity), None)
    if open_line is None:
        raise OverScan(
            _("%(name)s: all %(units)s are picked already. Put this one back.")
            % {"name": sku.full_name, "units": sum(line.quantity for line in fitting)}
        )
    open_line.picked += 1
    fulfilment_pick(
        pickup.fulfilment_order_id, picked={open_line.pk: open_line.picked}, actor=actor
    )
    return open_line


def _why_wrong(pickup: Pickup, sku: Sku) -> str:
    """What the wrong item is, and why somebody may have taken it for the right one."""
    lines = list(pickup.fulfilment_order.order.lines.all())
    if any(line.sku_id == sku.pk for line in lines):
        return _("%(name)s: the customer cancelled it. Put it back.") % {"name": sku.full_name}
    names = {line.sku_id: line.name for line in lines}
    for kit_id, parts in kit_components(names).items():
        if sku.pk in dict(parts):
            return _("%(name)s is part of the set %(kit)s. Count the whole set with +.") % {
                "name": sku.full_name,
                "kit": names[kit_id],
            }
    return _("This is %(name)s. It does not belong to this order.") % {"name": sku.full_name}


@transaction.atomic
def pickup_count(uid: UUID, *, line_id: int, units: int, actor: Actor) -> Pickup:
    """Set the picked units of a line by hand; recorded as such. Absolute, so safe to repeat.

    Raises InvalidInput, also when the customer cancelled the line meanwhile, TakenByColleague.
    """
    pickup = _to_pick(uid, actor=actor)
    _refuse_colleague(pickup, actor)
    line = pickup.fulfilment_order.lines.filter(pk=line_id).first()
    if line is None:
        raise InvalidInput([Issue("line", _("The customer cancelled this. Put it back."))])
    if line.picked == units:
        return pickup
    fulfilment_pick(pickup.fulfilment_order_id, picked={line_id: units}, actor=actor)
    audit_record(
        "pickup.counted_by_hand",
        pickup,
        actor=actor,
        data={"line": line_id, "from": line.picked, "to": units},
    )
    return pickup


@transaction.atomic
def pickup_ready(uid: UUID, *, place: str, actor: Actor) -> Pickup:
    """Everything lies at `place`: the customer is told, after the commit, and the deadline runs.

    Raises NotPicked, NotToPick.
    """
    pickup = _to_pick(uid, actor=actor)
    work = pickup.fulfilment_order
    if work.status == FulfilmentStatus.PICKING:
        # What was left to pick may have been cancelled: derive again whether all is picked.
        fulfilment_pick(work.pk, picked={}, actor=actor)
    fulfilment_ready(work.pk, actor=actor)
    pickup_move(pickup, PickupStatus.READY)
    pickup.place = place.strip()
    pickup.ready_at = now()
    pickup.collect_by = collect_by(pickup.location, pickup.ready_at)
    pickup.expires_at = expires_at(pickup.location, pickup.collect_by)
    pickup.save(update_fields=["status", "place", "ready_at", "collect_by", "expires_at"])
    audit_record(
        "pickup.ready",
        pickup,
        actor=actor,
        data={"place": pickup.place, "collect_by": pickup.collect_by.isoformat()},
    )
    pickup_event("ready", pickup)
    return pickup


@transaction.atomic
def pickup_unready(uid: UUID, *, actor: Actor) -> Pickup:
    """It was made ready by mistake, a moment ago: picked on, and the customer told not to come.

    Raises NothingToUndo when it is not ready (any more), UndoTooLate.
    """
    pickup = pickup_for_update(uid, actor=actor)
    if pickup.status != PickupStatus.READY or pickup.ready_at is None:
        raise NothingToUndo(_("This order is not ready, so there is nothing to undo"))
    if pickup.ready_at < now() - UNDO:
        raise UndoTooLate(_("The time to undo this is over: the customer is coming."))
    fulfilment_unready(pickup.fulfilment_order_id, actor=actor)
    pickup_pick_again(pickup)
    audit_record("pickup.unready", pickup, actor=actor)
    pickup_event("unready", pickup)
    return pickup


@transaction.atomic
def pickup_place(uid: UUID, *, place: str, actor: Actor) -> Pickup:
    """The bag was moved."""
    pickup = pickup_for_update(uid, actor=actor)
    previous, pickup.place = pickup.place, place.strip()
    pickup.save(update_fields=["place"])
    audit_record("pickup.moved", pickup, actor=actor, data={"from": previous, "to": pickup.place})
    return pickup


def _to_pick(uid: UUID, *, actor: Actor) -> Pickup:
    pickup = pickup_for_update(uid, actor=actor)
    if pickup.status != PickupStatus.TO_PICK:
        raise NotToPick(status=pickup.status)
    return pickup


def _refuse_colleague(pickup: Pickup, actor: Actor) -> None:
    """Two people picking one order carry twice the goods: the second has to say so first."""
    work = pickup.fulfilment_order
    if work.status != FulfilmentStatus.PICKING or work.picker_id is None or actor.user is None:
        return
    if work.picker_id != actor.user.pk and work.picker is not None:
        raise TakenByColleague(
            _("%(name)s is picking this order.") % {"name": work.picker.display_name}
        )
