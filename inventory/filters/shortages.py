"""Filters of shortages."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from catalog.selectors import skus_search
from inventory.filters.fields import SkuAndLocationFilter
from inventory.models import Shortage
from inventory.selectors import locations_visible
from oms.core.permissions import Permission


class OpenOrSolved(filters.FilterSet):
    """Open ones, unless solved ones are asked for."""

    solved = filters.BooleanFilter(method="keep", label=_("Solved"))

    def filter_queryset(self, queryset: QuerySet[Shortage]) -> QuerySet[Shortage]:
        solved = bool(self.form.cleaned_data.get("solved"))
        return super().filter_queryset(queryset).filter(closed_at__isnull=not solved)

    def keep(self, rows: QuerySet[Shortage], _name: str, _value: Any) -> QuerySet[Shortage]:
        return rows


class ShortageApiFilter(OpenOrSolved, SkuAndLocationFilter):
    """What `GET /shortages/` takes."""

    class Meta:
        model = Shortage
        fields: ClassVar[list[str]] = []


class ShortageFilter(OpenOrSolved):
    """The office's list."""

    q = filters.CharFilter(method="filter_q", label=_("SKU, name, GTIN"), max_length=100)
    location = filters.ChoiceFilter(
        "location__code", label=_("Location"), choices=(), empty_label=_("All locations")
    )

    class Meta:
        model = Shortage
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = locations_visible(self.request.actor, Permission.STOCK_VIEW)
        self.filters["location"].extra["choices"] = [
            (location.code, location.name) for location in places
        ]

    def filter_q(self, rows: QuerySet[Shortage], _name: str, value: str) -> QuerySet[Shortage]:
        return rows.filter(sku__in=skus_search(Sku.objects.all(), value))
