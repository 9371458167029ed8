"""Quick order: rows by keyboard, a pasted list or a file; checked line by line before it counts."""

import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from b2b.portal import PortalRequest, basket_of, portal, portal_render
from b2b.selectors.baskets import BasketView
from b2b.selectors.verification import Verification, verify
from b2b.services.basket import basket_add
from b2b.uploads import MAX_ROWS, read_upload
from catalog.pasting import WantedRow, parse_text, read_quantity
from oms.core.errors import InvalidInput, Issue
from oms.core.export import export_csv
from oms.core.formats import format_quantity
from oms.core.idempotency import Answer, fingerprint_of, idempotent

EMPTY_ROWS = 6
# Rows to fix that are shown with fields; the rest comes with the next check.
MAX_SHOWN = 100
# What a checked list carries along without showing it: code, quantity and row, one per line.
CARRIED = "carried"


@portal
def quick_order(request: PortalRequest) -> HttpResponseBase:
    """The three ways in; a post shows what became of every row."""
    if request.method != "POST":
        return _page(request)
    try:
        rows = _rows(request)
    except InvalidInput as error:
        return _page(request, error, status=422)
    if not rows and CARRIED not in request.POST:
        return _page(request, InvalidInput([Issue("text", _("Give at least one SKU"))]), status=422)
    return answer_rows(request, rows)


def answer_rows(request: PortalRequest, rows: Sequence[WantedRow]) -> HttpResponseBase:
    """What becomes of `rows`: checked, rounded as asked, added to the basket, or downloaded."""
    basket = basket_of(request)
    found = verify(basket.buying, rows)
    action = request.POST.get("action", "check")
    if action == "round" or request.POST.get("round"):
        found = verify(basket.buying, _rounded(rows, found, request.POST.get("round", "")))
    if action == "download":
        return _download(found)
    if action in ("add", "add_and_check") and found.good:
        _add_once(request, found)
        if action == "add_and_check":
            return redirect("b2b-check")
        if not found.to_fix:
            return redirect("b2b-basket")
        found = verify(basket.buying, _to_fix_rows(found))
        basket = basket_of(request)
    return portal_render(request, "b2b/verification.html", verification_context(found, basket))


@portal
def quick_order_row(request: PortalRequest) -> HttpResponseBase:
    """Name, price and stock of one row, looked up while the next is typed."""
    code = request.GET.get("code", "").strip()
    text = request.GET.get("quantity", "").strip()
    if not code:
        return HttpResponse("")
    quantity, remark = read_quantity(text) if text else (1, "")
    row = WantedRow(1, code, quantity, text, remark)
    found = verify(basket_of(request).buying, [row])
    return render(
        request,
        "b2b/parts/quick_answer.html",
        {
            "line": found.lines[0] if found.lines else None,
            "bad": found.bad[0] if found.bad else None,
            "quantity_given": bool(text),
        },
    )


@portal
def quick_order_sample(request: PortalRequest) -> HttpResponseBase:
    """A file to fill in."""
    return export_csv(["SKU", _("Quantity")], [], "quick-order.csv")


def _rows(request: PortalRequest) -> list[WantedRow]:
    """Everything the form holds: carried rows, typed rows, pasted text, a file."""
    rows = [*_carried(request.POST.get(CARRIED, "")), *_typed(request)]
    rows += parse_text(request.POST.get("text", ""))
    upload = request.FILES.get("file")
    if upload is not None:
        rows += read_upload(upload)
    if len(rows) > MAX_ROWS:
        most = format_quantity(MAX_ROWS)
        raise InvalidInput([Issue("text", _("At most %(n)s rows at once") % {"n": most})])
    return rows


def _typed(request: PortalRequest) -> list[WantedRow]:
    typed: list[WantedRow] = []
    taken_row, _colon, taken = request.POST.get("take", "").partition(":")
    codes, quantities = request.POST.getlist("code"), request.POST.getlist("quantity")
    numbers = request.POST.getlist("row")
    for index, code in enumerate(codes):
        text = quantities[index].strip() if index < len(quantities) else ""
        # A row of the checked list whose SKU was emptied is left out, as that page says.
        if not code.strip() and (not text or index < len(numbers)):
            continue
        quantity, remark = read_quantity(text) if text else (1, _("No quantity given: 1"))
        number = numbers[index] if index < len(numbers) else ""
        if taken and number == taken_row:
            code = taken
        row = int(number) if number.isdigit() and len(number) < 8 else index + 1
        typed.append(WantedRow(row, code.strip()[:60], quantity, text[:60], remark))
    return typed


def _carried(text: str) -> list[WantedRow]:
    carried: list[WantedRow] = []
    for line in text.splitlines():
        code, _tab, rest = line.partition("\t")
        quantity, _tab, row = rest.partition("\t")
        if quantity.isdigit() and row.isdigit() and len(quantity) < 10 and len(row) < 8:
            carried.append(WantedRow(int(row), code, int(quantity), quantity))
    return carried


def carry(sources: Sequence[WantedRow]) -> str:
    """Rows as one hidden field: far fewer form fields than a list has cells."""
    return "\n".join(f"{row.code}\t{row.quantity}\t{row.row}" for row in sources)


def _rounded(rows: Sequence[WantedRow], found: Verification, only: str) -> list[WantedRow]:
    """`rows` with the offered full packs for one SKU, or for all that need it."""
    offers = {
        source: line.line.offer - line.line.quantity
        for line in found.lines
        if line.line.offer is not None and only in ("", line.line.sku.code)
        for source in line.sources[:1]
    }
    return [
        WantedRow(row.row, row.code, (row.quantity or 0) + offers[row]) if row in offers else row
        for row in rows
    ]


def _to_fix_rows(found: Verification) -> list[WantedRow]:
    rows = [source for line in found.stopped for source in line.sources]
    rows += [
        WantedRow(bad.row, bad.code, read_quantity(bad.quantity_text)[0], bad.quantity_text)
        for bad in found.bad
    ]
    return sorted(rows, key=lambda row: row.row)


def _add_once(request: PortalRequest, found: Verification) -> None:
    """Put the good lines in the basket; the same form sent twice adds once."""

    def perform() -> Answer:
        quantities = {line.line.sku.pk: line.line.quantity for line in found.good}
        basket_add(request.company, quantities, actor=request.actor)
        return Answer(200, json.dumps({"lines": len(quantities)}).encode(), {})

    key = request.POST.get("nonce", "")[:100] or uuid.uuid4().hex
    body = carry([source for line in found.good for source in line.sources]).encode()
    idempotent(
        principal=request.actor.principal,
        key=f"b2b-add-{request.company.pk}-{key}",
        fingerprint=fingerprint_of("POST", request.path, body),
        perform=perform,
    )
    lines = len(found.good)
    text = ngettext("%(n)s line added", "%(n)s lines added", lines)
    messages.success(request, text % {"n": format_quantity(lines)})


def _download(found: Verification) -> HttpResponseBase:
    """Only the rows that need a person, with why."""
    rows: list[Sequence[Any]] = [
        (bad.row, bad.code, bad.quantity_text, bad.text) for bad in found.bad
    ]
    rows += [
        (line.rows[0], line.line.sku.code, line.line.quantity, line.line.problems[0].text)
        for line in found.stopped
    ]
    header = [_("Row"), "SKU", _("Quantity"), _("Problem")]
    return export_csv(header, sorted(rows, key=lambda row: row[0]), "rows-to-fix.csv")


def verification_context(found: Verification, basket: BasketView) -> dict[str, Any]:
    """What b2b/verification.html shows."""
    return {
        "basket": basket,
        "found": found,
        "stopped": found.stopped[:MAX_SHOWN],
        "bad": found.bad[: max(MAX_SHOWN - len(found.stopped), 0)],
        "carried": carry([source for line in found.good for source in line.sources]),
        "hidden_rows": carry(_unshown(found)),
        "nonce": uuid.uuid4().hex,
        "action_url": reverse("b2b-quick-order"),
        "merged": len(found.merged),
    }


def _unshown(found: Verification) -> list[WantedRow]:
    """Rows to fix beyond the shown ones: carried along, to be shown by the next check."""
    rows = [source for line in found.stopped[MAX_SHOWN:] for source in line.sources]
    shown = max(MAX_SHOWN - len(found.stopped), 0)
    return rows + [
        WantedRow(bad.row, bad.code, read_quantity(bad.quantity_text)[0] or 0)
        for bad in found.bad[shown:]
    ]


def _page(
    request: PortalRequest, error: InvalidInput | None = None, status: int = 200
) -> HttpResponse:
    return portal_render(
        request,
        "b2b/quick_order.html",
        {
            "empty_rows": range(1, EMPTY_ROWS + 1),
            "most": MAX_ROWS,
            "text": request.POST.get("text", ""),
            "links": [("id_" + issue.field, "", str(issue.message)) for issue in error.issues]
            if error is not None
            else [],
        },
        status=status,
    )
