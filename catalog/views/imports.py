"""Imports: upload, look at what would change, apply exactly that."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from catalog.forms import ImportForm, PriceImportForm
from catalog.imports.prices import OUTLIER_PERCENT
from catalog.imports.products import COLUMNS
from catalog.models import PriceList
from catalog.selectors import life_of
from catalog.views.price_lists import get_price_list
from oms.core.errors import NotFound
from oms.core.jobs import job_start
from oms.core.models import Job
from oms.core.permissions import Permission, require
from oms.core.web import PageRequest, page

KINDS = {
    "catalog.import": Permission.CATALOG_MANAGE,
    "catalog.price_import": Permission.PRICES_MANAGE,
}
ERRORS_SHOWN = 100


@page(Permission.CATALOG_MANAGE)
def catalog_import_page(request: PageRequest) -> HttpResponse:
    """Upload a catalogue; a dry run begins at once."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        job = job_start(
            "catalog.import",
            title=_("Catalogue import: %(name)s") % {"name": upload.name[:100]},
            actor=request.actor,
            params={"dry_run": True, "keep_good": form.cleaned_data["errors_mode"] == "good"},
            upload=upload.read(),
            upload_name=upload.name[:200],
        )
        return redirect("catalog-import-preview", uid=job.uid)
    context = {"form": form, "columns": COLUMNS}
    return render(request, "catalog/import_form.html", context, status=422 if form.errors else 200)


@page(Permission.PRICES_MANAGE)
def price_import_page(request: PageRequest, code: str) -> HttpResponse:
    """Upload prices for one list; a dry run begins at once."""
    price_list = get_price_list(code)
    form = PriceImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        job = job_start(
            "catalog.price_import",
            title=_("Price import: %(list)s") % {"list": price_list.name},
            actor=request.actor,
            params={
                "dry_run": True,
                "price_list": price_list.pk,
                "keep_good": form.cleaned_data["errors_mode"] == "good",
                "replace": form.cleaned_data["replace"],
            },
            upload=upload.read(),
            upload_name=upload.name[:200],
        )
        return redirect("catalog-import-preview", uid=job.uid)
    context = {"form": form, "price_list": price_list, "life": life_of(price_list)}
    return render(
        request, "catalog/price_import_form.html", context, status=422 if form.errors else 200
    )


def _job(request: PageRequest, uid: UUID) -> Job:
    """An import of the person's own kinds. Raises NotFound, PermissionRefused."""
    job = Job.objects.filter(uid=uid, kind__in=KINDS).first()
    if job is None:
        raise NotFound
    require(request.actor, KINDS[job.kind])
    return job


@page()
@require_GET
def import_preview(request: PageRequest, uid: UUID) -> HttpResponse:
    """A run while it goes on, and what it found: the page to confirm from."""
    job = _job(request, uid)
    price_list = PriceList.objects.filter(pk=job.params.get("price_list")).first()
    context: dict[str, Any] = {
        "job": job,
        "price_list": price_list,
        "dry": bool(job.params.get("dry_run")),
        "result": job.result,
        "errors": job.errors[:ERRORS_SHOWN],
        "limit": OUTLIER_PERCENT,
        "may_apply": _may_apply(job),
    }
    return render(request, "catalog/import_preview.html", context)


def _may_apply(job: Job) -> bool:
    """Whether there is something to confirm: a finished dry run that found changes."""
    if job.status != Job.Status.DONE or not job.params.get("dry_run"):
        return False
    changes = sum(job.result.get(name, 0) for name in ("new", "created", "changed", "removed"))
    strict = job.params.get("replace") or not job.params.get("keep_good")
    return bool(changes) and not (strict and job.error_count)


@page()
@require_POST
def import_apply(request: PageRequest, uid: UUID) -> HttpResponse:
    """Run the same file again for good; it stops if it would do anything else than was shown."""
    job = _job(request, uid)
    if not _may_apply(job):
        messages.error(request, _("There is nothing to apply"))
        return redirect("catalog-import-preview", uid=uid)
    if job.result.get("outliers") and not request.POST.get("meant"):
        messages.error(request, _("Tick that the large changes are meant"))
        return redirect("catalog-import-preview", uid=uid)
    applied = job_start(
        job.kind,
        title=job.title,
        actor=request.actor,
        params=job.params
        | {
            "dry_run": False,
            "plan": job.result["plan"],
            "outliers_meant": bool(request.POST.get("meant")),
        },
        upload=bytes(job.upload or b""),
        upload_name=job.upload_name,
    )
    return redirect("catalog-import-preview", uid=applied.uid)
