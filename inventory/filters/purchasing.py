"""Filters of purchase orders and suppliers."""

from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from catalog.selectors import skus_search
from inventory.filters.fields import CodesFilter, SkuFilter
from inventory.models import (
    PurchaseOrder,
    PurchaseOrderLine,
    Supplier,
    SupplierInvoice,
    SupplierItem,
)
from inventory.selectors import locations_visible
from inventory.selectors.purchasing import purchases_late
from inventory.status import InvoiceStatus, PurchaseStatus
from oms.core.permissions import Permission


class PurchaseFilter(filters.FilterSet):
    q = filters.CharFilter(method="filter_q", label=_("Number, supplier, SKU"), max_length=100)
    status = filters.MultipleChoiceFilter(label=_("Status"), choices=PurchaseStatus.choices)
    supplier = filters.ChoiceFilter("supplier__code", label=_("Supplier"), choices=())
    location = filters.ChoiceFilter("location__code", label=_("Deliver to"), choices=())
    drop_ship = filters.BooleanFilter(
        "demand", lookup_expr="isnull", exclude=True, label=_("Drop-ship")
    )
    late = filters.BooleanFilter(method="filter_late", label=_("Late"), widget=forms.CheckboxInput)
    differs = filters.BooleanFilter(
        method="filter_differs", label=_("Invoice differs"), widget=forms.CheckboxInput
    )

    class Meta:
        model = PurchaseOrder
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = locations_visible(self.request.actor, Permission.PURCHASING_VIEW)
        self.filters["location"].extra["choices"] = list(places.values_list("code", "name"))
        suppliers = Supplier.objects.order_by("name")
        self.filters["supplier"].extra["choices"] = list(suppliers.values_list("code", "name"))

    def filter_q(
        self, rows: QuerySet[PurchaseOrder], _name: str, value: str
    ) -> QuerySet[PurchaseOrder]:
        text = value.strip()
        named = Q(sku__code=text.upper()) | Q(supplier_code__iexact=text)
        lines = PurchaseOrderLine.objects.filter(named, purchase_order=OuterRef("pk"))
        matching = (
            Q(supplier__name__icontains=text)
            | Q(supplier__code__iexact=text)
            | Q(reference=text)
            | Q(Exists(lines))
        )
        if text.isdecimal() and len(text) < 18:
            matching |= Q(number=int(text))
        return rows.filter(matching)

    def filter_late(
        self, rows: QuerySet[PurchaseOrder], _name: str, value: bool
    ) -> QuerySet[PurchaseOrder]:
        return purchases_late(rows) if value else rows

    def filter_differs(
        self, rows: QuerySet[PurchaseOrder], _name: str, value: bool
    ) -> QuerySet[PurchaseOrder]:
        differing = SupplierInvoice.objects.filter(
            purchase_order=OuterRef("pk"), status=InvoiceStatus.DIFFERS
        )
        return rows.filter(Exists(differing)) if value else rows


class PurchaseApiFilter(filters.FilterSet):
    number = filters.NumberFilter()
    status = filters.MultipleChoiceFilter(choices=PurchaseStatus.choices)
    supplier = CodesFilter("supplier__code", help_text="Supplier codes, comma-separated.")
    location = CodesFilter("location__code", help_text="Location codes, comma-separated.")
    drop_ship = filters.BooleanFilter(
        "demand",
        lookup_expr="isnull",
        exclude=True,
        help_text="true: sent by the supplier to a customer.",
    )
    reference = filters.CharFilter(help_text="Number of the customer's order.")

    class Meta:
        model = PurchaseOrder
        fields: ClassVar[list[str]] = []


class SupplierFilter(filters.FilterSet):
    q = filters.CharFilter(method="filter_q", label=_("Code, name, e-mail"), max_length=100)
    is_active = filters.BooleanFilter(label=_("Active"))

    class Meta:
        model = Supplier
        fields: ClassVar[list[str]] = []

    def filter_q(self, rows: QuerySet[Supplier], _name: str, value: str) -> QuerySet[Supplier]:
        text = value.strip()
        return rows.filter(
            Q(code__icontains=text) | Q(name__icontains=text) | Q(email__iexact=text)
        )


class SupplierApiFilter(filters.FilterSet):
    code = CodesFilter("code", help_text="Supplier codes, comma-separated.")
    is_active = filters.BooleanFilter()

    class Meta:
        model = Supplier
        fields: ClassVar[list[str]] = []


class SupplierItemFilter(filters.FilterSet):
    q = filters.CharFilter(method="filter_q", label=_("SKU, name, GTIN"), max_length=100)
    preferred = filters.BooleanFilter(label=_("Preferred"))

    class Meta:
        model = SupplierItem
        fields: ClassVar[list[str]] = []

    def filter_q(
        self, rows: QuerySet[SupplierItem], _name: str, value: str
    ) -> QuerySet[SupplierItem]:
        text = value.strip()
        found = skus_search(Sku.objects.all(), text)
        return rows.filter(Q(sku__in=found.values("pk")) | Q(supplier_code__iexact=text))


class SupplierItemApiFilter(SkuFilter):
    supplier = CodesFilter("supplier__code", help_text="Supplier codes, comma-separated.")
    preferred = filters.BooleanFilter()

    class Meta:
        model = SupplierItem
        fields: ClassVar[list[str]] = []
