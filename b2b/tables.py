"""Tables of the portal and of companies in the back office."""

from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from b2b.models import Company
from oms.core.tables import (
    CodeColumn,
    LinkColumn,
    MoneyColumn,
    NowColumn,
    QuantityColumn,
    StatusColumn,
    Table,
    WhenColumn,
)
from oms.core.templatetags.ui import badge
from oms.orders.models import Order


class CompanyOrderTable(Table):
    """A company's own orders."""

    empty_icon = "shopping-cart"
    empty_title = gettext_lazy("No orders yet")
    empty_help = gettext_lazy("What you order appears here, with how far it has come.")
    empty_action = ("b2b-quick-order", gettext_lazy("Quick order"))

    number = LinkColumn(
        verbose_name=gettext_lazy("Order"),
        url=lambda order: reverse("b2b-order-detail", args=[order.number]),
        code=True,
    )
    placed_at = WhenColumn(verbose_name=gettext_lazy("Placed"))
    purchase_order = CodeColumn(verbose_name=gettext_lazy("PO number"))
    placed_by = tables.Column(verbose_name=gettext_lazy("By"), orderable=False)
    line_count = QuantityColumn(verbose_name=gettext_lazy("Lines"))
    net = MoneyColumn(verbose_name=gettext_lazy("Net"))
    gross = NowColumn(now="current_total", verbose_name=gettext_lazy("Total"))
    current_total = MoneyColumn(visible=False)
    status = StatusColumn(verbose_name=gettext_lazy("Status"))
    again = tables.Column(
        accessor="number",
        verbose_name="",
        orderable=False,
        exclude_from_export=True,
    )

    class Meta(Table.Meta):
        row_attrs: ClassVar[dict[str, Any]] = {
            "data-href": lambda record: reverse("b2b-order-detail", args=[record.number])
        }

    def render_placed_by(self, value: Any) -> str:
        return str(value.display_name)

    def value_placed_by(self, value: Any) -> str:
        return str(value.display_name)

    def render_again(self, value: int) -> SafeString:
        return format_html(
            '<a class="btn btn-sm" href="{}">{}</a>',
            reverse("b2b-reorder", args=[value]),
            _("Order again"),
        )


class CompanyTable(Table):
    """Companies in the back office."""

    empty_icon = "building"
    empty_title = gettext_lazy("No companies yet")
    empty_help = gettext_lazy("A company gets its own prices, people who order, and credit.")
    empty_action = ("company-create", gettext_lazy("New company"))

    name = LinkColumn(
        verbose_name=gettext_lazy("Company"),
        url=lambda company: reverse("company-detail", args=[company.code]),
    )
    code = CodeColumn(verbose_name=gettext_lazy("Code"))
    group = tables.Column(verbose_name=gettext_lazy("Group"))
    parent = tables.Column(verbose_name=gettext_lazy("Parent"))
    city = tables.Column(verbose_name=gettext_lazy("City"))
    people = QuantityColumn(verbose_name=gettext_lazy("People"))
    order_count = QuantityColumn(verbose_name=gettext_lazy("Orders"))
    credit_limit = MoneyColumn(verbose_name=gettext_lazy("Credit limit"))
    is_active = tables.Column(verbose_name=gettext_lazy("Status"))

    class Meta(Table.Meta):
        model = Company
        fields = ()
        row_attrs: ClassVar[dict[str, Any]] = {
            "data-href": lambda record: reverse("company-detail", args=[record.code])
        }

    def render_is_active(self, value: bool) -> SafeString:
        return badge("active" if value else "inactive")


class OfficeOrderTable(Table):
    """A company's latest orders on its office page."""

    number = LinkColumn(
        verbose_name=gettext_lazy("Order"),
        url=lambda order: reverse("order-detail", args=[order.number]),
        code=True,
    )
    placed_at = WhenColumn(verbose_name=gettext_lazy("Placed"))
    purchase_order = CodeColumn(verbose_name=gettext_lazy("PO number"))
    gross = NowColumn(now="current_total", verbose_name=gettext_lazy("Total"))
    status = StatusColumn(verbose_name=gettext_lazy("Status"))

    class Meta(Table.Meta):
        model = Order
        fields = ()
        orderable = False
