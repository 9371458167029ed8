"""The movements of one SKU at every location one may see."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from catalog.models import Sku
from inventory.filters.stock import MovementFilter
from inventory.models import StockMovement
from inventory.tables.stock import SkuMovementTable
from inventory.views.stock import sku_or_404
from oms.core.clock import retailer_zone
from oms.core.errors import NotFound
from oms.core.permissions import Permission
from oms.core.web import ListPage, PageRequest, page


@page(Permission.STOCK_VIEW)
def sku_movements(request: PageRequest, code: str) -> HttpResponseBase:
    """What stands behind the sums of a SKU."""
    return SkuMovementList.as_view(sku=sku_or_404(code))(request)


class SkuMovementList(ListPage):
    """The ledger of one SKU, newest first; balances are told per location, on its own page."""

    sku: Sku | None = None
    table_class = SkuMovementTable
    filterset_class = MovementFilter
    template_name = "inventory/sku_movements.html"

    @property
    def of(self) -> Sku:
        if self.sku is None:
            raise NotFound
        return self.sku

    @property
    def title(self) -> str:  # type: ignore[override]
        return _("Movements of %(sku)s") % {"sku": self.of.full_name}

    @property
    def export_name(self) -> str:  # type: ignore[override]
        return f"movements-{self.of.code}"

    def rows(self) -> QuerySet[Any]:
        ledger: QuerySet[Any] = (
            StockMovement.objects.visible_to(self.request.actor, Permission.STOCK_VIEW)
            .filter(sku=self.of)
            .select_related("location", "sku")
        )
        chosen = MovementFilter(self.request.GET, queryset=ledger, request=self.request)
        condition = chosen.condition(retailer_zone())
        return ledger.filter(condition) if condition is not None else ledger

    def extra_context(self) -> Mapping[str, Any]:
        return {"sku": self.of}
