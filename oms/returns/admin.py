from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from oms.returns.models import Return, ReturnLine


class ReturnLineInline(admin.TabularInline):
    model = ReturnLine
    raw_id_fields = ("order_line", "restocked_as")
    extra = 0
    can_delete = False

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(Return)
class ReturnAdmin(admin.ModelAdmin):
    """Read only: stock and money follow a return, and only the service moves them."""

    list_display = ("order", "location", "reason", "refunded", "received_at")
    list_select_related = ("order", "location")
    list_filter = ("reason",)
    inlines = (ReturnLineInline,)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False
