"""Counting shelves at the counter: scan after scan, or a number; blind where the count is.

Scans are sent by static/stores/goods.js one after the other, each with a nonce, and again when the
line was down: the service counts a nonce once. Several phones may work on one count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from inventory.errors import AmbiguousBarcode, NotAllCounted, NotOnCount
from inventory.models import CountLine, StockCount
from inventory.selectors.counts import (
    counts_open,
    counts_visible,
    lines_in_walking_order,
    on_hand_of,
)
from inventory.services.count_lines import Found, Scan, line_scan, line_set
from inventory.services.count_posting import count_finish
from inventory.status import COUNT_ENTERING, COUNT_LINE_OPEN, CountStatus
from inventory.tables.counts import count_words
from oms.core.errors import NotFound
from oms.core.permissions import Permission
from oms.core.web import htmx
from stores.scanner import read_scan
from stores.selectors import units_in_bags
from stores.views.base import CounterRequest, at_shelves, frame, go, of_count
from stores.views.moments import Moment, answered, show, which_one

MAX_DIGITS = 6
# What a thumb still scrolls through; the rest comes as these are counted, or by scanning.
OPEN_LINES, DONE_LINES = 40, 10


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the page shows it. `units`: what is counted (again, in a second count) so far;
    `should`: what should be there, None in a blind count."""

    line: CountLine
    image_url: str
    options: str
    units: int | None
    should: int | None
    in_bags: int
    nonce: UUID

    @property
    def done(self) -> bool:
        return self.units is not None


@require_GET
@at_shelves
def count_list(request: CounterRequest) -> HttpResponseBase:
    """The counts of this store that somebody can work on, and those that wait for approval."""
    rows = counts_open(request.actor, Permission.STOCK_HANDLE).filter(location=request.location)
    cards = [(count, count_words(count)) for count in rows.order_by("pk")]
    context = {
        "cards": [card for card in cards if card[0].status in COUNT_ENTERING],
        "waiting": [card for card in cards if card[0].status not in COUNT_ENTERING],
    }
    return render(request, "stores/count_list.html", frame(request, "more", undo=None) | context)


@require_GET
@of_count
def count_page(request: CounterRequest, count: StockCount) -> HttpResponseBase:
    """Scan, or type how many there are."""
    if count.status not in COUNT_ENTERING:
        return redirect("counter-count-list")
    return render(request, "stores/count.html", page_context(request, count))


def page_context(
    request: CounterRequest, count: StockCount, found: Found | None = None
) -> dict[str, Any]:
    """What the page and each answer need; the line just counted comes first."""
    again = count.status == CountStatus.RECOUNT
    return {
        **frame(request, "more", undo=None),
        "count": count,
        "what": count_words(count),
        "again": again,
        "rows": rows_of(count, found, again=again),
        "found": found,
        "units": _units(found.line, again=again) if found else None,
        "more": max(0, count.lines_open - OPEN_LINES),  # type: ignore[attr-defined]
        "scan_url": reverse("counter-count-scan", args=[count.pk]),
        "scan_label": _("Scan an item"),
        "scan_queue": True,
        "reference": uuid4(),
    }


def rows_of(count: StockCount, found: Found | None, *, again: bool) -> Sequence[Row]:
    """The line just counted, what is still to count, and what was counted last."""
    lines = count.lines.exclude(pk=found.line.pk) if found and found.line.pk else count.lines.all()
    shown = list(lines_in_walking_order(lines.filter(status__in=COUNT_LINE_OPEN))[:OPEN_LINES])
    at = "second_at" if again else "first_at"
    done = lines.exclude(status__in=COUNT_LINE_OPEN).filter(**{f"{at}__isnull": False})
    shown += done.select_related("sku").order_by(F(at).desc(), "pk")[:DONE_LINES]
    if found and found.line.pk:
        shown.insert(0, count.lines.select_related("sku").get(pk=found.line.pk))
    bags, on_hand = units_in_bags(count.location), on_hand_of(count, shown)
    return [
        Row(
            line=line,
            image_url=line.sku.picture,
            options=", ".join(str(value) for value in line.sku.options.values()),
            units=_units(line, again=again),
            should=None if count.is_blind else on_hand.get(line.sku_id, 0),
            in_bags=bags.get(line.sku_id, 0),
            nonce=uuid4(),
        )
        for line in shown
    ]


def _units(line: CountLine, *, again: bool) -> int | None:
    return line.second if again else line.first


@require_POST
@of_count
@answered
def count_scan(request: CounterRequest, count: StockCount) -> HttpResponseBase:
    """One more of what was scanned, or `add` more; the same nonce counts once."""
    given = request.GET.dict() | request.POST.dict()
    add = given.get("add", "1")
    if add not in ("1", "-1"):
        raise NotFound
    scan = Scan(
        code=read_scan(given.get("code", "")),
        nonce=_uuid(given.get("nonce", "")),
        units=int(add),
        accept="accept" in given,
    )
    try:
        found = line_scan(count.pk, scan, actor=request.actor)
    except AmbiguousBarcode as error:
        url = reverse("counter-count-scan", args=[count.pk])
        moment = which_one(error, url, nonce=str(scan.nonce), add=add)
        return show(request, moment, status=error.status)
    except NotOnCount as refused:
        return show(request, _stray(count, scan, refused), status=refused.status)
    return _again(request, count, found)


def _stray(count: StockCount, scan: Scan, refused: NotOnCount) -> Moment:
    """Something that is not on the list: it may be put there."""
    url = label = ""
    if refused.data["can_add"]:
        query = urlencode({"code": scan.code, "nonce": str(scan.nonce), "accept": "yes"})
        url = f"{reverse('counter-count-scan', args=[count.pk])}?{query}"
        label = _("Add it, and count 1")
    return Moment("refused", _("Not on the list"), str(refused.detail), url, label, "post")


@require_POST
@of_count
@answered
def count_line(request: CounterRequest, count: StockCount, line: int) -> HttpResponseBase:
    """So many there are: typed, "none", or what it was before the last scan (empty: nothing)."""
    units, seen = (_number(request.POST.get(name, "")) for name in ("units", "seen"))
    found = line_set(count.pk, line_id=line, units=units, seen=seen, actor=request.actor)
    return _again(request, count, found)


def _number(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > MAX_DIGITS:
        raise NotFound
    return int(text)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def _again(request: CounterRequest, count: StockCount, found: Found) -> HttpResponseBase:
    if not htmx(request):
        return redirect("counter-count-page", count.pk)
    fresh = counts_visible(request.actor, Permission.STOCK_HANDLE).get(pk=count.pk)
    context = page_context(request, fresh, found)
    units = context["units"]
    context["spoken"] = _("%(name)s: %(units)s") % {
        "name": found.line.sku.full_name,
        "units": _("not counted") if units is None else units,
    }
    return render(request, "stores/count_live.html", context)


@require_POST
@of_count
@answered
def count_end(request: CounterRequest, count: StockCount) -> HttpResponseBase:
    """Nobody counts any more: what is to be counted again, who has to look, or that it is done."""
    try:
        done = count_finish(count.pk, leave="leave" in request.GET, actor=request.actor)
    except NotAllCounted as refused:
        return show(request, _left(count, refused.data["lines"]), status=refused.status)
    here, away = reverse("counter-count-page", args=[count.pk]), reverse("counter-count-list")
    if done.status == CountStatus.RECOUNT:
        lines = done.lines.filter(status__in=COUNT_LINE_OPEN).count()
        words = ngettext(
            "%(n)s line is too far from what should be there.",
            "%(n)s lines are too far from what should be there.",
            lines,
        )
        return show(
            request,
            Moment("warn", _("Count again"), words % {"n": lines}, here, _("Count them again")),
        )
    if done.status == CountStatus.TO_APPROVE:
        text = _("The difference is large: a manager looks at it before it is booked.")
        return show(request, Moment("warn", _("Counted"), text, away, _("Back to the counts")))
    if htmx(request):
        text = _("The differences are booked.")
        return show(request, Moment("ok", _("Counted"), text, next_url=away))
    return go(request, away)


def _left(count: StockCount, lines: int) -> Moment:
    words = ngettext(
        "%(n)s line is not counted. It stays as it is.",
        "%(n)s lines are not counted. They stay as they are.",
        lines,
    )
    url = f"{reverse('counter-count-end', args=[count.pk])}?leave=yes"
    return Moment(
        "warn", _("Not everything"), words % {"n": lines}, url, _("Finish without"), "post"
    )
