"""Tables of returns."""

from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from oms.core.tables import LinkColumn, MoneyColumn, QuantityColumn, Table, WhenColumn


class ReturnTable(Table):
    """Goods that came back."""

    empty_icon = "arrow-back-up"
    empty_title = _("No returns yet")
    empty_help = _("A return is recorded from its order's page.")
    empty_action = ("order-list", _("Orders"))

    order = LinkColumn(
        accessor="order__number",
        verbose_name=_("Order"),
        url=lambda record: reverse("order-detail", args=[record.order.number]),
        code=True,
    )
    received_at = WhenColumn(verbose_name=_("Received"))
    location = tables.Column(accessor="location__name", verbose_name=_("Received at"))
    reason = tables.Column(verbose_name=_("Reason"))
    units = QuantityColumn(verbose_name=_("Units"))
    refunded = MoneyColumn(verbose_name=_("Refunded"), currency="order__currency")

    class Meta(Table.Meta):
        row_attrs: ClassVar[dict[str, Any]] = {
            "data-href": lambda record: reverse("order-detail", args=[record.order.number])
        }
