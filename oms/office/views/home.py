"""The office's first page: how today goes, and what needs a person."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from oms.core.clock import now
from oms.core.permissions import Permission
from oms.core.web import PageRequest, htmx, page
from oms.office.selectors.attention import attention
from oms.office.selectors.charts import fulfilment_by_method, orders_by_day, work_by_location
from oms.office.selectors.figures import (
    day_start,
    sales_figures,
    shortage_count,
    trouble_figures,
    trouble_since,
    work_figures,
)
from oms.orders.methods import method_of


@page(Permission.OFFICE_VIEW)
@require_GET
def office_home(request: PageRequest) -> HttpResponse:
    """Today's figures and three charts; the number of queries does not depend on the data."""
    actor = request.actor
    sales = sales_figures(actor)
    context: dict[str, Any] = {
        "today": day_start(now()).date().isoformat(),
        "trouble_since": trouble_since().date().isoformat(),
        "sales": sales[0] if sales else None,
        "other_sales": sales[1:],
        "orders_today": sum(part.orders_today for part in sales),
        "orders_yesterday": sum(part.orders_yesterday for part in sales),
        "work": work_figures(actor),
        "shortages": shortage_count(actor),
        "trouble": trouble_figures(),
        "attention": attention(actor),
    }
    if htmx(request):
        # The figures refresh by themselves; the charts stay until the page is opened again.
        return render(request, "office/home_figures.html", context)
    labels = {code: str(method_of(code).label) for code in settings.FULFILMENT_METHODS}
    context |= {
        "orders_chart": orders_by_day(actor),
        "method_chart": fulfilment_by_method(actor, labels),
        "location_chart": work_by_location(actor),
    }
    return render(request, "office/home.html", context)
