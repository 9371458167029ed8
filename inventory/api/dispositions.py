"""Goods set aside over REST: for a store's or warehouse's own system."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.selectors import kit_components, skus_by_code
from inventory import examples
from inventory.api.stock import StockReadView
from inventory.errors import Shortage, ShortageUnconfirmed
from inventory.filters.dispositions import DispositionApiFilter
from inventory.models import Disposition
from inventory.selectors import locations_visible
from inventory.selectors.dispositions import dispositions_visible
from inventory.serializers.dispositions import (
    END,
    SET_ASIDE,
    DispositionAnswer,
    EndInput,
    SetAsideInput,
)
from inventory.services.dispositions import (
    ENDINGS,
    Aside,
    disposition_end,
    expiry_of,
    set_aside,
)
from inventory.status import DispositionOutcome, DispositionReason
from oms.core.actors import Actor
from oms.core.api.schema import IDEMPOTENCY_KEY, READING, REPLAYED, WRITING, problems
from oms.core.api.views import ApiView
from oms.core.clock import now
from oms.core.errors import InvalidInput, InvalidTransition, Issue, NotFound
from oms.core.permissions import Permission

TAGS = ["Stock"]
PUT_BACK = DispositionOutcome.PUT_BACK
WRITTEN_OFF = DispositionOutcome.WRITTEN_OFF


class DispositionListView(StockReadView):
    """`/dispositions/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {
        "GET": Permission.STOCK_VIEW,
        "POST": Permission.STOCK_HANDLE,
    }
    queryset = Disposition.objects.none()
    filterset_class = DispositionApiFilter
    serializer_class = DispositionAnswer

    def get_queryset(self) -> QuerySet[Disposition]:
        return dispositions_visible(self.actor)

    @extend_schema(
        operation_id="dispositions_list",
        summary="List what is set aside",
        tags=TAGS,
        responses={200: DispositionAnswer(many=True)} | problems(*READING, InvalidInput),
        examples=[OpenApiExample("Damaged", examples.DISPOSITION, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """Damaged, missing and display units at the locations this key may see, newest first.

        `?open=true` is what is set aside now: by SKU and location it adds up to `unavailable` of
        `/stock/`.
        """
        return self.listed(request)

    @extend_schema(
        operation_id="dispositions_set_aside",
        summary="Set units aside",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=SetAsideInput,
        responses={201: DispositionAnswer}
        | problems(*WRITING, Shortage, ShortageUnconfirmed, shortage={"items": [examples.SHORT]}),
        examples=[
            OpenApiExample("Damaged", examples.SET_ASIDE, request_only=True),
            OpenApiExample(
                "Set aside", examples.DISPOSITION, response_only=True, status_codes=["201"]
            ),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        """Takes units off sale; they stay on hand, and come back by themselves in the end.

        Units that orders or baskets have claimed are refused (`shortage_unconfirmed`) until
        `accept_shortage` says that they are meant.
        """
        data = SET_ASIDE.run_validation(request.data)

        def perform() -> tuple[int, Any, dict[str, str]]:
            done = set_aside(
                aside_of(data, self.actor),
                accept_shortage=data["accept_shortage"],
                actor=self.actor,
            )
            return 201, self.get_serializer(done).data, {}

        return self.write_once(request, perform)


def ending(operation_id: str, summary: str) -> Callable[..., Any]:
    """How the API's documents describe an end of a disposition."""
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=EndInput,
        responses={200: DispositionAnswer} | problems(*WRITING, NotFound, InvalidTransition),
        examples=[
            OpenApiExample("All of them", {}, request_only=True),
            OpenApiExample("Some of them", {"units": 2}, request_only=True),
        ],
    )


class DispositionEndView(ApiView):
    """Base of the ways in which it ends."""

    outcome: ClassVar[DispositionOutcome]
    serializer_class = DispositionAnswer

    def end(self, request: Request, uid: UUID) -> HttpResponse:
        def perform() -> tuple[int, Any, dict[str, str]]:
            data = END.run_validation(request.data)
            done = disposition_end(uid, self.outcome, units=data.get("units"), actor=self.actor)
            return 200, self.get_serializer(done).data, {}

        return self.write_once(request, perform)


class DispositionPutBackView(DispositionEndView):
    """`/dispositions/{uid}/put-back/`."""

    outcome = PUT_BACK
    permissions_required: ClassVar[dict[str, Permission]] = {"POST": ENDINGS[PUT_BACK]}

    @ending("dispositions_put_back", "Put units back on sale")
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        """Found, mended, or no longer on display: its units are available again.

        Of fewer `units` than are set aside, the answer is a disposition of their own; the rest
        stays set aside.
        """
        return self.end(request, uid)


class DispositionWriteOffView(DispositionEndView):
    """`/dispositions/{uid}/write-off/`."""

    outcome = WRITTEN_OFF
    permissions_required: ClassVar[dict[str, Permission]] = {"POST": ENDINGS[WRITTEN_OFF]}

    @ending("dispositions_write_off", "Write units off")
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        """Its units leave on hand; nothing that is available changes.

        Of fewer `units` than are set aside, the answer is a disposition of their own; the rest
        stays set aside.
        """
        return self.end(request, uid)


def aside_of(data: dict[str, Any], actor: Actor) -> Aside:
    """Codes as ids. Raises InvalidInput for what is unknown, a kit, or a time that is over."""
    issues: list[Issue] = []
    sku = skus_by_code([data["sku"]]).get(data["sku"].strip().upper())
    if sku is None:
        issues.append(Issue("sku", _("There is no such SKU"), "unknown_sku"))
    elif kit_components([sku.pk]):
        words = _("A kit has no stock of its own: set its components aside")
        issues.append(Issue("sku", words, "kit"))
    locations = locations_visible(actor, Permission.STOCK_HANDLE)
    location = locations.filter(code=data["location"]).first()
    if location is None:
        issues.append(Issue("location", _("There is no such location"), "unknown_location"))
    reason = DispositionReason(data["reason"])
    expires_at = data["expires_at"] if "expires_at" in data else expiry_of(reason)
    if expires_at is not None and expires_at <= now():
        issues.append(Issue("expires_at", _("This time is over"), "past"))
    if issues or sku is None or location is None:
        raise InvalidInput(issues)
    return Aside(
        uid=uuid4(),
        sku_id=sku.pk,
        location=location,
        units=data["units"],
        reason=reason,
        expires_at=expires_at,
        note=data["note"],
    )
