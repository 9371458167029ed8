"""Held baskets over REST: stock kept for a customer who is about to pay."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as fields
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.errors import InsufficientStock
from inventory.models import Hold
from oms.core.api.schema import IDEMPOTENCY_KEY, READING, REPLAYED, WRITING, problems
from oms.core.api.views import ApiView
from oms.core.clock import now
from oms.core.errors import NotFound
from oms.core.permissions import Permission
from oms.orders import serializers
from oms.orders.api import examples
from oms.orders.api.answers import Answer
from oms.orders.api.common import address_of, channel_of, line_requests
from oms.orders.api.representation import Json
from oms.orders.models import BasketHold
from oms.orders.requests import Contact, OrderRequest
from oms.orders.services.holding import basket_hold, basket_unhold

TAGS = ["Holds"]
BASKET: Json = {
    "method": "ship",
    "lines": [{"sku": "GRD-SHEARS-01", "quantity": 2}],
    "ship_to": {"country": "IT", "latitude": 45.46427, "longitude": 9.18951},
}
HELD: Json = {
    "id": "0d5b6f6e-5a0e-4a55-9d2a-5f5b8a6f0c11",
    "channel": "eshop",
    "method": "ship",
    "lines": [{"sku": "GRD-SHEARS-01", "quantity": 2}],
    "expires_at": "2026-03-02T10:30:00Z",
    "lapsed": False,
    "places": [{"location": "BO-DC", "sku": "GRD-SHEARS-01", "quantity": 2}],
}


class HeldLine(Answer):
    sku = fields.CharField()
    quantity = fields.IntegerField()


class HeldPlace(HeldLine):
    location = fields.CharField()


class HoldAnswer(Answer):
    """A basket that is held."""

    id = fields.UUIDField(help_text="`hold` of the order that takes its place.")
    channel = fields.CharField()
    method = fields.CharField()
    lines = HeldLine(many=True)
    expires_at = fields.DateTimeField()
    lapsed = fields.BooleanField(help_text="Its time is over: nothing is kept for it any more.")
    places = HeldPlace(many=True, help_text="Where its units are kept; kits by component.")


def hold_data(basket: BasketHold) -> Json:
    lapsed = basket.expires_at <= now()
    kept = Hold.objects.filter(demand=basket.uid).order_by("sku__code", "location__code")
    places = kept.values_list("location__code", "sku__code", "quantity")
    return {
        "id": str(basket.uid),
        "channel": basket.channel.code,
        "method": basket.method,
        "lines": basket.lines,
        "expires_at": basket.expires_at,
        "lapsed": lapsed,
        "places": [
            {"location": location, "sku": sku, "quantity": quantity}
            for location, sku, quantity in ([] if lapsed else places)
        ],
    }


class HoldWriteView(ApiView):
    serializer_class = HoldAnswer

    def asked(self, data: dict[str, Any]) -> OrderRequest:
        return OrderRequest(
            channel=channel_of(self.actor, data.get("channel"), Permission.ORDERS_PLACE),
            lines=line_requests(data["lines"]),
            contact=Contact(name=""),
            method=data["method"],
            address=address_of(data.get("ship_to")),
            location=data.get("location", ""),
        )


class HoldListView(HoldWriteView):
    """`/holds/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"POST": Permission.ORDERS_PLACE}

    @extend_schema(
        operation_id="holds_create",
        summary="Hold a basket",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=serializers.HoldInput,
        responses={201: HoldAnswer} | problems(*WRITING, InsufficientStock, **examples.SHORT),
        examples=[
            examples.request_example("A parcel", BASKET),
            examples.answer_example("Held", HELD, 201),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        """Keeps the basket's stock, where an order would take it, for as long as the channel says.

        Order with `hold` set to its id: the order takes the held units. If that order is refused
        (a payment that fails), the basket is held as before, and never stands in its own way.
        From `expires_at` on nothing is kept; ordering with the hold still works if there is stock.
        """
        data = serializers.HOLD.run_validation(request.data)

        def perform() -> tuple[int, Any, dict[str, str]]:
            basket = basket_hold(self.asked(data), actor=self.actor)
            where = reverse("api-hold-detail", args=[basket.uid])
            return 201, hold_data(basket), {"Location": where}

        return self.write_once(request, perform)


class HoldView(HoldWriteView):
    """`/holds/{id}/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {
        "GET": Permission.ORDERS_PLACE,
        "PUT": Permission.ORDERS_PLACE,
        "DELETE": Permission.ORDERS_PLACE,
    }

    def basket(self, uid: UUID) -> BasketHold:
        held: BasketHold = BasketHold.objects.select_related("channel").get_visible(
            self.actor, Permission.ORDERS_PLACE, uid=uid
        )
        return held

    @extend_schema(
        operation_id="holds_read",
        summary="Read a held basket",
        tags=TAGS,
        responses={200: HoldAnswer} | problems(*READING, NotFound),
        examples=[examples.answer_example("Held", HELD)],
    )
    def get(self, _request: Request, uid: UUID) -> Response:
        """Until a day after it lapsed, or until it is ordered or let go."""
        return Response(hold_data(self.basket(uid)))

    @extend_schema(
        operation_id="holds_replace",
        summary="Change or prolong a held basket",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=serializers.HoldInput,
        responses={200: HoldAnswer}
        | problems(*WRITING, NotFound, InsufficientStock, **examples.SHORT),
        examples=[
            examples.request_example("A parcel", BASKET),
            examples.answer_example("Held", HELD),
        ],
    )
    def put(self, request: Request, uid: UUID) -> HttpResponse:
        """Its lines become these and its time begins anew; refused, it stays as it was."""

        def perform() -> tuple[int, Any, dict[str, str]]:
            basket = self.basket(uid)
            data = serializers.HOLD.run_validation(request.data)
            basket = basket_hold(self.asked(data), basket=basket, actor=self.actor)
            return 200, hold_data(basket), {}

        return self.write_once(request, perform)

    @extend_schema(
        operation_id="holds_end",
        summary="Let a held basket go",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=None,
        responses={204: None} | problems(*WRITING, NotFound),
    )
    def delete(self, request: Request, uid: UUID) -> HttpResponse:
        """Its stock is free at once."""

        def perform() -> tuple[int, Any, dict[str, str]]:
            basket_unhold(self.basket(uid), actor=self.actor)
            return 204, None, {}

        return self.write_once(request, perform)
