"""Parts of filters."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet

from catalog.models import Sku


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", **options)


class CodesFilter(filters.BaseInFilter, filters.CharFilter):
    """`?sku=A,B`: any of the codes."""


class SkuFilter(filters.FilterSet):
    sku = CodesFilter(method="filter_sku", help_text="SKU codes, comma-separated.")

    def filter_sku(self, rows: QuerySet[Any], _name: str, codes: list[str]) -> QuerySet[Any]:
        wanted = [code.strip().upper() for code in codes]
        return rows.filter(sku__in=Sku.objects.filter(code__in=wanted))


class SkuAndLocationFilter(SkuFilter):
    location = CodesFilter("location__code", help_text="Location codes, comma-separated.")
