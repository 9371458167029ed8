from django.contrib import admin
from django.http import HttpRequest

from oms.sourcing.models import Decision


@admin.register(Decision)
class DecisionAdmin(admin.ModelAdmin):
    """Decisions are history: to be read only."""

    list_display = ("subject", "decided_at")
    search_fields = ("subject",)
    readonly_fields = ("subject", "rules", "demand", "plan", "candidates", "decided_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Decision | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Decision | None = None) -> bool:
        return False
