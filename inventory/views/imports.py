"""Taking in a table of counted stock."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from inventory.forms.stock import StockImportForm
from inventory.selectors import locations_visible
from inventory.views.uploads import Upload
from oms.core.export import export_csv
from oms.core.permissions import Permission
from oms.core.web import PageRequest, page

STOCK = Upload(
    kind="inventory.stock_import",
    title=gettext_lazy("Stock from %(name)s"),
    template="inventory/stock_import.html",
    apply="stock-import-apply",
)


@page(Permission.STOCK_ADJUST)
def stock_import(request: PageRequest) -> HttpResponse:
    """Upload a file; the job's page shows how it goes."""
    form = StockImportForm(
        request.POST or None,
        request.FILES or None,
        locations=locations_visible(request.actor, Permission.STOCK_ADJUST),
        initial={"location": request.GET.get("location", "")},
    )
    return STOCK.page(request, form)


@page(Permission.STOCK_ADJUST)
@require_POST
def stock_import_apply(request: PageRequest, uid: UUID) -> HttpResponse:
    """Apply a file that was only checked."""
    return STOCK.applied(request, uid)


@page(Permission.STOCK_ADJUST)
def stock_import_template(request: PageRequest) -> HttpResponseBase:
    """A file to start from: the right columns, and a row for each location one may adjust."""
    locations = locations_visible(request.actor, Permission.STOCK_ADJUST)
    rows = [(location.code, "", "", "") for location in locations]
    header = ["location", "sku", "quantity", "safety_stock"]
    return export_csv(header, rows, "stock-template.csv")
