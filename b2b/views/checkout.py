"""Checkout: the answers, a page to check them on, one button, and the order."""

from dataclasses import asdict, fields
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect

from b2b.errors import CreditExceeded, PriceChanged
from b2b.forms import OTHER, CheckoutForm
from b2b.portal import PortalRequest, basket_of, portal, portal_render
from b2b.selectors.baskets import BasketView
from b2b.selectors.companies import ShipTo, ship_to_choices
from b2b.services.basket import basket_answer
from b2b.services.ordering import basket_place
from b2b.wishes import Wishes
from inventory.errors import InsufficientStock
from oms.core.errors import DomainError, InvalidInput
from oms.orders.requests import Address

_WISHES = [field.name for field in fields(Wishes)]


@portal
def checkout(request: PortalRequest) -> HttpResponseBase:
    """PO number, ship-to, note, substitutes."""
    basket = basket_of(request)
    if not basket.line_count:
        return redirect("b2b-basket")
    choices = ship_to_choices(request.company)
    options: dict[str, Any] = {
        "choices": choices,
        "po_required": request.company.requires_po_number,
    }
    if request.method == "POST":
        form = CheckoutForm(request.POST, **options)
        if form.is_valid():
            address = _address(form.cleaned_data, choices)
            basket_answer(
                request.company,
                wishes=Wishes(**{name: form.cleaned_data[name] for name in _WISHES}),
                address=address,
                actor=request.actor,
            )
            return redirect("b2b-check")
    else:
        form = CheckoutForm(initial=_initial(basket, choices), **options)
    return portal_render(
        request,
        "b2b/checkout.html",
        {"basket": basket, "form": form},
        status=422 if form.errors else 200,
    )


def _address(data: dict[str, Any], choices: list[ShipTo]) -> Address | None:
    """The chosen address; None is the company's own."""
    if data["ship_to"] == OTHER:
        return Address(data["street"], data["postcode"], data["city"], data["country"])
    if data["ship_to"] == "company":
        return None
    return next(choice.address for choice in choices if choice.key == data["ship_to"])


def _initial(basket: BasketView, choices: list[ShipTo]) -> dict[str, Any]:
    initial: dict[str, Any] = {
        **asdict(basket.wishes),
        "ship_to": choices[0].key if choices else OTHER,
    }
    if not basket.own_address:
        known = [choice.key for choice in choices if choice.address == basket.address]
        initial["ship_to"] = known[0] if known else OTHER
        if not known:
            place = basket.address
            initial |= {"street": place.street, "postcode": place.postcode}
            initial |= {"city": place.city, "country": place.country}
    return initial


@portal
def check(request: PortalRequest) -> HttpResponseBase:
    """Everything at a glance, and the one button that orders it."""
    if request.method == "POST":
        return _place(request)
    basket = basket_of(request)
    if not basket.line_count:
        return redirect("b2b-basket")
    if basket.po_missing or not basket.address.street:
        return redirect("b2b-checkout")
    return _check_page(request, basket)


def _place(request: PortalRequest) -> HttpResponseBase:
    try:
        key = UUID(request.POST.get("key", ""))
        total = Decimal(request.POST.get("total", ""))
        lines = int(request.POST.get("lines", ""))
    except (ValueError, InvalidOperation):
        return redirect("b2b-check")
    try:
        order = basket_place(
            request.company,
            key=key,
            agreed_total=total,
            agreed_lines=lines,
            actor=request.actor,
        )
    except (InvalidInput, CreditExceeded, PriceChanged, InsufficientStock) as error:
        basket = basket_of(request)
        if not basket.line_count:
            raise
        return _check_page(request, basket, error)
    return redirect("b2b-order-placed", number=order.number)


def _check_page(
    request: PortalRequest, basket: BasketView, error: DomainError | None = None
) -> HttpResponseBase:
    context = {
        "basket": basket,
        "error": error,
        "links": _links(error) if error is not None else [],
        "blocked": bool(basket.checked.stopped) or basket.over_credit,
    }
    return portal_render(request, "b2b/check.html", context, status=error.status if error else 200)


def _links(error: DomainError) -> list[tuple[str, str, str]]:
    """The refusal in the shape of the error summary, with every SKU that falls short."""
    if isinstance(error, InvalidInput):
        return [("", "", str(issue.message)) for issue in error.issues]
    links = [("", "", str(error.detail))]
    for item in error.data.get("items", ()):
        links.append(("", "", f"{item['sku']}: {item['available']} / {item['wanted']}"))
    return links
