"""Returns over REST: record one, list them."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import Sku
from oms.core.api.pagination import PAGING
from oms.core.api.schema import IDEMPOTENCY_KEY, READING, REPLAYED, WRITING, problems
from oms.core.api.strict import StrictSerializer, query_known
from oms.core.api.views import ApiView
from oms.core.errors import InvalidInput, Issue, NotFound
from oms.core.permissions import Permission
from oms.orders.models import Order
from oms.orders.selectors import orders_visible
from oms.returns.errors import NothingToReturn
from oms.returns.models import Return, ReturnReason
from oms.returns.selectors import receiving_locations, returns_visible
from oms.returns.services import ReturnedUnits, return_receive

MAX_LINES = 1000

EXAMPLE_LINE = {
    "position": 1,
    "quantity": 1,
    "sellable": True,
    "restock_as": "GRD-SHEARS-01-USED",
}
EXAMPLE: dict[str, Any] = {
    "uid": "7b0f8f0a-5c43-4f0e-8f35-0c6f2b9f9d10",
    "order_number": 100123,
    "location": "MI01",
    "reason": "unwanted",
    "currency": "EUR",
    "refunded": "24.40",
    "received_at": "2026-11-22T09:30:00Z",
    "lines": [
        {
            "position": 1,
            "sku": "GRD-SHEARS-01",
            "quantity": 1,
            "sellable": True,
            "restocked_as": "GRD-SHEARS-01-USED",
        }
    ],
}


class ReturnLineInput(StrictSerializer):
    """`quantity` units of the order's line at `position`."""

    position = serializers.IntegerField(min_value=1, max_value=MAX_LINES)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000)
    sellable = serializers.BooleanField(
        default=True, help_text="Back on sale at once; else written off as damaged."
    )
    restock_as = serializers.CharField(
        max_length=60,
        required=False,
        help_text="Code of the same goods' SKU in another condition: they are in stock as that.",
    )


class ReturnInput(StrictSerializer):
    """Goods that came back."""

    location = serializers.CharField(max_length=20, help_text="Code of where they were received.")
    reason = serializers.ChoiceField(choices=ReturnReason.choices)
    refund = serializers.BooleanField(default=True, help_text="Give back what was paid for them.")
    # The stubs do not know that `many=True` takes a list's options.
    lines = ReturnLineInput(many=True, allow_empty=False, max_length=MAX_LINES)  # type: ignore[call-arg]


RETURN = ReturnInput()


class ReturnLineAnswer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    sellable = serializers.BooleanField()
    restocked_as = serializers.CharField(
        allow_null=True, help_text="Code of the SKU they are now; null: of the one that was sold."
    )


class ReturnAnswer(serializers.Serializer[Any]):
    """A return as recorded."""

    uid = serializers.UUIDField()
    order_number = serializers.IntegerField()
    location = serializers.CharField()
    reason = serializers.ChoiceField(choices=ReturnReason.choices)
    currency = serializers.CharField()
    refunded = serializers.CharField(help_text="Amount as text, in `currency`.")
    received_at = serializers.DateTimeField()
    lines = ReturnLineAnswer(many=True)


class ReturnListView(ApiView):
    """`/returns/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"GET": Permission.ORDERS_VIEW}
    queryset = Return.objects.none()
    serializer_class = ReturnAnswer

    def get_queryset(self) -> QuerySet[Return]:
        return returns_visible(self.actor).prefetch_related(
            "lines__order_line__sku", "lines__restocked_as"
        )

    @extend_schema(
        operation_id="returns_list",
        summary="List returns",
        tags=["Returns"],
        responses={200: ReturnAnswer(many=True)} | problems(*READING, InvalidInput),
        examples=[OpenApiExample("A return", value=EXAMPLE, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """Returns of the orders this key may see, newest first."""
        query_known(request, PAGING)
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([return_data(each) for each in page or []])


class OrderReturnView(ApiView):
    """`/orders/{number}/returns/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"POST": Permission.ORDERS_MANAGE}
    serializer_class = ReturnAnswer

    @extend_schema(
        operation_id="orders_return",
        summary="Record a return",
        tags=["Returns"],
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=ReturnInput,
        responses={201: ReturnAnswer} | problems(*WRITING, NotFound, NothingToReturn),
        examples=[
            OpenApiExample(
                "One unit, to be sold as used",
                value={"location": "MI01", "reason": "unwanted", "lines": [EXAMPLE_LINE]},
                request_only=True,
            ),
            OpenApiExample("Recorded", value=EXAMPLE, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """Stock comes back and money is given back in the same transaction.

        Only units that were shipped or handed over, and did not come back yet, can be returned.
        """

        def perform() -> tuple[int, Any, dict[str, str]]:
            orders = orders_visible(self.actor, Permission.ORDERS_MANAGE)
            order: Order | None = orders.filter(number=number).first()
            if order is None:
                raise NotFound
            # After the order is found: what is not there answers so, whatever was sent to it.
            data = RETURN.run_validation(request.data)
            location = receiving_locations(self.actor).filter(code=data["location"]).first()
            if location is None:
                raise InvalidInput(
                    [Issue("location", _("There is no such location"), "unknown_location")]
                )
            goods_return = return_receive(
                order.pk,
                lines=_units(order, data["lines"]),
                location=location,
                reason=ReturnReason(data["reason"]),
                actor=self.actor,
                refund=data["refund"],
            )
            return 201, return_data(goods_return), {}

        return self.write_once(request, perform)


def return_data(goods_return: Return) -> dict[str, Any]:
    """The representation of a return."""
    order = goods_return.order
    return {
        "uid": str(goods_return.uid),
        "order_number": order.number,
        "location": goods_return.location.code,
        "reason": goods_return.reason,
        "currency": order.currency,
        "refunded": f"{goods_return.refunded:.2f}",
        "received_at": goods_return.received_at,
        "lines": [
            {
                "position": line.order_line.position,
                "sku": line.order_line.sku.code,
                "quantity": line.quantity,
                "sellable": line.sellable,
                "restocked_as": line.restocked_as.code if line.restocked_as else None,
            }
            for line in goods_return.lines.all()
        ],
    }


def _units(order: Order, lines: list[dict[str, Any]]) -> dict[int, ReturnedUnits]:
    """Order line id → units, from positions. Raises InvalidInput for unknown or repeated ones."""
    ids = dict(order.lines.values_list("position", "pk"))
    codes = {line["restock_as"].upper() for line in lines if "restock_as" in line}
    skus = dict(Sku.objects.filter(code__in=codes).values_list("code", "pk"))
    issues: list[Issue] = []
    units: dict[int, ReturnedUnits] = {}
    for index, line in enumerate(lines):
        pk = ids.get(line["position"])
        if pk is None:
            text = _("There is no such line")
            issues.append(Issue(f"lines[{index}].position", text, "unknown_line", index + 1))
        elif pk in units:
            text = _("This line is there twice")
            issues.append(Issue(f"lines[{index}].position", text, "line_twice", index + 1))
        elif "restock_as" in line and line["restock_as"].upper() not in skus:
            text = _("There is no such SKU")
            issues.append(Issue(f"lines[{index}].restock_as", text, "unknown_sku", index + 1))
        else:
            other = skus.get(line.get("restock_as", "").upper())
            units[pk] = ReturnedUnits(line["quantity"], line["sellable"], other)
    if issues:
        raise InvalidInput(issues)
    return units
