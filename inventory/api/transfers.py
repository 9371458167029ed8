"""Transfers over REST: for a warehouse system that picks, sends and receives."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from inventory import examples
from inventory.api.documents import (
    DocumentMoveView,
    DocumentView,
    Row,
    Written,
    location_of,
    units_of,
)
from inventory.errors import AlreadyBooked, InsufficientStock, Shortage
from inventory.filters.transfers import TransferApiFilter
from inventory.models import Location, Transfer
from inventory.selectors.transfers import transfers_visible, with_lines
from inventory.serializers.transfers import (
    RECEIVE,
    SHIP,
    TRANSFER,
    TransferAnswer,
    TransferInput,
    TransferReceiveInput,
    TransferShipInput,
)
from inventory.services.receiving import Arrival, transfer_receive
from inventory.services.transfers import TransferRequest, transfer_request, transfer_ship
from oms.core.api.schema import IDEMPOTENCY_KEY, READING, REPLAYED, WRITING, problems
from oms.core.api.strict import query_known
from oms.core.errors import InvalidInput, InvalidTransition, Issue, NotFound
from oms.core.permissions import Permission

TAGS = ["Transfers"]


class TransferReadView(DocumentView):
    queryset = Transfer.objects.none()
    serializer_class = TransferAnswer

    def reached(self, permission: Permission) -> QuerySet[Transfer]:
        return with_lines(transfers_visible(self.actor, permission))


class TransferListView(TransferReadView):
    """`/transfers/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {
        "GET": Permission.STOCK_VIEW,
        "POST": Permission.STOCK_HANDLE,
    }
    filterset_class = TransferApiFilter

    @extend_schema(
        operation_id="transfers_list",
        summary="List transfers",
        tags=TAGS,
        responses={200: TransferAnswer(many=True)} | problems(*READING, InvalidInput),
    )
    def get(self, request: Request) -> Response:
        """Those from or to the locations this key may see, newest first.

        What to send: `?source=MI-NAV&status=requested`; what to receive:
        `?destination=MI01&status=in_transit&status=partly_received`.
        """
        return self.listed(request)

    @extend_schema(
        operation_id="transfers_request",
        summary="Request a transfer",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=TransferInput,
        responses={201: TransferAnswer}
        | problems(*WRITING, InsufficientStock, insufficient_stock={"items": [examples.FEW]}),
        examples=[
            OpenApiExample("For a store", examples.TRANSFER_REQUEST, request_only=True),
            OpenApiExample(
                "Requested", examples.TRANSFER, response_only=True, status_codes=["201"]
            ),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        """Claims the units at the source, all or none; the key handles stock at either end."""
        data = TRANSFER.run_validation(request.data)

        def perform() -> Written:
            made = transfer_request(_request(data), actor=self.actor)
            address = reverse("api-transfer", args=[made.number], request=request)
            return 201, self.represented(made.number), {"Location": address}

        return self.write_once(request, perform)


class TransferView(TransferReadView):
    """`/transfers/{number}/`."""

    @extend_schema(
        operation_id="transfers_read",
        summary="Read a transfer",
        tags=TAGS,
        responses={200: TransferAnswer} | problems(*READING, NotFound),
        examples=[OpenApiExample("Requested", examples.TRANSFER, response_only=True)],
    )
    def get(self, request: Request, number: int) -> Response:
        """How far its units are."""
        query_known(request, ())
        return Response(self.represented(number))


class TransferMoveView(DocumentMoveView, TransferReadView):
    permissions_required: ClassVar[dict[str, Permission]] = {"POST": Permission.STOCK_HANDLE}


class TransferShipView(TransferMoveView):
    """`/transfers/{number}/ship/`."""

    @extend_schema(
        operation_id="transfers_ship",
        summary="Report that a transfer has left",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=TransferShipInput,
        responses={200: TransferAnswer} | problems(*WRITING, NotFound, InvalidTransition, Shortage),
        examples=[
            OpenApiExample("Everything", {}, request_only=True),
            OpenApiExample("A part of it", examples.TRANSFER_SHIP, request_only=True),
        ],
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """The units leave the source's stock; what was requested and does not leave is free again.

        Only who handles stock at the source may report it.
        """

        def ship(transfer: Transfer, data: Row) -> None:
            lines = data["lines"]
            transfer_ship(
                transfer.uid,
                units=None if lines is None else _moved(transfer, lines, "shipped"),
                expected_on=data["expected_on"],
                actor=self.actor,
            )

        return self.act(request, number, SHIP, ship)


class TransferReceiveView(TransferMoveView):
    """`/transfers/{number}/receive/`."""

    @extend_schema(
        operation_id="transfers_receive",
        summary="Report what arrived",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=TransferReceiveInput,
        responses={200: TransferAnswer}
        | problems(*WRITING, NotFound, InvalidTransition, AlreadyBooked),
        examples=[OpenApiExample("All but two", examples.TRANSFER_RECEIVE, request_only=True)],
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """Puts what arrived into the destination's stock, in as many parts as it comes.

        More than was sent is booked and recorded; what is neither received nor reported missing or
        damaged still comes. Only who handles stock at the destination may report it.
        """

        def receive(transfer: Transfer, data: Row) -> None:
            arrival = Arrival(
                data["reference"],
                _moved(transfer, data["lines"], "received"),
                missing=_moved(transfer, data["lines"], "missing"),
                damaged=_moved(transfer, data["lines"], "damaged"),
            )
            transfer_receive(transfer.uid, arrival, actor=self.actor)

        return self.act(request, number, RECEIVE, receive)


def _request(data: Row) -> TransferRequest:
    """What is asked for. Raises InvalidInput naming what does not exist."""
    issues: list[Issue] = []
    # Whoever may move goods may name where to.
    places = Location.objects.all()
    source = location_of(places, "source", data["source"], issues)
    destination = location_of(places, "destination", data["destination"], issues)
    units = units_of(data["lines"], "quantity", issues)
    if source is None or destination is None or issues:
        raise InvalidInput(issues)
    return TransferRequest(
        source=source,
        destination=destination,
        units=units,
        expected_on=data["expected_on"],
        note=data["note"],
    )


def _moved(transfer: Transfer, rows: Sequence[Row], column: str) -> dict[int, int]:
    """SKU id → units of `column` where there are any. Raises InvalidInput naming unknown SKUs."""
    issues: list[Issue] = []
    units = units_of(rows, column, issues, transfer.lines.all())
    if issues:
        raise InvalidInput(issues)
    return {sku_id: moved for sku_id, moved in units.items() if moved}
