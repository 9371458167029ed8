"""The warehouse's work: what to pick and to ship, the most urgent first."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oms.core.errors import DomainError, NotFound
from oms.core.permissions import Permission
from oms.core.web import ListPage, PageRequest, next_url, page
from oms.orders.errors import AtTheCounter
from oms.orders.filters import FulfilmentFilter
from oms.orders.forms import ShipForm
from oms.orders.methods import method_of
from oms.orders.models import FulfilmentLine, FulfilmentOrder
from oms.orders.selectors.records import work_load
from oms.orders.selectors.search import fulfilments_visible
from oms.orders.services.fulfilment import (
    fulfilment_pick_all,
    fulfilment_ready,
    fulfilment_ship,
)
from oms.orders.status import FULFILMENT_OPEN
from oms.orders.tables import FulfilmentTable


class FulfilmentList(ListPage):
    """Open work; other statuses when they are asked for."""

    title = gettext_lazy("Fulfilment")
    table_class = FulfilmentTable
    filterset_class = FulfilmentFilter
    template_name = "orders/fulfilment_list.html"
    export_name = "fulfilment"

    def rows(self) -> QuerySet[FulfilmentOrder]:
        rows: QuerySet[FulfilmentOrder] = fulfilments_visible(self.request.actor)
        if self.request.GET.getlist("status"):
            rows = rows.annotate(is_finished=Q(finished_at__isnull=False))
        else:
            rows = rows.filter(status__in=FULFILMENT_OPEN)
        return rows.select_related("order", "location").annotate(
            units=_sum("quantity"), picked=_sum("picked")
        )


def _sum(counter: str) -> Subquery:
    lines = FulfilmentLine.objects.filter(fulfilment_order=OuterRef("pk")).order_by()
    return Subquery(lines.values("fulfilment_order").annotate(total=Sum(counter)).values("total"))


fulfilment_list = page(Permission.ORDERS_FULFIL)(require_safe(FulfilmentList.as_view()))


@page(Permission.ORDERS_FULFIL)
@require_POST
def pick(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Everything is picked."""
    one = _work(request, uid)
    fulfilment_pick_all(one.pk, actor=cast(PageRequest, request).actor)
    messages.success(
        request,
        _("Order %(number)s is picked; ship it next") % {"number": one.order.number},
    )
    return _back(request, one)


@page(Permission.ORDERS_FULFIL)
@require_POST
def ready(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Packed, waiting for the carrier."""
    one = _work(request, uid)
    fulfilment_ready(one.pk, actor=cast(PageRequest, request).actor)
    messages.success(
        request, _("Order %(number)s waits for the carrier") % {"number": one.order.number}
    )
    return _back(request, one)


@page(Permission.ORDERS_FULFIL)
@require_http_methods(["GET", "HEAD", "POST"])
def ship(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The parcel leaves: carrier and tracking number, then it is done."""
    one = _work(request, uid)
    form = ShipForm(request.POST if request.method == "POST" else None)
    problem: DomainError | None = None
    if form.is_bound and form.is_valid():
        try:
            fulfilment_ship(one.pk, **form.cleaned_data, actor=cast(PageRequest, request).actor)
        except DomainError as error:
            problem = error
        else:
            messages.success(
                request,
                _("Order %(number)s left; the payment is captured") % {"number": one.order.number},
            )
            return _back(request, one)
    work, positions = work_load(one)
    context: dict[str, Any] = {
        "one": one,
        "order": one.order,
        "form": form,
        "rows": [(positions[line.order_line_id], line) for line in work.lines],
        "problem": problem,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/fulfilment_ship.html", context, status=status)


def _work(request: HttpRequest, uid: UUID) -> FulfilmentOrder:
    """The work with this uid. Raises NotFound, and AtTheCounter for a pickup."""
    actor = cast(PageRequest, request).actor
    one = fulfilments_visible(actor).select_related("order", "location").filter(uid=uid).first()
    if one is None:
        raise NotFound
    if method_of(one.method).is_pickup:
        raise AtTheCounter
    return one


def _back(request: HttpRequest, one: FulfilmentOrder) -> HttpResponse:
    """To where the person came from, or to the order."""
    order = reverse("order-detail", kwargs={"number": one.order.number})
    return redirect(next_url(request, order))
