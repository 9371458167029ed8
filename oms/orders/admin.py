"""The plain admin: channels and customers are edited here; orders are only read.

An order changes through services alone: the stock, the money and the timeline change with it.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from oms.orders.models import (
    Channel,
    Customer,
    FulfilmentOrder,
    Order,
    OrderLine,
    Shipment,
    Tender,
    TenderTransaction,
)


class ReadOnly:
    """Nothing to add, change or delete."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Channel)
class ChannelAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "kind", "currency", "country", "language", "is_active")
    list_filter = ("kind", "is_active", "resources_shortages")
    search_fields = ("code", "name")


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    list_display = ("name", "reference", "email", "language")
    search_fields = ("name", "reference", "email")
    show_full_result_count = False


class OrderLineInline(ReadOnly, admin.TabularInline):
    model = OrderLine
    extra = 0
    fields = (
        "position",
        "sku",
        "substitutes",
        "quantity",
        "back_ordered",
        "expected_on",
        "cancelled",
        "fulfilled",
        "returned",
        "gross",
    )


class FulfilmentOrderInline(ReadOnly, admin.TabularInline):
    model = FulfilmentOrder
    extra = 0
    fields = ("location", "method", "status", "promised_at", "finished_at")


class TenderInline(ReadOnly, admin.TabularInline):
    model = Tender
    extra = 0
    fields = ("provider", "means", "status", "amount", "captured", "refunded")


@admin.register(Order)
class OrderAdmin(ReadOnly, admin.ModelAdmin):
    list_display = (
        "number",
        "channel",
        "name",
        "status",
        "payment_status",
        "gross",
        "current_total",
        "placed_at",
    )
    list_filter = ("status", "payment_status", "method", "channel")
    list_select_related = ("channel",)
    search_fields = ("=number", "=external_id", "=email")
    show_full_result_count = False
    inlines = (OrderLineInline, FulfilmentOrderInline, TenderInline)


@admin.register(Shipment)
class ShipmentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("carrier", "tracking_number", "shipped_at")
    search_fields = ("=tracking_number",)


@admin.register(TenderTransaction)
class TenderTransactionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("tender", "kind", "amount", "actor", "at")
    list_filter = ("kind",)
    list_select_related = ("tender",)
    show_full_result_count = False
