"""Filters of stock: the API's, strict, and the office's, forgiving."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet

from catalog.models import Sku
from inventory.models import Location, Stock, StockMovement
from inventory.status import LocationKind, MovementKind


class CodesFilter(filters.BaseInFilter, filters.CharFilter):
    """`?sku=A,B`: any of the codes."""


class LocationApiFilter(filters.FilterSet):
    code = CodesFilter("code", help_text="Codes, comma-separated.")
    kind = filters.ChoiceFilter(choices=LocationKind.choices)
    is_active = filters.BooleanFilter()

    class Meta:
        model = Location
        fields: ClassVar[list[str]] = []


class SkuAndLocationFilter(filters.FilterSet):
    sku = CodesFilter(method="filter_sku", help_text="SKU codes, comma-separated.")
    location = CodesFilter("location__code", help_text="Location codes, comma-separated.")

    def filter_sku(self, rows: QuerySet[Any], _name: str, codes: list[str]) -> QuerySet[Any]:
        wanted = [code.strip().upper() for code in codes]
        return rows.filter(sku__in=Sku.objects.filter(code__in=wanted))


class StockApiFilter(SkuAndLocationFilter):
    class Meta:
        model = Stock
        fields: ClassVar[list[str]] = []


class MovementApiFilter(SkuAndLocationFilter):
    kind = filters.MultipleChoiceFilter(choices=MovementKind.choices)
    demand = filters.UUIDFilter("demand", help_text="The order line or transfer behind it.")
    reference = filters.CharFilter(method="filter_reference", max_length=100)
    recorded_after = filters.IsoDateTimeFilter("recorded_at", "gte")
    recorded_before = filters.IsoDateTimeFilter("recorded_at", "lt")

    class Meta:
        model = StockMovement
        fields: ClassVar[list[str]] = []

    def filter_reference(
        self, rows: QuerySet[StockMovement], _name: str, value: str
    ) -> QuerySet[StockMovement]:
        # References are kept with the key that gave them in front.
        return rows.filter(source_reference__in=[value, f"{self.principal}:{value}"])

    @property
    def principal(self) -> str:
        return str(self.request.auth.principal) if self.request is not None else ""
