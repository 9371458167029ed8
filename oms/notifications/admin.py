"""Messages in the Django admin: to read, never to edit."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from oms.notifications.models import Message


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_display = ("id", "kind", "subject", "recipient", "status", "attempts", "created_at")
    list_filter = ("status", "kind", "language")
    search_fields = ("recipient", "subject", "subject_id")
    date_hierarchy = "created_at"
    readonly_fields: ClassVar[list[str]] = [field.name for field in Message._meta.fields]

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False
