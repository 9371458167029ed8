"""The Django admin: locations may be edited; stock, allocations and the ledger are read."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from inventory.models import (
    Allocation,
    AvailabilityRule,
    Disposition,
    Location,
    PurchaseOrder,
    Stock,
    StockMovement,
    Supplier,
    Transfer,
)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Figures change through the ledger's statements only, never by hand."""

    list_select_related: ClassVar[tuple[str, ...]] = ("sku", "location")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Location)
class LocationAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "kind", "city", "is_active", "ships", "collects")
    list_filter = ("kind", "is_active")
    search_fields = ("code", "name", "city")


@admin.register(Stock)
class StockAdmin(ReadOnlyAdmin):
    list_display = (
        "sku", "location", "on_hand", "allocated", "held", "unavailable", "safety_stock",
    )  # fmt: skip
    list_filter = ("location",)
    search_fields = ("sku__code", "sku__name")


@admin.register(Allocation)
class AllocationAdmin(ReadOnlyAdmin):
    list_display = ("demand", "sku", "location", "quantity", "created_at")
    list_filter = ("location",)
    search_fields = ("demand", "sku__code")


@admin.register(Disposition)
class DispositionAdmin(ReadOnlyAdmin):
    list_display = (
        "sku", "location", "units", "reason", "created_at", "expires_at", "outcome", "ended_at",
    )  # fmt: skip
    list_filter = ("reason", "outcome", "location")
    search_fields = ("sku__code", "note")


@admin.register(AvailabilityRule)
class AvailabilityRuleAdmin(ReadOnlyAdmin):
    list_display = (
        "effect", "channel", "category", "sku", "location", "units", "percent", "is_active",
    )  # fmt: skip
    list_select_related = ("category", "sku", "location")
    list_filter = ("effect", "is_active", "channel")
    search_fields = ("sku__code", "category__name")


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = (
        "recorded_at", "kind", "sku", "location", "on_hand", "allocated", "cause", "actor",
    )  # fmt: skip
    list_filter = ("kind", "location")
    search_fields = ("sku__code", "demand", "source_reference")


@admin.register(Supplier)
class SupplierAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "currency", "lead_time_days", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name")


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(ReadOnlyAdmin):
    list_display = ("number", "status", "supplier", "location", "expected_on", "created_at")
    list_filter = ("status", "supplier")
    list_select_related = ("supplier", "location")
    search_fields = ("number", "supplier__name")


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    list_display = ("number", "status", "source", "destination", "expected_on", "created_at")
    list_filter = ("status",)
    list_select_related: ClassVar[tuple[str, ...]] = ("source", "destination")
    search_fields = ("note", "lines__sku__code")
