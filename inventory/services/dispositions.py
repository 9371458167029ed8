"""Goods set aside: damaged, missing, on display; on hand and not for sale, until that ends.

Like a hold, a disposition is written together with its stock row, which locks first. Setting aside
and ending move `unavailable`; writing off takes the units off on hand in the same movement.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from inventory.demand import Demand
from inventory.errors import AlreadyBooked, Shortage, ShortageUnconfirmed
from inventory.models import Disposition, Location, Stock, StockCount
from inventory.services import disposition_statements as statements
from inventory.services.holds import lapsed_end
from inventory.services.ledger import MAX_ACTOR, MAX_CAUSE, Refusal, items, run, stock_lock
from inventory.status import DispositionOutcome, DispositionReason, MovementKind
from oms.core.actors import Actor, system_actor
from oms.core.audit import audit_record, audit_record_many
from oms.core.clock import now
from oms.core.errors import InvalidInput, InvalidTransition, Issue
from oms.core.locks import require_transaction
from oms.core.permissions import Permission
from oms.core.sql import fetch_rows

MAX_NOTE = 80
MAX_UNITS = 1_000_000
# What a person may do with goods set aside, and what it takes.
ENDINGS = {
    DispositionOutcome.PUT_BACK: Permission.STOCK_HANDLE,
    DispositionOutcome.WRITTEN_OFF: Permission.STOCK_ADJUST,
}
WORDS = {
    DispositionOutcome.PUT_BACK: "put back on sale",
    DispositionOutcome.WRITTEN_OFF: "written off",
    DispositionOutcome.EXPIRED: "time is over",
}


@dataclass(frozen=True, slots=True)
class Aside:
    """`units` (1 or more) of a SKU to be set aside at a location that the caller may handle.

    `uid` is chosen before, so that what is sent twice is set aside once. `expires_at` None: until
    somebody ends it. `cause` is the ledger's; without one, the note.
    """

    uid: UUID
    sku_id: int
    location: Location
    units: int
    reason: DispositionReason
    expires_at: datetime | None
    note: str = ""
    cause: str = ""


def expiry_of(reason: DispositionReason) -> datetime | None:
    """When units set aside now go back on sale by themselves: `DISPOSITION_DAYS` of the reason."""
    days: int = settings.DISPOSITION_DAYS[reason.value]
    return now() + timedelta(days=days) if days else None


@transaction.atomic
def set_aside(aside: Aside, *, accept_shortage: bool = False, actor: Actor) -> Disposition:
    """Take the units off sale; they stay on hand. Holds whose time is over do not stand in the way.

    Raises Shortage when fewer lie there that are not set aside yet, ShortageUnconfirmed when
    orders or baskets have claimed them and nobody accepted that, and AlreadyBooked for a known
    `uid`.
    """
    if not 1 <= aside.units <= MAX_UNITS:
        raise ValueError("At least one unit is set aside")
    params = {
        "uid": aside.uid,
        "sku": aside.sku_id,
        "location": aside.location.pk,
        "units": aside.units,
        "reason": aside.reason.value,
        "note": aside.note[:MAX_NOTE],
        "expires_at": aside.expires_at,
        "cause": (aside.cause or aside.note or "set aside")[:MAX_CAUSE],
        "reference": f"disposition:{aside.uid}",
        "actor": actor.label[:MAX_ACTOR],
        "accept": accept_shortage,
    }
    try:
        refused = run(statements.SET_ASIDE, params)
        shelf = [Demand(uuid4(), aside.sku_id, aside.location.pk, aside.units)]
        if refused and refused[0].problem == "claimed" and lapsed_end(shelf):
            refused = run(statements.SET_ASIDE, params)
    except IntegrityError as error:
        if "inventory_sourcereference" in str(error) or "inventory_disposition_uid" in str(error):
            raise AlreadyBooked from error
        raise
    if refused:
        _refuse(aside, refused)
    disposition = Disposition.objects.select_related("sku", "location").get(uid=aside.uid)
    audit_record("disposition.set_aside", disposition, actor=actor, data=_told(disposition))
    return disposition


def _refuse(aside: Aside, refused: list[Refusal]) -> None:
    if refused[0].problem == "short":
        raise Shortage(items=items(refused, "on_hand"))
    stock = Stock.objects.get(sku=aside.sku_id, location=aside.location)
    missing = stock.allocated + stock.held + stock.unavailable + aside.units - stock.on_hand
    raise ShortageUnconfirmed(units=missing, allocated=stock.allocated + stock.held)


@transaction.atomic
def disposition_end(
    uid: UUID,
    outcome: DispositionOutcome,
    *,
    units: int | None = None,
    part: UUID | None = None,
    actor: Actor,
) -> Disposition:
    """Put the units back on sale, or write them off: off on hand as well.

    Fewer `units` than are set aside become a disposition of their own, which ends and is answered;
    the rest stays. `part` is its uid, chosen before, so that what is sent twice ends once. What
    does not lie there any more, because a count or a feed took it off the record, is not taken
    off twice. Putting back takes `STOCK_HANDLE`, writing off `STOCK_ADJUST`. Raises NotFound,
    InvalidTransition when it has ended, InvalidInput for more units than are set aside.
    """
    visible = Disposition.objects.select_related("sku", "location")
    found: Disposition = visible.get_visible(actor, ENDINGS[outcome], uid=uid)
    if units is not None:
        found = _parted(found, units, part or uuid4(), outcome, actor=actor)
        if not found.is_open:
            return found
    ended = _end(statements.END_ONE, outcome, {"uid": found.uid}, cause=WORDS[outcome], actor=actor)
    found.refresh_from_db(fields=["units", "outcome", "ended_by", "ended_at"])
    if not ended:
        raise InvalidTransition(what="disposition", current=found.outcome, wanted=outcome)
    return found


@transaction.atomic
def set_aside_undo(uid: UUID, *, actor: Actor) -> None:
    """Put back on sale what is still set aside of it: it was set aside by mistake.

    As for `set_aside`, the caller knows that `actor` may. What has ended, stays so.
    """
    outcome = DispositionOutcome.PUT_BACK
    _end(statements.END_ONE, outcome, {"uid": uid}, cause=WORDS[outcome], actor=actor)


def _parted(
    found: Disposition, units: int, part: UUID, outcome: DispositionOutcome, *, actor: Actor
) -> Disposition:
    """What of it ends: all, `units` split off, or the part that was split off before.

    The stock row, which locks first, adds up as before: its open dispositions have the same sum.
    """
    shelf = Demand(part, found.sku_id, found.location_id, 1)
    stock_lock([shelf], actor=actor)
    again = Disposition.objects.select_related("sku", "location").filter(uid=part).first()
    if again is not None:
        if again.parted_from_id != found.pk:
            raise AlreadyBooked
        return again
    found.refresh_from_db(fields=["units", "outcome", "ended_by", "ended_at"])
    if not found.is_open:
        raise InvalidTransition(what="disposition", current=found.outcome, wanted=outcome)
    if not 1 <= units <= found.units:
        words = _("Give 1 to %(most)s units") % {"most": found.units}
        raise InvalidInput([Issue("units", words, "bad_quantity")])
    if units == found.units:
        return found
    found.units -= units
    found.save(update_fields=["units"])
    audit_record("disposition.parted", found, actor=actor, data={"units": units, "part": str(part)})
    copied = ("sku", "location", "reason", "note", "expires_at", "created_by", "created_at")
    same = {name: getattr(found, name) for name in copied}
    return Disposition.objects.create(uid=part, units=units, parted_from=found, **same)


def dispositions_expire() -> int:
    """Put back on sale what is set aside past its time, some hundred shelves at a go; how many."""
    ended = 0
    outcome = DispositionOutcome.EXPIRED
    while True:
        with transaction.atomic():
            found = _end(statements.EXPIRE, outcome, {}, cause=WORDS[outcome], actor=system_actor())
        if not found:
            return ended
        ended += found


def missing_counted(skus: str, locations: str, *, cause: str, actor: Actor) -> int:
    """Somebody counted these shelves (array literals of ids, side by side): nothing is missing.

    Missing units were found, or the count takes them off on hand; either way they are no more set
    aside. Damaged ones and those on display lie there and are counted: they stay. How many ended.
    """
    shelves = {"skus": skus, "locations": locations}
    return _end(
        statements.COUNTED_SHELVES,
        DispositionOutcome.COUNTED,
        shelves,
        cause=cause,
        actor=actor,
    )


def missing_counted_by(count: StockCount, *, actor: Actor) -> int:
    """`missing_counted` of a count's lines that were counted after the units were missed."""
    return _end(
        statements.COUNTED_LINES,
        DispositionOutcome.COUNTED,
        {"count": count.pk, "location": count.location_id},
        cause=str(count),
        actor=actor,
    )


def _end(
    statement: str,
    outcome: DispositionOutcome,
    which: dict[str, Any],
    *,
    cause: str,
    actor: Actor,
) -> int:
    require_transaction()
    written_off = outcome is DispositionOutcome.WRITTEN_OFF
    params = which | {
        "outcome": outcome.value,
        "kind": (MovementKind.ADJUSTED if written_off else MovementKind.UNDISPOSED).value,
        "taken": int(written_off),
        "cause": cause[:MAX_CAUSE],
        "actor": actor.label[:MAX_ACTOR],
        "now": now(),
    }
    ended = [row[0] for row in fetch_rows(statement, params)]
    if ended:
        rows = [Disposition(pk=pk) for pk in ended]
        audit_record_many(f"disposition.{outcome.value}", rows, actor=actor)
    return len(ended)


def _told(disposition: Disposition) -> dict[str, Any]:
    return {
        "sku": disposition.sku.code,
        "location": disposition.location.code,
        "units": disposition.units,
        "reason": disposition.reason,
    }
