"""Pickups in the Django admin: to look at. They change through the counter only."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from stores.models import CodeMiss, Decline, HandOver, Pickup, PutBack


class LookOnly(admin.ModelAdmin):
    """Statuses move through services, which keep stock, money and audit in step."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Pickup)
class PickupAdmin(LookOnly):
    list_display = ("order", "location", "status", "place", "ready_at", "collect_by")
    list_filter = ("status", "location")
    list_select_related = ("fulfilment_order__order", "location")
    search_fields = ("fulfilment_order__order__name",)
    exclude = ("code_digest", "token_digest")

    @admin.display(ordering="fulfilment_order__order")
    def order(self, pickup: Pickup) -> str:
        return str(pickup.fulfilment_order.order)


@admin.register(HandOver)
class HandOverAdmin(LookOnly):
    list_display = ("pickup", "by", "at", "proof", "undone_at", "undone_by")
    list_select_related = ("pickup", "by", "undone_by")


@admin.register(Decline)
class DeclineAdmin(LookOnly):
    list_display = ("pickup", "order_line", "units", "reason", "stand_in", "at", "undone_at")
    list_filter = ("reason",)
    list_select_related = ("pickup", "order_line", "stand_in")


@admin.register(PutBack)
class PutBackAdmin(LookOnly):
    list_display = ("pickup", "location", "whole", "created_at", "done_at", "done_by")
    list_filter = ("location",)
    list_select_related = ("pickup", "location", "done_by")


@admin.register(CodeMiss)
class CodeMissAdmin(LookOnly):
    list_display = ("location", "user", "at")
    list_select_related = ("location", "user")
