"""A location's work over REST, for a warehouse's own system: what to pick, and that it left."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.errors import NotAllocated, Shortage
from oms.core.api.pagination import PAGING, CursorPagination
from oms.core.api.schema import IDEMPOTENCY_KEY, READING, REPLAYED, WRITING, problems
from oms.core.api.strict import StrictSerializer, query_known
from oms.core.api.views import ApiView
from oms.core.errors import InvalidInput, InvalidTransition, Issue, NotFound
from oms.core.permissions import Permission, ScopedQuerySet
from oms.orders import serializers
from oms.orders.api import answers, examples
from oms.orders.api.orders import order_visible
from oms.orders.api.representation import Json, work_data
from oms.orders.errors import AtTheCounter
from oms.orders.filters import FulfilmentApiFilter
from oms.orders.methods import method_of
from oms.orders.models import FulfilmentOrder
from oms.orders.selectors.records import orders_load, work_load
from oms.orders.selectors.search import fulfilments_visible
from oms.orders.services.fulfilment import (
    NotPicked,
    fulfilment_pick,
    fulfilment_pick_all,
    fulfilment_ready,
    fulfilment_ship,
)

TAGS = ["Fulfilment"]
WORK = examples.WORK | {"order_number": 100045}


class OldestFirst(CursorPagination):
    """Work comes in the order it came in."""

    ordering = "id"


class OrderFulfilmentView(ApiView):
    """`/orders/{number}/fulfilment-orders/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"GET": Permission.ORDERS_VIEW}
    serializer_class = answers.FulfilmentOrderAnswer
    pagination_class = None

    @extend_schema(
        operation_id="orders_fulfilment_orders",
        summary="The work done for an order",
        tags=TAGS,
        filters=False,
        responses={200: answers.FulfilmentOrderAnswer(many=True)}
        | problems(*READING, InvalidInput, NotFound),
    )
    def get(self, request: Request, number: int) -> Response:
        """Each location's part of the order, oldest first."""
        query_known(request, ())
        (record,) = orders_load([order_visible(self, number)])
        return Response([work_data(one, record.positions) for one in record.work or ()])


class FulfilmentListView(ApiView):
    """`/fulfilment-orders/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"GET": Permission.ORDERS_FULFIL}
    queryset = FulfilmentOrder.objects.none()
    filterset_class = FulfilmentApiFilter
    pagination_class = OldestFirst
    serializer_class = answers.FulfilmentOrderAnswer

    def get_queryset(self) -> ScopedQuerySet[FulfilmentOrder]:
        return fulfilments_visible(self.actor).select_related("order", "order__channel")

    @extend_schema(
        operation_id="fulfilment_orders_list",
        summary="List work",
        tags=TAGS,
        responses={200: answers.FulfilmentOrderAnswer(many=True)}
        | problems(*READING, InvalidInput),
    )
    def get(self, request: Request) -> Response:
        """The work of the locations this key may see, oldest first: `?location=WH01&open=true`."""
        query_known(request, (*FulfilmentApiFilter.base_filters, *PAGING))
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        records = orders_load({one.order for one in page}, ("fulfilment_orders",))
        found = {
            work.fulfilment_order.pk: work_data(work, record.positions)
            for record in records
            for work in record.work or ()
        }
        return self.get_paginated_response(
            [{"order_number": one.order.number, **found[one.pk]} for one in page]
        )


class FulfilmentView(ApiView):
    """`/fulfilment-orders/{uid}/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"GET": Permission.ORDERS_FULFIL}
    serializer_class = answers.FulfilmentOrderAnswer

    @extend_schema(
        operation_id="fulfilment_orders_read",
        summary="Read one piece of work",
        tags=TAGS,
        responses={200: answers.FulfilmentOrderAnswer} | problems(*READING, InvalidInput, NotFound),
        examples=[examples.answer_example("To pick", WORK)],
    )
    def get(self, request: Request, uid: UUID) -> Response:
        query_known(request, ())
        return Response(_whole(_visible(self, uid)))


class FulfilmentActionView(ApiView):
    """Base of what a warehouse reports about a piece of work."""

    permissions_required: ClassVar[dict[str, Permission]] = {"POST": Permission.ORDERS_FULFIL}
    serializer_class = answers.FulfilmentOrderAnswer

    def act(
        self,
        request: Request,
        uid: UUID,
        body: StrictSerializer,
        perform: Callable[[FulfilmentOrder, Any], None],
    ) -> HttpResponse:
        """Do it once, and answer with the work as it then stands."""
        find = partial(_visible, self, uid)
        return self.move_once(request, find, body, perform, lambda: _whole(find()))


class FulfilmentPickView(FulfilmentActionView):
    @extend_schema(
        operation_id="fulfilment_orders_pick",
        summary="Report what is picked",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=serializers.PickInput,
        responses={200: answers.FulfilmentOrderAnswer}
        | problems(*WRITING, NotFound, InvalidTransition),
        examples=[
            examples.request_example("Everything", {}),
            examples.request_example("So far", {"lines": [{"position": 1, "picked": 1}]}),
            examples.answer_example("Picked", WORK | {"status": "picked"}),
        ],
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        """Units are counted in all, not added: a report may be repeated or corrected."""

        def perform(one: FulfilmentOrder, data: Any) -> None:
            if "lines" in data:
                fulfilment_pick(one.pk, picked=_picked(one, data["lines"]), actor=self.actor)
            else:
                fulfilment_pick_all(one.pk, actor=self.actor)

        return self.act(request, uid, serializers.PICK, perform)


class FulfilmentReadyView(FulfilmentActionView):
    @extend_schema(
        operation_id="fulfilment_orders_ready",
        summary="Packed, waiting for the carrier",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=serializers.ReadyInput,
        responses={200: answers.FulfilmentOrderAnswer}
        | problems(*WRITING, NotFound, InvalidTransition, NotPicked, AtTheCounter),
        examples=[
            examples.request_example("Ready", {}),
            examples.answer_example("Ready", WORK | {"status": "ready"}),
        ],
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        """Optional between picked and shipped."""

        def perform(one: FulfilmentOrder, _data: Any) -> None:
            refuse_pickup(one)
            fulfilment_ready(one.pk, actor=self.actor)

        return self.act(request, uid, serializers.READY, perform)


class FulfilmentShipView(FulfilmentActionView):
    @extend_schema(
        operation_id="fulfilment_orders_ship",
        summary="The parcel left",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=serializers.ShipInput,
        responses={200: answers.FulfilmentOrderAnswer}
        | problems(
            *WRITING, NotFound, InvalidTransition, NotPicked, AtTheCounter, NotAllocated, Shortage
        ),
        examples=[
            examples.request_example("Shipped", {"carrier": "DHL", "tracking_number": "JD0146"}),
            examples.answer_example("Shipped", WORK | {"status": "shipped"}),
        ],
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        """Stock goes down, the payment is captured, the customer is told."""

        def perform(one: FulfilmentOrder, data: Any) -> None:
            refuse_pickup(one)
            fulfilment_ship(
                one.pk,
                carrier=data["carrier"],
                tracking_number=data.get("tracking_number", ""),
                actor=self.actor,
            )

        return self.act(request, uid, serializers.SHIP, perform)


def refuse_pickup(one: FulfilmentOrder) -> None:
    """A pickup has a code, a deadline and a hand-over: its own counter does those."""
    if method_of(one.method).is_pickup:
        raise AtTheCounter


def _visible(view: ApiView, uid: UUID) -> FulfilmentOrder:
    one = (
        fulfilments_visible(view.actor).select_related("order", "location").filter(uid=uid).first()
    )
    if one is None:
        raise NotFound
    return one


def _whole(one: FulfilmentOrder) -> Json:
    work, positions = work_load(one)
    return {"order_number": one.order.number, **work_data(work, positions)}


def _picked(one: FulfilmentOrder, lines: list[dict[str, int]]) -> dict[int, int]:
    """Fulfilment line id → units, from the order lines' positions. Raises InvalidInput."""
    here = {
        position: (pk, quantity)
        for position, pk, quantity in one.lines.values_list(
            "order_line__position", "pk", "quantity"
        )
    }
    issues = []
    for index, line in enumerate(lines):
        if line["position"] not in here:
            issues.append(
                Issue(
                    f"lines[{index}].position",
                    _("There is no such line"),
                    "unknown_line",
                    index + 1,
                )
            )
        elif line["picked"] > here[line["position"]][1]:
            most = here[line["position"]][1]
            issues.append(
                Issue(
                    f"lines[{index}].picked",
                    _("At most %(most)s are wanted here") % {"most": most},
                    "too_many",
                    index + 1,
                )
            )
    if issues:
        raise InvalidInput(issues)
    return {here[line["position"]][0]: line["picked"] for line in lines}
