"""Counting the goods of a document, scan by scan: what is picked for it, what arrived with it.

Whoever scans calls `tally_add` and `tally_undo`, whoever types a number `tally_set`; the document's
own service ends with `tally_close` and books what was counted. Units of a kit are never counted: a
kit lies on no shelf. `units` are whole numbers throughout.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from inventory.errors import AlreadyBooked
from inventory.locks import tally_for_update
from inventory.models import Tally, TallyEntry
from inventory.services.ledger import MAX_ACTOR
from oms.core.actors import Actor
from oms.core.clock import now


@dataclass(frozen=True, slots=True)
class Place:
    """A document (transfer, purchase order, …) at the location that counts its goods."""

    document: UUID
    location_id: int


@transaction.atomic
def tally_add(place: Place, sku_id: int, units: int, *, nonce: UUID, actor: Actor) -> int:
    """Count `units` more (a scan: 1); how many are counted now. The same `nonce` counts once."""
    tally = tally_for_update(place.document, place.location_id)
    if not TallyEntry.objects.filter(nonce=nonce).exists():
        TallyEntry.objects.create(
            tally=tally, nonce=nonce, sku_id=sku_id, units=units, by=actor.label[:MAX_ACTOR]
        )
    return _units(tally).get(sku_id, 0)


@transaction.atomic
def tally_set(place: Place, sku_id: int, units: int, *, nonce: UUID, actor: Actor) -> None:
    """What is counted of a SKU is `units`, 0 or more, whatever was scanned so far."""
    tally = tally_for_update(place.document, place.location_id)
    difference = units - _units(tally).get(sku_id, 0)
    if difference:
        tally_add(place, sku_id, difference, nonce=nonce, actor=actor)


@transaction.atomic
def tally_undo(place: Place, entry_id: int) -> None:
    """Take back the newest scan or number; nothing if `entry_id` is gone or not the newest now."""
    tally = tally_for_update(place.document, place.location_id)
    newest = tally.entries.order_by("-pk").first()
    if newest is not None and newest.pk == entry_id:
        newest.delete()


@transaction.atomic
def tally_close(place: Place, *, reference: UUID) -> dict[int, int]:
    """End the count; SKU id → units counted, none with 0. Whoever calls has locked the document.

    The closed tally is known by `reference`, made with the form that ends it: a form that is sent
    twice raises AlreadyBooked.
    """
    tally = tally_for_update(place.document, place.location_id)
    if Tally.objects.filter(uid=reference, closed_at__isnull=False).exists():
        raise AlreadyBooked
    tally.uid, tally.closed_at = reference, now()
    tally.save(update_fields=["uid", "closed_at"])
    return _units(tally)


def tally_units(place: Place) -> dict[int, int]:
    """SKU id → units counted so far, none with 0."""
    tally = _open(place)
    return _units(tally) if tally else {}


def tally_last(place: Place) -> TallyEntry | None:
    """The newest scan or number, which can be taken back."""
    tally = _open(place)
    if tally is None:
        return None
    return tally.entries.select_related("sku").order_by("-pk").first()


def _open(place: Place) -> Tally | None:
    found: Tally | None = Tally.objects.filter(
        document=place.document, location=place.location_id, closed_at=None
    ).first()
    return found


def _units(tally: Tally) -> dict[int, int]:
    sums = (
        TallyEntry.objects.filter(tally=tally).order_by().values("sku").annotate(sum=Sum("units"))
    )
    return {row["sku"]: row["sum"] for row in sums if row["sum"]}
