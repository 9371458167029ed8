"""Found after all: that units could not be had is taken back, as long as nothing stands on it."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from inventory.errors import InsufficientStock
from inventory.models import CountLine, StockMovement
from inventory.services.adjustment import StockChange, adjust
from inventory.services.dispositions import set_aside_undo
from inventory.status import AdjustmentReason, MovementKind
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import NotFound
from oms.orders.services.restoring import GivenUp, shelves_lock, still_paid, units_restore
from stores.deadlines import UNDO
from stores.errors import NothingToUndo, OrderWentOn, PaymentGivenUp, UndoTooLate
from stores.locks import pickup_for_update
from stores.models import Decline, Pickup
from stores.services.declining import booked_as
from stores.services.events import pickup_event
from stores.services.picking import pickup_pick_again
from stores.status import PickupStatus

S = PickupStatus


@transaction.atomic
def pickup_found(uid: UUID, *, decline: UUID, actor: Actor) -> Decline:
    """What could not be had is there after all: claimed and to be picked again, as before.

    What is picked instead of it goes, and what the decline booked off the shelf comes back by
    movements of its own; the customer is told. A pickup that is ready by now is picked on. Raises
    NotFound, NothingToUndo, UndoTooLate, OrderWentOn, PaymentGivenUp, SubstituteChanged,
    InsufficientStock; nothing is changed then.
    """
    pickup = pickup_for_update(uid, actor=actor)
    found = _undoable(pickup, decline)
    given_up = _given_up(pickup, found)
    if not _pays(pickup, given_up):
        raise PaymentGivenUp
    shelves_lock(given_up, actor=actor)
    _shelf_restore(pickup, found, actor=actor)
    try:
        units_restore(given_up, actor=actor)
    except InsufficientStock as error:
        words = _("Fewer are on record here than orders need. Put the figure right, then undo.")
        raise InsufficientStock(words, **error.data) from error
    if pickup.status != S.TO_PICK:
        pickup_pick_again(pickup)
    found.undone_at = now()
    found.save(update_fields=["undone_at"])
    audit_record(
        "pickup.found",
        pickup,
        actor=actor,
        data={"reason": found.reason, "sku": given_up.line.sku_id, "units": found.units},
    )
    pickup_event(
        "found",
        pickup,
        units=found.units,
        line={"sku": given_up.line.sku.code, "name": given_up.line.name},
        instead_of=found.stand_in.name if found.stand_in else None,
    )
    return found


def declines_undoable(pickup: Pickup) -> Sequence[Decline]:
    """What could not be had a moment ago and can be taken back, newest first."""
    if pickup.status not in (S.TO_PICK, S.READY, S.DECLINED):
        return ()
    recent = pickup.declines.filter(
        undone_at=None, at__gt=now() - UNDO, whole=pickup.status == S.DECLINED
    ).select_related("order_line__sku", "stand_in__sku")
    return [one for one in recent.order_by("-pk") if _pays(pickup, _given_up(pickup, one))]


def _undoable(pickup: Pickup, uid: UUID) -> Decline:
    """The decline, if time and the pickup's status allow to take it back."""
    declines = pickup.declines.select_related("order_line__sku", "stand_in__sku")
    found: Decline | None = declines.filter(uid=uid).first()
    if found is None:
        raise NotFound
    if found.undone_at is not None:
        raise NothingToUndo(_("This was undone already"))
    if found.at < now() - UNDO:
        raise UndoTooLate(_("The time to undo this is over. The customer has to order again."))
    if pickup.status == S.COLLECTED:
        words = _("The order is handed over. Undo the hand-over first.")
        raise OrderWentOn(words, status=pickup.status)
    if pickup.status == S.DECLINED and not found.whole:
        words = _("Nothing of the order was left. Undo what came last first.")
        raise OrderWentOn(words, status=pickup.status)
    if pickup.status not in (S.TO_PICK, S.READY, S.DECLINED):
        raise OrderWentOn(status=pickup.status)
    return found


def _given_up(pickup: Pickup, decline: Decline) -> GivenUp:
    return GivenUp(pickup.fulfilment_order, decline.order_line, decline.units, decline.stand_in)


def _pays(pickup: Pickup, given_up: GivenUp) -> bool:
    """Whether the units are paid as they were: online, or at the hand-over."""
    return pickup.pay_in_store or still_paid(given_up)


def _shelf_restore(pickup: Pickup, decline: Decline, *, actor: Actor) -> None:
    """Take back what the decline booked; its shelf is locked.

    A figure that somebody has put right or counted since stands.
    """
    set_aside_undo(decline.uid, actor=actor)
    sku_id, location_id = decline.order_line.sku_id, pickup.location_id
    # The ledger is partitioned by time; what was booked with the decline is no older.
    last = (
        StockMovement.objects.filter(
            sku=sku_id,
            location=location_id,
            kind__in=(MovementKind.ADJUSTED, MovementKind.COUNTED),
            recorded_at__gt=now() - 2 * UNDO,
        )
        .order_by("-id")
        .first()
    )
    if last is None or last.source_reference != booked_as(decline) or _counted(pickup, decline):
        return
    change = StockChange(
        sku_id,
        location_id,
        -last.on_hand,
        reason=AdjustmentReason.FOUND,
        source_reference=f"{booked_as(decline)}:undo",
    )
    cause = f"order {pickup.fulfilment_order.order.number}, found after all"
    adjust([change], cause=cause, actor=actor)


def _counted(pickup: Pickup, decline: Decline) -> bool:
    """Whether the shelf was counted since; what a count finds, its posting books."""
    since = Q(first_at__gt=decline.at) | Q(second_at__gt=decline.at)
    lines = CountLine.objects.filter(since, sku=decline.order_line.sku_id)
    return lines.filter(stock_count__location=pickup.location_id).exists()
