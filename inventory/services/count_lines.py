"""Counting: what lies on the shelf, SKU by SKU, on any number of phones and sheets at once.

What should be there is fixed with what was found, under the lock of the stock row: `difference` is
of that moment, and stays right whatever is sold before it is posted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Sku
from inventory.errors import CountMoved, NotOnCount
from inventory.locks import count_for_update
from inventory.models import CountLine, CountScan, StockCount
from inventory.scanning import sku_meant, skus_scanned
from inventory.services import count_statements as statements
from inventory.services.adjustment import stock_add
from inventory.status import (
    COUNT_ENTERING,
    COUNT_LINE_TRANSITIONS,
    COUNT_TRANSITIONS,
    CountLineStatus,
    CountStatus,
)
from oms.core.actors import Actor
from oms.core.clock import now
from oms.core.errors import InvalidInput, InvalidTransition, Issue
from oms.core.permissions import Permission
from oms.core.sql import array, fetch_rows

MAX_UNITS = 1_000_000
ALWAYS = "infinity"


@dataclass(frozen=True, slots=True)
class Found:
    """A line as it was counted; `before` is what it said until then (None: nothing)."""

    line: CountLine
    before: int | None


def count_move(count: StockCount, wanted: CountStatus) -> None:
    """Change the status by the table, or raise InvalidTransition. The caller saves."""
    if wanted not in COUNT_TRANSITIONS[count.status]:
        raise InvalidTransition(what="count", current=count.status, wanted=wanted)
    count.status = wanted


@dataclass(frozen=True, slots=True)
class Scan:
    """`code`: a SKU code or GTIN; `units` more or less of it. The same `nonce` counts once.

    `accept`: also what is not on the list, which it is from then on.
    """

    code: str
    nonce: UUID = field(default_factory=uuid4)
    units: int = 1
    accept: bool = False


@transaction.atomic
def line_scan(number: int, scan: Scan, *, actor: Actor) -> Found:
    """So many units more of what was scanned; never less than none.

    Raises UnknownBarcode, AmbiguousBarcode, NotOnCount for what is not among the lines to count,
    InvalidTransition.
    """
    count = _entering(number, actor=actor)
    sku = _sku_of(count, scan.code)
    line = _line_of(count, sku, accept=scan.accept)
    before = _units_of(count, line)
    units = (before or 0) + scan.units
    if units < 0 or not _is_new(scan, line):
        return Found(line, before)
    return _found(count, line, units, actor=actor)


def _line_of(count: StockCount, sku: Sku, *, accept: bool) -> CountLine:
    line = count.lines.filter(sku=sku).first()
    again = count.status == CountStatus.RECOUNT
    if line is None and accept and not again:
        line = CountLine.objects.create(stock_count=count, sku=sku, is_extra=True)
    if line is None or (again and not _is_again(line)):
        words = (
            _("%(name)s is not to be counted again.")
            if again
            else _("%(name)s is not on the list of this count.")
        )
        raise NotOnCount(words % {"name": sku.full_name}, sku=sku.code, can_add=not again)
    line.sku = sku
    return line


def _is_new(scan: Scan, line: CountLine) -> bool:
    """Whether this scan was not counted before; it is known from now on."""
    _scan, made = CountScan.objects.get_or_create(nonce=scan.nonce, defaults={"line": line})
    return made


@transaction.atomic
def line_set(
    number: int, *, line_id: int, units: int | None, seen: int | None, actor: Actor
) -> Found:
    """`units` of a line lie there; None takes the count of it back.

    `seen` is what the person was shown: raises CountMoved when the line says something else by
    now, NotOnCount, InvalidInput, InvalidTransition.
    """
    _check_units([units])
    count = _entering(number, actor=actor)
    line = count.lines.filter(pk=line_id).select_related("sku").first()
    if line is None or (count.status == CountStatus.RECOUNT and not _is_again(line)):
        raise NotOnCount(can_add=False)
    before = _units_of(count, line)
    if before != seen:
        raise CountMoved(
            _("%(name)s: somebody counted %(units)s meanwhile. Look before you change it.")
            % {"name": line.sku.full_name, "units": _("nothing") if before is None else before},
            units=before,
        )
    if units is None:
        _take_back(count, line)
        return Found(line, before)
    return _found(count, line, units, actor=actor)


@transaction.atomic
def lines_count(
    number: int, found: Mapping[int, int], *, at: datetime | None = None, actor: Actor
) -> Sequence[CountLine]:
    """SKU id → units, as they lay there at `at` (now): a sheet or a device, in one go.

    Absolute, so safe to repeat. Raises InvalidInput for units below 0 and for a moment that is
    still to come or before the count was planned, NotOnCount, InvalidTransition.
    """
    _check_units(found.values())
    count = _entering(number, actor=actor)
    if at is not None and not count.created_at <= at <= now():
        words = _("A moment between the planning of the count and now")
        raise InvalidInput([Issue("counted_at", words)])
    lines = list(count.lines.filter(sku__in=found).select_related("sku").order_by("sku"))
    if count.status == CountStatus.RECOUNT:
        lines = [line for line in lines if _is_again(line)]
    missing = set(found) - {line.sku_id for line in lines}
    if missing:
        raise NotOnCount(sku=Sku.objects.get(pk=min(missing)).code, can_add=False)
    _tally(count, {line: found[line.sku_id] for line in lines}, at=at, actor=actor)
    return lines


def _entering(number: int, *, actor: Actor) -> StockCount:
    count = count_for_update(number, Permission.STOCK_HANDLE, actor=actor)
    if count.status not in COUNT_ENTERING:
        raise InvalidTransition(what="count", current=count.status, wanted=CountStatus.COUNTING)
    return count


def _sku_of(count: StockCount, code: str) -> Sku:
    """What was scanned: of several in different conditions the one to be counted."""
    skus = skus_scanned(code)
    lines = count.lines.filter(sku__in=skus) if len(skus) > 1 else []
    first = count.status != CountStatus.RECOUNT
    sku = sku_meant(skus, {line.sku_id for line in lines if first or _is_again(line)})
    if sku.is_kit:
        raise NotOnCount(
            _("%(name)s is a set: count its parts.") % {"name": sku.full_name}, can_add=False
        )
    return sku


def _check_units(values: Iterable[int | None]) -> None:
    for units in values:
        if units is not None and not 0 <= units <= MAX_UNITS:
            raise InvalidInput([Issue("units", _("A whole number from 0 on"))])


def _is_again(line: CountLine) -> bool:
    return line.status in (CountLineStatus.TO_RECOUNT, CountLineStatus.TWICE)


def _units_of(count: StockCount, line: CountLine) -> int | None:
    return line.second if count.status == CountStatus.RECOUNT else line.first


def _found(count: StockCount, line: CountLine, units: int, *, actor: Actor) -> Found:
    before = _units_of(count, line)
    _check_units([units])
    _tally(count, {line: units}, at=None, actor=actor)
    return Found(line, before)


def _line_move(line: CountLine, wanted: CountLineStatus) -> None:
    if wanted not in COUNT_LINE_TRANSITIONS[line.status]:
        raise InvalidTransition(what="count line", current=line.status, wanted=wanted)
    line.status = wanted


def _take_back(count: StockCount, line: CountLine) -> None:
    if line.is_extra and count.status != CountStatus.RECOUNT:
        line.delete()
        return
    if count.status == CountStatus.RECOUNT:
        _line_move(line, CountLineStatus.TO_RECOUNT)
        line.second = line.second_expected = line.second_at = None
        line.second_by = ""
    else:
        _line_move(line, CountLineStatus.TO_COUNT)
        line.first = line.first_expected = line.first_at = None
        line.first_by = ""
    line.save()


def _tally(
    count: StockCount, found: Mapping[CountLine, int], *, at: datetime | None, actor: Actor
) -> None:
    """Write what was found and what should have been there, under the locks of the shelves."""
    if not found:
        return
    skus = array(line.sku_id for line in found)
    stock_add(skus, array([count.location_id] * len(found)))
    params = {"location": count.location_id, "skus": skus}
    on_hand = dict(fetch_rows(statements.SHELVES, params))
    ledger = {
        sku_id: (newest, since)
        for sku_id, newest, since in fetch_rows(
            statements.LEDGER, params | {"at": at.isoformat() if at else ALWAYS}
        )
    }
    moment, who = at or now(), actor.label[:150]
    for line, units in found.items():
        newest, since = ledger[line.sku_id]
        expected = on_hand[line.sku_id] - since
        line.after_movement = newest
        if count.status == CountStatus.RECOUNT:
            _line_move(line, CountLineStatus.TWICE)
            line.second, line.second_expected = units, expected
            line.second_at, line.second_by = moment, who
        else:
            _line_move(line, CountLineStatus.ONCE)
            line.first, line.first_expected = units, expected
            line.first_at, line.first_by = moment, who
    CountLine.objects.bulk_update(list(found), WRITTEN)
    if count.status == CountStatus.PLANNED:
        count_move(count, CountStatus.COUNTING)
        count.save(update_fields=["status"])


WRITTEN = (
    "status", "after_movement", "first", "first_expected", "first_at", "first_by",
    "second", "second_expected", "second_at", "second_by",
)  # fmt: skip
