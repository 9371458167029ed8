"""At which prices: lists, discount rules, and whom they are for."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models.money import amount_field
from catalog.models.products import Category, Product, Sku
from catalog.status import PublicationStatus


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
