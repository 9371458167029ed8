"""From the shelf to the desk: the pick list and the way to "ready"."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from inventory.errors import AmbiguousBarcode
from oms.core.clock import now
from oms.core.errors import NotFound
from oms.core.web import htmx
from oms.orders.status import FulfilmentStatus
from stores.forms import PlaceForm
from stores.models import Pickup
from stores.notices import ready_preview
from stores.scanner import read_scan
from stores.selectors import loose_units, pickup_get, put_backs_undoable
from stores.services.picking import (
    pickup_count,
    pickup_place,
    pickup_ready,
    pickup_scan,
    pickup_take,
    pickup_unready,
)
from stores.views.base import CounterRequest, frame, go, of_pickup
from stores.views.cards import items_of, pieces
from stores.views.declining import found_context
from stores.views.moments import Moment, answered, posted, show, url_of, which_one


def pick_page(request: CounterRequest, pickup: Pickup) -> HttpResponse:
    """The pick list of a pickup to pick."""
    context = {
        "loose": loose_units(pickup),
        "put_backs": put_backs_undoable(pickup),
        **pick_context(request, pickup),
        **found_context(pickup),
    }
    return render(request, "stores/pick.html", frame(request, "queue", **context))


def pick_context(request: CounterRequest, pickup: Pickup) -> Mapping[str, Any]:
    items = items_of(pickup)
    work = pickup.fulfilment_order
    colleague = work.picker
    if work.status != FulfilmentStatus.PICKING or colleague == request.user:
        colleague = None
    return {
        "pickup": pickup,
        "order": work.order,
        "items": items,
        "colleague": colleague,
        "late": work.promised_at < now(),
        "place_form": PlaceForm.of(pickup),
        "scan_url": reverse("counter-pick-scan", args=[pickup.uid]),
        "scan_label": _("Scan an item"),
        **pieces(items),
    }


@require_POST
@of_pickup
@answered
def take(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """Relieve the colleague who is picking."""
    pickup_take(pickup.uid, actor=request.actor)
    return go(request, url_of(pickup))


@require_POST
@of_pickup
@answered
def scan_item(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """One more of what was scanned; the list answers, and only trouble fills the screen."""
    given = posted(request)
    try:
        line = pickup_scan(pickup.uid, code=read_scan(given.get("code", "")), actor=request.actor)
    except AmbiguousBarcode as error:
        url = reverse("counter-pick-scan", args=[pickup.uid])
        return show(request, which_one(error, url), status=error.status)
    words = _("%(name)s: %(picked)s of %(all)s") % {
        "name": line.order_line.name,
        "picked": line.picked,
        "all": line.quantity,
    }
    return _list_again(request, pickup, spoken=words, last=line.pk)


@require_POST
@of_pickup
@answered
def count(request: CounterRequest, pickup: Pickup, line: int) -> HttpResponseBase:
    """Plus, minus or "all": so many units of the line are picked."""
    text = request.POST.get("units", "")
    if not text.isdigit():
        raise NotFound
    pickup_count(pickup.uid, line_id=line, units=int(text), actor=request.actor)
    return _list_again(request, pickup, last=line)


def _list_again(
    request: CounterRequest, pickup: Pickup, *, spoken: str = "", last: int = 0
) -> HttpResponseBase:
    if not htmx(request):
        return redirect(url_of(pickup))
    fresh = pickup_get(pickup.uid, actor=request.actor)
    context = {
        **pick_context(request, fresh),
        "location": request.location,
        "spoken": spoken,
        "last": last,
    }
    return render(request, "stores/pick_live.html", context)


@require_POST
@of_pickup
@answered
def make_ready(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """Everything lies at its place: the customer is told."""
    form = PlaceForm(request.POST)
    place = form.cleaned_data["place"] if form.is_valid() else ""
    pickup = pickup_ready(pickup.uid, place=place, actor=request.actor)
    if "print" in request.POST:
        return go(request, reverse("counter-label", args=[pickup.uid]))
    moment = Moment("ok", _("Ready"), _told(pickup), next_url=reverse("counter"))
    return show(request, moment)


def _told(pickup: Pickup) -> str:
    """Whether the customer hears of it by themselves."""
    order = pickup.fulfilment_order.order
    if order.email:
        return _("%(name)s is told now.") % {"name": order.name}
    return _("%(name)s has no e-mail address: call %(phone)s.") % {
        "name": order.name,
        "phone": order.phone or _("the customer"),
    }


@require_POST
@of_pickup
@answered
def make_unready(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """It is not ready after all: back to the pick list."""
    pickup = pickup_unready(pickup.uid, actor=request.actor)
    messages.success(request, _("Not ready any more.") + " " + _told(pickup))
    return go(request, url_of(pickup))


@require_GET
@of_pickup
def preview(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """The message the customer gets when it is ready."""
    subject, text = ready_preview(pickup)
    context = {"pickup": pickup, "subject": subject, "text": text}
    if htmx(request):
        return render(request, "stores/preview_part.html", context)
    return render(request, "stores/preview.html", frame(request, "queue", undo=None, **context))


@require_POST
@of_pickup
@answered
def move(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """The bag stands somewhere else now."""
    form = PlaceForm(request.POST)
    if form.is_valid():
        pickup_place(pickup.uid, place=form.cleaned_data["place"], actor=request.actor)
    return go(request, url_of(pickup))
