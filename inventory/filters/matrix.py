"""Filters of the stock matrix."""

from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, Sku
from catalog.selectors import category_choices, skus_search, skus_within
from catalog.status import SkuCondition
from inventory.status import LocationKind

FIGURE_LABELS = (
    ("available", _("Available")),
    ("on_hand", _("On hand")),
    ("allocated", _("Allocated")),
    ("expected", _("On its way")),
)


class MatrixFilter(filters.FilterSet):
    """`kind` chooses columns and `figure` what stands in the cells: see the view."""

    q = filters.CharFilter(method="filter_q", label=_("SKU, name, GTIN"), max_length=100)
    category = filters.ChoiceFilter(
        method="filter_category", label=_("Category"), choices=category_choices
    )
    condition = filters.ChoiceFilter(label=_("Condition"), choices=SkuCondition.choices)
    kind = filters.ChoiceFilter(
        method="keep",
        label=_("Locations"),
        choices=LocationKind.choices,
        empty_label=_("All locations"),
    )
    figure = filters.ChoiceFilter(
        method="keep", label=_("Figure"), choices=FIGURE_LABELS, widget=forms.HiddenInput
    )

    class Meta:
        model = Sku
        fields: ClassVar[list[str]] = []

    def keep(self, rows: QuerySet[Sku], _name: str, _value: Any) -> QuerySet[Sku]:
        return rows

    def filter_q(self, rows: QuerySet[Sku], _name: str, value: str) -> QuerySet[Sku]:
        return skus_search(rows, value)

    def filter_category(self, rows: QuerySet[Sku], _name: str, value: str) -> QuerySet[Sku]:
        category = Category.objects.filter(pk=value).first()
        return rows.filter(pk__in=skus_within(category).values("pk")) if category else rows
