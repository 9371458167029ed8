"""Filters of counts and of one count's lines."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from catalog.selectors import skus_search
from inventory.filters.fields import CodesFilter, SkuFilter
from inventory.models import CountLine, StockCount
from inventory.selectors import locations_visible
from inventory.status import COUNT_LINE_OPEN, COUNT_OPEN, CountLineStatus, CountStatus
from oms.core.permissions import Permission


class CountFilter(filters.FilterSet):
    """The office's list of counts."""

    status = filters.ChoiceFilter(
        label=_("Status"),
        method="filter_status",
        choices=[("open", _("Open")), *CountStatus.choices],
    )
    location = filters.ChoiceFilter("location__code", label=_("Location"), choices=())

    class Meta:
        model = StockCount
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["location"].extra["choices"] = [
            (location.code, location.name)
            for location in locations_visible(self.request.actor, Permission.STOCK_VIEW)
        ]

    def filter_status(
        self, rows: QuerySet[StockCount], _name: str, value: str
    ) -> QuerySet[StockCount]:
        return rows.filter(status__in=COUNT_OPEN if value == "open" else [value])


class CountLineFilter(filters.FilterSet):
    """The lines of one count."""

    q = filters.CharFilter(method="filter_q", label=_("SKU, name, GTIN"), max_length=100)
    state = filters.ChoiceFilter(
        method="filter_state",
        label=_("State"),
        choices=[
            ("off", _("With a difference")),
            ("open", _("Still to count")),
            ("again", _("Counted again")),
            ("extra", _("Added while counting")),
        ],
    )

    class Meta:
        model = CountLine
        fields: ClassVar[list[str]] = []

    def filter_q(self, rows: QuerySet[CountLine], _name: str, value: str) -> QuerySet[CountLine]:
        return rows.filter(sku__in=skus_search(Sku.objects.all(), value).values("pk"))

    def filter_state(
        self, rows: QuerySet[CountLine], _name: str, value: str
    ) -> QuerySet[CountLine]:
        condition = {
            "off": Q(first__isnull=False) & ~Q(difference=0),
            "open": Q(status__in=COUNT_LINE_OPEN),
            "again": Q(status__in=[CountLineStatus.TO_RECOUNT, CountLineStatus.TWICE]),
            "extra": Q(is_extra=True),
        }[value]
        return rows.filter(condition)


class CountApiFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=CountStatus.choices)
    location = CodesFilter("location__code", help_text="Location codes, comma-separated.")

    class Meta:
        model = StockCount
        fields: ClassVar[list[str]] = []


class CountLineApiFilter(SkuFilter):
    status = filters.MultipleChoiceFilter(choices=CountLineStatus.choices)

    class Meta:
        model = CountLine
        fields: ClassVar[list[str]] = []
