"""Entering the portal: which company somebody orders for, on every page and in every answer.

The choice lives in the session. Every form names the company it was shown for, so that a second
tab cannot make an order for another customer than the one on the screen.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from b2b.errors import CompanySwitched
from b2b.models import Company
from b2b.selectors.baskets import BasketView, basket_view
from b2b.selectors.companies import companies_to_order_for, is_on_behalf
from oms.core.permissions import Permission
from oms.core.web import PageRequest, PageView, page

CHOSEN = "b2b_company"

P = ParamSpec("P")


class PortalRequest(PageRequest):
    """A request of somebody who orders for `company`; `ordering_for` if it is not their own."""

    company: Company
    ordering_for: Company | None


PortalView = Callable[Concatenate[PortalRequest, P], HttpResponseBase]


def portal(view: PortalView[P]) -> PageView[P]:
    """Admit people who may place orders, with their company chosen; else they choose first."""

    @wraps(view)
    def entered(plain: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request = cast(PortalRequest, plain)
        company = chosen_company(request)
        if company is None:
            return redirect(f"{reverse('b2b-switch')}?next={request.path}")
        shown = request.POST.get("company", company.code)
        if shown != company.code:
            raise CompanySwitched
        request.company = company
        request.ordering_for = company if is_on_behalf(request.actor, company) else None
        return view(request, *args, **kwargs)

    # wraps() would make the wrapper look as if it took a PortalRequest.
    return page(Permission.ORDERS_PLACE)(cast(Callable[Concatenate[HttpRequest, P], Any], entered))


def chosen_company(request: PageRequest) -> Company | None:
    """The company of the session if it may still be ordered for, or the only one there is."""
    companies = companies_to_order_for(request.actor)
    code = request.session.get(CHOSEN)
    if code:
        company = companies.filter(code=code).first()
        if company is not None:
            return company
    only = list(companies[:2])
    return only[0] if len(only) == 1 else None


def portal_render(
    request: PortalRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of the portal: its context, and what the shell shows around it."""
    return render(request, template, portal_context(request, context), status=status)


def portal_context(
    request: PortalRequest, context: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """`context` with the company and the basket for the bar; the basket is read once."""
    given = dict(context or {})
    basket = given.pop("basket", None) or basket_of(request)
    return {
        "company": request.company,
        "ordering_for": request.ordering_for,
        "basket": basket,
        **given,
    }


def basket_of(request: PortalRequest) -> BasketView:
    """The actor's basket for the chosen company."""
    return basket_view(request.company, request.actor)
