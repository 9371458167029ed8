"""Stock counts over REST: for a warehouse system, or handhelds, that count."""

from typing import ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from catalog.models import Category
from inventory import count_examples as examples
from inventory.api.documents import (
    DocumentMoveView,
    DocumentView,
    Row,
    Written,
    location_of,
    skus_of,
    units_of,
)
from inventory.errors import NotAllCounted, NothingCounted, NothingToCount, NotOnCount
from inventory.filters.counts import CountApiFilter, CountLineApiFilter
from inventory.models import CountLine, StockCount
from inventory.selectors import locations_visible
from inventory.selectors.counts import counts_visible, figures_hidden
from inventory.serializers.counts import (
    COUNT,
    END,
    FINISH,
    RECOUNT,
    REPORT,
    CountAnswer,
    CountEndInput,
    CountFinishInput,
    CountInput,
    CountLineAnswer,
    CountRecountInput,
    CountReportInput,
)
from inventory.services.count_lines import lines_count
from inventory.services.count_planning import CountPlan, count_plan
from inventory.services.count_posting import count_cancel, count_finish, count_post, count_recount
from inventory.status import CountBasis
from oms.core.api.pagination import PAGING
from oms.core.api.schema import IDEMPOTENCY_KEY, READING, REPLAYED, WRITING, problems
from oms.core.api.strict import query_known
from oms.core.errors import InvalidInput, InvalidTransition, Issue, NotFound
from oms.core.permissions import Permission

TAGS = ["Counts"]
NOW = OpenApiExample("The count now", examples.COUNT, response_only=True)
MOVES = (*WRITING, NotFound, InvalidTransition)


class CountReadView(DocumentView):
    queryset = StockCount.objects.none()
    serializer_class = CountAnswer
    found_by = "pk"

    def reached(self, permission: Permission) -> QuerySet[StockCount]:
        return counts_visible(self.actor, permission)


class CountListView(CountReadView):
    """`/counts/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {
        "GET": Permission.STOCK_VIEW,
        "POST": Permission.STOCK_HANDLE,
    }
    filterset_class = CountApiFilter

    @extend_schema(
        operation_id="counts_list",
        summary="List counts",
        tags=TAGS,
        responses={200: CountAnswer(many=True)} | problems(*READING, InvalidInput),
        examples=[OpenApiExample("A count", examples.COUNT, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """Those of the locations this key may see, newest first.

        What is to be counted: `?location=MI01&status=planned&status=counting&status=recount`.
        """
        return self.listed(request)

    @extend_schema(
        operation_id="counts_plan",
        summary="Plan a count",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=CountInput,
        responses={201: CountAnswer} | problems(*WRITING, NothingToCount),
        examples=[
            OpenApiExample("Some SKUs", examples.COUNT_PLAN, request_only=True),
            OpenApiExample("Planned", examples.COUNT, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        """Chooses the lines at this moment; business goes on, nothing is locked.

        What another open count of the location has already is left to that one.
        """
        data = COUNT.run_validation(request.data)

        def perform() -> Written:
            made = count_plan(self._plan(data), actor=self.actor)
            address = reverse("api-count", args=[made.number], request=request)
            return 201, self.represented(made.number), {"Location": address}

        return self.write_once(request, perform)

    def _plan(self, data: Row) -> CountPlan:
        issues: list[Issue] = []
        places = locations_visible(self.actor, Permission.STOCK_HANDLE).filter(is_active=True)
        location = location_of(places, "location", data["location"], issues)
        skus = skus_of(data["skus"], issues, "skus[{}]")
        words = _("A kit has no shelf of its own: count its components")
        issues += [
            Issue(f"skus[{position}]", words, "kit")
            for position, sku in enumerate(skus)
            if sku.is_kit
        ]
        category = Category.objects.filter(code=data["category"]).first()
        basis = CountBasis(data["basis"])
        if category is None and (data["category"] or basis == CountBasis.CATEGORY):
            issues.append(Issue("category", _("There is no such category"), "unknown_category"))
        if not skus and basis == CountBasis.LISTED:
            issues.append(Issue("skus", _("Name at least one SKU"), "required"))
        if location is None or issues:
            raise InvalidInput(issues)
        return CountPlan(
            location=location,
            basis=basis,
            classes=tuple(data["classes"]),
            due_only=data["due_only"],
            category=category,
            sku_ids=tuple({sku.pk for sku in skus}),
            most=data["most"],
            is_blind=data["is_blind"],
            note=data["note"],
        )


class CountView(CountReadView):
    """`/counts/{number}/`."""

    @extend_schema(
        operation_id="counts_read",
        summary="Read a count",
        tags=TAGS,
        responses={200: CountAnswer} | problems(*READING, NotFound),
        examples=[NOW],
    )
    def get(self, request: Request, number: int) -> Response:
        """How far it is."""
        query_known(request, ())
        return Response(self.represented(number))


class CountLineListView(DocumentMoveView, CountReadView):
    """`/counts/{number}/lines/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {
        "GET": Permission.STOCK_VIEW,
        "POST": Permission.STOCK_HANDLE,
    }
    # What is listed; the count it belongs to is found by its number.
    queryset = CountLine.objects.none()  # type: ignore[assignment]
    filterset_class = CountLineApiFilter

    @extend_schema(
        operation_id="counts_lines_list",
        summary="List the lines of a count",
        tags=TAGS,
        responses={200: CountLineAnswer(many=True)} | problems(*READING, NotFound, InvalidInput),
        examples=[OpenApiExample("A line", examples.COUNT_LINE, response_only=True)],
    )
    def get(self, request: Request, number: int) -> Response:
        """What is to be counted, and what was found. Left to do: `?status=to_count`, and
        `?status=to_recount` where the difference asked for a second count.
        """
        count: StockCount = self.document(number)
        lines = CountLine.objects.filter(stock_count=count).select_related("sku")
        hidden = figures_hidden(count, actor=self.actor)
        query_known(request, (*CountLineApiFilter.base_filters, *PAGING))
        page = self.paginate_queryset(self.filter_queryset(lines))
        answer = CountLineAnswer(page, many=True, context={"hidden": hidden})
        return self.get_paginated_response(answer.data)

    @extend_schema(
        operation_id="counts_report",
        summary="Report what was counted",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=CountReportInput,
        responses={200: CountAnswer}
        | problems(*MOVES, NotOnCount, not_on_count={"sku": "HO007-TER", "can_add": False}),
        examples=[OpenApiExample("Two shelves", examples.COUNT_REPORT, request_only=True), NOW],
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """Units in all per SKU, all lines or none; a report may be repeated or corrected.

        The difference is of that moment: what is sold before the count is posted stays sold.
        """

        def report(count: StockCount, data: Row) -> None:
            issues: list[Issue] = []
            units = units_of(data["lines"], "units", issues, count.lines.all())
            if issues:
                raise InvalidInput(issues)
            lines_count(count.pk, units, at=data["counted_at"], actor=self.actor)

        return self.act(request, number, REPORT, report)


class CountMoveView(DocumentMoveView, CountReadView):
    permissions_required: ClassVar[dict[str, Permission]] = {"POST": Permission.STOCK_ADJUST}


class CountFinishView(CountMoveView):
    """`/counts/{number}/finish/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"POST": Permission.STOCK_HANDLE}

    @extend_schema(
        operation_id="counts_finish",
        summary="Nobody counts any more",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=CountFinishInput,
        responses={200: CountAnswer}
        | problems(*MOVES, NothingCounted, NotAllCounted, not_all_counted={"lines": 3}),
        examples=[
            OpenApiExample("All is counted", {}, request_only=True),
            OpenApiExample("Leave out the rest", {"leave": True}, request_only=True),
            NOW,
        ],
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """Books the differences, or asks for more, as `status` says: `recount` (some lines are off
        by so much that they are counted again), `to_approve` (much is off in all), or `posted`.
        """

        def finish(count: StockCount, data: Row) -> None:
            count_finish(count.pk, leave=data["leave"], actor=self.actor)

        return self.act(request, number, FINISH, finish)


class CountApproveView(CountMoveView):
    """`/counts/{number}/approve/`."""

    @extend_schema(
        operation_id="counts_approve",
        summary="Approve and post a count",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=CountEndInput,
        responses={200: CountAnswer} | problems(*MOVES),
        examples=[OpenApiExample("Approved", {}, request_only=True), NOW],
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """Books the differences of a count that waits for it (`to_approve`)."""

        def approve(count: StockCount, _data: Row) -> None:
            count_post(count.pk, actor=self.actor)

        return self.act(request, number, END, approve)


class CountRecountView(CountMoveView):
    """`/counts/{number}/recount/`."""

    @extend_schema(
        operation_id="counts_recount",
        summary="Ask for a second count",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=CountRecountInput,
        responses={200: CountAnswer} | problems(*MOVES, NothingCounted),
        examples=[OpenApiExample("Of one SKU", examples.COUNT_RECOUNT, request_only=True), NOW],
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """Instead of approving: these SKUs are counted again, and the second count stands."""

        def recount(count: StockCount, data: Row) -> None:
            issues: list[Issue] = []
            skus = skus_of(data["skus"], issues, "skus[{}]", count.lines.all())
            if issues:
                raise InvalidInput(issues)
            lines = count.lines.filter(sku__in=skus).values_list("pk", flat=True)
            count_recount(count.pk, line_ids=list(lines), actor=self.actor)

        return self.act(request, number, RECOUNT, recount)


class CountCancelView(CountMoveView):
    """`/counts/{number}/cancel/`."""

    @extend_schema(
        operation_id="counts_cancel",
        summary="Give a count up",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=CountEndInput,
        responses={200: CountAnswer} | problems(*MOVES),
        examples=[OpenApiExample("Given up", {}, request_only=True), NOW],
    )
    def post(self, request: Request, number: int) -> HttpResponse:
        """Nothing is booked."""

        def cancel(count: StockCount, _data: Row) -> None:
            count_cancel(count.pk, actor=self.actor)

        return self.act(request, number, END, cancel)
