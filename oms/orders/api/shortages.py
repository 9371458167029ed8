"""Shortages over REST: where less lies than orders have claimed, and each order's ways out."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.errors import NoPrice, NoTaxRate
from inventory.filters.shortages import ShortageApiFilter
from inventory.models import Shortage
from inventory.selectors.shortages import shortages_visible
from oms.core.actors import Actor
from oms.core.api.pagination import PAGING
from oms.core.api.schema import IDEMPOTENCY_KEY, READING, REPLAYED, WRITING, problems
from oms.core.api.strict import query_known
from oms.core.api.views import ApiView
from oms.core.errors import InvalidInput, Issue, NotFound
from oms.core.permissions import Permission
from oms.orders import serializers
from oms.orders.api import answers, examples
from oms.orders.api.representation import Json
from oms.orders.errors import (
    CannotWait,
    GoodsElsewhere,
    NoOtherLocation,
    NoSubstitute,
    NotASubstitute,
    NotMovable,
    NotReplaceable,
    ShortageSolved,
    SubstitutesNotAccepted,
)
from oms.orders.models import FulfilmentLine
from oms.orders.selectors.search import fulfilments_visible
from oms.orders.selectors.shortages import Affected, affected_by, works_visible
from oms.orders.services.shortages import (
    shortage_back_order,
    shortage_cancel,
    shortage_resource,
    shortage_substitute,
)

TAGS = ["Shortages"]
SOLVED = examples.SHORTAGE | {"closed_at": "2026-11-23T10:15:40Z", "claims": []}


class ShortageReadView(ApiView):
    """Base: the shortages at locations this key may reach."""

    permissions_required: ClassVar[dict[str, Permission]] = {"GET": Permission.STOCK_VIEW}
    queryset = Shortage.objects.none()
    serializer_class: type[answers.ListedShortageAnswer] = answers.ShortageAnswer

    def get_queryset(self) -> QuerySet[Shortage]:
        permission = self.permissions_required[str(self.request.method)]
        return shortages_visible(self.actor, permission).select_related("sku", "location")

    def shortage(self, uid: UUID) -> Shortage:
        found = self.get_queryset().filter(uid=uid).first()
        if found is None:
            raise NotFound
        return found


class ShortageListView(ShortageReadView):
    """`/shortages/`."""

    filterset_class = ShortageApiFilter
    serializer_class = answers.ListedShortageAnswer

    @extend_schema(
        operation_id="shortages_list",
        summary="List shortages",
        tags=TAGS,
        responses={200: answers.ListedShortageAnswer(many=True)} | problems(*READING, InvalidInput),
        examples=[examples.answer_example("Open", examples.LISTED_SHORTAGE)],
    )
    def get(self, request: Request) -> Response:
        """Open ones, newest first; with `solved=true` those that are over."""
        query_known(request, (*ShortageApiFilter.base_filters, *PAGING))
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([_listed(one) for one in page or ()])


class ShortageView(ShortageReadView):
    """`/shortages/{uid}/`."""

    @extend_schema(
        operation_id="shortages_read",
        summary="Read a shortage",
        tags=TAGS,
        responses={200: answers.ShortageAnswer} | problems(*READING, InvalidInput, NotFound),
        examples=[examples.answer_example("Open", examples.SHORTAGE)],
    )
    def get(self, request: Request, uid: UUID) -> Response:
        """Every claim on the shelf in order of promise, and what each lacks of its units.

        Orders are named to keys that may see them (`orders:read`).
        """
        query_known(request, ())
        return Response(_whole(self.shortage(uid), self.actor))


class ShortageMoveView(ShortageReadView):
    """Base of what is done about one order line that lacks goods."""

    permissions_required: ClassVar[dict[str, Permission]] = {"POST": Permission.ORDERS_MANAGE}

    def act(
        self,
        request: Request,
        uid: UUID,
        move: Callable[..., object],
        body: serializers.ShortageMoveInput = serializers.SHORTAGE_MOVE,
    ) -> HttpResponse:
        """Do one of the shortage's services for the line, once."""
        find = partial(self.shortage, uid)

        def perform(shortage: Shortage, data: dict[str, Any]) -> None:
            line_id = _line(shortage, data, self.actor)
            more = {"sku": data["sku"]} if "sku" in data else {}
            move(shortage.uid, line_id=line_id, actor=self.actor, **more)

        return self.move_once(request, find, body, perform, lambda: _whole(find(), self.actor))


class ShortageResourceView(ShortageMoveView):
    """`/shortages/{uid}/resource/`."""

    @extend_schema(
        operation_id="shortages_resource",
        summary="Send what is missing from elsewhere",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=serializers.ShortageMoveInput,
        responses={200: answers.ShortageAnswer}
        | problems(*WRITING, NotFound, ShortageSolved, NotMovable, NoOtherLocation),
        examples=[
            examples.request_example("A line", examples.SHORTAGE_MOVE),
            examples.answer_example("Solved", SOLVED),
        ],
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        """All that the line lacks, or as much of it as other locations have."""
        return self.act(request, uid, shortage_resource)


class ShortageBackOrderView(ShortageMoveView):
    """`/shortages/{uid}/back-order/`."""

    @extend_schema(
        operation_id="shortages_back_order",
        summary="Let what is missing wait for goods",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=serializers.ShortageMoveInput,
        responses={200: answers.ShortageAnswer}
        | problems(*WRITING, NotFound, ShortageSolved, CannotWait, GoodsElsewhere),
        examples=[
            examples.request_example("A line", examples.SHORTAGE_MOVE),
            examples.answer_example("Solved", SOLVED),
        ],
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        """The claim ends and the customer is told, with the day if one is known.

        When goods come anywhere they may be shipped from, the oldest order gets them by itself.
        Pickups cannot wait.
        """
        return self.act(request, uid, shortage_back_order)


class ShortageSubstituteView(ShortageMoveView):
    """`/shortages/{uid}/substitute/`."""

    @extend_schema(
        operation_id="shortages_substitute",
        summary="Send something else instead of what is missing",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=serializers.SubstituteInput,
        responses={200: answers.ShortageAnswer}
        | problems(
            *WRITING,
            NotFound,
            ShortageSolved,
            SubstitutesNotAccepted,
            NotASubstitute,
            NotReplaceable,
            NoSubstitute,
            NoPrice,
            NoTaxRate,
        ),
        examples=[
            examples.request_example("A line", examples.SUBSTITUTE),
            examples.answer_example("Solved", SOLVED),
        ],
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        """Only if the order accepts substitutes, and only by a SKU the catalogue names for it.

        All that the line lacks, or as many units as there are. They become a line of their own, at
        this customer's price of today but never above what they replace; what is paid too much
        goes back, and the customer is told. For a pickup they must lie in its store.
        """
        return self.act(request, uid, shortage_substitute, serializers.SUBSTITUTE)


class ShortageCancelView(ShortageMoveView):
    """`/shortages/{uid}/cancel/`."""

    @extend_schema(
        operation_id="shortages_cancel",
        summary="Cancel what is missing",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=serializers.ShortageMoveInput,
        responses={200: answers.ShortageAnswer} | problems(*WRITING, NotFound, ShortageSolved),
        examples=[
            examples.request_example("A line", examples.SHORTAGE_MOVE),
            examples.answer_example("Solved", SOLVED),
        ],
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        """What was paid for the units goes back, and the customer is told."""
        return self.act(request, uid, shortage_cancel)


def _line(shortage: Shortage, data: dict[str, Any], actor: Actor) -> int:
    """The id of the fulfilment line meant. Raises InvalidInput."""
    works = fulfilments_visible(actor, Permission.ORDERS_MANAGE).filter(
        uid=data["fulfilment_order"], location=shortage.location_id
    )
    lines = FulfilmentLine.objects.filter(
        fulfilment_order__in=works, order_line__position=data["position"]
    )
    found: int | None = lines.values_list("pk", flat=True).first()
    if found is None:
        raise InvalidInput([Issue("position", _("There is no such line"), "unknown_line")])
    return found


def _listed(shortage: Shortage) -> Json:
    return {
        "uid": shortage.uid,
        "sku": shortage.sku.code,
        "name": shortage.sku.full_name,
        "location": shortage.location.code,
        "units": shortage.units,
        "cause": shortage.cause,
        "opened_at": shortage.opened_at,
        "closed_at": shortage.closed_at,
    }


def _whole(shortage: Shortage, actor: Actor) -> Json:
    affected = affected_by(shortage) if shortage.closed_at is None else []
    visible = works_visible(affected, actor)
    return _listed(shortage) | {
        "claims": [_claim(one, one.work is not None and one.work.pk in visible) for one in affected]
    }


def _claim(one: Affected, visible: bool) -> Json:
    line, order = (one.line, one.order) if visible else (None, None)
    return {
        "order_number": order.number if order else None,
        "fulfilment_order": line.fulfilment_order.uid if line else None,
        "position": line.order_line.position if line else None,
        "promised_at": line.fulfilment_order.promised_at if line else None,
        "cause": one.cause,
        "units": one.units,
        "lacking": one.lacking,
        "movable": one.movable,
        "replaceable": one.unpicked if order and order.accepts_substitutes else 0,
    }
