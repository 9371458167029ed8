"""The tables of the stock sync: batches, what one changed, and drift by location."""

from datetime import timedelta
from typing import Any, ClassVar

import django_tables2 as tables
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.tables import SkuNameColumn
from inventory.models import StockBatch
from inventory.status import BatchStatus
from inventory.tables.figures import SignedColumn
from oms.core import formats
from oms.core.tables import (
    CodeColumn,
    LinkColumn,
    MoneyColumn,
    QuantityColumn,
    Table,
    WhenColumn,
)
from oms.core.templatetags.ui import badge

# What a reader without `Permission.PURCHASING_VIEW` is not shown.
COSTLY = ("net_value", "all_value", "skus_without_cost")


def batch_url(record: StockBatch) -> str:
    return reverse("stock-batch", args=[record.uid])


def duration(took: timedelta) -> str:
    """How long something took: seconds, minutes with seconds, or hours with minutes."""
    seconds = max(0, round(took.total_seconds()))
    if seconds < 60:
        return _("%(seconds)d s") % {"seconds": seconds}
    if seconds < 3600:
        return _("%(minutes)d min %(seconds)d s") % {
            "minutes": seconds // 60,
            "seconds": seconds % 60,
        }
    return _("%(hours)d h %(minutes)d min") % {
        "hours": seconds // 3600,
        "minutes": seconds % 3600 // 60,
    }


def batch_badge(batch: StockBatch) -> SafeString:
    """The state of a batch; of one that waits, the state of the job it waits for."""
    if batch.status == BatchStatus.RECEIVED and batch.job is not None:
        return badge(batch.job.status, batch.job.get_status_display())
    return badge(batch.status, batch.get_status_display())


class BatchTable(Table):
    batch_id = LinkColumn(url=batch_url, code=True)
    location = LinkColumn(
        accessor="location__name",
        verbose_name=gettext_lazy("Location"),
        url=lambda record: reverse("location-detail", args=[record.location.code]),
    )
    status = tables.Column()
    kind = tables.Column()
    sequence = QuantityColumn()
    as_of = WhenColumn()
    rows_in = QuantityColumn(
        accessor="result__rows", verbose_name=gettext_lazy("Rows"), orderable=False
    )
    changed = QuantityColumn(
        accessor="result__changed", verbose_name=gettext_lazy("Changed"), orderable=False
    )
    error_count = QuantityColumn(verbose_name=gettext_lazy("Errors"))
    took = tables.Column(verbose_name=gettext_lazy("Took"), attrs={"td": {"class": "no-wrap"}})
    created_by = tables.Column()
    created_at = WhenColumn()

    empty_icon = "refresh"
    empty_title = gettext_lazy("No batches yet")
    empty_help = gettext_lazy(
        "Tills, warehouses and shops send their counts over the API or a watched folder; a file "
        "can also be uploaded here."
    )

    class Meta(Table.Meta):
        order_by = "-created_at"
        row_attrs: ClassVar = {"data-href": batch_url}

    def render_status(self, record: StockBatch) -> SafeString:
        return batch_badge(record)

    def value_status(self, record: StockBatch) -> str:
        return str(record.get_status_display())

    def render_sequence(self, value: int) -> SafeString:
        # A number of the sender's: not grouped.
        return format_html('<span class="code">{}</span>', value)

    def value_sequence(self, value: int) -> int:
        return value

    def render_error_count(self, value: int) -> SafeString | str:
        if not value:
            return format_html('<span class="nothing">{}</span>', formats.NOTHING)
        return format_html('<span class="stock-below">{}</span>', formats.format_quantity(value))

    def value_error_count(self, value: int) -> int:
        return value

    def render_took(self, value: timedelta) -> str:
        return duration(value)

    def value_took(self, value: timedelta) -> float:
        return round(value.total_seconds(), 1)


class BatchMovementTable(Table):
    """What a batch booked, by SKU; each leads to the ledger of its shelf."""

    code = LinkColumn(
        accessor="sku__code",
        verbose_name=gettext_lazy("SKU"),
        code=True,
        url=lambda record: reverse("stock-movements", args=[record.sku.code, record.location.code]),
    )
    name = SkuNameColumn("sku")
    expected = QuantityColumn(verbose_name=gettext_lazy("Ledger said"))
    counted = QuantityColumn(verbose_name=gettext_lazy("Count said"))
    on_hand = SignedColumn(verbose_name=gettext_lazy("Difference"))
    value = MoneyColumn(verbose_name=gettext_lazy("Value"), currency=settings.RETAILER_CURRENCY)

    empty_icon = "circle-check"
    empty_title = gettext_lazy("Nothing changed")
    empty_help = gettext_lazy("The count said what the ledger said.")

    class Meta(Table.Meta):
        order_by = "code"


class DriftTable(Table):
    """How far counts were from the ledger, by location."""

    location = LinkColumn(
        accessor="location__name",
        verbose_name=gettext_lazy("Location"),
        url=lambda record: reverse("location-detail", args=[record["location__code"]]),
    )
    code = CodeColumn(accessor="location__code", visible=False)
    counts = QuantityColumn(verbose_name=gettext_lazy("Counts"))
    last = WhenColumn(verbose_name=gettext_lazy("Last count"))
    units_over = QuantityColumn(verbose_name=gettext_lazy("Units over"))
    units_under = QuantityColumn(verbose_name=gettext_lazy("Units under"))
    net_units = QuantityColumn(verbose_name=gettext_lazy("Units, net"))
    all_units = QuantityColumn(verbose_name=gettext_lazy("Units, in all"))
    net_value = MoneyColumn(
        verbose_name=gettext_lazy("Value, net"), currency=settings.RETAILER_CURRENCY
    )
    all_value = MoneyColumn(
        verbose_name=gettext_lazy("Value, in all"), currency=settings.RETAILER_CURRENCY
    )
    skus_without_cost = QuantityColumn(verbose_name=gettext_lazy("Without a cost"))

    empty_icon = "scale"
    empty_title = gettext_lazy("No counts yet")
    empty_help = gettext_lazy(
        "Every full or partial count a feed sends is set against the ledger of the same moment; "
        "the differences add up here."
    )

    class Meta(Table.Meta):
        order_by = "-all_units"


def without_costs(may_see: bool) -> dict[str, Any]:
    """Table options that leave out what things cost, unless one may see it."""
    return {} if may_see else {"exclude": COSTLY}
