"""Test a basket: what a buyer would pay, which rule fired, and why the others did not."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from catalog.directory import audience_options, trace_names
from catalog.errors import NoPrice, NoTaxRate
from catalog.forms import BasketForm
from catalog.pricing.engine import price_basket_from
from catalog.pricing.explain import explained
from catalog.pricing.loading import load_price_data
from catalog.pricing.types import PriceContext, PricedBasket, PriceRequest, Reason, Step
from oms.core.clock import now
from oms.core.permissions import Permission
from oms.core.web import PageRequest, page

# Reasons that have nothing to do with this basket in particular.
SILENT = frozenset(
    {
        Reason.DRAFT,
        Reason.NOT_YET,
        Reason.EXPIRED,
        Reason.AUDIENCE,
        Reason.CURRENCY,
        Reason.TARGET,
    }
)


@page(Permission.PRICES_VIEW)
@require_GET
def price_test(request: PageRequest) -> HttpResponse:
    """The form, and under it the priced basket. Everything is in the URL, so it can be sent on."""
    asked = "lines" in request.GET
    initial = {"currency": "EUR", "country": settings.RETAILER_COUNTRY}
    form = BasketForm(request.GET if asked else None, initial=initial)
    context: dict[str, Any] = {"form": form, "options": audience_options()}
    if asked and form.is_valid():
        context |= _priced(form)
    return render(request, "catalog/price_test.html", context, status=422 if form.errors else 200)


def _priced(form: BasketForm) -> dict[str, Any]:
    cleaned = form.cleaned_data
    context = PriceContext(
        audiences=cleaned["audiences"],
        currency=cleaned["currency"],
        country=cleaned["country"],
        at=cleaned["at"] or now(),
        coupon=cleaned["coupon"],
    )
    lines = cleaned["lines"]
    data = load_price_data(context, [sku.pk for sku, _quantity in lines], complete=True)
    requests = [PriceRequest(sku.pk, quantity) for sku, quantity in lines]
    try:
        basket: PricedBasket = price_basket_from(data, context, requests)
    except (NoPrice, NoTaxRate) as error:
        return {"refused": [str(issue.message) for issue in error.issues]}
    names = trace_names(line.trace for line in basket.lines)
    shown = [
        {"sku": sku, "line": line} | _told(line.trace, basket.currency, names)
        for (sku, _quantity), line in zip(lines, basket.lines, strict=True)
    ]
    return {"basket": basket, "lines": shown}


def _told(trace: list[Step], currency: str, names: dict[str, str]) -> dict[str, Any]:
    """What decided the price, apart from what had nothing to say to this buyer at all."""
    spoken = [step for step in trace if step.get("reason") not in SILENT]
    silent = [step for step in trace if step.get("reason") in SILENT]
    return {
        "steps": explained(spoken, currency, names),
        "silent": explained(silent, currency, names),
    }
