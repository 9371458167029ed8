"""Filters of stock: the API's, strict, and the office's, forgiving."""

from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, Sku
from catalog.selectors import category_choices, skus_search, skus_within
from catalog.status import SkuCondition
from inventory.filters.fields import DateInput, SkuAndLocationFilter
from inventory.models import Stock, StockMovement
from inventory.selectors import locations_visible
from inventory.selectors.stock import with_state
from inventory.status import MovementKind
from oms.core.permissions import Permission


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


class StockFilter(filters.FilterSet):
    """The office's list of stock by SKU. `location` narrows the figures too: see the view."""

    q = filters.CharFilter(method="filter_q", label=_("SKU, name, GTIN"), max_length=100)
    state = filters.ChoiceFilter(
        method="filter_state",
        label=_("State"),
        choices=[
            ("in_stock", _("In stock")),
            ("out", _("Nothing available")),
            ("short", _("Short somewhere")),
        ],
    )
    location = filters.ChoiceFilter(
        method="keep", label=_("Location"), choices=(), empty_label=_("All locations")
    )
    category = filters.ChoiceFilter(
        method="filter_category", label=_("Category"), choices=category_choices
    )
    condition = filters.ChoiceFilter(label=_("Condition"), choices=SkuCondition.choices)

    class Meta:
        model = Sku
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = self.request.actor
        self.filters["location"].extra["choices"] = [
            (location.code, location.name)
            for location in locations_visible(actor, Permission.STOCK_VIEW)
        ]

    def keep(self, rows: QuerySet[Sku], _name: str, _value: str) -> QuerySet[Sku]:
        return rows

    def filter_q(self, rows: QuerySet[Sku], _name: str, value: str) -> QuerySet[Sku]:
        return skus_search(rows, value)

    def filter_state(self, rows: QuerySet[Sku], _name: str, value: str) -> QuerySet[Sku]:
        return with_state(rows, value)

    def filter_category(self, rows: QuerySet[Sku], _name: str, value: str) -> QuerySet[Sku]:
        category = Category.objects.filter(pk=value).first()
        return rows.filter(pk__in=skus_within(category).values("pk")) if category else rows


class MovementFilter(filters.FilterSet):
    """The ledger of one stock row: conditions only, for `with_balances` to apply."""

    kind = filters.MultipleChoiceFilter(
        label=_("Kind"), choices=MovementKind.choices, method="keep"
    )
    figure = filters.ChoiceFilter(
        label=_("What changed"),
        choices=[
            ("on_hand", _("On hand")),
            ("allocated", _("Allocated")),
            ("held", _("Held")),
            ("unavailable", _("Unavailable")),
        ],
        method="keep",
    )
    since = filters.DateFilter(label=_("From"), method="keep", widget=DateInput)
    until = filters.DateFilter(label=_("Until"), method="keep", widget=DateInput)

    class Meta:
        model = StockMovement
        fields: ClassVar[list[str]] = []

    def keep(
        self, rows: QuerySet[StockMovement], _name: str, _value: Any
    ) -> QuerySet[StockMovement]:
        return rows

    def condition(self, zone: ZoneInfo) -> Q | None:
        """What the movements must meet; days are the location's."""
        if not self.form.is_valid():
            return None
        chosen = self.form.cleaned_data
        condition = Q()
        if chosen.get("kind"):
            condition &= Q(kind__in=chosen["kind"])
        if chosen.get("figure"):
            condition &= ~Q(**{chosen["figure"]: 0})
        if chosen.get("since"):
            condition &= Q(recorded_at__gte=datetime.combine(chosen["since"], time(0), zone))
        if chosen.get("until"):
            end = chosen["until"] + timedelta(days=1)
            condition &= Q(recorded_at__lt=datetime.combine(end, time(0), zone))
        return condition or None
