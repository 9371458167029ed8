"""Shortages: where less lies than was promised. What to do about one is the orders' page."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from inventory.filters.shortages import ShortageFilter
from inventory.selectors.shortages import shortages_visible, with_claims
from inventory.tables.shortages import ShortageTable
from oms.core.permissions import Permission
from oms.core.web import ListPage, page


class ShortageList(ListPage):
    title = gettext_lazy("Shortages")
    table_class = ShortageTable
    filterset_class = ShortageFilter
    template_name = "inventory/shortage_list.html"
    export_name = "shortages"

    def rows(self) -> QuerySet[Any]:
        return with_claims(shortages_visible(self.request.actor))

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        solved = self.request.GET.get("solved") == "true"
        return {"exclude": ["claims"] if solved else ["closed_at"]}


shortage_list = page(Permission.STOCK_VIEW)(ShortageList.as_view())
