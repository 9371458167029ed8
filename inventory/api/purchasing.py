"""Purchasing over REST: suppliers, what they sell, purchase orders and their deliveries."""

from typing import ClassVar

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from inventory import purchasing_examples as examples
from inventory.api.documents import (
    DocumentMoveView,
    DocumentView,
    Row,
    Written,
    location_of,
    skus_of,
)
from inventory.api.stock import StockReadView
from inventory.errors import DropShipped, OverReceipt
from inventory.filters.purchasing import (
    PurchaseApiFilter,
    SupplierApiFilter,
    SupplierItemApiFilter,
)
from inventory.models import PurchaseOrder, PurchaseOrderLine, Supplier, SupplierItem
from inventory.selectors import locations_visible
from inventory.selectors.purchasing import purchases_visible
from inventory.serializers.purchasing import (
    PURCHASE,
    RECEIVE,
    PurchaseAnswer,
    PurchaseInput,
    ReceiveInput,
    SupplierAnswer,
    SupplierItemAnswer,
)
from inventory.services.deliveries import Delivery, ReceivedLine, purchase_receive
from inventory.services.purchasing import (
    PurchaseRequest,
    WantedLine,
    purchase_create,
    purchase_send,
)
from oms.core.api.schema import IDEMPOTENCY_KEY, READING, REPLAYED, WRITING, problems
from oms.core.api.strict import query_known
from oms.core.errors import InvalidInput, InvalidTransition, Issue, NotFound
from oms.core.permissions import Permission

TAG = ["Purchasing"]


class PurchasingReadView(StockReadView):
    permissions_required: ClassVar[dict[str, Permission]] = {"GET": Permission.PURCHASING_VIEW}


class SupplierListView(PurchasingReadView):
    """`/suppliers/`."""

    queryset = Supplier.objects.select_related("location")
    filterset_class = SupplierApiFilter
    serializer_class = SupplierAnswer

    @extend_schema(
        operation_id="suppliers_list",
        summary="List suppliers",
        tags=TAG,
        responses={200: SupplierAnswer(many=True)} | problems(*READING, InvalidInput),
        examples=[OpenApiExample("A supplier", examples.SUPPLIER, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """Who we buy from. `lead_time_spread`: the standard deviation of the lead time, days."""
        return self.listed(request)


class SupplierItemListView(PurchasingReadView):
    """`/supplier-items/`."""

    queryset = SupplierItem.objects.select_related("supplier", "sku")
    filterset_class = SupplierItemApiFilter
    serializer_class = SupplierItemAnswer

    @extend_schema(
        operation_id="supplier_items_list",
        summary="List what suppliers sell",
        tags=TAG,
        responses={200: SupplierItemAnswer(many=True)} | problems(*READING, InvalidInput),
        examples=[OpenApiExample("A SKU of a supplier", examples.ITEM, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """One row per supplier and SKU; costs are in the supplier's currency, without tax."""
        return self.listed(request)


class PurchaseReadView(DocumentView):
    permissions_required: ClassVar[dict[str, Permission]] = {"GET": Permission.PURCHASING_VIEW}
    queryset = PurchaseOrder.objects.none()
    serializer_class = PurchaseAnswer

    def reached(self, permission: Permission) -> QuerySet[PurchaseOrder]:
        return whole(purchases_visible(self.actor, permission))


class PurchaseListView(PurchaseReadView):
    """`/purchase-orders/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {
        "GET": Permission.PURCHASING_VIEW,
        "POST": Permission.PURCHASING_MANAGE,
    }
    filterset_class = PurchaseApiFilter

    @extend_schema(
        operation_id="purchase_orders_list",
        summary="List purchase orders",
        tags=TAG,
        responses={200: PurchaseAnswer(many=True)} | problems(*READING, InvalidInput),
        examples=[OpenApiExample("An order", examples.PURCHASE, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """What was ordered of suppliers, newest first, with its lines."""
        return self.listed(request)

    @extend_schema(
        operation_id="purchase_orders_create",
        summary="Draw up a purchase order",
        tags=TAG,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=PurchaseInput,
        responses={201: PurchaseAnswer} | problems(*WRITING),
        examples=[
            OpenApiExample("Ordered at once", examples.NEW_PURCHASE, request_only=True),
            OpenApiExample("Made", examples.PURCHASE, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        """A draft, or with `order` an order: the supplier gets it by mail, and its units count as
        expected. Quantities must be whole packs of the supplier's, and its minimum at least.
        """
        query_known(request, ())
        data = PURCHASE.run_validation(request.data)

        @transaction.atomic
        def perform() -> Written:
            wanted = self._request(data)
            order = purchase_create(wanted, actor=self.actor)
            if data["order"]:
                purchase_send(order.number, actor=self.actor)
            address = reverse("api-purchase-order", args=[order.number], request=request)
            return 201, self.represented(order.number), {"Location": address}

        return self.write_once(request, perform)

    def _request(self, data: Row) -> PurchaseRequest:
        supplier = Supplier.objects.filter(code=data["supplier"], is_active=True).first()
        places = locations_visible(self.actor, Permission.PURCHASING_MANAGE)
        issues: list[Issue] = []
        if supplier is None:
            words = _("There is no active supplier with this code")
            issues.append(Issue("supplier", words, "unknown_supplier"))
        location = location_of(places, "location", data["location"], issues)
        skus = skus_of((line["sku"] for line in data["lines"]), issues)
        if supplier is None or location is None or issues:
            raise InvalidInput(issues)
        lines = [
            WantedLine(sku, line["quantity"], line["cost"])
            for sku, line in zip(skus, data["lines"], strict=True)
        ]
        return PurchaseRequest(supplier, location, lines, data["expected_on"], data["note"])


class PurchaseView(PurchaseReadView):
    """`/purchase-orders/{number}/`."""

    @extend_schema(
        operation_id="purchase_orders_read",
        summary="Read a purchase order",
        tags=TAG,
        responses={200: PurchaseAnswer} | problems(*READING, NotFound),
        examples=[
            OpenApiExample("An order", examples.PURCHASE, response_only=True),
            OpenApiExample("For a customer", examples.DROP_SHIP, response_only=True),
        ],
    )
    def get(self, request: Request, number: int) -> Response:
        """One order with its lines."""
        query_known(request, ())
        return Response(self.represented(number))


class PurchaseReceiveView(DocumentMoveView, PurchaseReadView):
    """`/purchase-orders/{number}/receive/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"POST": Permission.PURCHASING_MANAGE}

    @extend_schema(
        operation_id="purchase_orders_receive",
        summary="Receive a delivery",
        tags=TAG,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=ReceiveInput,
        responses={200: PurchaseAnswer}
        | problems(
            *WRITING,
            NotFound,
            OverReceipt,
            DropShipped,
            InvalidTransition,
            over_receipt={"items": [examples.OVER]},
        ),
        examples=[
            OpenApiExample("Part of it", examples.DELIVERY, request_only=True),
            OpenApiExample("The order now", examples.PURCHASE, response_only=True),
        ],
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """Good units go into stock, whole or in part; damaged ones are still owed."""

        def receive(order: PurchaseOrder, data: Row) -> None:
            purchase_receive(order.number, delivery_of(order, data), actor=self.actor)

        return self.act(request, number, RECEIVE, receive)


def whole(rows: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
    """With their lines and SKUs: one query more."""
    lines = PurchaseOrderLine.objects.select_related("sku").order_by("position")
    return rows.prefetch_related(Prefetch("lines", lines))


def delivery_of(order: PurchaseOrder, data: Row) -> Delivery:
    """What came, by the lines of the order. Raises InvalidInput naming the rows."""
    issues: list[Issue] = []
    skus = skus_of((line["sku"] for line in data["lines"]), issues, among=order.lines.all())
    if issues:
        raise InvalidInput(issues)
    by_sku = {line.sku_id: line for line in order.lines.all()}
    lines: list[ReceivedLine] = []
    unordered: dict[int, int] = {}
    for sku, row in zip(skus, data["lines"], strict=True):
        line = by_sku.get(sku.pk)
        if line is None:
            unordered[sku.pk] = unordered.get(sku.pk, 0) + row["quantity"]
        else:
            lines.append(
                ReceivedLine(line.position, row["quantity"], row["damaged"], row["reason"])
            )
    return Delivery(
        uid=data["uid"],
        lines=lines,
        unordered=unordered,
        delivery_note=data["delivery_note"],
        accept_over=data["accept_over"],
    )
