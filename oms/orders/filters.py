"""Filters of orders: the API's, strict, and the office's, forgiving."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import django_filters as filters
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import CheckboxInput, CheckboxSelectMultiple, DateInput
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from inventory.models import Location
from oms.core.clock import retailer_zone
from oms.orders.methods import method_of
from oms.orders.models import Channel, Customer, FulfilmentOrder, Order, OrderLine
from oms.orders.selectors.lateness import work_overdue
from oms.orders.selectors.search import orders_search
from oms.orders.status import FULFILMENT_OPEN, FulfilmentStatus, OrderStatus, PaymentStatus


def method_label(code: str) -> str:
    return str(method_of(code).label)


# Names are looked up when they are shown: methods live in the apps above.
METHODS: list[tuple[str, Any]] = [
    (code, lazy(method_label, str)(code)) for code in settings.FULFILMENT_METHODS
]


def at_location(orders: QuerySet[Order], code: str) -> QuerySet[Order]:
    """Orders for which the location with this code works, each once."""
    work = FulfilmentOrder.objects.filter(order=OuterRef("pk"), location__code=code)
    return orders.filter(Exists(work))


def keep_back_ordered(orders: QuerySet[Order], _name: str, value: bool) -> QuerySet[Order]:
    """Orders of which units wait for goods, or of which none do."""
    waiting = OrderLine.objects.filter(back_ordered__gt=0).values("order_id")
    return orders.filter(pk__in=waiting) if value else orders.exclude(pk__in=waiting)


class OrderApiFilter(filters.FilterSet):
    """What `GET /orders/` takes; anything else in the query is refused by the view."""

    status = filters.MultipleChoiceFilter(choices=OrderStatus.choices)
    payment_status = filters.MultipleChoiceFilter(choices=PaymentStatus.choices)
    method = filters.MultipleChoiceFilter(
        choices=[(code, code) for code in settings.FULFILMENT_METHODS]
    )
    channel = filters.CharFilter("channel__code", max_length=40)
    location = filters.CharFilter(
        method="filter_location", max_length=20, help_text="Code of a location that works for it."
    )
    external_id = filters.CharFilter("external_id", max_length=80)
    number = filters.NumberFilter("number", min_value=0, max_value=2**62, decimal_places=0)
    customer_reference = filters.CharFilter("customer__reference", max_length=80)
    placed_after = filters.IsoDateTimeFilter("placed_at", "gte", help_text="From this moment on.")
    placed_before = filters.IsoDateTimeFilter("placed_at", "lt")
    updated_since = filters.IsoDateTimeFilter(
        "updated_at", "gte", help_text="For synchronising: with `ordering=updated_at`."
    )
    back_ordered = filters.BooleanFilter(
        method=keep_back_ordered, help_text="Whether units of it wait for goods."
    )
    search = filters.CharFilter(
        method="filter_search",
        max_length=100,
        help_text="Number, external id, e-mail, phone, name, SKU or GTIN.",
    )

    class Meta:
        model = Order
        fields: ClassVar[list[str]] = []

    def filter_location(self, orders: QuerySet[Order], _name: str, value: str) -> QuerySet[Order]:
        return at_location(orders, value)

    def filter_search(self, orders: QuerySet[Order], _name: str, value: str) -> QuerySet[Order]:
        return orders_search(orders, value)


class FulfilmentApiFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=FulfilmentStatus.choices)
    location = filters.CharFilter("location__code", max_length=20)
    method = filters.MultipleChoiceFilter(
        choices=[(code, code) for code in settings.FULFILMENT_METHODS]
    )
    open = filters.BooleanFilter(method="filter_open", help_text="Only what is still to be done.")

    class Meta:
        model = FulfilmentOrder
        fields: ClassVar[list[str]] = []

    def filter_open(
        self, rows: QuerySet[FulfilmentOrder], _name: str, value: bool
    ) -> QuerySet[FulfilmentOrder]:
        wanted = {"status__in": FULFILMENT_OPEN}
        return rows.filter(**wanted) if value else rows.exclude(**wanted)


def channels(_request: HttpRequest) -> QuerySet[Channel]:
    return Channel.objects.all()


def locations(_request: HttpRequest) -> QuerySet[Location]:
    return Location.objects.all()


def _midnight(day: date) -> datetime:
    """The beginning of `day` where the retailer is: a range the index on the moment answers."""
    return datetime.combine(day, time.min, tzinfo=retailer_zone())


class OrderFilter(filters.FilterSet):
    """The office's list of orders."""

    q = filters.CharFilter(
        method="filter_q", label=_("Number, name, e-mail, phone, SKU"), max_length=100
    )
    status = filters.MultipleChoiceFilter(label=_("Status"), choices=OrderStatus.choices)
    payment_status = filters.MultipleChoiceFilter(label=_("Payment"), choices=PaymentStatus.choices)
    method = filters.MultipleChoiceFilter(label=_("Method"), choices=METHODS)
    channel = filters.ModelMultipleChoiceFilter(
        "channel__code",
        label=_("Channel"),
        queryset=channels,
        to_field_name="code",
        widget=CheckboxSelectMultiple,
    )
    location = filters.ModelChoiceFilter(
        label=_("Location"), queryset=locations, to_field_name="code", method="filter_location"
    )
    placed_after = filters.DateFilter(
        method="filter_after", label=_("Placed from"), widget=DateInput(attrs={"type": "date"})
    )
    placed_before = filters.DateFilter(
        method="filter_before", label=_("Placed until"), widget=DateInput(attrs={"type": "date"})
    )

    back_ordered = filters.BooleanFilter(method=keep_back_ordered, label=_("Waits for goods"))

    class Meta:
        model = Order
        fields: ClassVar[list[str]] = []

    def filter_q(self, orders: QuerySet[Order], _name: str, value: str) -> QuerySet[Order]:
        return orders_search(orders, value)

    def filter_after(self, orders: QuerySet[Order], _name: str, value: date) -> QuerySet[Order]:
        return orders.filter(placed_at__gte=_midnight(value))

    def filter_before(self, orders: QuerySet[Order], _name: str, value: date) -> QuerySet[Order]:
        return orders.filter(placed_at__lt=_midnight(value + timedelta(days=1)))

    def filter_location(
        self, orders: QuerySet[Order], _name: str, value: Location
    ) -> QuerySet[Order]:
        return at_location(orders, value.code)


class FulfilmentFilter(filters.FilterSet):
    """The warehouse's list of work."""

    q = filters.CharFilter(method="filter_q", label=_("Order number, name"), max_length=100)
    location = filters.ModelMultipleChoiceFilter(
        "location__code", label=_("Location"), queryset=locations, to_field_name="code"
    )
    status = filters.MultipleChoiceFilter(label=_("Status"), choices=FulfilmentStatus.choices)
    method = filters.MultipleChoiceFilter(label=_("Method"), choices=METHODS)
    late = filters.BooleanFilter(method="filter_late", label=_("Late"), widget=CheckboxInput)

    class Meta:
        model = FulfilmentOrder
        fields: ClassVar[list[str]] = []

    def filter_late(
        self, rows: QuerySet[FulfilmentOrder], _name: str, value: bool
    ) -> QuerySet[FulfilmentOrder]:
        return rows.filter(work_overdue()) if value else rows

    def filter_q(
        self, rows: QuerySet[FulfilmentOrder], _name: str, value: str
    ) -> QuerySet[FulfilmentOrder]:
        return rows.filter(order__in=orders_search(Order.objects.all(), value))


class CustomerFilter(filters.FilterSet):
    q = filters.CharFilter(method="filter_q", label=_("Name, e-mail, reference"), max_length=100)

    class Meta:
        model = Customer
        fields: ClassVar[list[str]] = []

    def filter_q(self, rows: QuerySet[Customer], _name: str, value: str) -> QuerySet[Customer]:
        text = value.strip()
        return (
            rows.filter(name__icontains=text)
            | rows.filter(email__iexact=text)
            | rows.filter(reference=text)
        )
