"""The stock matrix: every SKU at every location one may see, at a glance."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from inventory.filters.matrix import FIGURE_LABELS, MatrixFilter
from inventory.models import Location, Stock
from inventory.selectors import locations_visible
from inventory.selectors.matrix import FIGURES, SALES_DAYS, figure_sums, matrix_rows
from inventory.selectors.stock import stock_visible
from inventory.status import LocationKind
from inventory.tables.matrix import LOW, PLENTY, MatrixTable
from oms.core.permissions import Permission
from oms.core.web import ListPage, page


class StockMatrix(ListPage):
    title = gettext_lazy("Stock matrix")
    table_class = MatrixTable
    filterset_class = MatrixFilter
    template_name = "inventory/stock_matrix.html"
    export_name = "stock-matrix"

    @cached_property
    def places(self) -> Sequence[Location]:
        places = locations_visible(self.request.actor, Permission.STOCK_VIEW)
        kind = self.request.GET.get("kind", "")
        chosen = {"kind": kind} if kind in LocationKind.values else {}
        return list(places.filter(is_active=True, **chosen).order_by("-kind", "code"))

    @property
    def figure(self) -> str:
        wanted = self.request.GET.get("figure", "")
        return wanted if wanted in FIGURES else FIGURES[0]

    @property
    def stock(self) -> QuerySet[Stock]:
        return stock_visible(self.request.actor).filter(location__in=self.places)

    def rows(self) -> QuerySet[Any]:
        return matrix_rows(self.stock)

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        sums = figure_sums(self.stock, rows, self.figure)
        totals = {f"at_{place.pk}": sums.get(place.pk, 0) for place in self.places}
        return {
            "figure": self.figure,
            "locations": self.places,
            "totals": totals | {"total": sum(sums.values())},
        }

    def extra_context(self) -> Mapping[str, Any]:
        return {
            "figures": FIGURE_LABELS,
            "figure": self.figure,
            "low": LOW,
            "plenty": PLENTY,
            "sales_days": SALES_DAYS,
        }


stock_matrix = page(Permission.STOCK_VIEW)(StockMatrix.as_view())
