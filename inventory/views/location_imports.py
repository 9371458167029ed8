"""Taking in a table of locations."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inventory.forms.locations import LocationImportForm
from inventory.location_imports import COLUMNS
from oms.core.errors import NotFound
from oms.core.export import export_csv
from oms.core.jobs import job_start
from oms.core.models import Job
from oms.core.permissions import Permission
from oms.core.web import PageRequest, page

KIND = "inventory.location_import"
RECENT = 10


@page(Permission.SETTINGS_MANAGE)
def location_import(request: PageRequest) -> HttpResponse:
    """Upload a file; the job's page shows how it goes."""
    form = LocationImportForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        job = _start(
            request,
            upload=data["file"].read(),
            name=data["file"].name,
            params={"dry_run": data["dry_run"], "keep_good": data["keep_good"]},
        )
        return redirect("job-detail", job.uid)
    context = {"form": form, "jobs": _jobs(request)[:RECENT]}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/location_import.html", context, status=status)


@page(Permission.SETTINGS_MANAGE)
@require_POST
def location_import_apply(request: PageRequest, uid: UUID) -> HttpResponse:
    """Apply a file that was only checked."""
    checked: Job | None = _jobs(request).filter(uid=uid, status=Job.Status.DONE).first()
    if checked is None or checked.upload is None or not checked.params.get("dry_run"):
        raise NotFound
    job = _start(
        request,
        upload=bytes(checked.upload),
        name=checked.upload_name,
        # Who has seen the errors and says "apply" wants the rows without.
        params={"dry_run": False, "keep_good": bool(checked.error_count)},
    )
    messages.info(request, _("Applying %(name)s") % {"name": job.upload_name})
    return redirect("job-detail", job.uid)


@page(Permission.SETTINGS_MANAGE)
def location_import_template(request: PageRequest) -> HttpResponseBase:
    """A file to start from: the right columns."""
    del request
    return export_csv(list(COLUMNS), [], "locations-template.csv")


def _start(request: PageRequest, *, upload: bytes, name: str, params: dict[str, Any]) -> Job:
    words = _("Check of %(name)s") if params["dry_run"] else _("Locations from %(name)s")
    return job_start(
        KIND,
        title=words % {"name": name[:120]},
        actor=request.actor,
        params=params,
        upload=upload,
        upload_name=name[:200],
    )


def _jobs(request: PageRequest) -> Any:
    return Job.objects.filter(kind=KIND, created_by=request.user).defer("errors")
