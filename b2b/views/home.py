"""Coming in, and choosing whom to order for."""

from typing import cast

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from b2b.portal import (
    CHOSEN,
    PortalRequest,
    chosen_company,
    portal,
    portal_render,
)
from b2b.selectors.companies import companies_to_order_for, is_on_behalf
from b2b.selectors.orders import company_orders
from oms.core.errors import NotFound
from oms.core.permissions import Permission
from oms.core.web import PageRequest, next_url, page

MOST_CHOICES = 60


@portal
def home(request: PortalRequest) -> HttpResponseBase:
    """What the company ordered lately, its credit, and the ways to order."""
    orders = list(company_orders(request.actor, request.company)[:6])
    return portal_render(request, "b2b/home.html", {"orders": orders})


@page(Permission.ORDERS_PLACE)
def switch(request: HttpRequest) -> HttpResponseBase:
    """Choose whom to order for."""
    asked = cast(PageRequest, request)
    text = request.GET.get("q", "").strip()
    companies = companies_to_order_for(asked.actor)
    found = companies.filter(name__icontains=text) if text else companies
    company = chosen_company(asked)
    return render(
        request,
        "b2b/switch.html",
        {
            "companies": found[: MOST_CHOICES + 1],
            "most": MOST_CHOICES,
            "q": text,
            "company": company,
            "ordering_for": company if company and is_on_behalf(asked.actor, company) else None,
            "next": next_url(request, reverse("b2b-home")),
        },
    )


@require_POST
@page(Permission.ORDERS_PLACE)
def choose(request: HttpRequest) -> HttpResponseBase:
    """Order for this company from now on, in this browser."""
    asked = cast(PageRequest, request)
    company = companies_to_order_for(asked.actor).filter(code=request.POST.get("code", "")).first()
    if company is None:
        raise NotFound
    request.session[CHOSEN] = company.code
    return redirect(next_url(request, reverse("b2b-home")))
