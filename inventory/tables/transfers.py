"""Tables of transfers and of what did not arrive."""

from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.tables import SkuNameColumn
from inventory.models import Transfer, TransferDiscrepancy
from inventory.status import DISCREPANCY_OPEN, DiscrepancyOutcome, TransferStatus
from oms.core import formats
from oms.core.tables import CodeColumn, LinkColumn, QuantityColumn, StatusColumn, Table, WhenColumn
from oms.core.templatetags.ui import badge


# The parameter is called `record` because that is the name the tables pass it by.
def transfer_url(record: Transfer) -> str:
    return reverse("transfer-detail", args=[record.number])


def discrepancy_url(record: TransferDiscrepancy) -> str:
    return transfer_url(record.line.transfer)


class TransferTable(Table):
    number = LinkColumn(verbose_name=_("Number"), url=transfer_url, code=True, order_by="pk")
    status = StatusColumn()
    source = tables.Column(
        verbose_name=_("From"), order_by="source__name", attrs={"td": {"class": "no-wrap"}}
    )
    destination = tables.Column(
        verbose_name=_("To"), order_by="destination__name", attrs={"td": {"class": "no-wrap"}}
    )
    created_at = WhenColumn(
        verbose_name=_("Requested on"),
        attrs={name: {"class": "when only-wide"} for name in ("th", "td", "tf")},
    )
    expected_on = WhenColumn()
    requested = QuantityColumn(verbose_name=_("Requested"))
    shipped = QuantityColumn(verbose_name=_("Shipped"))
    received = QuantityColumn(verbose_name=_("Received"))
    on_the_way = QuantityColumn(verbose_name=_("In transit"))
    lost = tables.Column(
        verbose_name=_("Missing"), attrs={"th": {"class": "num"}, "td": {"class": "num"}}
    )

    empty_icon = "transfer"
    empty_title = _("No transfers")
    empty_help = _("A transfer moves goods between warehouse and stores, and says where they are.")
    empty_action = ("transfer-new", _("New transfer"))

    class Meta(Table.Meta):
        order_by = "-number"
        row_attrs: ClassVar[dict[str, Any]] = {"data-href": transfer_url}

    def render_on_the_way(self, value: int, record: Transfer) -> str:
        sent = record.status not in (TransferStatus.RECEIVED, TransferStatus.CANCELLED)
        return formats.format_quantity(value) if value or sent else formats.NOTHING

    def render_lost(self, value: int) -> SafeString:
        css = "stock-below" if value else "nothing"
        text = formats.format_quantity(value) if value else formats.NOTHING
        return format_html('<span class="{}">{}</span>', css, text)

    def value_lost(self, value: int) -> int:
        return value


class DiscrepancyTable(Table):
    transfer = LinkColumn(
        url=discrepancy_url,
        code=True,
        accessor="line__transfer__number",
        verbose_name=_("Transfer"),
        order_by=("line__transfer", "pk"),
    )
    kind = StatusColumn()
    sku = CodeColumn(accessor="line__sku__code", verbose_name=_("SKU"))
    name = SkuNameColumn("line__sku")
    units = QuantityColumn()
    source = tables.Column(accessor="line__transfer__source__name", verbose_name=_("From"))
    destination = tables.Column(accessor="line__transfer__destination__name", verbose_name=_("To"))
    reported_at = WhenColumn()
    reported_by = tables.Column()
    outcome = tables.Column(empty_values=())
    note = tables.Column(attrs={"td": {"class": "wrap"}})

    empty_icon = "circle-check"
    empty_title = _("Everything arrived as it was sent")
    empty_help = _("Missing, damaged and surplus units of transfers are listed here.")

    class Meta(Table.Meta):
        order_by = "-reported_at"
        row_attrs: ClassVar[dict[str, Any]] = {"data-href": discrepancy_url}

    def render_outcome(self, record: TransferDiscrepancy) -> SafeString | str:
        if record.outcome:
            return badge(record.outcome, record.get_outcome_display())
        if record.kind in DISCREPANCY_OPEN:
            return badge("pending", _("To be settled"))
        return badge("received", _("In stock there"))

    def value_outcome(self, record: TransferDiscrepancy) -> str:
        return str(DiscrepancyOutcome(record.outcome).label) if record.outcome else ""
