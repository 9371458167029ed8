"""Search and filters of returns."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from inventory.models import Location
from oms.orders.models import FIRST_NUMBER
from oms.returns.models import Return, ReturnReason


class ReturnFilter(django_filters.FilterSet):
    """By order, SKU, reason, place."""

    q = django_filters.CharFilter(method="search", label=_("Order number or SKU"))
    reason = django_filters.ChoiceFilter(choices=ReturnReason.choices, label=_("Reason"))
    location = django_filters.ModelChoiceFilter(
        queryset=Location.objects.order_by("name"), label=_("Received at")
    )

    class Meta:
        model = Return
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        text = value.strip().lstrip("#")
        condition = Q(pk__in=Return.objects.filter(lines__order_line__sku__code=text.upper()))
        if text.isdigit() and len(text) < 15:
            condition |= Q(order_id=int(text) - FIRST_NUMBER)
        return rows.filter(condition)
