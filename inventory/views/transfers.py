"""Transfers in the office: the list, a new one, one's page, and what did not arrive."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory.drafts import DraftLine, draft_lines
from inventory.errors import InsufficientStock
from inventory.filters.transfers import DiscrepancyFilter, TransferFilter
from inventory.forms.transfers import TransferForm, places
from inventory.models import Transfer, TransferDiscrepancy
from inventory.selectors.transfers import (
    discrepancies_unsettled,
    discrepancies_visible,
    may_handle,
    transfer_code,
    transfers_visible,
    with_lines,
    with_units,
)
from inventory.services.transfers import TransferRequest, require_either, transfer_request
from inventory.status import TRANSFER_ON_ITS_WAY, TRANSFER_TO_SEND
from inventory.story import transfer_story
from inventory.tables.transfers import DiscrepancyTable, TransferTable
from oms.core.actors import Actor
from oms.core.errors import InvalidInput, NotFound, PermissionRefused
from oms.core.permissions import Permission
from oms.core.qr import qr_svg
from oms.core.web import ListPage, PageRequest, page


class TransferList(ListPage):
    """Transfers from or to the locations one may see, newest first."""

    title = gettext_lazy("Transfers")
    table_class = TransferTable
    filterset_class = TransferFilter
    template_name = "inventory/transfer_list.html"
    export_name = "transfers"

    def rows(self) -> QuerySet[Any]:
        return with_units(transfers_visible(self.request.actor))

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        names = ("requested", "shipped", "received", "on_the_way")
        sums = rows.order_by().aggregate(**{f"sum_{name}": Sum(name) for name in names})
        return {"totals": {name: sums[f"sum_{name}"] or 0 for name in names}}

    def extra_context(self) -> Mapping[str, Any]:
        mine = discrepancies_visible(self.request.actor).order_by().values("pk")
        return {"unsettled": discrepancies_unsettled().filter(pk__in=mine).count()}


class DiscrepancyList(ListPage):
    """What did not arrive as it was sent, newest first."""

    title = gettext_lazy("Discrepancies of transfers")
    table_class = DiscrepancyTable
    filterset_class = DiscrepancyFilter
    template_name = "inventory/transfer_discrepancies.html"
    export_name = "transfer-discrepancies"

    def rows(self) -> QuerySet[Any]:
        return discrepancies_visible(self.request.actor)


transfer_list = page(Permission.STOCK_VIEW)(require_safe(TransferList.as_view()))
discrepancy_list = page(Permission.STOCK_VIEW)(require_safe(DiscrepancyList.as_view()))


@page(Permission.STOCK_HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def transfer_new(request: PageRequest) -> HttpResponse:
    """From where, to where, and what: typed, scanned or pasted."""
    initial = {name: request.GET.get(name, "") for name in ("source", "destination")}
    form = TransferForm(request.POST or None, initial=initial)
    lines: Sequence[DraftLine] = ()
    source = None
    if form.is_bound:
        form.full_clean()
        source = form.cleaned_data.get("source")
        lines = draft_lines(form.cleaned_data.get("lines", ""), source)
    # Without JavaScript, the lines are checked by a button of their own.
    if form.is_bound and not form.errors and "check" not in request.POST:
        made = _request(request, form, lines)
        if made is not None:
            messages.success(
                request, _("Transfer %(number)s is requested") % {"number": made.number}
            )
            return redirect("transfer-detail", made.number)
    context = {"form": form, "lines": lines, "source": source}
    return render(
        request, "inventory/transfer_form.html", context, status=422 if form.errors else 200
    )


def _request(
    request: PageRequest, form: TransferForm, lines: Sequence[DraftLine]
) -> Transfer | None:
    """Request what the form holds; None when it could not be, and the form says why."""
    bad = [line for line in lines if line.problem]
    for line in bad:
        form.add_error("lines", f"{line.code}: {line.problem}")
    if bad or not lines:
        return None
    data = form.cleaned_data
    wanted = TransferRequest(
        source=data["source"],
        destination=data["destination"],
        units={line.sku.pk: line.units for line in lines if line.sku},
        expected_on=data["expected_on"],
        note=data["note"],
    )
    try:
        return transfer_request(wanted, actor=request.actor)
    except PermissionRefused:
        form.add_error("source", _("You handle stock at neither of these two"))
    except InsufficientStock as error:
        for item in error.data["items"]:
            words = _("%(sku)s: %(wanted)d wanted, %(available)d available")
            form.add_error("lines", words % item)
    except InvalidInput as error:
        for issue in error.issues:
            form.add_error(issue.field if issue.field in form.fields else None, str(issue.message))
    return None


@page(Permission.STOCK_HANDLE)
@require_POST
def transfer_check(request: PageRequest) -> HttpResponse:
    """What the typed lines are, and what the source has of them; part of the form's page.

    Who may ask for goods may know how many there are, wherever they are.
    """
    source = places().filter(code=request.POST.get("source", "")).first()
    text = request.POST.get("lines", "")[:100_000].replace("\0", "")
    context = {"lines": draft_lines(text, source), "source": source}
    return render(request, "inventory/transfer_draft.html", context)


def transfer_of(request: HttpRequest, number: int) -> Transfer:
    """The transfer with this number, with its lines. Raises NotFound."""
    actor = cast(PageRequest, request).actor
    found = with_lines(with_units(transfers_visible(actor))).filter(number=number).first()
    if found is None:
        raise NotFound
    return found


@page(Permission.STOCK_VIEW)
@require_safe
def transfer_detail(request: PageRequest, number: int) -> HttpResponse:
    """One transfer: how far its units are, what happened, and what is next."""
    transfer = transfer_of(request, number)
    context = {
        "transfer": transfer,
        "lines": transfer.lines.all(),
        "steps": quantity_steps(transfer),
        "discrepancies": TransferDiscrepancy.objects.filter(line__transfer=transfer)
        .select_related("line__sku")
        .order_by("-pk"),
        "timeline": transfer_story(transfer),
        **_may(transfer, request.actor),
    }
    return render(request, "inventory/transfer_detail.html", context)


def _may(transfer: Transfer, actor: Actor) -> dict[str, bool]:
    """What the actor may do with it now."""
    at_source = may_handle(actor, transfer.source)
    at_destination = may_handle(actor, transfer.destination)
    to_send = transfer.status in TRANSFER_TO_SEND
    on_its_way = transfer.status in TRANSFER_ON_ITS_WAY
    try:
        require_either(actor, Permission.STOCK_ADJUST, transfer.source, transfer.destination)
        adjusts = True
    except PermissionRefused:
        adjusts = False
    return {
        "may_ship": to_send and at_source,
        "may_cancel": to_send and (at_source or at_destination),
        "may_receive": on_its_way and at_destination,
        "may_write_off": on_its_way and adjusts,
        "may_send_back": on_its_way and at_source,
        "to_send": to_send,
    }


def quantity_steps(transfer: Transfer) -> list[dict[str, Any]]:
    """How many units came how far, for `ui/progress_quantities.html`."""
    lines = transfer.lines.all()
    received = sum(min(line.received, line.shipped) for line in lines)
    steps = [
        {"label": _("requested"), "quantity": sum(line.requested for line in lines)},
        {"label": _("shipped"), "quantity": sum(line.shipped for line in lines)},
        {"label": _("received"), "quantity": received, "tone": "green"},
    ]
    lost = sum(line.written_off for line in lines)
    if lost:
        steps.append({"label": _("written off"), "quantity": lost, "tone": "amber"})
    back = sum(line.sent_back for line in lines)
    if back:
        steps.append({"label": _("sent back"), "quantity": back, "tone": "amber"})
    return steps


@page(Permission.STOCK_VIEW)
@require_safe
def transfer_paper(request: PageRequest, number: int) -> HttpResponse:
    """A4: the pick slip before it leaves, the delivery note that goes with the goods afterwards."""
    transfer = transfer_of(request, number)
    context = {
        "transfer": transfer,
        "lines": [
            (line, line.requested if transfer.status in TRANSFER_TO_SEND else line.shipped)
            for line in transfer.lines.all()
        ],
        "is_slip": transfer.status in TRANSFER_TO_SEND,
        "qr": qr_svg(transfer_code(transfer)),
    }
    return render(request, "inventory/transfer_paper.html", context)
