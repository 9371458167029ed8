"""Taking in a table of counted stock."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inventory.forms.stock import StockImportForm
from inventory.selectors import locations_visible
from oms.core.errors import NotFound
from oms.core.export import export_csv
from oms.core.jobs import job_start
from oms.core.models import Job
from oms.core.permissions import Permission
from oms.core.web import PageRequest, page

KIND = "inventory.stock_import"
RECENT = 10


@page(Permission.STOCK_ADJUST)
def stock_import(request: PageRequest) -> HttpResponse:
    """Upload a file; the job's page shows how it goes."""
    locations = locations_visible(request.actor, Permission.STOCK_ADJUST)
    form = StockImportForm(
        request.POST or None,
        request.FILES or None,
        locations=locations,
        initial={"location": request.GET.get("location", "")},
    )
    if form.is_valid():
        data = form.cleaned_data
        job = start(
            request,
            upload=data["file"].read(),
            name=data["file"].name,
            params={
                "location": data["location"].code if data["location"] else "",
                "dry_run": data["dry_run"],
                "keep_good": data["keep_good"],
            },
        )
        return redirect("job-detail", job.uid)
    context = {"form": form, "jobs": _jobs(request)[:RECENT]}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/stock_import.html", context, status=status)


@page(Permission.STOCK_ADJUST)
@require_POST
def stock_import_apply(request: PageRequest, uid: UUID) -> HttpResponse:
    """Apply a file that was only checked, as it was checked."""
    checked: Job | None = _jobs(request).filter(uid=uid, status=Job.Status.DONE).first()
    if checked is None or checked.upload is None or not checked.params.get("dry_run"):
        raise NotFound
    job = start(
        request,
        upload=bytes(checked.upload),
        name=checked.upload_name,
        params={
            **checked.params,
            "dry_run": False,
            # Who has seen the errors and says "apply" wants the rows without.
            "keep_good": bool(checked.error_count) or checked.params.get("keep_good", False),
        },
    )
    messages.info(request, _("Applying %(name)s") % {"name": job.upload_name})
    return redirect("job-detail", job.uid)


@page(Permission.STOCK_ADJUST)
def stock_import_template(request: PageRequest) -> HttpResponseBase:
    """A file to start from: the right columns, and a row for each location one may adjust."""
    locations = locations_visible(request.actor, Permission.STOCK_ADJUST)
    rows = [(location.code, "", "", "") for location in locations]
    header = ["location", "sku", "quantity", "safety_stock"]
    return export_csv(header, rows, "stock-template.csv")


def start(request: PageRequest, *, upload: bytes, name: str, params: dict[str, Any]) -> Job:
    words = _("Check of %(name)s") if params["dry_run"] else _("Stock from %(name)s")
    return job_start(
        KIND,
        title=words % {"name": name[:120]},
        actor=request.actor,
        params=params,
        upload=upload,
        upload_name=name[:200],
    )


def _jobs(request: PageRequest) -> Any:
    # One's own: a file may speak of locations that others must not see.
    return Job.objects.filter(kind=KIND, created_by=request.user).defer("errors")
