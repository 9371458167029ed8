"""The proof that stock figures are the sums of their movements, on a page."""

from django.http import HttpResponse
from django.shortcuts import render

from inventory.services.audit import stock_audit
from inventory.services.repair import stock_repair
from oms.core.clock import now
from oms.core.permissions import Permission, grants_for
from oms.core.web import PageRequest, page

LISTED = 500


@page(Permission.AUDIT_VIEW)
def stock_audit_page(request: PageRequest) -> HttpResponse:
    """Compares the whole database when asked to, for it reads every movement there is."""
    may_repair = grants_for(request.actor, Permission.STOCK_ADJUST).everything
    context: dict[str, object] = {"may_repair": may_repair}
    if request.method == "POST":
        audit = stock_audit(limit=LISTED)
        if may_repair and "repair" in request.POST:
            context["mended"] = stock_repair(audit, actor=request.actor)
            audit = stock_audit(limit=LISTED)
        context |= {"audit": audit, "at": now()}
    return render(request, "inventory/stock_audit.html", context)
