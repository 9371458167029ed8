"""Filters of availability rules."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from catalog.selectors import skus_search
from inventory.models import AvailabilityRule
from inventory.rule_words import channel_names
from inventory.selectors import locations_visible
from oms.core.permissions import Permission


class AvailabilityRuleFilter(filters.FilterSet):
    q = filters.CharFilter(method="filter_q", label=_("SKU, category"), max_length=100)
    effect = filters.MultipleChoiceFilter(
        label=_("What it does"), choices=AvailabilityRule.Effect.choices
    )
    location = filters.ChoiceFilter("location__code", label=_("Location"), choices=())
    channel = filters.ChoiceFilter(label=_("Channel"), choices=())
    is_active = filters.BooleanFilter(label=_("Active"))

    class Meta:
        model = AvailabilityRule
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = locations_visible(self.request.actor, Permission.STOCK_VIEW)
        self.filters["location"].extra["choices"] = list(places.values_list("code", "name"))
        self.filters["channel"].extra["choices"] = list(channel_names().items())

    def filter_q(
        self, rows: QuerySet[AvailabilityRule], _name: str, value: str
    ) -> QuerySet[AvailabilityRule]:
        text = value.strip()
        return rows.filter(
            Q(sku__in=skus_search(Sku.objects.all(), text)) | Q(category__name__icontains=text)
        )
