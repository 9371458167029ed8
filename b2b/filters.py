"""Search and filters, all of them in the URL."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from b2b.models import Company
from oms.orders.models import Order
from oms.orders.selectors import orders_search
from oms.orders.status import OrderStatus


class CompanyOrderFilter(django_filters.FilterSet):
    """The portal's own orders: number, PO number, SKU; status; days."""

    q = django_filters.CharFilter(method="search", label=_("Order, PO number or SKU"))
    status = django_filters.MultipleChoiceFilter(
        choices=OrderStatus.choices, label=_("Status"), widget=forms.CheckboxSelectMultiple
    )
    placed_from = django_filters.DateFilter(
        "placed_at",
        lookup_expr="date__gte",
        label=_("Placed from"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    placed_to = django_filters.DateFilter(
        "placed_at",
        lookup_expr="date__lte",
        label=_("Placed until"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = Order
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        found = orders_search(Order.objects.all(), value).values("pk")
        return rows.filter(Q(pk__in=found) | Q(purchase_order__icontains=value.strip()))


class CompanyFilter(django_filters.FilterSet):
    """Companies by what people know of them."""

    q = django_filters.CharFilter(method="search", label=_("Name, code, VAT id or city"))
    group = django_filters.ChoiceFilter(label=_("Group"), method="of_group", choices=())
    is_active = django_filters.BooleanFilter(
        label=_("Status"),
        widget=forms.Select(
            choices=[("", _("All")), ("true", _("Active")), ("false", _("Inactive"))]
        ),
    )

    class Meta:
        model = Company
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = Company.objects.exclude(group="").values_list("group", flat=True)
        self.filters["group"].extra["choices"] = [
            (group, group) for group in groups.order_by("group").distinct()
        ]

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        text = value.strip()
        return rows.filter(
            Q(name__icontains=text)
            | Q(code__icontains=text)
            | Q(vat_id__icontains=text)
            | Q(city__icontains=text)
        )

    def of_group(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(group=value)


class CompanyApiFilter(django_filters.FilterSet):
    """`?group=`, `?is_active=`, `?vat_id=`."""

    class Meta:
        model = Company
        fields: tuple[str, ...] = ("group", "is_active", "vat_id")
