"""The table of shortages."""

from typing import ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from catalog.tables import SkuNameColumn
from inventory.models import Shortage
from inventory.tables.figures import cause_link
from oms.core.tables import LinkColumn, QuantityColumn, Table, WhenColumn


# The parameter is called `record` because that is the name the tables pass it by.
def shortage_url(record: Shortage) -> str:
    return reverse("shortage-detail", args=[record.uid])


class ShortageTable(Table):
    sku = LinkColumn(
        url=shortage_url, code=True, accessor="sku__code", verbose_name=gettext_lazy("SKU")
    )
    name = SkuNameColumn("sku")
    location = tables.Column(accessor="location__name", verbose_name=gettext_lazy("Location"))
    units = QuantityColumn(verbose_name=gettext_lazy("Units short"))
    claims = QuantityColumn(verbose_name=gettext_lazy("Claims on it"))
    opened_at = WhenColumn()
    closed_at = WhenColumn()
    cause = tables.Column(orderable=False, attrs={"td": {"class": "wrap"}})
    actor = tables.Column(orderable=False)

    empty_icon = "checks"
    empty_title = gettext_lazy("Nothing is short")
    empty_help = gettext_lazy(
        "When a count, a sync or a correction leaves less than orders have claimed, it is here"
        " with its orders."
    )

    class Meta(Table.Meta):
        order_by = "opened_at"
        row_attrs: ClassVar = {"data-href": shortage_url}

    def render_units(self, record: Shortage) -> SafeString | str:
        if record.closed_at is not None:
            return format_html("{}", record.units)
        return format_html('<strong class="stock-below">{}</strong>', record.units)

    def value_units(self, record: Shortage) -> int:
        return record.units

    def render_cause(self, value: str) -> SafeString:
        return cause_link(value, self.request.actor)

    def value_cause(self, value: str) -> str:
        return value
