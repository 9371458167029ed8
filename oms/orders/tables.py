"""Tables of the office's order pages."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from oms.core.clock import now
from oms.core.formats import format_due, time_element
from oms.core.links import link
from oms.core.tables import (
    CODE,
    CodeColumn,
    LinkColumn,
    MoneyColumn,
    NowColumn,
    QuantityColumn,
    StatusColumn,
    Table,
    WhenColumn,
    linked,
)
from oms.orders.methods import method_of
from oms.orders.models import Customer, FulfilmentOrder, Order
from oms.orders.status import FULFILMENT_OPEN

# A promise nearer than this needs someone soon.
SOON = timedelta(hours=2)


# The parameter is called `record` because that is the name the tables pass it by.
def order_url(record: Order) -> str:
    return reverse("order-detail", args=[record.number])


def work_url(record: FulfilmentOrder, table: Table) -> str | None:
    # Whoever picks need not see the order.
    return link(table.request.actor, "order-detail", record.order.number) or None


def promise_tone(promised_at: datetime, status: str) -> str:
    """Red when a promise is broken, amber when it soon will be, else no tone."""
    if status not in FULFILMENT_OPEN or status == "ready":
        return ""
    left = promised_at - now()
    if left < timedelta(0):
        return "red"
    return "amber" if left < SOON else ""


class MethodColumn(tables.Column):
    """A method by its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, attrs={"td": {"class": "no-wrap"}}, **kwargs)

    def render(self, value: str) -> str:
        return str(method_of(value).label)

    def value(self, value: str) -> str:
        return value


class OrderTable(Table):
    empty_icon = "shopping-cart"
    empty_title = _("No orders")
    empty_help = _("Orders from the shop, the stores and the API appear here as they come in.")

    number = LinkColumn(verbose_name=_("Number"), url=order_url, code=True, order_by="pk")
    placed_at = WhenColumn(order_by=("placed_at", "pk"))
    name = tables.Column(verbose_name=_("Customer"), orderable=False)
    status = StatusColumn(orderable=False)
    payment_status = StatusColumn(orderable=False)
    method = MethodColumn(orderable=False)
    channel = tables.Column(verbose_name=_("Channel"), accessor="channel__name", orderable=False)
    places = tables.Column(
        verbose_name=_("From"),
        orderable=False,
        empty_values=(),
        attrs={"td": {"class": "no-wrap"}},
    )
    external_id = tables.Column(
        orderable=False,
        attrs={name: {"class": "only-wide no-wrap"} for name in ("th", "td", "tf")},
    )
    gross = NowColumn(now="current_total", orderable=False)
    current_total = MoneyColumn(orderable=False, visible=False)

    class Meta(Table.Meta):
        model = Order
        fields = (
            "number",
            "placed_at",
            "name",
            "status",
            "payment_status",
            "method",
            "channel",
            "places",
            "external_id",
            "gross",
            "current_total",
        )
        order_by = "-number"
        row_attrs: ClassVar[dict[str, Any]] = {"data-href": order_url, "data-panel": order_url}

    def render_name(self, value: str, record: Order) -> Any:
        if record.account_name:
            return format_html(
                '{}<span class="cell-note">{}</span>', record.account_name, record.name
            )
        return value

    def value_name(self, value: str) -> str:
        return value

    def render_places(self, record: Order) -> str:
        return ", ".join(getattr(record, "places", None) or ()) or str(self.default)


class FulfilmentTable(Table):
    empty_icon = "checks"
    empty_title = _("No work waiting")
    empty_help = _("Orders to pick and to ship appear here, the most urgent first.")

    promised_at = WhenColumn(verbose_name=_("Promised"))
    order = CodeColumn(verbose_name=_("Order"), accessor="order__number", orderable=False)
    customer = tables.Column(verbose_name=_("Customer"), accessor="order__name", orderable=False)
    location = tables.Column(verbose_name=_("Location"), accessor="location__name", orderable=False)
    method = MethodColumn(orderable=False)
    units = QuantityColumn(verbose_name=_("Units"), orderable=False)
    picked = QuantityColumn(verbose_name=_("Picked"), orderable=False)
    status = StatusColumn(orderable=False)
    next = tables.TemplateColumn(
        template_name="orders/work_action.html",
        verbose_name=_("Next"),
        orderable=False,
        exclude_from_export=True,
    )

    def order_promised_at(
        self, rows: QuerySet[FulfilmentOrder], is_descending: bool
    ) -> tuple[QuerySet[FulfilmentOrder], bool]:
        """By the promise; finished work comes last, whichever way."""
        last = ["is_finished"] if "is_finished" in rows.query.annotations else []
        sign = "-" if is_descending else ""
        return rows.order_by(*last, f"{sign}promised_at", f"{sign}pk"), True

    class Meta(Table.Meta):
        model = FulfilmentOrder
        fields = (
            "promised_at",
            "order",
            "customer",
            "location",
            "method",
            "units",
            "picked",
            "status",
            "next",
        )
        order_by = "promised_at"
        row_attrs: ClassVar[dict[str, Any]] = {"data-href": work_url, "data-panel": work_url}

    def render_order(self, record: FulfilmentOrder) -> SafeString:
        return linked(format_html(CODE, record.order.number), work_url(record, self))

    def render_promised_at(self, value: datetime, record: FulfilmentOrder) -> SafeString:
        tone = promise_tone(value, record.status)
        # Once the work is done, its promise is a date, however long ago it was.
        due = tone or (record.status in FULFILMENT_OPEN and value > now())
        shown = time_element(value, format_due(value) if due else None)
        if not tone:
            return shown
        return format_html('<span class="sla tone-{}">{}</span>', tone, shown)

    def value_promised_at(self, value: datetime) -> str:
        return value.isoformat()


class CustomerTable(Table):
    empty_icon = "users"
    empty_title = _("No customers")
    empty_help = _("Customers appear here when an order names them by the shop's own reference.")

    name = tables.Column(orderable=False)
    reference = tables.Column(verbose_name=_("Reference"), orderable=False)
    email = tables.Column(orderable=False)
    phone = tables.Column(orderable=False)
    orders = QuantityColumn(verbose_name=_("Orders"), accessor="order_count", orderable=False)
    last_order = WhenColumn(verbose_name=_("Last order"), orderable=False)

    class Meta(Table.Meta):
        model = Customer
        fields = ("name", "reference", "email", "phone", "orders", "last_order")
        order_by = "-pk"
        row_attrs: ClassVar[dict[str, Any]] = {
            "data-href": lambda record: f"{reverse('order-list')}?customer={record.uid}"
        }
