"""Goods counted at the counter: what arrives, what is sent. One set of pages for every kind.

`stores.goods` says what kinds there are. Scans are sent by static/stores/goods.js one after the
other, each with a nonce, and again when the line was down: the service counts a nonce once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.models import Sku
from inventory.errors import AmbiguousBarcode
from inventory.services.tallies import tally_last, tally_units
from oms.core.errors import NotFound
from oms.core.web import htmx
from stores.errors import NotExpected
from stores.goods import KINDS, RECEIVED, SENT
from stores.goods.base import Answer, Goods, Kind, Wanted
from stores.scanner import read_scan
from stores.services.goods import (
    Counted,
    Scan,
    goods_count,
    goods_finish,
    goods_scan,
    goods_undo,
)
from stores.views.base import CounterRequest, at_shelves, frame, go, of_goods
from stores.views.moments import Moment, answered, posted, show, which_one

MAX_UNITS = 100_000
MAX_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the page shows it."""

    sku: Sku
    image_url: str
    options: str
    expected: int
    counted: int
    nonce: UUID
    # Nobody sent it.
    strange: bool
    note: str | Promise = ""

    @property
    def missing(self) -> int:
        return max(0, self.expected - self.counted)

    @property
    def over(self) -> int:
        return max(0, self.counted - self.expected)

    @property
    def done(self) -> bool:
        return self.counted == self.expected


@require_GET
@at_shelves
def receive(request: CounterRequest) -> HttpResponseBase:
    """What is on its way here, and what this store has to send."""
    tab = "send" if request.GET.get("tab") == "send" else "receive"
    waiting = {
        name: [
            (KINDS[key], goods)
            for key in keys
            for goods in KINDS[key].waiting(request.location, actor=request.actor)
        ]
        for name, keys in (("receive", RECEIVED), ("send", SENT))
    }
    context = {
        "tab": tab,
        "cards": waiting[tab],
        "counts": {name: len(cards) for name, cards in waiting.items()},
        "scan_url": reverse("counter-receive-scan"),
        "scan_label": _("Scan the delivery note"),
    }
    return render(request, "stores/receive.html", frame(request, "receive", undo=None) | context)


@require_POST
@at_shelves
def receive_scan(request: CounterRequest) -> HttpResponseBase:
    """The QR or number on the goods' papers opens them."""
    found = goods_named(request, read_scan(request.POST.get("code", "")))
    if found is not None:
        return go(request, found)
    words = _("Nothing with this number is on its way here, or waits to be sent.")
    return show(request, Moment("refused", _("Not found"), words))


def goods_named(request: CounterRequest, text: str) -> str | None:
    """The address of the goods a scanned or typed text names, if they wait at this store."""
    for key, kind in KINDS.items():
        uid = kind.find(text, request.location, actor=request.actor)
        if uid is not None:
            return reverse("counter-goods", args=[key, uid])
    return None


@require_GET
@of_goods
def goods_page(request: CounterRequest, goods: Goods) -> HttpResponseBase:
    """Scan or type what is there."""
    return render(request, "stores/goods.html", page_context(request, goods))


def page_context(request: CounterRequest, goods: Goods) -> dict[str, Any]:
    """What every page of one document's goods needs."""
    rows = rows_of(goods)
    kind = KINDS[goods.kind]
    place = [goods.kind, goods.uid]
    return {
        **frame(request, "receive", undo=None),
        "goods": goods,
        "kind": kind,
        "rows": rows,
        "counted": sum(row.counted for row in rows),
        "exact": all(row.done for row in rows),
        "expected": sum(row.expected for row in rows),
        "last": tally_last(goods.place),
        "scan_url": reverse("counter-goods-scan", args=place),
        "scan_label": _("Scan an item"),
        "scan_queue": True,
        "reference": uuid4(),
    }


def rows_of(goods: Goods) -> Sequence[Row]:
    """The lines with what is counted of them, and after them what nobody expected."""
    counted = tally_units(goods.place)
    strange = Sku.objects.filter(pk__in=counted.keys() - goods.expected.keys()).order_by("code")
    lines = [(line, False) for line in goods.lines] + [(Wanted(sku, 0), True) for sku in strange]
    return [
        Row(
            sku=line.sku,
            image_url=line.sku.picture,
            options=", ".join(str(value) for value in line.sku.options.values()),
            expected=line.units,
            counted=counted.get(line.sku.pk, 0),
            nonce=uuid4(),
            strange=is_strange,
            note=line.note,
        )
        for line, is_strange in lines
    ]


@require_POST
@of_goods
@answered
def goods_scanned(request: CounterRequest, goods: Goods) -> HttpResponseBase:
    """One more of what was scanned, or `add` more; only trouble fills the screen."""
    given = posted(request)
    add = given.get("add", "1")
    if not add.removeprefix("-").isdecimal() or len(add) > MAX_DIGITS or not int(add):
        raise NotFound
    scan = Scan(
        code=read_scan(given.get("code", "")),
        nonce=_uuid(given.get("nonce")),
        units=int(add),
        accept="accept" in given,
    )
    try:
        counted = goods_scan(goods, scan, actor=request.actor)
    except AmbiguousBarcode as error:
        url = reverse("counter-goods-scan", args=[goods.kind, goods.uid])
        moment = which_one(error, url, nonce=str(scan.nonce), add=add)
        return show(request, moment, status=error.status)
    except NotExpected as error:
        return show(request, _strange(goods, scan, error), status=error.status)
    return _again(request, goods, counted, warn=scan.units > 0)


def _strange(goods: Goods, scan: Scan, error: NotExpected) -> Moment:
    """Something nobody expected: put it aside, or count it all the same where that may be."""
    url = label = ""
    if KINDS[goods.kind].takes_more:
        query = urlencode({"code": scan.code, "nonce": str(scan.nonce), "accept": "yes"})
        url = f"{reverse('counter-goods-scan', args=[goods.kind, goods.uid])}?{query}"
        label = _("It came with them: count it")
    return Moment("refused", _("Not expected"), str(error.detail), url, label, "post")


@require_POST
@of_goods
@answered
def goods_counted(request: CounterRequest, goods: Goods, sku: int) -> HttpResponseBase:
    """So many there are: typed, or "all"."""
    text = request.POST.get("units", "").strip()
    row = next((row for row in rows_of(goods) if row.sku.pk == sku), None)
    if row is None or not text.isdecimal() or len(text) > MAX_DIGITS or int(text) > MAX_UNITS:
        raise NotFound
    counted = goods_count(goods, row.sku, int(text), actor=request.actor)
    return _again(request, goods, counted)


@require_POST
@of_goods
@answered
def goods_undone(request: CounterRequest, goods: Goods) -> HttpResponseBase:
    """The last scan was none."""
    entry = request.POST.get("entry", "")
    if not entry.isdecimal() or len(entry) > 18:
        raise NotFound
    goods_undo(goods, int(entry))
    return _again(request, goods)


def _again(
    request: CounterRequest, goods: Goods, counted: Counted | None = None, *, warn: bool = False
) -> HttpResponseBase:
    moment = None
    if warn and counted is not None and counted.units > counted.expected > 0:
        moment = _over(counted)
    if not htmx(request):
        if moment is not None:
            return show(request, moment)
        return redirect("counter-goods", goods.kind, goods.uid)
    context = page_context(request, goods) | {"moment": moment}
    if counted is not None:
        context |= {
            "last_sku": counted.sku.pk,
            "spoken": _("%(name)s: %(counted)s of %(all)s")
            % {"name": counted.sku.full_name, "counted": counted.units, "all": counted.expected},
        }
    return render(request, "stores/goods_live.html", context)


def _over(counted: Counted) -> Moment:
    text = _("%(name)s: %(counted)s counted, %(all)s expected. Scanned twice? Undo it.")
    return Moment(
        "warn",
        _("One too many"),
        text % {"name": counted.sku.full_name, "counted": counted.units, "all": counted.expected},
    )


@require_http_methods(["GET", "POST"])
@of_goods
@answered
def goods_end(request: CounterRequest, goods: Goods) -> HttpResponseBase:
    """What is not there, and why; then it is booked."""
    context = page_context(request, goods)
    kind = KINDS[goods.kind]
    if request.method == "POST":
        # What a colleague has counted since this was read is not booked unseen.
        if request.POST.get("seen") == str(context["counted"]):
            answers = _answers(request, kind, context["rows"])
            reference = _uuid(request.POST.get("reference"))
            words = goods_finish(goods, answers, reference=reference, actor=request.actor)
            url = reverse("counter-receive") + ("?tab=send" if goods.kind in SENT else "")
            return show(request, Moment("ok", str(kind.words.done), words, next_url=url))
        moment = Moment(
            "warn",
            _("The count has changed"),
            _("A colleague has counted on. Look at it again."),
            reverse("counter-goods-end", args=[goods.kind, goods.uid]),
            _("Look at it"),
        )
        return show(request, moment)
    return render(request, "stores/goods_end.html", context)


def _answers(request: CounterRequest, kind: Kind, rows: Sequence[Row]) -> Mapping[int, Answer]:
    """For each short line the choice, and of how many units it holds; the rest is the default."""
    values = {choice.value for choice in kind.words.choices}
    answers: dict[int, Answer] = {}
    for row in rows:
        choice = request.POST.get(f"choice-{row.sku.pk}", "")
        if row.missing and choice in values:
            text = request.POST.get(f"units-{row.sku.pk}", "").strip()
            whole = text.isdecimal() and len(text) <= MAX_DIGITS
            units = min(int(text), row.missing) if whole else row.missing
            answers[row.sku.pk] = Answer(choice, units)
    return answers


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise NotFound from None
