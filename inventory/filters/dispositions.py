"""Filters of what is set aside: the office's and the API's."""

from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from catalog.selectors import skus_search
from inventory.filters.fields import SkuAndLocationFilter
from inventory.models import Disposition
from inventory.selectors import locations_visible
from inventory.status import DispositionOutcome, DispositionReason
from oms.core.permissions import Permission


class DispositionFilter(filters.FilterSet):
    """What is set aside now, unless what ended is asked for."""

    q = filters.CharFilter(method="filter_q", label=_("SKU, name, GTIN"), max_length=100)
    location = filters.ChoiceFilter(
        "location__code", label=_("Location"), choices=(), empty_label=_("All locations")
    )
    reason = filters.MultipleChoiceFilter(label=_("Reason"), choices=DispositionReason.choices)
    ended = filters.BooleanFilter(method="keep", label=_("Ended"), widget=forms.CheckboxInput)
    outcome = filters.MultipleChoiceFilter(
        label=_("How it ended"), choices=DispositionOutcome.choices
    )
    sku = filters.CharFilter("sku__code", "iexact", label=_("SKU"), widget=forms.HiddenInput)

    class Meta:
        model = Disposition
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = locations_visible(self.request.actor, Permission.STOCK_VIEW)
        self.filters["location"].extra["choices"] = [
            (location.code, location.name) for location in places
        ]

    def filter_queryset(self, queryset: QuerySet[Disposition]) -> QuerySet[Disposition]:
        chosen = self.form.cleaned_data
        ended = bool(chosen.get("ended") or chosen.get("outcome"))
        return super().filter_queryset(queryset).filter(ended_at__isnull=not ended)

    def keep(self, rows: QuerySet[Disposition], _name: str, _value: bool) -> QuerySet[Disposition]:
        return rows

    def filter_q(
        self, rows: QuerySet[Disposition], _name: str, value: str
    ) -> QuerySet[Disposition]:
        return rows.filter(sku__in=skus_search(Sku.objects.all(), value))


class DispositionApiFilter(SkuAndLocationFilter):
    reason = filters.MultipleChoiceFilter(choices=DispositionReason.choices)
    open = filters.BooleanFilter(
        "ended_at", "isnull", help_text="true: set aside now; false: those that ended."
    )
    created_after = filters.IsoDateTimeFilter("created_at", "gte")

    class Meta:
        model = Disposition
        fields: ClassVar[list[str]] = []
