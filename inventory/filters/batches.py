"""Filters of stock batches."""

from typing import ClassVar

import django_filters as filters

from inventory.filters.fields import CodesFilter
from inventory.models import StockBatch
from inventory.status import BatchStatus


class BatchApiFilter(filters.FilterSet):
    location = CodesFilter("location__code", help_text="Location codes, comma-separated.")
    status = filters.MultipleChoiceFilter(choices=BatchStatus.choices)

    class Meta:
        model = StockBatch
        fields: ClassVar[list[str]] = []
