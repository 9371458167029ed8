"""Jobs: what runs, how far it is, what went wrong, and stopping it."""

import json
from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from oms.core.errors import NotFound
from oms.core.export import export_csv
from oms.core.formats import NOTHING, format_quantity
from oms.core.jobs import job_cancel
from oms.core.models import Job
from oms.core.permissions import Permission, grants_for
from oms.core.tables import LinkColumn, QuantityColumn, StatusColumn, Table, WhenColumn
from oms.core.web import ListPage, PageRequest, htmx, page

SHOWN_ERRORS = 100
ERROR_COLUMNS = ("row", "field", "message", "code")


def job_url(record: Job) -> str:
    # The parameter's name is django-tables2's: it fills row attributes by name.
    return reverse("job-detail", args=[record.uid])


class JobFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=gettext_lazy("Title or file"))
    status = django_filters.ChoiceFilter(choices=Job.Status.choices)
    kind = django_filters.AllValuesFilter()
    since = django_filters.DateFilter(
        field_name="finished_at", lookup_expr="date__gte", label=gettext_lazy("Finished from")
    )

    class Meta:
        model = Job
        fields: ClassVar[list[str]] = []

    def search(self, rows: QuerySet[Job], _name: str, value: str) -> QuerySet[Job]:
        return rows.filter(Q(title__icontains=value) | Q(upload_name__icontains=value))


class JobTable(Table):
    empty_icon = "progress"
    empty_title = gettext_lazy("No jobs")
    empty_help = gettext_lazy("Imports and other long work appear here while they run and after.")

    title = LinkColumn(url=job_url, orderable=False)
    status = StatusColumn()
    done = tables.Column(gettext_lazy("Progress"), orderable=False)
    error_count = QuantityColumn()
    created_by = tables.Column(
        gettext_lazy("Started by"), accessor="created_by__display_name", orderable=False
    )
    created_at = WhenColumn()
    finished_at = WhenColumn()

    class Meta(Table.Meta):
        model = Job
        fields = ("title", "status", "done", "error_count", "created_by", "created_at")
        sequence = (*fields, "finished_at")
        order_by = "-created_at"
        row_attrs: ClassVar[dict[str, Any]] = {"data-href": job_url}

    def render_done(self, record: Job) -> SafeString | str:
        if not record.total:
            return NOTHING
        text = f"{format_quantity(record.done)} / {format_quantity(record.total)}"
        if not record.is_open:
            return text
        return format_html(
            '<progress class="progress-line" max="100" value="{}" aria-label="{}"></progress>',
            record.percent,
            text,
        )

    def value_done(self, record: Job) -> int:
        return int(record.done)


class JobList(ListPage):
    title = gettext_lazy("Jobs")
    table_class = JobTable
    filterset_class = JobFilter
    template_name = "office/job_list.html"
    export_name = "jobs"

    def rows(self) -> QuerySet[Job]:
        return Job.objects.select_related("created_by").defer("upload", "errors", "params")

    def extra_context(self) -> dict[str, Any]:
        return {"any_open": Job.objects.filter(status__in=["queued", "running"]).exists()}


job_list = page(Permission.OFFICE_VIEW)(JobList.as_view())


def visible_job(request: PageRequest, uid: UUID) -> Job:
    """The job, for the office and for whoever started it. Raises NotFound."""
    job = get_object_or_404(Job.objects.select_related("created_by").defer("upload"), uid=uid)
    if (
        job.created_by_id != request.user.pk
        and not grants_for(request.actor, Permission.OFFICE_VIEW).any
    ):
        raise NotFound
    return job


@page(Permission.OFFICE_VIEW)
@require_GET
def job_detail(request: PageRequest, uid: UUID) -> HttpResponse:
    """One job: progress while it runs, then what came of it and the rows it refused."""
    job = visible_job(request, uid)
    result = {key: value for key, value in job.result.items() if key not in ("detail", "code")}
    facts = [(key.replace("_", " ").capitalize(), value) for key, value in result.items()]
    context = {
        "job": job,
        "facts": [(label, value) for label, value in facts if not isinstance(value, list | dict)],
        "more": {key: value for key, value in result.items() if isinstance(value, list | dict)},
        "errors": job.errors[:SHOWN_ERRORS],
        "kept_errors": len(job.errors),
        "may_cancel": may_cancel(request, job),
    }
    context["more"] = json.dumps(context["more"], indent=1, ensure_ascii=False, default=str)
    return render(request, "office/job_detail.html", context)


@page()
@require_GET
def job_progress(request: PageRequest, uid: UUID) -> HttpResponse:
    """The live part alone; tells the job's own page to load again when the job is over."""
    job = visible_job(request, uid)
    response = render(request, "ui/job_progress.html", {"job": job})
    if not job.is_open and request.headers.get("HX-Current-URL", "").endswith(job_url(job)):
        response["HX-Refresh"] = "true"
    return response


@page()
@require_GET
def job_result(request: PageRequest, uid: UUID) -> HttpResponse:
    """Where "See the result" leads."""
    return redirect(job_url(visible_job(request, uid)) + "#result")


@page()
@require_GET
def job_errors(request: PageRequest, uid: UUID) -> HttpResponseBase:
    """The refused rows as CSV: to mend, and to upload again."""
    job = visible_job(request, uid)
    names = list(ERROR_COLUMNS)
    names += sorted({key for error in job.errors for key in error} - set(ERROR_COLUMNS))

    def rows() -> Iterator[list[Any]]:
        for error in job.errors:
            yield [error.get(name, "") for name in names]

    stem = (job.upload_name or job.kind).rpartition(".")[0] or job.kind
    return export_csv(names, rows(), f"{stem}-errors.csv")


def may_cancel(request: PageRequest, job: Job) -> bool:
    """Whoever started a job may stop it, and who manages the settings."""
    own = job.created_by_id == request.user.pk
    return own or grants_for(request.actor, Permission.SETTINGS_MANAGE).any


@page()
@require_POST
def job_cancel_view(request: PageRequest, uid: UUID) -> HttpResponse:
    """Ask a job to stop; it stops at its next report."""
    job = visible_job(request, uid)
    if not may_cancel(request, job):
        raise NotFound
    job_cancel(job, actor=request.actor)
    job.refresh_from_db()
    if htmx(request):
        return render(request, "ui/job_progress.html", {"job": job})
    return redirect(job_url(job))
