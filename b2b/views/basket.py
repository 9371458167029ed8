"""The basket: quantities in place, packs rounded on request."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from b2b.portal import PortalRequest, basket_of, portal, portal_context, portal_render
from b2b.services.basket import basket_clear, basket_set
from catalog.pasting import read_quantity
from oms.core.errors import InvalidInput, Issue
from oms.core.web import htmx


@portal
def basket(request: PortalRequest) -> HttpResponseBase:
    """What is about to be ordered, with everything that keeps it from being."""
    return portal_render(request, "b2b/basket.html", {"basket_page": True})


@require_POST
@portal
def basket_change(request: PortalRequest) -> HttpResponseBase:
    """One line's quantity (0 or `remove` takes it out), or all offered packs at once."""
    if request.POST.get("action") == "round":
        offers = {
            line.sku.pk: line.offer
            for line in basket_of(request).checked.to_round
            if line.offer is not None
        }
        basket_set(request.company, offers, actor=request.actor)
    else:
        sku, quantity = _wanted(request)
        basket_set(request.company, {sku: quantity}, actor=request.actor)
    return _answer(request)


@require_POST
@portal
def basket_empty(request: PortalRequest) -> HttpResponseBase:
    """Start over."""
    basket_clear(request.company, actor=request.actor)
    messages.info(request, _("The basket is empty"))
    return redirect("b2b-basket")


def _wanted(request: PortalRequest) -> tuple[int, int]:
    sku = request.POST.get("sku_id", "")
    held = basket_of(request).in_basket
    if not sku.isdigit() or int(sku) not in held:
        raise InvalidInput([Issue("sku", _("This line is no longer in the basket"), "gone")])
    if "remove" in request.POST:
        return int(sku), 0
    quantity, _remark = read_quantity(request.POST.get("round") or request.POST.get("quantity", ""))
    if quantity is None:
        raise InvalidInput([Issue("quantity", _("Give a quantity of whole units"), "bad_quantity")])
    return int(sku), quantity


def _answer(request: PortalRequest) -> HttpResponseBase:
    if not htmx(request):
        return redirect("b2b-basket")
    return render(
        request,
        "b2b/parts/basket_answer.html",
        portal_context(request, {"oob": True, "basket_page": True}),
    )
