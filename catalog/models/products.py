"""What is sold: categories, products, SKUs, kits, stand-ins, taxes."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from catalog.status import SkuCondition, SkuStatus, name_in_condition, tax_class_name


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
        return tax_class_name(self.code, self.name)


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

    @property
    def picture(self) -> str:
        """The address of its picture, of a static file if it names one; empty for none."""
        if not self.image or self.image.startswith(("http://", "https://", "/", "data:")):
            return self.image
        return static(self.image)


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
