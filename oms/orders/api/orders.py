"""Orders over REST: place, list, read, cancel."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.errors import NoPrice, NoTaxRate
from inventory.errors import InsufficientStock
from oms.core.api.pagination import CursorPagination
from oms.core.api.schema import (
    IDEMPOTENCY_KEY,
    READING,
    REPLAYED,
    WRITING,
    expand_parameter,
    problems,
)
from oms.core.api.strict import query_known
from oms.core.api.views import ApiView
from oms.core.errors import InvalidInput, Issue, NotFound
from oms.core.permissions import Permission, ScopedQuerySet
from oms.orders import serializers
from oms.orders.api import answers, examples
from oms.orders.api.common import LINE_PARTS, channel_of, expand_of, order_request
from oms.orders.api.representation import Json, order_data
from oms.orders.errors import DuplicateOrder, GoodsLeft, OrderClosed, PaymentMismatch
from oms.orders.filters import OrderApiFilter
from oms.orders.models import Order
from oms.orders.selectors.records import PARTS, OrderRecord, Work, orders_load
from oms.orders.selectors.search import orders_visible
from oms.orders.selectors.timeline import order_timeline
from oms.orders.services.changes import order_cancel
from oms.orders.services.payment import DuplicatePayment
from oms.orders.services.placement import PlacedOrder, order_place_whole
from oms.payments.providers import PaymentRefused
from oms.sourcing.selectors import decision_of

LISTED = PARTS | LINE_PARTS
DETAILED = LISTED | {"decision", "timeline"}
ORDERINGS = {"-id": ("-id",), "updated_at": ("updated_at", "id")}


class OrderPagination(CursorPagination):
    """Newest first, or oldest change first for those who synchronise."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        wanted = request.query_params.get("ordering", "-id")
        if wanted not in ORDERINGS:
            message = _("Choose from: %(names)s") % {"names": ", ".join(ORDERINGS)}
            raise InvalidInput([Issue("ordering", message, "unknown_ordering")])
        return ORDERINGS[wanted]

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        ordering = {
            "name": "ordering",
            "in": "query",
            "schema": {"type": "string", "enum": list(ORDERINGS), "default": "-id"},
            "description": "Newest first, or oldest change first (with `updated_since`).",
        }
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        return [*parameters, ordering]


class OrderListView(ApiView):
    """`/orders/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {
        "GET": Permission.ORDERS_VIEW,
        "POST": Permission.ORDERS_PLACE,
    }
    queryset = Order.objects.none()
    filterset_class = OrderApiFilter
    pagination_class = OrderPagination
    serializer_class = answers.ListedOrderAnswer

    def get_queryset(self) -> ScopedQuerySet[Order]:
        return orders_visible(self.actor).select_related("channel", "customer")

    @extend_schema(
        operation_id="orders_list",
        summary="List orders",
        tags=["Orders"],
        parameters=[expand_parameter(sorted(LISTED))],
        responses={200: answers.ListedOrderAnswer(many=True)} | problems(*READING, InvalidInput),
    )
    def get(self, request: Request) -> Response:
        """Orders this key may see, newest first.

        `next` and `previous` are addresses: follow them as they are. To keep a copy up to date,
        ask with `ordering=updated_at&updated_since=` the newest `updated_at` you hold.
        """
        query_known(
            request, (*OrderApiFilter.base_filters, "limit", "cursor", "ordering", "expand")
        )
        expand = expand_of(request, LISTED)
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        parts = {name.partition(".")[0] for name in expand} & PARTS
        records = orders_load(page or [], parts)
        return self.get_paginated_response(
            [order_data(record, expand=expand) for record in records]
        )

    @extend_schema(
        operation_id="orders_place",
        summary="Place an order",
        tags=["Orders"],
        parameters=[IDEMPOTENCY_KEY, REPLAYED, expand_parameter(sorted(LINE_PARTS))],
        request=serializers.OrderInput,
        responses={201: answers.OrderAnswer}
        | problems(
            *WRITING,
            NoPrice,
            NoTaxRate,
            InsufficientStock,
            DuplicateOrder,
            DuplicatePayment,
            PaymentMismatch,
            PaymentRefused,
            **examples.SHORT,
        ),
        examples=[
            examples.request_example("Shipped", examples.SHIPPED),
            examples.request_example("Reserve and pay in store", examples.RESERVED),
            examples.answer_example("Placed", examples.ORDER, 201),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        """Prices the lines, chooses the locations, allocates their stock and confirms, or refuses
        all of it: an order is placed whole or not at all, and what is answered with 201 is kept.
        """
        expand = expand_of(request, LINE_PARTS)
        data = serializers.ORDER.run_validation(request.data)

        def perform() -> tuple[int, Any, dict[str, str]]:
            channel = channel_of(self.actor, data.get("channel"), Permission.ORDERS_PLACE)
            placed = order_place_whole(order_request(data, channel), actor=self.actor)
            location = reverse("api-order-detail", args=[placed.order.number])
            return 201, order_data(record_of(placed), expand=expand), {"Location": location}

        return self.write_once(request, perform)


class OrderView(ApiView):
    """`/orders/{number}/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"GET": Permission.ORDERS_VIEW}
    serializer_class = answers.OrderAnswer

    @extend_schema(
        operation_id="orders_read",
        summary="Read an order",
        tags=["Orders"],
        parameters=[expand_parameter(sorted(DETAILED))],
        responses={200: answers.OrderAnswer} | problems(*READING, InvalidInput, NotFound),
        examples=[examples.answer_example("Open", examples.ORDER)],
    )
    def get(self, request: Request, number: int) -> Response:
        """The whole order. `expand` adds the sourcing decision, the timeline, the price traces."""
        query_known(request, ("expand",))
        expand = expand_of(request, DETAILED)
        return Response(order_whole(order_visible(self, number), expand))


class OrderCancelView(ApiView):
    """`/orders/{number}/cancel/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"POST": Permission.ORDERS_MANAGE}
    serializer_class = answers.OrderAnswer

    @extend_schema(
        operation_id="orders_cancel",
        summary="Cancel an order, or units of it",
        tags=["Orders"],
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=serializers.CancelInput,
        responses={200: answers.OrderAnswer} | problems(*WRITING, NotFound, OrderClosed, GoodsLeft),
        examples=[
            examples.request_example("All that has not left", {"reason": "customer"}),
            examples.request_example(
                "One unit", {"reason": "no_stock", "lines": [{"position": 1, "quantity": 1}]}
            ),
            examples.answer_example(
                "Cancelled",
                examples.ORDER
                | {"status": "cancelled", "payment_status": "voided", "current_total": "0.00"},
            ),
        ],
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """Stock is released, authorisations voided and captures refunded with it.

        Units that were shipped or handed over cannot be cancelled; record a return instead.
        """

        def perform() -> tuple[int, Any, dict[str, str]]:
            order = order_visible(self, number, Permission.ORDERS_MANAGE)
            # After the order is found: what is not there answers so, whatever was sent to it.
            data = serializers.CANCEL.run_validation(request.data)
            order_cancel(
                order.pk,
                reason=data["reason"],
                actor=self.actor,
                lines=_units(order, data["lines"]) if "lines" in data else None,
            )
            order.refresh_from_db()
            return 200, order_whole(order, frozenset()), {}

        return self.write_once(request, perform)


def order_visible(
    view: ApiView, number: int, permission: Permission = Permission.ORDERS_VIEW
) -> Order:
    """The order with this number, or NotFound: missing and foreign ones answer alike."""
    orders = orders_visible(view.actor, permission).select_related("channel", "customer")
    order = orders.filter(number=number).first()
    if order is None:
        raise NotFound
    return order


def order_whole(order: Order, expand: frozenset[str]) -> Json:
    """The representation of a stored order with all its parts."""
    (record,) = orders_load([order])
    data = order_data(record, expand=expand)
    if "decision" in expand:
        decision = decision_of(order.uid)
        data["decision"] = decision and {
            "decided_at": decision.decided_at,
            "rules": decision.rules,
            "demand": decision.demand,
            "plan": decision.plan,
            "candidates": decision.candidates,
        }
    if "timeline" in expand:
        data["timeline"] = [
            {"at": one.at, "title": str(one.title), "text": one.text, "who": one.who}
            for one in order_timeline(order)
        ]
    return data


def record_of(placed: PlacedOrder) -> OrderRecord:
    """The record of an order just placed, from the rows placement wrote."""
    return OrderRecord(
        order=placed.order,
        lines=placed.lines,
        work=[
            Work(
                one,
                [line for line in placed.fulfilment_lines if line.fulfilment_order_id == one.pk],
            )
            for one in placed.fulfilment_orders
        ],
        tenders=[placed.tender] if placed.tender else [],
        positions={line.pk: line for line in placed.lines},
    )


def _units(order: Order, lines: list[dict[str, int]]) -> dict[int, int]:
    """Order line id → units, from positions. Raises InvalidInput for a position it has not."""
    ids = dict(order.lines.values_list("position", "pk"))
    issues = [
        Issue(f"lines[{index}].position", _("There is no such line"), "unknown_line", index + 1)
        for index, line in enumerate(lines)
        if line["position"] not in ids
    ]
    if issues:
        raise InvalidInput(issues)
    units: dict[int, int] = {}
    for line in lines:
        pk = ids[line["position"]]
        units[pk] = units.get(pk, 0) + line["quantity"]
    return units
