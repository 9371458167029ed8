"""Django's admin for the catalogue. What has pages of its own is read-only here."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from catalog.models import (
    Brand,
    Category,
    DiscountRule,
    KitComponent,
    Price,
    PriceList,
    Product,
    Sku,
    Substitute,
    TaxClass,
    TaxRate,
)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Looking is free; changes go through the pages, which preview and record them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TaxRateInline(admin.TabularInline):
    model = TaxRate
    extra = 0


@admin.register(TaxClass)
class TaxClassAdmin(admin.ModelAdmin):
    list_display = ("code", "name")
    inlines: ClassVar[list[Any]] = [TaxRateInline]


@admin.register(Brand)
class BrandAdmin(admin.ModelAdmin):
    search_fields = ("name",)


@admin.register(Category)
class CategoryAdmin(ReadOnlyAdmin):
    """Read-only: the tree's paths may only be written by the services."""

    list_display = ("name", "code", "depth")
    search_fields = ("name", "code")
    ordering = ("path",)


class SkuInline(admin.TabularInline):
    model = Sku
    extra = 0
    fields = ("code", "name", "condition", "status")
    readonly_fields = fields
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "category", "brand")
    list_select_related = ("category", "brand")
    search_fields = ("code", "name")
    autocomplete_fields = ("category", "brand")
    inlines: ClassVar[list[Any]] = [SkuInline]


class KitComponentInline(admin.TabularInline):
    model = KitComponent
    fk_name = "kit"
    extra = 0
    autocomplete_fields = ("component",)


class SubstituteInline(admin.TabularInline):
    model = Substitute
    fk_name = "sku"
    extra = 0
    autocomplete_fields = ("substitute",)


@admin.register(Sku)
class SkuAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "condition", "product", "status", "gtin")
    list_filter = ("status", "condition", "tax_class")
    list_select_related = ("product",)
    search_fields = ("code", "name", "gtin")
    autocomplete_fields = ("product",)
    inlines: ClassVar[list[Any]] = [KitComponentInline, SubstituteInline]


@admin.register(PriceList)
class PriceListAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "status", "currency", "priority", "version")
    list_filter = ("status", "currency")
    search_fields = ("code", "name")


@admin.register(Price)
class PriceAdmin(ReadOnlyAdmin):
    list_display = ("price_list", "sku", "min_quantity", "amount")
    list_select_related = ("price_list", "sku")
    search_fields = ("sku__code", "price_list__code")


@admin.register(DiscountRule)
class DiscountRuleAdmin(ReadOnlyAdmin):
    list_display = ("name", "status", "target", "effect", "value", "priority", "version")
    list_filter = ("status", "target", "effect")
    search_fields = ("name", "coupon")
