"""Filters of locations."""

from typing import ClassVar

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from inventory.filters.fields import CodesFilter
from inventory.models import Location
from inventory.status import LocationKind


class LocationApiFilter(filters.FilterSet):
    code = CodesFilter("code", help_text="Codes, comma-separated.")
    kind = filters.ChoiceFilter(choices=LocationKind.choices)
    is_active = filters.BooleanFilter()

    class Meta:
        model = Location
        fields: ClassVar[list[str]] = []


class LocationFilter(filters.FilterSet):
    q = filters.CharFilter(method="filter_q", label=_("Code, name, city"), max_length=100)
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=LocationKind.choices)
    is_active = filters.BooleanFilter(label=_("Active"))

    class Meta:
        model = Location
        fields: ClassVar[list[str]] = []

    def filter_q(self, rows: QuerySet[Location], _name: str, value: str) -> QuerySet[Location]:
        text = value.strip()
        return rows.filter(
            Q(code__icontains=text) | Q(name__icontains=text) | Q(city__icontains=text)
        )
