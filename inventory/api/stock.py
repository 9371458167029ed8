"""Stock over REST: locations, figures, movements, adjustments."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.selectors import kit_components, skus_by_code
from inventory import examples
from inventory.errors import AlreadyBooked, Shortage
from inventory.filters.locations import LocationApiFilter
from inventory.filters.stock import MovementApiFilter, StockApiFilter
from inventory.models import Location, Stock, StockMovement
from inventory.selectors import locations_visible
from inventory.serializers.stock import (
    ADJUSTMENT,
    AdjustmentAnswer,
    AdjustmentInput,
    LocationAnswer,
    MovementAnswer,
    StockAnswer,
)
from inventory.services.adjustment import StockChange, adjust
from inventory.status import MovementKind
from oms.core.actors import Actor
from oms.core.api.pagination import PAGING
from oms.core.api.schema import IDEMPOTENCY_KEY, READING, REPLAYED, WRITING, problems
from oms.core.api.strict import query_known
from oms.core.api.views import ApiView
from oms.core.errors import InvalidInput, Issue
from oms.core.permissions import Permission


class StockReadView(ApiView):
    """A filtered, paged list; a query parameter nobody reads is refused, not ignored."""

    permissions_required: ClassVar[dict[str, Permission]] = {"GET": Permission.STOCK_VIEW}

    def listed(self, request: Request) -> Response:
        query_known(request, (*self.filterset_class.base_filters, *PAGING))  # type: ignore[attr-defined]
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class LocationListView(StockReadView):
    """`/locations/`."""

    queryset = Location.objects.none()
    filterset_class = LocationApiFilter
    serializer_class = LocationAnswer

    def get_queryset(self) -> QuerySet[Location]:
        return locations_visible(self.actor, Permission.STOCK_VIEW)

    @extend_schema(
        operation_id="locations_list",
        summary="List locations",
        tags=["Stock"],
        responses={200: LocationAnswer(many=True)} | problems(*READING, InvalidInput),
        examples=[OpenApiExample("A store", examples.LOCATION, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """The warehouses and stores this key may see, newest first.

        `opening_hours`: ISO weekday (1 is Monday), a date, or `holiday` → spans of local time.
        """
        return self.listed(request)


class StockListView(StockReadView):
    """`/stock/`."""

    queryset = Stock.objects.none()
    filterset_class = StockApiFilter
    serializer_class = StockAnswer

    def get_queryset(self) -> QuerySet[Stock]:
        visible: QuerySet[Stock] = Stock.objects.visible_to(self.actor, Permission.STOCK_VIEW)
        return visible.select_related("sku", "location")

    @extend_schema(
        operation_id="stock_list",
        summary="Read stock figures",
        tags=["Stock"],
        responses={200: StockAnswer(many=True)} | problems(*READING, InvalidInput),
        examples=[OpenApiExample("A shelf", examples.STOCK, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """One row per SKU and location where it is, or was, kept. Units.

        Kits have no stock of their own: ask `/availability/` for those, and for anything you
        want to sell.
        """
        return self.listed(request)


class MovementListView(StockReadView):
    """`/stock/movements/`."""

    queryset = StockMovement.objects.none()
    filterset_class = MovementApiFilter
    serializer_class = MovementAnswer

    def get_queryset(self) -> QuerySet[StockMovement]:
        visible: QuerySet[StockMovement] = StockMovement.objects.visible_to(
            self.actor, Permission.STOCK_VIEW
        )
        return visible.select_related("sku", "location")

    @extend_schema(
        operation_id="stock_movements_list",
        summary="Read the stock ledger",
        tags=["Stock"],
        responses={200: MovementAnswer(many=True)} | problems(*READING, InvalidInput),
        examples=[OpenApiExample("A receipt", examples.MOVEMENT, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """Every change of stock, newest first. Rows are never changed or removed.

        The figures of `/stock/` are the sums of these rows.
        """
        return self.listed(request)


class AdjustmentView(ApiView):
    """`/stock/adjustments/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"POST": Permission.STOCK_ADJUST}
    serializer_class = AdjustmentAnswer

    @extend_schema(
        operation_id="stock_adjust",
        summary="Adjust stock",
        tags=["Stock"],
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=AdjustmentInput,
        responses={201: AdjustmentAnswer}
        | problems(*WRITING, Shortage, AlreadyBooked, shortage={"items": [examples.SHORT]}),
        examples=[
            OpenApiExample("A delivery and a breakage", examples.ADJUSTMENT, request_only=True),
            OpenApiExample(
                "Booked", {"stock": [examples.STOCK]}, response_only=True, status_codes=["201"]
            ),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        """Books all the changes in one transaction, or none of them.

        Send differences, not totals: what was sold in the meantime stays sold. On hand never
        falls below 0; it may fall below what is allocated, which is a shortage to be re-sourced.
        """
        data = ADJUSTMENT.run_validation(request.data)

        def perform() -> tuple[int, Any, dict[str, str]]:
            changes = stock_changes(data["changes"], self.actor)
            adjust(changes, cause=data["cause"], actor=self.actor)
            rows = stock_of(changes)
            return 201, {"stock": StockAnswer(rows, many=True).data}, {}

        return self.write_once(request, perform)


def stock_changes(rows: list[dict[str, Any]], actor: Actor) -> list[StockChange]:
    """Codes as ids. Raises InvalidInput naming each row whose SKU or location is unknown."""
    skus = skus_by_code(row["sku"] for row in rows)
    kits = kit_components([sku.pk for sku in skus.values()])
    locations = locations_visible(actor, Permission.STOCK_ADJUST).in_bulk(
        list({row["location"] for row in rows}), field_name="code"
    )
    issues: list[Issue] = []
    changes: list[StockChange] = []
    for position, row in enumerate(rows):
        sku, location = skus.get(row["sku"].upper()), locations.get(row["location"])
        if sku is None:
            words = _("There is no such SKU")
            issues.append(Issue(f"changes[{position}].sku", words, "unknown_sku"))
        elif sku.pk in kits:
            words = _("A kit has no stock of its own: adjust its components")
            issues.append(Issue(f"changes[{position}].sku", words, "kit"))
        if location is None:
            words = _("There is no such location")
            issues.append(Issue(f"changes[{position}].location", words, "unknown_location"))
        if sku is not None and location is not None:
            reference = row["reference"] and f"{actor.principal}:{row['reference']}"
            changes.append(
                StockChange(
                    sku_id=sku.pk,
                    location_id=location.pk,
                    delta=row["delta"],
                    reason=row["reason"],
                    source_reference=reference or None,
                    kind=MovementKind(row["kind"]),
                )
            )
    if issues:
        raise InvalidInput(issues)
    return changes


def stock_of(changes: list[StockChange]) -> QuerySet[Stock]:
    wanted = Q(pk__in=[])
    for sku_id, location_id in {(change.sku_id, change.location_id) for change in changes}:
        wanted |= Q(sku_id=sku_id, location_id=location_id)
    rows: QuerySet[Stock] = Stock.objects.filter(wanted)
    return rows.select_related("sku", "location").order_by("sku__code", "location__code")
