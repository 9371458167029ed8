"""The proof that stock figures are the sums of their movements, on a page."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from inventory.services.audit import KIND, audit_start
from inventory.services.repair import stock_repair
from oms.core.formats import format_quantity
from oms.core.models import Job
from oms.core.permissions import Permission, grants_for
from oms.core.web import PageRequest, page


@page(Permission.AUDIT_VIEW)
def stock_audit_page(request: PageRequest) -> HttpResponse:
    """The newest audit; a new one is a job, for it reads every movement there is."""
    may_repair = grants_for(request.actor, Permission.STOCK_ADJUST).everything
    job = Job.objects.filter(kind=KIND).order_by("-pk").first()
    audit = told(job.result) if job is not None and job.status == Job.Status.DONE else None
    if request.method == "POST":
        if may_repair and audit is not None and "repair" in request.POST:
            mended = stock_repair(
                [(sku, location) for sku, location in audit["pairs"]], actor=request.actor
            )
            words = ngettext("%(n)s stock row mended", "%(n)s stock rows mended", mended)
            messages.success(request, words % {"n": format_quantity(mended)})
        audit_start(actor=request.actor)
        return redirect("stock-audit")
    context = {"may_repair": may_repair, "job": job, "audit": audit}
    return render(request, "inventory/stock_audit.html", context)


def told(result: dict[str, Any]) -> dict[str, Any]:
    """An audit as its job keeps it, with moments for the page."""
    for drift in result["drift"]:
        for movement in drift["around"]:
            movement["recorded_at"] = datetime.fromisoformat(movement["recorded_at"])
    return result
