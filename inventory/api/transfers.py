"""Transfers over REST: for a warehouse system that picks, sends and receives."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from catalog.selectors import skus_by_code
from inventory import examples
from inventory.api.stock import StockReadView
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


class TransferReadView(StockReadView):
    queryset = Transfer.objects.none()
    serializer_class = TransferAnswer

    def get_queryset(self) -> QuerySet[Transfer]:
        return with_lines(transfers_visible(self.actor, self._permission))

    @property
    def _permission(self) -> Permission:
        return self.permissions_required[str(self.request.method)]

    def transfer(self, number: int) -> Transfer:
        found = self.get_queryset().filter(number=number).first()
        if found is None:
            raise NotFound
        return found

    def represented(self, number: int) -> Any:
        return self.get_serializer(self.transfer(number)).data


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

        def perform() -> tuple[int, Any, dict[str, str]]:
            wanted = TransferRequest(
                source=_location("source", data["source"]),
                destination=_location("destination", data["destination"]),
                units=_units(data["lines"], "quantity"),
                expected_on=data["expected_on"],
                note=data["note"],
            )
            made = transfer_request(wanted, actor=self.actor)
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


class TransferMoveView(TransferReadView):
    """Base of what is reported about a transfer."""

    permissions_required: ClassVar[dict[str, Permission]] = {"POST": Permission.STOCK_HANDLE}

    def act(
        self, request: Request, number: int, perform: Callable[[Transfer], object]
    ) -> HttpResponse:
        """Do it once. The transfer is found before the body is read: a foreign one is not there."""

        def once() -> tuple[int, Any, dict[str, str]]:
            perform(self.transfer(number))
            return 200, self.represented(number), {}

        return self.write_once(request, once)


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

        def ship(transfer: Transfer) -> None:
            data = SHIP.run_validation(request.data)
            lines = data["lines"]
            transfer_ship(
                transfer.uid,
                units=None if lines is None else _units(lines, "shipped"),
                expected_on=data["expected_on"],
                actor=self.actor,
            )

        return self.act(request, number, ship)


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

        def receive(transfer: Transfer) -> None:
            data = RECEIVE.run_validation(request.data)
            arrival = Arrival(
                data["reference"],
                _units(data["lines"], "received"),
                missing=_units(data["lines"], "missing"),
                damaged=_units(data["lines"], "damaged"),
            )
            transfer_receive(transfer.uid, arrival, actor=self.actor)

        return self.act(request, number, receive)


def _location(field: str, code: str) -> Location:
    """One of our locations: whoever may move goods may name where to. Raises InvalidInput."""
    found: Location | None = Location.objects.filter(code=code).first()
    if found is None:
        words = _("There is no such location")
        raise InvalidInput([Issue(field, words, "unknown_location")])
    return found


def _units(rows: Iterable[dict[str, Any]], column: str) -> dict[int, int]:
    """SKU id → units, the same SKU summed. Raises InvalidInput naming each unknown SKU."""
    rows = list(rows)
    skus = skus_by_code(row["sku"] for row in rows)
    issues: list[Issue] = []
    units: dict[int, int] = {}
    for position, row in enumerate(rows):
        sku = skus.get(row["sku"].strip().upper())
        if sku is None:
            words = _("There is no such SKU")
            issues.append(Issue(f"lines[{position}].sku", words, "unknown_sku"))
        elif row[column]:
            units[sku.pk] = units.get(sku.pk, 0) + row[column]
    if issues:
        raise InvalidInput(issues)
    return units
