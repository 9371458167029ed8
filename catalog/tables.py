"""The catalogue's tables."""

from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.directory import audience_label
from catalog.models import DiscountRule, PriceList, Sku
from catalog.rule_words import Names, audiences_of, rule_sentence
from catalog.selectors import life_of
from oms.core.formats import NOTHING
from oms.core.tables import CodeColumn, LinkColumn, QuantityColumn, StatusColumn, Table, WhenColumn
from oms.core.templatetags.ui import badge


# The parameters are called `record` because that is the name the tables pass a row by.
def sku_url(record: Sku) -> str:
    return reverse("sku-detail", args=[record.code])


def price_list_url(record: PriceList) -> str:
    return reverse("price-list-detail", args=[record.code])


def rule_url(record: DiscountRule) -> str:
    return reverse("discount-rule-detail", args=[record.uid])


class SkuNameColumn(tables.Column):
    """The full name of the SKU at `path`, e.g. "sku"; of the record itself without one."""

    def __init__(self, path: str = "") -> None:
        before = f"{path}__" if path else ""
        super().__init__(
            accessor=f"{before}full_name",
            order_by=f"{before}name",
            verbose_name=_("Name"),
            attrs={"td": {"class": "wrap"}},
        )


class SkuTable(Table):
    empty_icon = "category"
    empty_title = _("No SKUs")
    empty_help = _("Products and their SKUs come from an import, from the API, or from the demo.")
    empty_action = ("catalog-import", _("Import a catalogue"))

    code = LinkColumn(verbose_name=_("SKU"), url=sku_url, code=True)
    name = SkuNameColumn()
    category = tables.Column(
        verbose_name=_("Category"), accessor="product__category_id", orderable=False
    )
    brand = tables.Column(verbose_name=_("Brand"), accessor="product__brand__name", orderable=True)
    gtin = CodeColumn(verbose_name=_("GTIN"))
    condition = tables.Column(visible=False)
    pack_size = QuantityColumn(verbose_name=_("Pack"))
    list_count = QuantityColumn(verbose_name=_("Price lists"), orderable=False)
    status = StatusColumn(verbose_name=_("Status"))

    class Meta(Table.Meta):
        model = Sku
        fields = (
            "code",
            "name",
            "category",
            "brand",
            "gtin",
            "condition",
            "pack_size",
            "list_count",
            "status",
        )
        row_attrs: ClassVar[dict[str, Any]] = {"data-href": sku_url, "data-panel": sku_url}

    def __init__(self, *args: Any, categories: dict[int, tuple[str, ...]], **kwargs: Any) -> None:
        self.categories = categories
        super().__init__(*args, **kwargs)

    # In an export the condition has a column of its own.
    def value_name(self, record: Sku) -> str:
        return record.name

    def value_condition(self, record: Sku) -> str:
        return record.condition

    def render_category(self, value: int) -> str:
        return " › ".join(self.categories.get(value, ()))

    def value_category(self, value: int) -> str:
        return " > ".join(self.categories.get(value, ()))


class PublicationTable(Table):
    """Columns that price lists and rules share."""

    audiences = tables.Column(
        verbose_name=pgettext_lazy("audience", "For"),
        orderable=False,
        empty_values=(),
        attrs={"td": {"class": "audience-cell"}},
    )
    priority = QuantityColumn(verbose_name=_("Priority"))
    valid_from = WhenColumn(verbose_name=_("From"))
    valid_to = WhenColumn(verbose_name=_("Until"))
    status = tables.Column(verbose_name=_("Status"))

    def __init__(self, *args: Any, audience_names: dict[str, str], **kwargs: Any) -> None:
        self.audience_names = audience_names
        super().__init__(*args, **kwargs)

    def render_status(self, record: Any) -> SafeString:
        return badge(life_of(record))

    def value_status(self, record: Any) -> str:
        return life_of(record)

    def render_audiences(self, record: Any) -> str:
        rows = audiences_of(record)
        if not rows:
            return NOTHING
        labels = sorted(audience_label(audience, self.audience_names) for audience in rows)
        return labels[0] + (f" +{len(labels) - 1}" if len(labels) > 1 else "")

    def value_audiences(self, record: Any) -> str:
        return ", ".join(sorted(str(row) for row in record.audiences.all()))


class PriceListTable(PublicationTable):
    empty_icon = "tag"
    empty_title = _("No price lists")
    empty_help = _("A price list says what SKUs cost, from which quantity on, and for whom.")
    empty_action = ("price-list-new", _("Make a price list"))

    name = LinkColumn(verbose_name=_("Name"), url=price_list_url)
    code = CodeColumn(verbose_name=_("Code"))
    currency = tables.Column(verbose_name=_("Amounts"), orderable=False)
    price_count = QuantityColumn(verbose_name=_("Prices"))
    parent = tables.Column(verbose_name=_("Derived from"), orderable=False)

    class Meta(Table.Meta):
        model = PriceList
        fields = (
            "name",
            "code",
            "audiences",
            "currency",
            "price_count",
            "parent",
            "valid_from",
            "valid_to",
            "status",
        )
        sequence = fields
        exclude = ("priority",)
        row_attrs: ClassVar[dict[str, Any]] = {"data-href": price_list_url}

    def render_currency(self, record: PriceList) -> str:
        tax = _("with tax") if record.tax_included else _("before tax")
        return f"{record.currency} {tax}"


class DiscountRuleTable(PublicationTable):
    empty_icon = "discount"
    empty_title = _("No discount rules")
    empty_help = _("A rule takes something off the price of everything, a category or a SKU.")
    empty_action = ("discount-rule-new", _("Make a discount rule"))

    name = LinkColumn(verbose_name=_("Name"), url=rule_url)
    sentence = tables.Column(
        verbose_name=_("What it does"),
        orderable=False,
        empty_values=(),
        attrs={"td": {"class": "rule-cell"}},
    )

    class Meta(Table.Meta):
        model = DiscountRule
        fields = ("name", "sentence", "priority", "status")
        sequence = fields
        # The sentence says them.
        exclude = ("audiences", "valid_from", "valid_to")
        row_attrs: ClassVar[dict[str, Any]] = {"data-href": rule_url}

    def __init__(self, *args: Any, names: Names, **kwargs: Any) -> None:
        self.names = names
        super().__init__(*args, audience_names=names.audiences, **kwargs)

    def render_sentence(self, record: DiscountRule) -> SafeString:
        sentence = rule_sentence(record, names=self.names)
        return format_html('<span class="rule-line">{}</span>', sentence)

    def value_sentence(self, record: DiscountRule) -> str:
        return strip_tags(rule_sentence(record, names=self.names))
