"""The end of a count: what is off is counted again, approved where it is much, and booked."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from inventory.errors import AlreadyBooked, NotAllCounted, NothingCounted
from inventory.locks import count_for_update
from inventory.models import CountLine, StockCount
from inventory.selectors.counts import count_off, lines_beyond_tolerance
from inventory.services import count_statements as statements
from inventory.services.count_lines import count_move
from inventory.services.dispositions import missing_counted_by
from inventory.services.ledger import MAX_ACTOR
from inventory.status import COUNT_LINE_OPEN, CountLineStatus, CountStatus
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import InvalidTransition
from oms.core.permissions import Permission
from oms.core.sql import fetch_rows


@dataclass(frozen=True, slots=True)
class CountPosted:
    """Lines booked, units up and down, lines now short of allocations, lines that would have gone
    below zero, and lines of which a later count is in the ledger already."""

    changed: int
    units_up: int
    units_down: int
    shortages: int
    beyond_zero: int
    outdone: int


@transaction.atomic
def count_finish(number: int, *, leave: bool = False, actor: Actor) -> StockCount:
    """Nobody counts any more: ask for second counts, for approval, or book.

    Lines nobody counted are left out, if `leave` says so; where a second count is left out the
    first stands, and somebody has to approve. Raises NotAllCounted, NothingCounted,
    InvalidTransition.
    """
    count = count_for_update(number, Permission.STOCK_HANDLE, actor=actor)
    if count.status not in (CountStatus.COUNTING, CountStatus.RECOUNT):
        if count.status == CountStatus.PLANNED:
            raise NothingCounted
        raise InvalidTransition(what="count", current=count.status, wanted=CountStatus.POSTED)
    lines: QuerySet[CountLine] = count.lines.all()
    if not lines.filter(first__isnull=False).exists():
        raise NothingCounted
    left = lines.filter(status__in=COUNT_LINE_OPEN).count()
    if left and not leave:
        raise NotAllCounted(lines=left)
    if count.status == CountStatus.COUNTING and _ask_again(lines):
        return _moved(count, CountStatus.RECOUNT, actor=actor)
    unsure = lines.filter(status=CountLineStatus.TO_RECOUNT).exists()
    if unsure or count_off(count).needs_approval:
        return _moved(count, CountStatus.TO_APPROVE, actor=actor)
    return _post(count, actor=actor)


@transaction.atomic
def count_recount(number: int, *, line_ids: Collection[int], actor: Actor) -> StockCount:
    """Instead of approving: have these lines counted a second time.

    Raises NothingCounted when none of them was counted, InvalidTransition.
    """
    count = count_for_update(number, Permission.STOCK_ADJUST, actor=actor)
    count_move(count, CountStatus.RECOUNT)
    asked = count.lines.filter(pk__in=line_ids, first__isnull=False).update(
        status=CountLineStatus.TO_RECOUNT,
        second=None, second_expected=None, second_at=None, second_by="",
    )  # fmt: skip
    if not asked:
        raise NothingCounted
    count.save(update_fields=["status"])
    audit_record("count.recount", count, actor=actor, data={"lines": asked})
    return count


@transaction.atomic
def count_post(number: int, *, actor: Actor) -> StockCount:
    """Approve and book. Raises InvalidTransition, also when it is booked already."""
    count = count_for_update(number, Permission.STOCK_ADJUST, actor=actor)
    if count.status != CountStatus.TO_APPROVE:
        raise InvalidTransition(what="count", current=count.status, wanted=CountStatus.POSTED)
    return _post(count, actor=actor)


@transaction.atomic
def count_cancel(number: int, *, actor: Actor) -> StockCount:
    """Give a count up: nothing is booked. Raises InvalidTransition."""
    count = count_for_update(number, Permission.STOCK_ADJUST, actor=actor)
    return _closed(count, CountStatus.CANCELLED, actor=actor)


def _ask_again(lines: QuerySet[CountLine]) -> int:
    """Ask for a second count of what is off by more than the tolerance; of how many lines."""
    return lines_beyond_tolerance(lines).update(status=CountLineStatus.TO_RECOUNT)


def _post(count: StockCount, *, actor: Actor) -> StockCount:
    params = {"count": count.pk, "location": count.location_id}
    fetch_rows(statements.LOCK_LINES, params)
    # Before on hand falls: missing units are not to be missed twice.
    missing_counted_by(count, actor=actor)
    try:
        row = fetch_rows(
            statements.POST,
            params
            | {"cause": str(count), "actor": actor.label[:MAX_ACTOR], "since": count.created_at},
        )[0]
    except IntegrityError as error:
        if "inventory_sourcereference" in str(error):
            raise AlreadyBooked from error
        raise
    return _closed(count, CountStatus.POSTED, actor=actor, posted=CountPosted(*row))


def _moved(count: StockCount, wanted: CountStatus, *, actor: Actor) -> StockCount:
    count_move(count, wanted)
    count.save(update_fields=["status"])
    audit_record(f"count.{wanted}", count, actor=actor)
    return count


def _closed(
    count: StockCount, wanted: CountStatus, *, actor: Actor, posted: CountPosted | None = None
) -> StockCount:
    count_move(count, wanted)
    count.closed_at, count.closed_by = now(), actor.label[:150]
    count.save(update_fields=["status", "closed_at", "closed_by"])
    audit_record(f"count.{wanted}", count, actor=actor, data=asdict(posted) if posted else None)
    return count
