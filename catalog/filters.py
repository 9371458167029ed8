"""Filters of the catalogue: the API's and the office's."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import (
    Category,
    DiscountRule,
    DiscountRuleAudience,
    KitComponent,
    PriceList,
    PriceListAudience,
    Product,
    Sku,
)
from catalog.pricing.explain import AUDIENCE_KINDS
from catalog.selectors import category_choices, skus_search
from catalog.status import SkuCondition, SkuStatus
from oms.core.clock import now

# A publication as people see it: "scheduled" and "expired" follow from its validity.
LIVES = (
    ("draft", _("Draft")),
    ("active", _("Active")),
    ("scheduled", _("Scheduled")),
    ("expired", _("Expired")),
    ("archived", _("Archived")),
)


def skus_in_category(rows: QuerySet[Sku], code: str) -> QuerySet[Sku]:
    """The SKUs of the category with this code and of those below it; none if there is none."""
    category = Category.objects.filter(code=code).first()
    if category is None:
        return rows.none()
    return rows.filter(product__category__path__startswith=category.path)


class SkuApiFilter(filters.FilterSet):
    """What `GET /skus/` takes."""

    code = filters.CharFilter("code", "iexact", max_length=60)
    gtin = filters.CharFilter("gtin", max_length=14)
    condition = filters.ChoiceFilter(choices=SkuCondition.choices)
    product = filters.CharFilter("product__code", max_length=60)
    category = filters.CharFilter(
        method="filter_category",
        max_length=60,
        help_text="Code of a category; what is below it counts too.",
    )
    status = filters.ChoiceFilter(choices=SkuStatus.choices)
    updated_since = filters.IsoDateTimeFilter("updated_at", "gte")
    search = filters.CharFilter(
        method="filter_search", max_length=100, help_text="Words in code, name, product; a GTIN."
    )

    class Meta:
        model = Sku
        fields: ClassVar[list[str]] = []

    def filter_category(self, rows: QuerySet[Sku], _name: str, value: str) -> QuerySet[Sku]:
        return skus_in_category(rows, value)

    def filter_search(self, rows: QuerySet[Sku], _name: str, value: str) -> QuerySet[Sku]:
        return skus_search(rows, value)


class ProductApiFilter(filters.FilterSet):
    """What `GET /products/` takes."""

    code = filters.CharFilter("code", max_length=60)
    category = filters.CharFilter(
        method="filter_category",
        max_length=60,
        help_text="Code of a category; what is below it counts too.",
    )
    brand = filters.CharFilter("brand__name", max_length=120)
    search = filters.CharFilter("name", "icontains", max_length=100)

    class Meta:
        model = Product
        fields: ClassVar[list[str]] = []

    def filter_category(self, rows: QuerySet[Product], _name: str, value: str) -> QuerySet[Product]:
        category = Category.objects.filter(code=value).first()
        if category is None:
            return rows.none()
        return rows.filter(category__path__startswith=category.path)


class SkuFilter(filters.FilterSet):
    """The office's list of SKUs."""

    q = filters.CharFilter(
        method="filter_search", label=_("Search by code, name or GTIN"), max_length=100
    )
    category = filters.ChoiceFilter(method="filter_category", label=_("Category"), choices=())
    condition = filters.ChoiceFilter(label=_("Condition"), choices=SkuCondition.choices)
    status = filters.ChoiceFilter(label=_("Status"), choices=SkuStatus.choices)
    kind = filters.ChoiceFilter(
        method="filter_kind",
        label=_("Kind"),
        choices=(("kit", _("Kits")), ("single", _("Single SKUs"))),
    )
    priced = filters.ChoiceFilter(
        method="filter_priced",
        label=_("Prices"),
        choices=(("no", _("In no price list")), ("yes", _("In a price list"))),
    )

    class Meta:
        model = Sku
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = [(str(pk), label) for pk, label in category_choices()]
        self.filters["category"].extra["choices"] = labels

    def filter_search(self, rows: QuerySet[Sku], _name: str, value: str) -> QuerySet[Sku]:
        return skus_search(rows, value)

    def filter_category(self, rows: QuerySet[Sku], _name: str, value: str) -> QuerySet[Sku]:
        path = Category.objects.filter(pk=value).values_list("path", flat=True).first()
        return rows.filter(product__category__path__startswith=path or "?")

    def filter_kind(self, rows: QuerySet[Sku], _name: str, value: str) -> QuerySet[Sku]:
        is_kit = Exists(KitComponent.objects.filter(kit=OuterRef("pk")))
        return rows.filter(is_kit if value == "kit" else ~is_kit)

    def filter_priced(self, rows: QuerySet[Sku], _name: str, value: str) -> QuerySet[Sku]:
        return rows.filter(prices__isnull=value == "no").distinct()


def living(rows: QuerySet[Any], life: str) -> QuerySet[Any]:
    """Price lists or rules that are draft, active, scheduled, expired or archived now."""
    moment = now()
    if life in ("draft", "archived"):
        return rows.filter(status=life)
    rows = rows.filter(status="active")
    if life == "scheduled":
        return rows.filter(valid_from__gt=moment)
    if life == "expired":
        return rows.filter(valid_to__lte=moment)
    return rows.filter(
        Q(valid_from=None) | Q(valid_from__lte=moment), Q(valid_to=None) | Q(valid_to__gt=moment)
    )


def _audience_choices(model: Any) -> list[tuple[str, str]]:
    pairs = model.objects.values_list("kind", "key").annotate(n=Count("id")).order_by("kind", "key")
    return [
        (f"{kind}:{key}" if key else kind, f"{AUDIENCE_KINDS.get(kind, kind)} {key}".strip())
        for kind, key, _n in pairs
    ]


class PublicationFilter(filters.FilterSet):
    """Common to price lists and discount rules."""

    q = filters.CharFilter(method="filter_search", label=_("Search by name"), max_length=100)
    status = filters.ChoiceFilter(method="filter_status", label=_("Status"), choices=LIVES)
    audience_model: ClassVar[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["audience"].extra["choices"] = _audience_choices(self.audience_model)

    def filter_search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(name__icontains=value)

    def filter_status(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return living(rows, value)

    def filter_audience(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        kind, _mark, key = value.partition(":")
        return rows.filter(audiences__kind=kind, audiences__key=key)


class PriceListFilter(PublicationFilter):
    audience = filters.ChoiceFilter(
        method="filter_audience", label=pgettext_lazy("audience", "For"), choices=()
    )
    audience_model = PriceListAudience

    class Meta:
        model = PriceList
        fields: ClassVar[list[str]] = []

    def filter_search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(Q(name__icontains=value) | Q(code__icontains=value))


class DiscountRuleFilter(PublicationFilter):
    audience = filters.ChoiceFilter(
        method="filter_audience", label=pgettext_lazy("audience", "For"), choices=()
    )
    audience_model = DiscountRuleAudience
    target = filters.ChoiceFilter(
        label=pgettext_lazy("discount target", "On"), choices=DiscountRule.Target.choices
    )
    stacking = filters.ChoiceFilter(label=_("Stacking"), choices=DiscountRule.Stacking.choices)

    class Meta:
        model = DiscountRule
        fields: ClassVar[list[str]] = []

    def filter_search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(Q(name__icontains=value) | Q(coupon__iexact=value))
