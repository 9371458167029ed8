"""What is sold: categories, products, SKUs, kits, taxes; and at which prices."""

import uuid
from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from catalog.status import PublicationStatus, SkuCondition, SkuStatus, name_in_condition
from oms.core.money import AMOUNT_DIGITS, AMOUNT_PLACES


def amount_field(verbose_name: Any = None, **options: Any) -> "models.DecimalField[Any, Any]":
    """A money column: 14 digits, 4 decimals (unit prices may be finer than the currency)."""
    return models.DecimalField(
        verbose_name, max_digits=AMOUNT_DIGITS, decimal_places=AMOUNT_PLACES, **options
    )


class Category(MP_Node):
    """A node of the category tree; a root is a macro-category.

    `path` is treebeard's materialised path: a category's ancestors are the prefixes of its path
    in steps of `steplen`, which is how price rules find "this category and all below it".
    """

    # Siblings stand in the order they came: sorting them would rewrite the paths of whole
    # branches at every insertion. Pages sort by name.
    steplen = 4

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name


class Brand(models.Model):
    name = models.CharField(_("name"), max_length=120, unique=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class TaxClass(models.Model):
    """A group of goods taxed alike; the rate depends on the country of supply."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("tax class")
        verbose_name_plural = _("tax classes")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class TaxRate(models.Model):
    tax_class = models.ForeignKey(TaxClass, models.CASCADE, related_name="rates", db_index=False)
    country = models.CharField(_("country"), max_length=2)
    percent = models.DecimalField(_("rate"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tax_class", "country"], name="tax_rate_once"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="tax_rate_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tax_class} {self.country} {self.percent} %"


class Product(models.Model):
    """What a shopper thinks of as one thing; its SKUs are the sellable units."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True, default="")
    category = models.ForeignKey(Category, models.PROTECT, related_name="products")
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, blank=True, related_name="products")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="product_name_trgm")
        ]

    def __str__(self) -> str:
        return self.name


class Sku(models.Model):
    """A sellable unit. `code` is unique without regard to case and kept in upper case.

    Goods that are not new have SKUs of their own, of the same product and with the same options:
    their stock and prices never mix. They may carry the new one's GTIN, as the goods do.
    """

    product = models.ForeignKey(Product, models.CASCADE, related_name="skus")
    code = models.CharField(_("SKU"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    options = models.JSONField(_("options"), default=dict, blank=True)
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True, default="")
    condition = models.CharField(
        _("condition"),
        max_length=12,
        choices=SkuCondition.choices,
        default=SkuCondition.NEW,
        db_default=SkuCondition.NEW,
    )
    tax_class = models.ForeignKey(TaxClass, models.PROTECT, related_name="skus")
    status = models.CharField(
        _("status"), max_length=12, choices=SkuStatus.choices, default=SkuStatus.ACTIVE
    )
    # B2B and purchasing order in multiples of this many units.
    pack_size = models.PositiveIntegerField(_("pack size"), default=1)
    weight_g = models.PositiveIntegerField(_("weight in grams"), default=0)
    # What a unit costs us, in the retailer's currency and without tax; None where nobody said.
    # Shown with `Permission.PURCHASING_VIEW` only.
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=4, null=True, blank=True)
    # Static path or URL of a picture; generated SVGs in the demo.
    image = models.CharField(_("picture"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    # Set by the selectors that look it up along the way.
    is_kit: bool

    class Meta:
        verbose_name = _("SKU")
        verbose_name_plural = _("SKUs")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(code=Upper("code")), name="sku_code_upper"),
            models.CheckConstraint(condition=Q(pack_size__gte=1), name="sku_pack_size"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="sku_cost"),
            models.CheckConstraint(
                condition=Q(condition__in=SkuCondition.values), name="sku_condition"
            ),
            models.UniqueConstraint(
                fields=["gtin", "condition"],
                condition=~Q(gtin=""),
                name="sku_gtin_once_per_condition",
            ),
        ]
        indexes: ClassVar = [
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="sku_name_trgm"),
            GinIndex(OpClass(Upper("code"), name="gin_trgm_ops"), name="sku_code_trgm"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.full_name}"

    @property
    def full_name(self) -> str:
        """The name as people read it: with the condition, unless it is new."""
        return name_in_condition(self.name, self.condition)


class KitComponent(models.Model):
    """One component of a kit: `quantity` units of `component` in each unit of `kit`."""

    kit = models.ForeignKey(Sku, models.CASCADE, related_name="components", db_index=False)
    component = models.ForeignKey(Sku, models.PROTECT, related_name="kits")
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("kit component")
        verbose_name_plural = _("kit components")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kit", "component"], name="kit_component_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="kit_component_quantity"),
            models.CheckConstraint(condition=~Q(kit=F("component")), name="kit_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.kit_id} = {self.quantity} × {self.component_id}"

    def clean(self) -> None:
        """No kits inside kits."""
        nested = KitComponent.objects.filter(Q(kit=self.component_id) | Q(component=self.kit_id))
        if nested.exists():
            raise ValidationError({"component": _("A kit cannot be part of a kit")})


class Substitute(models.Model):
    """A SKU that may stand in for another, unit for unit, where an order accepts that."""

    sku = models.ForeignKey(Sku, models.CASCADE, related_name="substitutes", db_index=False)
    substitute = models.ForeignKey(Sku, models.CASCADE, related_name="substitute_of")
    # The best one first.
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("substitute")
        verbose_name_plural = _("substitutes")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sku", "substitute"], name="substitute_once"),
            models.UniqueConstraint(fields=["sku", "position"], name="substitute_position"),
            models.CheckConstraint(condition=~Q(sku=F("substitute")), name="substitute_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} → {self.substitute_id}"


class Publication(models.Model):
    """Common to price lists and discount rules: a draft does nothing until it is published."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=PublicationStatus.choices,
        default=PublicationStatus.DRAFT,
    )
    priority = models.IntegerField(_("priority"), default=0)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)
    # Counts saves: a form that was opened on an older version is refused.
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class PriceList(Publication):
    """Amounts per SKU and minimum quantity, for the audiences it is assigned to.

    A list may derive from a parent: prices it does not hold itself are the parent's, changed by
    `adjustment_percent` (−10 = ten per cent cheaper).
    """

    code = models.CharField(_("code"), max_length=60, unique=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    tax_included = models.BooleanField(_("prices include tax"), default=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    adjustment_percent = models.DecimalField(
        _("change to the parent's prices"), max_digits=6, decimal_places=2, default=0
    )

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(adjustment_percent__gt=-100), name="price_list_adjustment"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="price_list_validity",
            ),
        ]


class Price(models.Model):
    """`amount` per unit when at least `min_quantity` units are bought on one line."""

    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="prices", db_index=False)
    sku = models.ForeignKey(Sku, models.CASCADE, related_name="prices")
    min_quantity = models.PositiveIntegerField(_("from quantity"), default=1)
    amount = amount_field(_("amount"))

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["price_list", "sku", "min_quantity"], name="price_once"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="price_not_negative"),
            models.CheckConstraint(condition=Q(min_quantity__gte=1), name="price_min_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} ≥ {self.min_quantity}: {self.amount}"


class AudienceAssignment(models.Model):
    """Who gets a list or rule. Kind and key are plain text: audiences live in the apps above."""

    kind = models.CharField(_("audience"), max_length=10)
    key = models.CharField(_("which"), max_length=60, blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}" if self.key else self.kind


class PriceListAudience(AudienceAssignment):
    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="audiences", db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["price_list", "kind", "key"], name="list_audience_once")
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "key"], name="list_audience")]


class DiscountRule(Publication):
    """A discount on everything, a category with all below it, a product or a SKU."""

    class Target(models.TextChoices):
        EVERYTHING = "everything", _("Everything")
        CATEGORY = "category", _("Category")
        PRODUCT = "product", _("Product")
        SKU = "sku", _("SKU")

    class Effect(models.TextChoices):
        PERCENT = "percent", _("Percentage off")
        AMOUNT = "amount", _("Amount off each unit")
        FIXED = "fixed", _("Fixed unit price")

    class Stacking(models.TextChoices):
        BEST = "best", _("Only the most specific of these applies")
        CUMULATIVE = "cumulative", _("Adds to the others")
        STOP = "stop", _("The most specific of these applies, and nothing after it")

    target = models.CharField(_("on"), max_length=10, choices=Target.choices)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="+")
    sku = models.ForeignKey(Sku, models.PROTECT, null=True, blank=True, related_name="+")
    excluded_categories = models.ManyToManyField(Category, blank=True, related_name="+")
    excluded_skus = models.ManyToManyField(Sku, blank=True, related_name="+")
    effect = models.CharField(_("effect"), max_length=8, choices=Effect.choices)
    value = amount_field(_("value"))
    # Amounts need a currency; percentages work in all of them.
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    stacking = models.CharField(
        _("stacking"), max_length=10, choices=Stacking.choices, default=Stacking.BEST
    )
    min_quantity = models.PositiveIntegerField(_("from quantity"), default=1)
    min_line_value = amount_field(_("from line value"), default=0)
    min_basket_value = amount_field(_("from basket value"), default=0)
    coupon = models.CharField(_("coupon"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name = _("discount rule")
        verbose_name_plural = _("discount rules")
        ordering: ClassVar = ["-priority", "name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(target="everything", category=None, product=None, sku=None)
                | Q(target="category", category__isnull=False, product=None, sku=None)
                | Q(target="product", category=None, product__isnull=False, sku=None)
                | Q(target="sku", category=None, product=None, sku__isnull=False),
                name="discount_rule_target",
            ),
            models.CheckConstraint(
                condition=Q(effect="percent", value__gt=0, value__lte=100)
                | (Q(effect__in=["amount", "fixed"], value__gte=0) & ~Q(currency="")),
                name="discount_rule_value",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="discount_rule_validity",
            ),
        ]


class DiscountRuleAudience(AudienceAssignment):
    rule = models.ForeignKey(DiscountRule, models.CASCADE, related_name="audiences", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "kind", "key"], name="rule_audience_once")
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "key"], name="rule_audience")]
