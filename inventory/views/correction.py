"""The quick correction of one SKU at one location."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.errors import AlreadyBooked, Shortage, ShortageUnconfirmed
from inventory.forms.stock import CorrectionForm
from inventory.models import Location, Stock
from inventory.selectors import locations_visible
from inventory.services.correction import Correction, stock_correct
from inventory.views.stock import sku_or_404
from oms.core.errors import NotFound
from oms.core.permissions import Permission
from oms.core.web import PageRequest, page


@page(Permission.STOCK_ADJUST)
def stock_adjust(request: PageRequest, code: str, location: str) -> HttpResponse:
    """Count a shelf or correct it by some units, with a reason."""
    sku = sku_or_404(code)
    if sku.components.exists():
        raise NotFound
    place: Location = locations_visible(request.actor, Permission.STOCK_ADJUST).get_visible(
        request.actor, Permission.STOCK_ADJUST, code=location
    )
    form = CorrectionForm(request.POST or None)
    context = {"form": form, "sku": sku, "location": place}
    if form.is_valid():
        done = _correct(request, form, sku.pk, place.pk, context)
        if done:
            return redirect("stock-movements", sku.code, place.code)
    stock = Stock.objects.filter(sku=sku, location=place).first()
    context["stock"] = stock or Stock(sku=sku, location=place)
    status = 422 if form.is_bound else 200
    return render(request, "inventory/stock_adjust.html", context, status=status)


def _correct(
    request: PageRequest, form: CorrectionForm, sku_id: int, location_id: int, context: dict
) -> bool:
    data = form.cleaned_data
    counting = data["mode"] == CorrectionForm.COUNT
    correction = Correction(
        sku_id=sku_id,
        location_id=location_id,
        reason=data["reason"],
        note=data["note"] or _("by hand"),
        reference=f"form:{data['reference']}",
        counted=data["units"] if counting else None,
        delta=None if counting else data["units"],
    )
    try:
        stock = stock_correct(
            correction, accept_shortage=data["accept_shortage"], actor=request.actor
        )
    except ShortageUnconfirmed as refused:
        context["shortage"] = refused.data
    except Shortage as refused:
        there = refused.data["items"][0]["on_hand"]
        words = ngettext("Only %(n)d unit is on hand", "Only %(n)d units are on hand", there)
        form.add_error("units", words % {"n": there})
    except AlreadyBooked:
        messages.info(request, _("This was booked already; nothing was booked twice."))
        return True
    else:
        words = ngettext("%(n)d unit is on hand now", "%(n)d units are on hand now", stock.on_hand)
        messages.success(request, words % {"n": stock.on_hand})
        return True
    return False
