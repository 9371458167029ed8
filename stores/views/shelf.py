"""Look up an item at the counter, and put its figure right."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.models import Sku
from catalog.selectors import other_conditions
from inventory.errors import Shortage, ShortageUnconfirmed
from inventory.models import Disposition, Stock
from inventory.selectors.dispositions import set_aside_at
from inventory.status import AdjustmentReason
from oms.core.errors import NotFound
from oms.core.permissions import Permission, grants_for
from oms.core.web import htmx
from stores.deadlines import UNDO
from stores.forms import ShelfForm
from stores.look_up import elsewhere, item_exactly, items_found, price_at, units_here
from stores.scanner import read_scan
from stores.services.set_aside import ShelfAside, undoable_of
from stores.services.shelf import (
    ShelfAdjustment,
    may_adjust,
    most_units,
    shelf_adjust,
    shelf_adjust_undo,
    shelf_undoable,
)
from stores.views.base import CounterRequest, at_shelves, at_store, frame, go
from stores.views.moments import Moment, answered, show

REASONS = (
    (AdjustmentReason.MISSING, "zoom-question"),
    (AdjustmentReason.FOUND, "mood-smile"),
    (AdjustmentReason.DAMAGED, "mood-sad"),
)
# What asks once more, by the page where it was wanted.
SHORT = {
    "counter-adjust": "stores/adjust_short.html",
    "counter-set-aside": "stores/set_aside_short.html",
}


@require_http_methods(["GET", "POST"])
@at_store
def look_up(request: CounterRequest) -> HttpResponseBase:
    """A scan opens its item; words are answered while typing."""
    text = read_scan((request.POST or request.GET).get("code", ""))
    found = items_found(text) if text else []
    if request.method == "POST":
        item = item_exactly(text) or (found[0] if len(found) == 1 else None)
        if item is not None:
            return go(request, item_url(item))
        if not found:
            return show(
                request,
                Moment("refused", _("Not found"), _("No item has this code or name.")),
                status=404,
            )
        return go(request, reverse("counter-look-up") + "?" + urlencode({"code": text}))
    units = units_here(found, request.location)
    context: dict[str, Any] = {
        "text": text,
        "items": [(sku, units.get(sku.pk, 0)) for sku in found],
        "location": request.location,
    }
    if htmx(request):
        return render(request, "stores/look_up_results.html", context)
    context |= {"scan_url": reverse("counter-look-up"), "undo": None}
    return render(request, "stores/look_up.html", frame(request, "more", **context))


@require_GET
@at_store
@answered
def item(request: CounterRequest, code: str) -> HttpResponseBase:
    """Picture, price, how many here, and where else."""
    sku = item_of(code)
    facts = item_facts(request, sku)
    stock: Stock | None = facts["stock"]
    aside = stock is not None and stock.unavailable
    asides = list(set_aside_at(request.location).filter(sku=sku)) if aside else []
    others = other_conditions([sku])[sku.pk]
    there = units_here(others, request.location) if others else {}
    context = {
        **facts,
        "conditions": [(other, there.get(other.pk, 0)) for other in others],
        "price": price_at(sku, request.location),
        "elsewhere": elsewhere(sku, request.location),
        "scan_url": reverse("counter-look-up"),
        "asides": asides,
        "may_write_off": may_adjust(request.location, actor=request.actor),
        "undo": _undo(request, sku, asides),
    }
    return render(request, "stores/item.html", frame(request, "more", **context))


@require_http_methods(["GET", "POST"])
@at_shelves
@answered
def adjust(request: CounterRequest, code: str) -> HttpResponseBase:
    """How many, and what became of them; the tap on the reason books it."""
    sku = item_of(code)
    if sku.is_kit:
        raise NotFound
    most = most_units(request.location, actor=request.actor)
    form = ShelfForm(request.POST or None, most=most)
    if form.is_valid():
        return _book(request, sku, form)
    context = {
        **item_facts(request, sku),
        "form": form,
        "reasons": REASONS,
        "most": most,
        "nonce": uuid4(),
        "undo": None,
    }
    status = 422 if form.is_bound else 200
    return render(request, "stores/adjust.html", frame(request, "more", **context), status=status)


def _book(request: CounterRequest, sku: Sku, form: ShelfForm) -> HttpResponseBase:
    data = form.cleaned_data
    adjustment = ShelfAdjustment(
        sku_id=sku.pk,
        location=request.location,
        reason=AdjustmentReason(data["reason"]),
        units=data["units"],
        nonce=data["nonce"],
    )
    try:
        stock = shelf_adjust(
            adjustment, accept_shortage=data["accept_shortage"], actor=request.actor
        )
    except ShortageUnconfirmed as refused:
        return ask_first(request, sku, "counter-adjust", adjustment, refused)
    except Shortage as refused:
        there = there_of(refused)
        words = ngettext("Only %(n)d unit is on hand", "Only %(n)d units are on hand", there)
        return too_many(request, words % {"n": there})
    words = ngettext("%(n)d unit is on hand now", "%(n)d units are on hand now", stock.on_hand)
    messages.success(request, words % {"n": stock.on_hand})
    return go(request, item_url(sku))


def ask_first(
    request: CounterRequest,
    sku: Sku,
    page: str,
    wanted: ShelfAdjustment | ShelfAside,
    refused: ShortageUnconfirmed,
) -> HttpResponseBase:
    """Orders would lack units: the same once more, with the tap that accepts it."""
    context = {
        **item_facts(request, sku),
        "wanted": wanted,
        "page": reverse(page, args=[sku.code]),
        "short": refused.data["units"],
        "undo": None,
    }
    template = SHORT[page]
    return render(request, template, frame(request, "more", **context), status=refused.status)


def there_of(refused: Shortage) -> int:
    """How many of the one item there are."""
    return int(refused.data["items"][0]["on_hand"])


def too_many(request: CounterRequest, words: str) -> HttpResponseBase:
    """Fewer are there than somebody named."""
    return show(request, Moment("refused", _("Too many"), words), status=Shortage.status)


@require_POST
@at_shelves
@answered
def adjust_undo(request: CounterRequest, nonce: UUID) -> HttpResponseBase:
    """One's own last adjustment is taken back."""
    movement = shelf_adjust_undo(nonce, location=request.location, actor=request.actor)
    messages.success(request, _("Undone: the figure is as before"))
    return go(request, item_url(movement.sku))


def _undo(
    request: CounterRequest, sku: Sku, asides: Sequence[Disposition]
) -> dict[str, Any] | None:
    """One's own last booking of the item here, while it can be taken back."""
    last = shelf_undoable(sku.pk, request.location, actor=request.actor)
    aside = undoable_of(asides, actor=request.actor)
    if aside is not None and (last is None or aside.created_at > last[0].recorded_at):
        return {
            "text": _("Set aside: %(units)d") % {"units": aside.units},
            "url": reverse("counter-set-aside-put-back", args=[aside.uid]),
            "until": aside.created_at + UNDO,
        }
    if last is None:
        return None
    movement, nonce = last
    return {
        "text": _("Booked %(units)+d") % {"units": movement.on_hand},
        "url": reverse("counter-adjust-undo", args=[nonce]),
        "until": movement.recorded_at + UNDO,
    }


def item_facts(request: CounterRequest, sku: Sku) -> dict[str, Any]:
    """What every page about an item shows."""
    stock = Stock.objects.filter(sku=sku, location=request.location).first()
    return {
        "sku": sku,
        "stock": stock,
        "available": units_here([sku], request.location).get(sku.pk, 0),
        "may_adjust": _may_handle(request) and not sku.is_kit,
        "back_url": reverse("counter-look-up"),
    }


def _may_handle(request: CounterRequest) -> bool:
    grants = grants_for(request.actor, Permission.STOCK_HANDLE)
    here = request.location.pk in grants.scopes.get("location", frozenset())
    return grants.everything or here


def item_of(code: str) -> Sku:
    """The item with this code. Raises NotFound."""
    sku = item_exactly(code)
    if sku is None:
        raise NotFound
    return sku


def item_url(sku: Sku) -> str:
    return reverse("counter-item", args=[sku.code])
