"""Returns in the back office: the list, and recording one."""

from typing import Any, ClassVar, cast

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from oms.core.errors import InvalidInput, NotFound
from oms.core.money import format_money
from oms.core.permissions import Permission
from oms.core.web import ListPage, PageRequest, page
from oms.orders.models import Order
from oms.orders.selectors import orders_visible
from oms.returns.errors import NothingToReturn
from oms.returns.filters import ReturnFilter
from oms.returns.forms import ReturnForm
from oms.returns.models import ReturnReason
from oms.returns.selectors import receiving_locations, returnable_lines, returns_visible
from oms.returns.services import return_receive
from oms.returns.tables import ReturnTable


class ReturnList(ListPage):
    """What came back."""

    title = gettext_lazy("Returns")
    table_class: ClassVar[type[tables.Table]] = ReturnTable
    filterset_class: ClassVar[type[django_filters.FilterSet] | None] = ReturnFilter
    export_name = "returns"

    def rows(self) -> QuerySet[Any]:
        return returns_visible(self.request.actor).order_by("-id")


return_list = page(Permission.ORDERS_VIEW)(ReturnList.as_view())


@page(Permission.ORDERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def return_create(request: HttpRequest, number: int) -> HttpResponseBase:
    """Record goods of an order that came back."""
    actor = cast(PageRequest, request).actor
    order: Order | None = (
        orders_visible(actor, Permission.ORDERS_MANAGE).filter(number=number).first()
    )
    if order is None:
        raise NotFound
    lines = returnable_lines(order)
    locations = receiving_locations(actor)
    form = ReturnForm(
        request.POST or None,
        lines=lines,
        locations=locations,
        initial=_initial(order, locations),
    )
    if request.method == "POST" and form.is_valid():
        try:
            goods_return = return_receive(
                order.pk,
                lines=form.units,
                location=form.cleaned_data["location"],
                reason=ReturnReason(form.cleaned_data["reason"]),
                actor=actor,
                refund=form.cleaned_data["refund"],
            )
        except (InvalidInput, NothingToReturn) as error:
            form.add_error(None, str(error.detail))
        else:
            refunded = format_money(goods_return.refunded, order.currency)
            messages.success(
                request, _("The return is recorded, %(sum)s given back") % {"sum": refunded}
            )
            return redirect("order-detail", number=number)
    context = {"order": order, "form": form, "nothing": not lines}
    return render(request, "returns/return.html", context, status=422 if form.errors else 200)


def _initial(order: Order, locations: QuerySet[Any]) -> dict[str, Any]:
    """Where the goods came from, if the actor may receive them there."""
    sources = order.fulfilment_orders.values_list("location_id", flat=True)
    first = locations.filter(pk__in=list(sources)).first() or locations.first()
    return {"location": first, "refund": True}
