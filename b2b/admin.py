from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from b2b.models import AccountPayment, Basket, BasketLine, Company


@admin.register(Company)
class CompanyAdmin(admin.ModelAdmin):
    list_display = ("name", "code", "group", "parent", "credit_limit", "is_active")
    list_filter = ("is_active", "group", "country")
    search_fields = ("name", "code", "vat_id")
    raw_id_fields = ("parent",)

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Prices and rules name the company by its code.
        return ("code",) if obj is not None else ()


class BasketLineInline(admin.TabularInline):
    model = BasketLine
    raw_id_fields = ("sku",)
    extra = 0


@admin.register(Basket)
class BasketAdmin(admin.ModelAdmin):
    list_display = ("user", "company", "updated_at")
    list_select_related = ("user", "company")
    raw_id_fields = ("user", "company")
    inlines = (BasketLineInline,)


@admin.register(AccountPayment)
class AccountPaymentAdmin(admin.ModelAdmin):
    """Append-only: the database refuses changes too."""

    list_display = ("company", "amount", "currency", "reference", "received_on", "recorded_by")
    list_select_related = ("company",)
    search_fields = ("reference", "company__name")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False
