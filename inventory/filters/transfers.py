"""Filters of transfers and of what did not arrive."""

from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from inventory.filters.fields import CodesFilter
from inventory.models import Transfer, TransferDiscrepancy
from inventory.selectors import locations_visible
from inventory.selectors.transfers import discrepancies_unsettled, transfer_number, transfers_late
from inventory.status import DiscrepancyKind, TransferStatus
from oms.core.permissions import Permission


def _places(filterset: filters.FilterSet, *names: str) -> None:
    actor = filterset.request.actor
    choices = [(one.code, one.name) for one in locations_visible(actor, Permission.STOCK_VIEW)]
    for name in names:
        filterset.filters[name].extra["choices"] = choices


class TransferFilter(filters.FilterSet):
    """The office's list."""

    q = filters.CharFilter(method="filter_q", label=_("Number, note, SKU"), max_length=100)
    status = filters.MultipleChoiceFilter(label=_("Status"), choices=TransferStatus.choices)
    source = filters.ChoiceFilter("source__code", label=_("From"), choices=())
    destination = filters.ChoiceFilter("destination__code", label=_("To"), choices=())
    sku = filters.CharFilter("lines__sku__code", label=_("SKU"), widget=forms.HiddenInput)
    late = filters.BooleanFilter(method="filter_late", label=_("Late"), widget=forms.CheckboxInput)
    lost = filters.BooleanFilter(
        method="filter_lost", label=_("Something is missing"), widget=forms.CheckboxInput
    )

    class Meta:
        model = Transfer
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _places(self, "source", "destination")

    def filter_q(self, rows: QuerySet[Transfer], _name: str, value: str) -> QuerySet[Transfer]:
        text = value.strip()
        fits = Q(note__icontains=text) | Q(
            pk__in=Transfer.objects.filter(lines__sku__code=text.upper()).values("pk")
        )
        number = transfer_number(text)
        return rows.filter(fits | Q(number=number) if number else fits)

    def filter_late(self, rows: QuerySet[Transfer], _name: str, value: bool) -> QuerySet[Transfer]:
        return transfers_late(rows) if value else rows

    def filter_lost(self, rows: QuerySet[Transfer], _name: str, value: bool) -> QuerySet[Transfer]:
        missing = discrepancies_unsettled().values("line__transfer")
        return rows.filter(pk__in=missing) if value else rows


class DiscrepancyFilter(filters.FilterSet):
    q = filters.CharFilter("line__sku__code", "iexact", label=_("SKU"), max_length=60)
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=DiscrepancyKind.choices)
    source = filters.ChoiceFilter("line__transfer__source__code", label=_("From"), choices=())
    destination = filters.ChoiceFilter(
        "line__transfer__destination__code", label=_("To"), choices=()
    )
    state = filters.ChoiceFilter(
        method="filter_state",
        label=_("State"),
        choices=[("open", _("To be settled")), ("settled", _("Settled"))],
    )

    class Meta:
        model = TransferDiscrepancy
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _places(self, "source", "destination")

    def filter_state(
        self, rows: QuerySet[TransferDiscrepancy], _name: str, value: str
    ) -> QuerySet[TransferDiscrepancy]:
        unsettled = Q(kind__in=("missing", "damaged"), outcome="")
        return rows.filter(unsettled if value == "open" else ~unsettled)


class TransferApiFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=TransferStatus.choices)
    source = CodesFilter("source__code", help_text="Location codes, comma-separated.")
    destination = CodesFilter("destination__code", help_text="Location codes, comma-separated.")
    created_after = filters.IsoDateTimeFilter("created_at", "gte")

    class Meta:
        model = Transfer
        fields: ClassVar[list[str]] = []
