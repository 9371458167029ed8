"""The stock sync in the office: what came in, how it went, and a file sent by hand."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from inventory.errors import BatchNotChecked, StaleBatch
from inventory.filters.batches import BatchFilter, DriftFilter
from inventory.forms.batches import BatchForm
from inventory.models import BatchChunk, BatchDrift, StockBatch
from inventory.selectors import locations_visible
from inventory.selectors.batches import (
    batch_movements,
    batches_visible,
    drift_by_location,
    drift_skus,
    drift_totals,
    feed_health,
)
from inventory.services.batches import BatchHead, batch_apply_checked, batch_receive, batch_retry
from inventory.status import BatchKind, BatchStatus
from inventory.tables.batches import (
    BatchMovementTable,
    BatchTable,
    DriftTable,
    batch_badge,
    batch_url,
    duration,
    without_costs,
)
from oms.core.actors import Actor
from oms.core.errors import InvalidInput, NotFound
from oms.core.export import export_csv
from oms.core.permissions import Permission, grants_for
from oms.core.web import ListPage, PageRequest, page

SHOWN_ERRORS = 50
# What the report's table of SKUs looks at: more counts are summed by location only.
COUNTS_IN_DETAIL = 1000


class BatchList(ListPage):
    title = gettext_lazy("Stock sync")
    table_class = BatchTable
    filterset_class = BatchFilter
    template_name = "inventory/batch_list.html"
    export_name = "stock-batches"

    def rows(self) -> QuerySet[Any]:
        return batches_visible(self.request.actor, Permission.STOCK_VIEW)

    def extra_context(self) -> Mapping[str, Any]:
        feeds = feed_health(self.request.actor)
        waiting = StockBatch.objects.visible_to(self.request.actor, Permission.STOCK_VIEW)
        return {
            "feeds": [(feed, batch_badge(feed.last)) for feed in feeds],
            "late": [feed for feed in feeds if feed.late],
            "any_open": waiting.filter(
                status=BatchStatus.RECEIVED, job__status__in=("queued", "running")
            ).exists(),
        }


batch_list = page(Permission.STOCK_VIEW)(BatchList.as_view())


def visible_batch(
    request: PageRequest, uid: UUID, permission: Permission = Permission.STOCK_VIEW
) -> StockBatch:
    """The batch, for whoever may reach its location. Raises NotFound."""
    batch = batches_visible(request.actor, permission).filter(uid=uid).first()
    if batch is None:
        raise NotFound
    return batch


def sees_costs(actor: Actor) -> bool:
    return grants_for(actor, Permission.PURCHASING_VIEW).any


def _may(request: PageRequest, batch: StockBatch, permission: Permission) -> bool:
    grants = grants_for(request.actor, permission)
    return grants.everything or batch.location_id in grants.scopes.get("location", frozenset())


@page(Permission.STOCK_VIEW)
@require_GET
def batch_detail(request: PageRequest, uid: UUID) -> HttpResponse:
    """One batch: progress while it runs, then what it changed and which rows are wrong."""
    batch = visible_batch(request, uid)
    drift = BatchDrift.objects.filter(batch=batch).first()
    costs = sees_costs(request.actor)
    may_adjust = _may(request, batch, Permission.STOCK_ADJUST)
    running = batch.status == BatchStatus.RECEIVED
    context = {
        "batch": batch,
        "state": batch_badge(batch),
        "took": duration(batch.took) if batch.took is not None else "",  # type: ignore[attr-defined]
        "running": running and batch.job is not None and batch.job.is_open,
        "stopped": running and (batch.job is None or not batch.job.is_open),
        "errors": batch.errors.order_by("line", "field")[:SHOWN_ERRORS],
        "drift": drift,
        "costs": costs,
        "currency": settings.RETAILER_CURRENCY,
        "top": drift_skus([batch.pk], by_value=costs) if drift else (),
        "may_adjust": may_adjust,
        "may_apply": may_adjust
        and batch.status == BatchStatus.CHECKED
        and BatchChunk.objects.filter(batch=batch).exists(),
        "good_rows": batch.result.get("rows", 0) - batch.error_count,
    }
    return render(request, "inventory/batch_detail.html", context)


@page(Permission.STOCK_VIEW)
@require_GET
def batch_progress(request: PageRequest, uid: UUID) -> HttpResponse:
    """The live part alone; tells the batch's own page to load again when the job is over."""
    batch = visible_batch(request, uid)
    if batch.job is None:
        return redirect(batch_url(batch))
    context = {"job": batch.job, "poll_url": request.path, "result_url": batch_url(batch)}
    response = render(request, "ui/job_progress.html", context)
    if not batch.job.is_open:
        response["HX-Refresh"] = "true"
    return response


@page(Permission.STOCK_VIEW)
@require_GET
def batch_errors(request: PageRequest, uid: UUID) -> HttpResponseBase:
    """Every wrong row, by its line in the file."""
    batch = visible_batch(request, uid)
    rows = batch.errors.order_by("line", "field").values_list("line", "field", "code", "value")
    header = ("line", "field", "code", "value")
    return export_csv(header, rows.iterator(chunk_size=2000), f"{batch.batch_id}-errors.csv")


class BatchMovements(ListPage):
    """What a batch booked, row by row: of a count, how far it was from the ledger."""

    batch: StockBatch | None = None
    table_class = BatchMovementTable
    template_name = "inventory/batch_movements.html"

    @property
    def one(self) -> StockBatch:
        if self.batch is None:
            raise NotFound
        return self.batch

    @property
    def title(self) -> str:  # type: ignore[override]
        return _("What %(batch)s changed") % {"batch": self.one.batch_id}

    @property
    def export_name(self) -> str:  # type: ignore[override]
        return f"stock-batch-{self.one.sequence or self.one.pk}"

    def rows(self) -> QuerySet[Any]:
        return batch_movements(self.one)

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        counted = ["expected", "counted"] if self.one.kind == BatchKind.DELTA else []
        costly = [] if sees_costs(self.request.actor) else ["value"]
        return {"exclude": [*counted, *costly]}

    def extra_context(self) -> Mapping[str, Any]:
        return {"batch": self.one}


@page(Permission.STOCK_VIEW)
def batch_rows(request: PageRequest, uid: UUID) -> HttpResponseBase:
    """The movements of one batch."""
    return BatchMovements.as_view(batch=visible_batch(request, uid))(request)


@page(Permission.STOCK_ADJUST)
def batch_new(request: PageRequest) -> HttpResponse:
    """Send a file by hand; it is checked only, unless asked otherwise."""
    form = BatchForm(
        request.POST or None,
        request.FILES or None,
        locations=locations_visible(request.actor, Permission.STOCK_ADJUST),
        initial={"location": request.GET.get("location", "")},
    )
    if form.is_valid():
        data = form.cleaned_data
        head = BatchHead(
            location=data["location"],
            batch_id=f"{data['file'].name[:60]} {data['reference'].hex[:8]}",
            sequence=None,
            kind=BatchKind(data["kind"]),
            as_of=data["as_of"],
            dry_run=data["dry_run"],
            keep_good=data["keep_good"],
        )
        try:
            batch, _created = batch_receive(head, data["file"].chunks(), actor=request.actor)
        except StaleBatch:
            form.add_error("as_of", _("This location was counted later already"))
        except InvalidInput as refused:
            for issue in refused.issues:
                form.add_error(
                    issue.field if issue.field in form.fields else None, str(issue.message)
                )
        else:
            return redirect(batch_url(batch))
    status = 422 if form.is_bound else 200
    return render(request, "inventory/batch_form.html", {"form": form}, status=status)


@page(Permission.STOCK_ADJUST)
@require_POST
def batch_apply(request: PageRequest, uid: UUID) -> HttpResponse:
    """Apply what a dry run checked."""
    checked = visible_batch(request, uid, Permission.STOCK_ADJUST)
    try:
        batch = batch_apply_checked(checked, actor=request.actor)
    except (BatchNotChecked, StaleBatch) as refused:
        messages.error(request, str(refused.detail))
        return redirect(batch_url(checked))
    return redirect(batch_url(batch))


@page(Permission.STOCK_ADJUST)
@require_POST
def batch_try_again(request: PageRequest, uid: UUID) -> HttpResponse:
    """Start a batch's job again, when the last one was stopped or failed."""
    batch = visible_batch(request, uid, Permission.STOCK_ADJUST)
    batch_retry(batch, actor=request.actor)
    return redirect(batch_url(batch))


class DriftReport(ListPage):
    """What counts said against what the ledger said, by location, over a time."""

    title = gettext_lazy("Drift")
    table_class = DriftTable
    filterset_class = DriftFilter
    template_name = "inventory/drift.html"
    export_name = "stock-drift"

    @property
    def chosen(self) -> QuerySet[BatchDrift]:
        rows = BatchDrift.objects.visible_to(self.request.actor, Permission.STOCK_VIEW)
        found: QuerySet[BatchDrift] = DriftFilter(
            self.request.GET, queryset=rows, request=self.request
        ).qs
        return found

    def rows(self) -> QuerySet[Any]:
        visible = BatchDrift.objects.visible_to(self.request.actor, Permission.STOCK_VIEW)
        return drift_by_location(visible)

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        totals = {"totals": drift_totals(self.chosen)}
        return totals | without_costs(sees_costs(self.request.actor))

    def extra_context(self) -> Mapping[str, Any]:
        costs = sees_costs(self.request.actor)
        newest = self.chosen.order_by("-as_of").values_list("pk", flat=True)
        return {
            "top": drift_skus(list(newest[:COUNTS_IN_DETAIL]), by_value=costs),
            "costs": costs,
            "currency": settings.RETAILER_CURRENCY,
            "sync_url": reverse("stock-batch-list"),
        }


drift_report = page(Permission.STOCK_VIEW)(DriftReport.as_view())
