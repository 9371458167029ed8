"""The quick adjustment at the counter: units found, missing or damaged; undone soon after."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from inventory.errors import AlreadyBooked
from inventory.models import Location, Stock, StockMovement
from inventory.services.adjustment import StockChange, adjust
from inventory.services.correction import Correction, stock_correct
from inventory.status import AdjustmentReason
from oms.core.actors import Actor
from oms.core.clock import now
from oms.core.permissions import Permission, grants_for, require
from stores.deadlines import UNDO
from stores.errors import AdjustmentTooLarge, NothingToUndo, UndoTooLate

# Units a clerk may adjust at once; more takes somebody who may adjust stock.
MOST_UNITS: int = settings.COUNTER_ADJUST_UNITS
SIGNS = {
    AdjustmentReason.FOUND: 1,
    AdjustmentReason.MISSING: -1,
    AdjustmentReason.DAMAGED: -1,
}
CAUSE = "counter"


@dataclass(frozen=True, slots=True)
class ShelfAdjustment:
    """`units` (at least 1) of a SKU found, missing or damaged at a store.

    The page chooses `nonce` before the tap, so that a second tap is known to be the same.
    """

    sku_id: int
    location: Location
    reason: AdjustmentReason
    units: int
    nonce: UUID


def shelf_adjust(adjustment: ShelfAdjustment, *, accept_shortage: bool, actor: Actor) -> Stock:
    """Book it; the stock row after. The same nonce books once.

    Raises AdjustmentTooLarge for more than `COUNTER_ADJUST_UNITS` without the right to adjust
    stock here, Shortage below zero, ShortageUnconfirmed when orders would lack units.
    """
    require(actor, Permission.STOCK_HANDLE, scope=adjustment.location)
    if adjustment.units > most_units(adjustment.location, actor=actor):
        raise AdjustmentTooLarge(most=MOST_UNITS)
    correction = Correction(
        sku_id=adjustment.sku_id,
        location_id=adjustment.location.pk,
        reason=adjustment.reason,
        note=CAUSE,
        reference=_reference(adjustment.nonce, actor),
        delta=SIGNS[adjustment.reason] * adjustment.units,
    )
    try:
        return stock_correct(correction, accept_shortage=accept_shortage, actor=actor)
    except AlreadyBooked:
        return Stock.objects.get(sku=adjustment.sku_id, location=adjustment.location)


def most_units(location: Location, *, actor: Actor) -> int:
    """How many units `actor` may adjust at once here."""
    return 1_000_000 if may_adjust(location, actor=actor) else MOST_UNITS


def may_adjust(location: Location, *, actor: Actor) -> bool:
    """Whether `actor` may adjust stock here, more than a little, and write units off."""
    grants = grants_for(actor, Permission.STOCK_ADJUST)
    return grants.everything or location.pk in grants.scopes.get("location", frozenset())


@transaction.atomic
def shelf_adjust_undo(nonce: UUID, *, location: Location, actor: Actor) -> StockMovement:
    """Take back one's own adjustment by a movement of its own; what was taken back.

    Raises UndoTooLate (not one's own looks the same), NothingToUndo the second time, Shortage when
    found units are gone again.
    """
    require(actor, Permission.STOCK_HANDLE, scope=location)
    reference = _reference(nonce, actor)
    movement = _recent(location).filter(source_reference=reference).first()
    if movement is None:
        raise UndoTooLate
    try:
        adjust(
            [
                StockChange(
                    movement.sku_id,
                    location.pk,
                    -movement.on_hand,
                    reason=AdjustmentReason.CORRECTION,
                    source_reference=f"{reference}:undo",
                )
            ],
            cause=f"{CAUSE}, undone",
            actor=actor,
        )
    except AlreadyBooked as error:
        raise NothingToUndo from error
    return movement


def shelf_undoable(
    sku_id: int, location: Location, *, actor: Actor
) -> tuple[StockMovement, UUID] | None:
    """One's own last adjustment of this SKU here while it can be taken back, and its nonce."""
    prefix = _reference("", actor)
    mine = list(
        _recent(location)
        .filter(sku=sku_id, source_reference__startswith=prefix)
        .order_by("-id")
        .select_related("sku")
    )
    undone = {one.source_reference for one in mine}
    for movement in mine:
        reference = movement.source_reference or ""
        if not reference.endswith(":undo") and f"{reference}:undo" not in undone:
            return movement, UUID(reference.removeprefix(prefix))
    return None


def _recent(location: Location) -> QuerySet[StockMovement]:
    return StockMovement.objects.filter(location=location, recorded_at__gt=now() - UNDO)


def _reference(nonce: UUID | str, actor: Actor) -> str:
    """Whose it is stands in it: nobody takes back what somebody else did."""
    return f"{CAUSE}:{actor.user.pk if actor.user else 0}:{nonce}"
