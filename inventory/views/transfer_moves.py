"""What the office does to a transfer: ship, receive, cancel, settle what did not arrive."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from inventory.errors import AlreadyBooked, Shortage
from inventory.forms.transfers import LinesForm, SettleForm
from inventory.models import Transfer
from inventory.services.receiving import Arrival, transfer_receive, transfer_settle
from inventory.services.transfers import transfer_cancel, transfer_ship
from inventory.status import TRANSFER_ON_ITS_WAY, TRANSFER_TO_SEND, DiscrepancyOutcome
from inventory.views.transfers import transfer_of
from oms.core.errors import DomainError, InvalidInput, PermissionRefused
from oms.core.permissions import Permission, require
from oms.core.web import PageRequest, page


@page(Permission.STOCK_HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def transfer_ship_page(request: PageRequest, number: int) -> HttpResponse:
    """How many units of each line leave."""
    transfer = transfer_of(request, number)
    require(request.actor, Permission.STOCK_HANDLE, scope=transfer.source)
    if request.method != "POST" and transfer.status not in TRANSFER_TO_SEND:
        return redirect("transfer-detail", number)
    form = LinesForm(
        request.POST or None,
        lines=list(transfer.lines.all()),
        columns={"units": "requested"},
        initial={"expected_on": transfer.expected_on},
    )

    def ship() -> None:
        transfer_ship(
            transfer.uid,
            units=form.units_of("units"),
            expected_on=form.cleaned_data["expected_on"],
            actor=request.actor,
        )

    if form.is_valid() and _done(form, ship):
        messages.success(
            request, _("On its way to %(place)s") % {"place": transfer.destination.name}
        )
        return redirect("transfer-detail", number)
    return _page(request, "inventory/transfer_ship.html", transfer, form)


@page(Permission.STOCK_HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def transfer_receive_page(request: PageRequest, number: int) -> HttpResponse:
    """How many units of each line arrived, and what is missing or damaged."""
    transfer = transfer_of(request, number)
    require(request.actor, Permission.STOCK_HANDLE, scope=transfer.destination)
    if request.method != "POST" and transfer.status not in TRANSFER_ON_ITS_WAY:
        return redirect("transfer-detail", number)
    form = LinesForm(
        request.POST or None,
        lines=[line for line in transfer.lines.all() if line.in_transit],
        columns={"received": "in_transit", "missing": "", "damaged": ""},
    )
    reference = request.POST.get("reference", "")[:60] or str(uuid4())

    def receive() -> None:
        arrival = Arrival(
            reference,
            form.units_of("received"),
            missing=form.units_of("missing"),
            damaged=form.units_of("damaged"),
        )
        transfer_receive(transfer.uid, arrival, actor=request.actor)

    if form.is_valid():
        try:
            if _done(form, receive):
                messages.success(request, _("What arrived is in stock"))
                return redirect("transfer-detail", number)
        except AlreadyBooked:
            messages.info(request, _("This was booked already; nothing was booked twice."))
            return redirect("transfer-detail", number)
    context = {"reference": reference}
    return _page(request, "inventory/transfer_receive.html", transfer, form, **context)


def _done(form: LinesForm, act: Callable[[], None]) -> bool:
    """Act; what is refused about the units stands in the form."""
    try:
        act()
    except InvalidInput as error:
        for issue in error.issues:
            form.add_error(None, str(issue.message))
        return False
    except Shortage as error:
        for item in error.data["items"]:
            words = _("%(sku)s: %(wanted)d should leave, %(on_hand)d are on hand")
            form.add_error(None, words % item)
        return False
    return True


def _page(
    request: PageRequest, template: str, transfer: Transfer, form: LinesForm, **context: Any
) -> HttpResponse:
    status = 422 if form.errors else 200
    context |= {"transfer": transfer, "form": form}
    return render(request, template, context, status=status)


@page(Permission.STOCK_HANDLE)
@require_POST
def transfer_cancel_it(request: PageRequest, number: int) -> HttpResponse:
    """Nothing has left: the units are free again."""
    transfer = transfer_of(request, number)
    return _moved(
        request,
        number,
        lambda: transfer_cancel(transfer.uid, actor=request.actor),
        _("Transfer %(number)s is cancelled; its units are free again") % {"number": number},
    )


@page(Permission.STOCK_HANDLE)
@require_POST
def transfer_settle_it(request: PageRequest, number: int) -> HttpResponse:
    """Write off what did not arrive, or put it back on the source's shelf."""
    transfer = transfer_of(request, number)
    form = SettleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what became of the units"))
        return redirect("transfer-detail", number)
    outcome = DiscrepancyOutcome(form.cleaned_data["outcome"])
    words = {
        DiscrepancyOutcome.WRITTEN_OFF: _("Written off"),
        DiscrepancyOutcome.SENT_BACK: _("Back in stock at %(place)s")
        % {"place": transfer.source.name},
    }
    return _moved(
        request,
        number,
        lambda: transfer_settle(
            transfer.uid,
            outcome=outcome,
            note=form.cleaned_data["note"],
            line_id=form.cleaned_data["line"],
            actor=request.actor,
        ),
        words[outcome],
    )


def _moved(
    request: PageRequest, number: int, act: Callable[[], object], words: str
) -> HttpResponse:
    try:
        act()
    except PermissionRefused:
        raise
    except DomainError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, words)
    return redirect("transfer-detail", number)
