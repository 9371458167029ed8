"""The stock sync over REST: sending a location's batches, and following them."""

from collections.abc import Iterator
from typing import ClassVar

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from inventory import examples
from inventory.api.stock import StockReadView
from inventory.errors import BatchReused, StaleBatch
from inventory.filters.batches import BatchApiFilter
from inventory.models import Location, StockBatch
from inventory.selectors import locations_visible
from inventory.serializers.batches import BATCH, BatchAnswer
from inventory.services.batches import CHUNK, BatchHead, batch_receive
from inventory.status import BatchKind
from oms.core.api.schema import READING, problems
from oms.core.api.strict import query_known
from oms.core.errors import InvalidInput, Issue, NotFound
from oms.core.export import export_csv
from oms.core.permissions import Permission

PARAMETERS = [
    OpenApiParameter("location", str, required=True, description="Location code."),
    OpenApiParameter(
        "batch_id", str, required=True, description="Your name of it: the same id, applied once."
    ),
    OpenApiParameter(
        "sequence", int, required=True, description="Higher than every one before, per location."
    ),
    OpenApiParameter("kind", str, required=True, enum=BatchKind.values),
    OpenApiParameter(
        "as_of",
        OpenApiTypes.DATETIME,
        required=True,
        description="When this was so, with its zone: what was sold since stays sold.",
    ),
    OpenApiParameter("dry_run", bool, description="Change nothing; say what would change."),
    OpenApiParameter("keep_good", bool, description="Apply the good rows though others are wrong."),
]


class BatchReadView(StockReadView):
    queryset = StockBatch.objects.none()
    serializer_class = BatchAnswer

    def get_queryset(self) -> QuerySet[StockBatch]:
        visible: QuerySet[StockBatch] = StockBatch.objects.visible_to(
            self.actor, Permission.STOCK_VIEW
        )
        return visible.select_related("location")

    def batch(self, uid: str) -> StockBatch:
        found = self.get_queryset().filter(uid=uid).first()
        if found is None:
            raise NotFound
        return found


class BatchListView(BatchReadView):
    """`/stock-batches/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {
        "GET": Permission.STOCK_VIEW,
        "POST": Permission.STOCK_ADJUST,
    }
    keeps_body = False
    filterset_class = BatchApiFilter

    @extend_schema(
        operation_id="stock_batches_list",
        summary="List stock batches",
        tags=["Stock"],
        responses={200: BatchAnswer(many=True)} | problems(*READING, InvalidInput),
    )
    def get(self, request: Request) -> Response:
        """What the feeds sent, newest first."""
        return self.listed(request)

    @extend_schema(
        operation_id="stock_batches_send",
        summary="Send a stock batch",
        tags=["Stock"],
        parameters=PARAMETERS,
        request={
            "text/csv": OpenApiTypes.STR,
            "application/x-ndjson": OpenApiTypes.STR,
            "application/gzip": OpenApiTypes.BINARY,
        },
        responses={200: BatchAnswer, 202: BatchAnswer}
        | problems(*READING, InvalidInput, StaleBatch, BatchReused),
        examples=[
            OpenApiExample("Counts", examples.BATCH_CSV, request_only=True, media_type="text/csv"),
            OpenApiExample("Received", examples.BATCH, response_only=True, status_codes=["202"]),
        ],
    )
    def post(self, request: Request) -> Response:
        """The body is CSV with the columns `sku` and `quantity` (and a header), or NDJSON with
        those members; either may be gzipped, and it is read as a stream: a million rows are fine.

        `full` sets every SKU of the location (what is not named has none), `partial` those named,
        `delta` adds and takes. A count is set against what moved since `as_of`. Applied by a job,
        whole or not at all: follow `status`. Sent again, a batch is answered and not repeated.
        """
        query_known(request, [one.name for one in PARAMETERS])
        data = BATCH.run_validation(dict(request.query_params.items()))
        location = self._location(data.pop("location"))
        batch, created = batch_receive(
            BatchHead(location=location, **data), _body(request), actor=self.actor
        )
        address = reverse("api-stock-batch", args=[batch.uid], request=request)
        return Response(
            BatchAnswer(batch, context=self.get_serializer_context()).data,
            status=202 if created else 200,
            headers={"Location": address},
        )

    def _location(self, code: str) -> Location:
        location: Location | None = (
            locations_visible(self.actor, Permission.STOCK_ADJUST).filter(code=code).first()
        )
        if location is None:
            raise InvalidInput(
                [
                    Issue(
                        "location",
                        _("There is no location “%(code)s” you may adjust") % {"code": code},
                        "unknown_location",
                    )
                ]
            )
        return location


class BatchView(BatchReadView):
    """`/stock-batches/{uid}/`."""

    @extend_schema(
        operation_id="stock_batches_read",
        summary="Read a stock batch",
        tags=["Stock"],
        responses={200: BatchAnswer} | problems(*READING, NotFound),
        examples=[OpenApiExample("Applied", examples.BATCH, response_only=True)],
    )
    def get(self, request: Request, uid: str) -> Response:
        """How far it is, and when it is done what it changed."""
        query_known(request, ())
        return Response(self.get_serializer(self.batch(uid)).data)


class BatchErrorsView(BatchReadView):
    """`/stock-batches/{uid}/errors/`."""

    @extend_schema(
        operation_id="stock_batches_errors",
        summary="Download a batch's row errors",
        tags=["Stock"],
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, "line, field, code, value")}
        | problems(*READING, NotFound),
    )
    def get(self, request: Request, uid: str) -> HttpResponseBase:
        """Every row that is wrong, as CSV, by its line in the file you sent."""
        query_known(request, ())
        batch = self.batch(uid)
        rows = batch.errors.order_by("line", "field").values_list("line", "field", "code", "value")
        header = ("line", "field", "code", "value")
        return export_csv(header, rows.iterator(chunk_size=2000), f"batch-{batch.batch_id}-errors")


def _body(request: Request) -> Iterator[bytes]:
    return iter(lambda: request._request.read(CHUNK), b"")
