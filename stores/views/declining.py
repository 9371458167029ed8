"""What cannot be had while picking: why, what that does, and what is taken instead."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from inventory.errors import InsufficientStock
from oms.orders.selectors.substitutes import Candidate, candidates_for
from stores.deadlines import UNDO
from stores.forms import DeclineForm
from stores.models import Pickup
from stores.services.declining import pickup_decline, pickup_replace
from stores.services.found import declines_undoable, pickup_found
from stores.status import DeclineReason, PickupStatus
from stores.views.base import CounterRequest, frame, go, of_pickup
from stores.views.cards import Item, items_of
from stores.views.moments import Moment, answered, show, url_of

# What each reason does to the stock, said before it is done.
REASONS: tuple[tuple[DeclineReason, str, Promise], ...] = (
    (
        DeclineReason.NOT_FOUND,
        "zoom-question",
        gettext_lazy("The stock record drops to what is in the bags."),
    ),
    (DeclineReason.DAMAGED, "mood-sad", gettext_lazy("The damaged units are set aside.")),
    (DeclineReason.DISPLAY, "building-store", gettext_lazy("It is set aside as on display.")),
    (
        DeclineReason.MISMATCH,
        "arrows-diff",
        gettext_lazy("The stock record stays until somebody counts."),
    ),
)


@require_http_methods(["GET", "POST"])
@of_pickup
@answered
def decline(request: CounterRequest, pickup: Pickup, line: int) -> HttpResponseBase:
    """An item that cannot be had: how many, why, and what is taken instead, if anything may be."""
    item = next((item for item in items_of(pickup) if item.id == line), None)
    if item is None or pickup.status != PickupStatus.TO_PICK or not item.missing:
        return go(request, url_of(pickup))
    form = DeclineForm(request.POST or None, most=item.missing)
    valid = request.method == "POST" and form.is_valid()
    if valid and "instead" in request.POST:
        return _done(request, pickup, item, form.cleaned_data)
    units = form.cleaned_data["units"] if valid else item.missing
    stand_ins = stand_ins_here(pickup, line, units)
    if valid and not stand_ins:
        return _done(request, pickup, item, form.cleaned_data)
    context = {
        "pickup": pickup,
        "order": pickup.fulfilment_order.order,
        "item": item,
        "form": form,
        "units": units,
        "reasons": REASONS,
        "stand_ins": stand_ins,
        "last_item": not stand_ins and len(items_of(pickup)) == 1 and not item.picked,
    }
    template = "stores/decline_instead.html" if valid else "stores/decline.html"
    return render(request, template, frame(request, "queue", undo=None, **context))


def stand_ins_here(pickup: Pickup, line_id: int, units: int) -> Sequence[Candidate]:
    """What lies in this store and may be picked instead; nothing if the order does not want it."""
    work = pickup.fulfilment_order
    if not work.order.accepts_substitutes:
        return ()
    line = next(line for line in work.lines.all() if line.pk == line_id)
    return [one for one in candidates_for(line, units) if one.price is not None]


@require_POST
@of_pickup
@answered
def found(request: CounterRequest, pickup: Pickup, decline: UUID) -> HttpResponseBase:
    """It is there after all: back to the pick list."""
    try:
        done = pickup_found(pickup.uid, decline=decline, actor=request.actor)
    except InsufficientStock as error:
        sku = error.data["items"][0]["sku"]
        item = reverse("counter-item", args=[sku])
        return show(
            request,
            Moment("refused", _("Too few"), str(error.detail), item, _("Look the item up")),
            status=error.status,
        )
    words = _("Found after all: pick %(units)s × %(name)s.")
    messages.success(request, words % {"units": done.units, "name": done.order_line.name})
    return go(request, url_of(pickup))


def found_context(pickup: Pickup) -> dict[str, Any]:
    """Undo in reach of what was not there: the last one in the bar, those before it in the page."""
    declines = declines_undoable(pickup)
    if not declines:
        return {"undo": None}
    last, *others = declines
    bar = {
        "text": _("Not there: %(units)s × %(name)s")
        % {"units": last.units, "name": last.order_line.name},
        "url": reverse("counter-found", args=[pickup.uid, last.uid]),
        "until": last.at + UNDO,
    }
    return {"undo": bar, "declines": others}


def _done(
    request: CounterRequest, pickup: Pickup, item: Item, data: dict[str, Any]
) -> HttpResponseBase:
    units, reason = data["units"], DeclineReason(data["reason"])
    instead, rest = request.POST.get("instead", ""), units
    said: list[str] = []
    if instead:
        new = pickup_replace(
            pickup.uid,
            line_id=item.id,
            units=units,
            reason=reason,
            sku=instead,
            actor=request.actor,
        )
        rest -= new.quantity
        words = _("Now pick %(units)s × %(name)s.")
        said.append(words % {"units": new.quantity, "name": new.sku.full_name})
    else:
        declined = pickup_decline(
            pickup.uid, line_id=item.id, units=units, reason=reason, actor=request.actor
        )
        if declined.status == PickupStatus.DECLINED:
            words = _("Nothing of the order is left. The customer is told and gets the money back.")
            messages.success(request, words)
            return go(request, url_of(pickup))
    if rest:
        words = ngettext(
            "%(units)s unit of %(name)s is cancelled.",
            "%(units)s units of %(name)s are cancelled.",
            rest,
        )
        said.append(words % {"units": rest, "name": item.name})
    messages.success(request, " ".join(said))
    return go(request, url_of(pickup))
