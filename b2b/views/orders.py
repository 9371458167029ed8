"""A company's orders: the list, one order, and ordering the same again."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from b2b.filters import CompanyOrderFilter
from b2b.portal import PortalRequest, basket_of, portal, portal_context, portal_render
from b2b.selectors.orders import company_orders, order_page, price_changes
from b2b.selectors.verification import verify
from b2b.tables import CompanyOrderTable
from b2b.views.quick_order import verification_context
from b2b.why import why_steps
from catalog.pasting import WantedRow
from oms.core.errors import NotFound
from oms.core.web import ListPage
from oms.orders.models import Order


class OrderList(ListPage):
    """My orders: search, filters, export."""

    title = _("Orders")
    table_class: ClassVar[type[tables.Table]] = CompanyOrderTable
    filterset_class: ClassVar[type[django_filters.FilterSet] | None] = CompanyOrderFilter
    template_name = "b2b/order_list.html"
    export_name = "orders"

    def rows(self) -> QuerySet[Any]:
        request = cast(PortalRequest, self.request)
        return company_orders(request.actor, request.company)

    def extra_context(self) -> Mapping[str, Any]:
        return portal_context(cast(PortalRequest, self.request))


def _list(request: PortalRequest) -> HttpResponseBase:
    view: HttpResponseBase = OrderList.as_view()(cast(HttpRequest, request))
    return view


order_list = portal(_list)


@portal
def order_detail(request: PortalRequest, number: int) -> HttpResponseBase:
    """One order: lines, why each price, how far it has come, parcels."""
    return portal_render(request, "b2b/order.html", _order_context(request, number))


@portal
def order_placed(request: PortalRequest, number: int) -> HttpResponseBase:
    """The same page right after placing: what happens next."""
    return portal_render(
        request, "b2b/order.html", _order_context(request, number) | {"just_placed": True}
    )


@portal
def order_line_why(request: PortalRequest, number: int, position: int) -> HttpResponseBase:
    """How a stored line's price came about: the trace kept with the order."""
    order = _order(request, number)
    line = order.lines.filter(position=position).first()
    if line is None:
        raise NotFound
    steps = why_steps(line.price_trace, order.currency)
    return render(request, "ui/why_steps.html", {"steps": steps})


@portal
def reorder(request: PortalRequest, number: int) -> HttpResponseBase:
    """The order's lines at today's prices and stock, with what changed since."""
    order = _order(request, number)
    lines = list(order.lines.filter(substitutes=None).select_related("sku"))
    rows = [WantedRow(line.position, line.sku.code, line.quantity) for line in lines]
    basket = basket_of(request)
    found = verify(basket.buying, rows)
    context = verification_context(found, basket) | {
        "reordered": order,
        "changes": price_changes(lines, found),
    }
    return portal_render(request, "b2b/verification.html", context)


def _order(request: PortalRequest, number: int) -> Order:
    order = company_orders(request.actor, request.company).filter(number=number).first()
    if order is None:
        raise NotFound
    return order


def _order_context(request: PortalRequest, number: int) -> dict[str, Any]:
    order = _order(request, number)
    return {"order": order, "view": order_page(order)}
