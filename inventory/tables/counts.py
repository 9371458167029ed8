"""Tables of counts and of one count's lines."""

from typing import Any, ClassVar

import django_tables2 as tables
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.tables import SkuNameColumn
from inventory.models import CountLine, StockCount
from inventory.tables.figures import SignedColumn
from oms.core import formats
from oms.core.tables import (
    NUMBER,
    CodeColumn,
    LinkColumn,
    MoneyColumn,
    QuantityColumn,
    SelectColumn,
    StatusColumn,
    Table,
    TotalMixin,
    WhenColumn,
)


def count_url(record: StockCount) -> str:
    return reverse("count-detail", args=[record.pk])


def count_words(count: StockCount) -> str:
    """What is counted: "By class: A, B"."""
    basis = str(count.get_basis_display())
    return f"{basis}: {count.scope}" if count.scope else basis


class CountTable(Table):
    pk = LinkColumn(url=count_url, code=True, verbose_name=gettext_lazy("Count"))
    location = tables.Column(
        accessor="location__name",
        verbose_name=gettext_lazy("Location"),
        attrs={"td": {"class": "no-wrap"}},
    )
    what = tables.Column(
        accessor="basis", verbose_name=gettext_lazy("What"), attrs={"td": {"class": "wrap"}}
    )
    status = StatusColumn()
    progress = tables.Column(
        accessor="lines_counted", verbose_name=gettext_lazy("Counted"), attrs=NUMBER
    )
    lines_off = QuantityColumn(verbose_name=gettext_lazy("With a difference"))
    created_by = tables.Column()
    created_at = WhenColumn()
    closed_at = WhenColumn()

    empty_icon = "clipboard-check"
    empty_title = gettext_lazy("No counts yet")
    empty_help = gettext_lazy(
        "Count some shelves every week, the ones that sell most the most often: what the system "
        "says lies there stays true, and the store never closes for it."
    )
    empty_action = ("count-new", gettext_lazy("Plan a count"))

    class Meta(Table.Meta):
        order_by = "-pk"
        row_attrs: ClassVar = {"data-href": count_url}

    def render_what(self, record: StockCount) -> str:
        return count_words(record)

    def value_what(self, record: StockCount) -> str:
        return count_words(record)

    def render_progress(self, record: Any) -> str:
        return _("%(done)s of %(all)s") % {
            "done": formats.format_quantity(record.lines_counted),
            "all": formats.format_quantity(record.lines_all),
        }

    def value_progress(self, record: Any) -> str:
        return f"{record.lines_counted}/{record.lines_all}"


class DifferenceColumn(TotalMixin, SignedColumn):
    """Units found (+) or missing (−), with their sum."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("footer", self.footer_of)
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> SafeString:
        return signed(value)


def signed(value: int) -> SafeString:
    """Units found (+) or missing (−); red below nothing."""
    css = "stock-below" if value < 0 else "stock-free" if value else "nothing"
    sign = "+" if value > 0 else ""
    return format_html('<span class="{}">{}{}</span>', css, sign, formats.format_quantity(value))


class CountLineTable(Table):
    """What was found of each SKU, the largest differences first."""

    selected = SelectColumn()
    sku = LinkColumn(
        url=lambda record: reverse("stock-sku", args=[record.sku.code]),
        accessor="sku__code",
        code=True,
        verbose_name=gettext_lazy("SKU"),
    )
    name = SkuNameColumn("sku")
    gtin = CodeColumn(accessor="sku__gtin", verbose_name="GTIN", visible=False)
    abc_class = tables.Column()
    status = StatusColumn()
    expected = QuantityColumn(
        accessor="expected", orderable=False, verbose_name=gettext_lazy("Expected")
    )
    first = QuantityColumn()
    second = QuantityColumn()
    difference = DifferenceColumn(order_by=("off",))
    value = MoneyColumn(
        currency=settings.RETAILER_CURRENCY,
        order_by=("off_value",),
        verbose_name=gettext_lazy("Value at cost"),
    )
    booked = DifferenceColumn(verbose_name=gettext_lazy("Booked"))
    counted_by = tables.Column(
        orderable=False, verbose_name=gettext_lazy("Who"), attrs={"td": {"class": "no-wrap"}}
    )
    counted_at = WhenColumn(orderable=False, verbose_name=gettext_lazy("When"))

    empty_icon = "clipboard-check"
    empty_title = gettext_lazy("Nothing matches")

    class Meta(Table.Meta):
        order_by = ("-value", "-difference", "sku")

    def render_booked(self, record: CountLine, value: int) -> SafeString:
        text = signed(value)
        if value == record.difference:
            return text
        # Told late by a feed, counted again since, or it would have been below nothing.
        words = _("Other movements had told part of it, or nothing more was there to take")
        return format_html('<span title="{}">{}\u202f*</span>', words, text)
