"""Filters of stock batches and of what their counts showed."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from inventory.filters.fields import CodesFilter, DateInput
from inventory.models import BatchDrift, StockBatch
from inventory.selectors import locations_visible
from inventory.status import BatchKind, BatchStatus
from oms.core.clock import retailer_zone
from oms.core.permissions import Permission


class BatchApiFilter(filters.FilterSet):
    location = CodesFilter("location__code", help_text="Location codes, comma-separated.")
    status = filters.MultipleChoiceFilter(choices=BatchStatus.choices)

    class Meta:
        model = StockBatch
        fields: ClassVar[list[str]] = []


class LocationChoice(filters.FilterSet):
    """A list that can be narrowed to one of the locations its reader may see."""

    location = filters.ChoiceFilter(
        "location__code", label=_("Location"), choices=(), empty_label=_("All locations")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["location"].extra["choices"] = [
            (location.code, location.name)
            for location in locations_visible(self.request.actor, Permission.STOCK_VIEW)
        ]


class BatchFilter(LocationChoice):
    q = filters.CharFilter(method="filter_q", label=_("Batch id or who"), max_length=100)
    status = filters.MultipleChoiceFilter(label=_("Status"), choices=BatchStatus.choices)
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=BatchKind.choices)
    dry_run = filters.BooleanFilter(label=_("Check only"))

    class Meta:
        model = StockBatch
        fields: ClassVar[list[str]] = []

    def filter_q(self, rows: QuerySet[StockBatch], _name: str, value: str) -> QuerySet[StockBatch]:
        text = value.strip()
        return rows.filter(Q(batch_id__icontains=text) | Q(created_by__icontains=text))


class DriftFilter(LocationChoice):
    """Days are the retailer's."""

    since = filters.DateFilter(label=_("From"), method="filter_since", widget=DateInput)
    until = filters.DateFilter(label=_("Until"), method="filter_until", widget=DateInput)

    class Meta:
        model = BatchDrift
        fields: ClassVar[list[str]] = []

    def filter_since(
        self, rows: QuerySet[BatchDrift], _name: str, value: date
    ) -> QuerySet[BatchDrift]:
        return rows.filter(as_of__gte=_midnight(value))

    def filter_until(
        self, rows: QuerySet[BatchDrift], _name: str, value: date
    ) -> QuerySet[BatchDrift]:
        return rows.filter(as_of__lt=_midnight(value + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), retailer_zone())
