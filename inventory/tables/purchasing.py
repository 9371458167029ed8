"""Tables of purchase orders, suppliers and what they sell."""

from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.tables import SkuNameColumn
from inventory.models import PurchaseOrder, Supplier, SupplierItem
from inventory.tables.figures import yes_or_nothing
from inventory.templatetags.costs import unit_cost
from oms.core.tables import (
    CodeColumn,
    LinkColumn,
    MoneyColumn,
    QuantityColumn,
    StatusColumn,
    Table,
    WhenColumn,
)
from oms.core.templatetags.ui import badge


def purchase_url(record: PurchaseOrder) -> str:
    return reverse("purchase-order-detail", args=[record.number])


def supplier_url(record: Supplier) -> str:
    return reverse("supplier-detail", args=[record.code])


def item_url(record: SupplierItem) -> str:
    return reverse("supplier-item", args=[record.supplier.code, record.sku.code])


class PurchaseTable(Table):
    number = LinkColumn(url=purchase_url, code=True, verbose_name=gettext_lazy("Number"))
    status = StatusColumn()
    supplier = tables.Column(
        accessor="supplier__name",
        verbose_name=gettext_lazy("Supplier"),
        attrs={"td": {"class": "wrap"}},
    )
    location = tables.Column(accessor="location__name", verbose_name=gettext_lazy("Deliver to"))
    expected_on = WhenColumn()
    lines_count = QuantityColumn(verbose_name=gettext_lazy("Lines"))
    units = QuantityColumn(verbose_name=gettext_lazy("Units"))
    units_open = QuantityColumn(verbose_name=gettext_lazy("Still to come"))
    value = MoneyColumn(verbose_name=gettext_lazy("Value"))
    differing = tables.Column(verbose_name=gettext_lazy("Invoice"))
    created_at = WhenColumn()

    empty_icon = "truck-delivery"
    empty_title = gettext_lazy("Nothing ordered")
    empty_help = gettext_lazy(
        "Purchase orders say what comes from suppliers, when, and what it costs."
    )
    empty_action = ("purchase-order-new", gettext_lazy("New purchase order"))

    class Meta(Table.Meta):
        order_by = "-number"
        row_attrs: ClassVar = {"data-href": purchase_url}

    def render_location(self, value: str, record: PurchaseOrder) -> SafeString | str:
        return badge("drop_ship") if record.demand else value

    def value_location(self, value: str, record: PurchaseOrder) -> str:
        return str(_("Drop-ship")) if record.demand else value

    def render_differing(self, value: int) -> SafeString | str:
        return badge("differs", _("Differs")) if value else ""

    def value_differing(self, value: int) -> str:
        return str(_("Differs")) if value else ""


class SupplierTable(Table):
    code = LinkColumn(url=supplier_url, code=True)
    name = tables.Column(attrs={"td": {"class": "wrap"}})
    items_count = QuantityColumn(verbose_name=gettext_lazy("SKUs"))
    orders_open = QuantityColumn(verbose_name=gettext_lazy("Open orders"))
    lead_time_days = QuantityColumn(unit="d")
    minimum_order_value = MoneyColumn()
    currency = tables.Column()
    email = tables.Column()
    location = tables.Column(accessor="location__name", verbose_name=gettext_lazy("Ships from"))
    is_active = StatusColumn(
        accessor="is_active", verbose_name=gettext_lazy("Status"), orderable=False
    )

    empty_icon = "building-factory-2"
    empty_title = gettext_lazy("No suppliers")
    empty_help = gettext_lazy("Who you buy from, how long it takes, and what each SKU costs there.")
    empty_action = ("supplier-new", gettext_lazy("New supplier"))

    class Meta(Table.Meta):
        order_by = "name"
        row_attrs: ClassVar = {"data-href": supplier_url}

    def render_is_active(self, value: bool) -> SafeString:
        return badge("active" if value else "inactive")


class SupplierItemTable(Table):
    sku = LinkColumn(
        url=item_url, code=True, accessor="sku__code", verbose_name=gettext_lazy("SKU")
    )
    name = SkuNameColumn("sku")
    supplier_code = CodeColumn()
    cost = MoneyColumn(currency="supplier.currency")
    pack_multiple = QuantityColumn()
    minimum_quantity = QuantityColumn()
    lead_time_days = QuantityColumn(unit="d", verbose_name=gettext_lazy("Own lead time"))
    preferred = tables.Column()

    empty_icon = "packages"
    empty_title = gettext_lazy("Nothing of this supplier yet")
    empty_help = gettext_lazy("Say which SKUs it sells, in which packs, and what they cost.")
    empty_action = ("supplier-import", gettext_lazy("Import what it sells"))

    class Meta(Table.Meta):
        order_by = "sku"
        row_attrs: ClassVar = {"data-href": item_url}

    def render_cost(self, value: Any, record: SupplierItem) -> str:
        return unit_cost(value, record.supplier.currency)

    def render_preferred(self, value: bool) -> SafeString:
        return yes_or_nothing(value)

    def value_preferred(self, value: bool) -> str:
        return str(_("yes")) if value else ""
