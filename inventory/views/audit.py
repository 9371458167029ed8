"""The proof that stock figures are the sums of their movements, on a page."""

from django.http import HttpResponse
from django.shortcuts import render

from inventory.services.audit import stock_audit
from oms.core.clock import now
from oms.core.permissions import Permission
from oms.core.web import PageRequest, page

LISTED = 500


@page(Permission.AUDIT_VIEW)
def stock_audit_page(request: PageRequest) -> HttpResponse:
    """Compares the whole database when asked to, for it reads every movement there is."""
    context: dict[str, object] = {}
    if request.method == "POST":
        context = {"audit": stock_audit(limit=LISTED), "at": now()}
    return render(request, "inventory/stock_audit.html", context)
