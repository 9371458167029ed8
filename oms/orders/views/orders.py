"""The office's list of orders, and one order's page."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog.directory import trace_names
from catalog.pricing.explain import explained as price_explained
from inventory.models import Location
from inventory.selectors.purchasing import purchases_visible
from inventory.status import LocationKind
from oms.core.actors import Actor
from oms.core.errors import NotFound
from oms.core.permissions import Permission, grants_for
from oms.core.web import COUNTED_ROWS, ListPage, PageRequest, page
from oms.notifications.selectors import messages_about
from oms.orders.filters import OrderFilter
from oms.orders.forms import carrier_label
from oms.orders.methods import method_of
from oms.orders.models import FulfilmentOrder, Order, OrderLine, TenderTransaction
from oms.orders.selectors.records import OrderRecord, Work, orders_load
from oms.orders.selectors.search import orders_visible
from oms.orders.selectors.timeline import order_timeline
from oms.orders.services.payment import order_due
from oms.orders.status import FULFILMENT_OPEN, FulfilmentStatus
from oms.orders.tables import OrderTable, promise_tone
from oms.orders.tracking import tracking_url
from oms.sourcing.explain import explained as decision_explained
from oms.sourcing.explain import rules_words
from oms.sourcing.selectors import decision_of

S = FulfilmentStatus


class OrderList(ListPage):
    """Every order the person may see, newest first."""

    title = gettext_lazy("Orders")
    table_class = OrderTable
    filterset_class = OrderFilter
    template_name = "orders/order_list.html"
    export_name = "orders"

    def rows(self) -> QuerySet[Order]:
        rows: QuerySet[Order] = orders_visible(self.request.actor).select_related("channel")
        if customer := self.request.GET.get("customer"):
            rows = rows.filter(customer__uid=_uuid(customer))
        places = FulfilmentOrder.objects.filter(order=OuterRef("pk")).order_by("pk")
        return rows.annotate(places=ArraySubquery(places.values("location__code")))

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        """The sums of what is filtered, while it is few enough to count and in one currency."""
        few = rows.order_by()[: COUNTED_ROWS + 1].values("pk")
        sums = list(
            Order.objects.filter(pk__in=few)
            .values("currency")
            .annotate(agreed=Sum("gross"), left=Sum("current_total"), count=Count("pk"))
            .order_by()
        )
        if len(sums) != 1 or sums[0]["count"] > COUNTED_ROWS:
            return {}
        total = sums[0]
        agreed = (total["agreed"], total["currency"])
        return {"totals": {"gross": agreed, "current_total": total["left"]}}


order_list = page(Permission.OFFICE_VIEW)(require_safe(OrderList.as_view()))


def order_of(
    request: HttpRequest, number: int, permission: Permission = Permission.ORDERS_VIEW
) -> Order:
    """The order with this number. Raises NotFound for a missing one and a foreign one alike."""
    actor = cast(PageRequest, request).actor
    orders = orders_visible(actor, permission).select_related("channel", "customer", "placed_by")
    order = orders.filter(number=number).first()
    if order is None:
        raise NotFound
    return order


@page(Permission.OFFICE_VIEW)
@require_safe
@vary_on_headers("HX-Request")
def order_detail(request: HttpRequest, number: int) -> HttpResponse:
    """Who, what, where, how much; what was done, and what is next."""
    order = order_of(request, number)
    (record,) = orders_load([order])
    actor = cast(PageRequest, request).actor
    may_change = grants_for(actor, Permission.ORDERS_MANAGE).any
    may_fulfil = grants_for(actor, Permission.ORDERS_FULFIL).any
    works = _works(record, may_fulfil, _purchases(record, actor))
    context = {
        "order": order,
        "method": method_of(order.method),
        "steps": quantity_steps(record),
        "lines": _lines(record.lines or (), order),
        "waiting": [line for line in record.lines or () if line.back_ordered],
        "works": works,
        "next_action": next((one["action"] for one in works if one["action"]), None),
        "decision": _decision(order),
        "tenders": _tenders(record),
        "due": order_due(order),
        "timeline": order_timeline(order),
        "messages_sent": messages_about("order", str(order.pk)),
        "may_cancel": may_change and any(line.open for line in record.lines or ()),
        "may_return": may_change
        and any(line.fulfilled > line.returned for line in record.lines or ()),
        "may_change": may_change,
        "tracking_url": tracking_url(order.pk),
    }
    return render(request, "orders/order_detail.html", context)


def quantity_steps(record: OrderRecord) -> list[dict[str, Any]]:
    """How many units came how far, for `ui/progress_quantities.html`."""
    lines = record.lines or ()
    ordered = sum(line.quantity for line in lines if line.substitutes_id is None)
    substituted = sum(line.quantity for line in lines) - ordered
    cancelled = sum(line.cancelled for line in lines)
    fulfilled = sum(line.fulfilled for line in lines)
    returned = sum(line.returned for line in lines)
    waiting = sum(line.back_ordered for line in lines)
    open_work = [one for one in record.work or () if one.fulfilment_order.status in FULFILMENT_OPEN]
    picked = fulfilled + sum(line.picked for one in open_work for line in one.lines)
    pickup = method_of(record.order.method).is_pickup
    steps = [
        {"label": _("ordered"), "quantity": ordered},
        {"label": _("allocated"), "quantity": ordered + substituted - cancelled - waiting},
        {"label": _("picked"), "quantity": picked},
        {
            "label": _("collected") if pickup else _("shipped"),
            "quantity": fulfilled,
            "tone": "green",
        },
    ]
    if returned:
        steps.append({"label": _("returned"), "quantity": returned, "tone": "amber"})
    return steps


def _lines(lines: Sequence[OrderLine], order: Order) -> list[dict[str, Any]]:
    names = trace_names(line.price_trace for line in lines)
    return [
        {
            "line": line,
            "why": price_explained(line.price_trace, order.currency, names),
            "why_title": _("Price of %(name)s") % {"name": line.name},
            "discounted": line.list_price != line.unit_price,
        }
        for line in lines
    ]


def _purchases(record: OrderRecord, actor: Actor) -> Mapping[UUID, int]:
    """Fulfilment order → the number of what we ordered of the supplier that does it."""
    works = [one.fulfilment_order for one in record.work or ()]
    theirs = [work.uid for work in works if work.location.kind == LocationKind.SUPPLIER]
    if not theirs:
        return {}
    found = purchases_visible(actor).filter(demand__in=theirs).order_by("pk")
    return {one.demand: one.number for one in found if one.demand is not None}


def _works(
    record: OrderRecord, may_fulfil: bool, purchases: Mapping[UUID, int]
) -> list[dict[str, Any]]:
    """Each location's work for the page, what is finished last."""
    works = [
        {
            "work": work,
            "one": work.fulfilment_order,
            "rows": [(record.positions[line.order_line_id], line) for line in work.lines],
            "tone": promise_tone(work.fulfilment_order.promised_at, work.fulfilment_order.status),
            "open": work.fulfilment_order.status in FULFILMENT_OPEN,
            "purchase": purchases.get(work.fulfilment_order.uid),
            "carrier": carrier_label(work.shipment.carrier) if work.shipment else "",
            "action": _action(work, several=len(record.work or ()) > 1) if may_fulfil else None,
        }
        for work in record.work or ()
    ]
    return sorted(works, key=lambda one: not one["open"])


def _action(work: Work, *, several: bool) -> dict[str, Any] | None:
    """The one next thing to do about a piece of work; pickups have theirs at the counter.

    Where `several` locations work for the order, its words say which one is meant.
    """
    one = work.fulfilment_order
    if one.status not in FULFILMENT_OPEN or method_of(one.method).is_pickup:
        return None
    place = {"place": one.location.name}
    if one.status in (S.OPEN, S.PICKING):
        return {
            "label": _("Mark as picked at %(place)s") % place if several else _("Mark as picked"),
            "title": _("Everything picked at %(place)s") % place,
            "url": reverse("fulfilment-pick", args=[one.uid]),
            "icon": "basket-check",
            "post": True,
        }
    return {
        "label": _("Ship from %(place)s") % place,
        "title": _("Enter the parcel's tracking number"),
        "url": reverse("fulfilment-ship", args=[one.uid]),
        "icon": "truck-delivery",
        "post": False,
    }


def _decision(order: Order) -> dict[str, Any] | None:
    decision = decision_of(order.uid)
    if decision is None:
        return None
    codes = [candidate["location"] for candidate in decision.candidates]
    names = dict(Location.objects.filter(code__in=codes).values_list("code", "name"))
    return {
        "steps": decision_explained(decision, names),
        "rules": rules_words(decision),
        "at": decision.decided_at,
    }


def _tenders(record: OrderRecord) -> list[dict[str, Any]]:
    story: dict[int, list[TenderTransaction]] = {}
    tenders: Sequence[Any] = record.tenders or ()
    for row in TenderTransaction.objects.filter(tender__in=tenders).order_by("pk"):
        story.setdefault(row.tender_id, []).append(row)
    return [{"tender": one, "transactions": story.get(one.pk, [])} for one in tenders]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
