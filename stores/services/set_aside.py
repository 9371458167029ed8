"""Setting units aside at the counter; putting them back at once is its undo."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from inventory.errors import AlreadyBooked
from inventory.models import Disposition, Location
from inventory.services.dispositions import Aside, expiry_of, set_aside
from inventory.status import DispositionReason
from oms.core.actors import Actor
from oms.core.clock import now
from oms.core.permissions import Permission, require
from stores.deadlines import UNDO
from stores.services.shelf import CAUSE


@dataclass(frozen=True, slots=True)
class ShelfAside:
    """`units` (at least 1) of a SKU at a store that are not for sale, for the reason's usual time.

    The page chooses `nonce` before the tap, so that a second tap is known to be the same.
    """

    sku_id: int
    location: Location
    reason: DispositionReason
    units: int
    nonce: UUID


def shelf_set_aside(wanted: ShelfAside, *, accept_shortage: bool, actor: Actor) -> Disposition:
    """Set them aside; the same nonce once.

    Raises Shortage for more than lie there, ShortageUnconfirmed when orders would lack units.
    """
    require(actor, Permission.STOCK_HANDLE, scope=wanted.location)
    aside = Aside(
        uid=wanted.nonce,
        sku_id=wanted.sku_id,
        location=wanted.location,
        units=wanted.units,
        reason=wanted.reason,
        expires_at=expiry_of(wanted.reason),
        cause=CAUSE,
    )
    try:
        return set_aside(aside, accept_shortage=accept_shortage, actor=actor)
    except AlreadyBooked:
        return Disposition.objects.get(uid=wanted.nonce)


def undoable_of(dispositions: Iterable[Disposition], *, actor: Actor) -> Disposition | None:
    """The newest of these that `actor` has just set aside."""
    mine = (
        one
        for one in dispositions
        if one.created_by == actor.label and one.created_at > now() - UNDO
    )
    return max(mine, key=lambda one: one.pk, default=None)
