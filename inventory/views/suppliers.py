"""Suppliers, what they sell, and taking both in from a table."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from inventory.filters.purchasing import SupplierFilter, SupplierItemFilter
from inventory.forms.suppliers import SupplierForm, SupplierImportForm, SupplierItemForm
from inventory.history import purchasing_history
from inventory.models import Supplier, SupplierItem
from inventory.selectors.purchasing import purchases_visible, suppliers_with_sums, with_sums
from inventory.services.suppliers import (
    supplier_items_remove,
    supplier_items_set,
    supplier_save,
)
from inventory.supplier_imports import COLUMNS
from inventory.tables.purchasing import SupplierItemTable, SupplierTable
from inventory.views.uploads import Upload
from oms.core.errors import InvalidInput, NotFound
from oms.core.export import export_csv
from oms.core.permissions import Permission, grants_for
from oms.core.web import ListPage, PageRequest, page

SUPPLIERS = Upload(
    kind="inventory.supplier_import",
    title=gettext_lazy("Suppliers from %(name)s"),
    template="inventory/supplier_import.html",
    apply="supplier-import-apply",
)
# Orders on a supplier's page.
RECENT = 10


class SupplierList(ListPage):
    title = gettext_lazy("Suppliers")
    table_class = SupplierTable
    filterset_class = SupplierFilter
    template_name = "inventory/supplier_list.html"
    export_name = "suppliers"

    def rows(self) -> QuerySet[Any]:
        return suppliers_with_sums()


class SupplierItemList(ListPage):
    """One supplier, with what it sells."""

    supplier: Supplier = Supplier()
    table_class = SupplierItemTable
    filterset_class = SupplierItemFilter
    template_name = "inventory/supplier_detail.html"

    @property
    def title(self) -> str:  # type: ignore[override]
        return self.supplier.name

    @property
    def export_name(self) -> str:  # type: ignore[override]
        return f"supplier-{self.supplier.code}"

    def rows(self) -> QuerySet[Any]:
        return SupplierItem.objects.filter(supplier=self.supplier).select_related("supplier", "sku")

    def extra_context(self) -> dict[str, Any]:
        orders = purchases_visible(self.request.actor).filter(supplier=self.supplier)
        return {
            "supplier": self.supplier,
            "orders": with_sums(orders).order_by("-pk")[:RECENT],
            "history": purchasing_history(self.supplier),
            "may_manage": grants_for(self.request.actor, Permission.PURCHASING_MANAGE).any,
        }


@page(Permission.PURCHASING_VIEW)
def supplier_detail(request: PageRequest, code: str) -> HttpResponseBase:
    """A supplier: its terms, what it sells, what is ordered."""
    return SupplierItemList.as_view(supplier=supplier_or_404(code))(request)


@page(Permission.PURCHASING_MANAGE)
def supplier_new(request: PageRequest) -> HttpResponse:
    return _form(request, Supplier())


@page(Permission.PURCHASING_MANAGE)
def supplier_edit(request: PageRequest, code: str) -> HttpResponse:
    return _form(request, supplier_or_404(code))


def _form(request: PageRequest, supplier: Supplier) -> HttpResponse:
    known = supplier.code
    form = SupplierForm(request.POST or None, instance=supplier)
    if form.is_valid():
        # The form has written to its own instance; the service compares with the row as it is.
        fresh = Supplier.objects.get(pk=supplier.pk) if supplier.pk else Supplier()
        try:
            saved = supplier_save(fresh, values=form.cleaned_data, actor=request.actor)
        except InvalidInput as error:
            for issue in error.issues:
                form.add_error(
                    issue.field if issue.field in form.fields else None, str(issue.message)
                )
        else:
            messages.success(request, _("%(name)s is saved") % {"name": saved.name})
            return redirect("supplier-detail", saved.code)
    context = {"form": form, "supplier": supplier, "known": known}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/supplier_form.html", context, status=status)


@page(Permission.PURCHASING_MANAGE)
def supplier_item_new(request: PageRequest, code: str) -> HttpResponse:
    """A further SKU of a supplier."""
    return _item_form(request, supplier_or_404(code), None)


@page(Permission.PURCHASING_VIEW)
def supplier_item(request: PageRequest, code: str, sku: str) -> HttpResponse:
    """One SKU of a supplier; who may only look sees it without a way to save."""
    supplier = supplier_or_404(code)
    items = SupplierItem.objects.select_related("supplier", "sku")
    item = items.filter(supplier=supplier, sku__code=sku.upper()).first()
    if item is None:
        raise NotFound
    return _item_form(request, supplier, item)


def _item_form(request: PageRequest, supplier: Supplier, item: SupplierItem | None) -> HttpResponse:
    may_manage = grants_for(request.actor, Permission.PURCHASING_MANAGE).any
    if request.method == "POST" and not may_manage:
        raise NotFound
    form = SupplierItemForm(request.POST or None, instance=item)
    if item is not None and "remove" in request.POST:
        supplier_items_remove(supplier, [item.sku_id], actor=request.actor)
        words = _("%(sku)s is not bought from %(name)s any more")
        messages.success(request, words % {"sku": item.sku.code, "name": supplier.name})
        return redirect("supplier-detail", supplier.code)
    if form.is_valid():
        supplier_items_set(supplier, [form.values()], actor=request.actor)
        messages.success(request, _("Saved"))
        return redirect("supplier-detail", supplier.code)
    context = {"form": form, "supplier": supplier, "item": item, "may_manage": may_manage}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/supplier_item.html", context, status=status)


@page(Permission.PURCHASING_MANAGE)
def supplier_import_page(request: PageRequest) -> HttpResponse:
    """Upload a table; the job's page shows how it goes."""
    form = SupplierImportForm(request.POST or None, request.FILES or None)
    return SUPPLIERS.page(request, form, columns=COLUMNS, item_columns=COLUMNS["items"])


@page(Permission.PURCHASING_MANAGE)
@require_POST
def supplier_import_apply(request: PageRequest, uid: UUID) -> HttpResponse:
    """Apply a file that was only checked."""
    return SUPPLIERS.applied(request, uid)


@page(Permission.PURCHASING_MANAGE)
def supplier_import_template(request: PageRequest, what: str) -> HttpResponseBase:
    """A file to start from: the right columns."""
    del request
    if what not in COLUMNS:
        raise NotFound
    return export_csv(COLUMNS[what], [], f"{what}-template.csv")


def supplier_or_404(code: str) -> Supplier:
    """The supplier; all who see purchasing may know that it exists. Raises NotFound."""
    supplier = Supplier.objects.select_related("location").filter(code=code).first()
    if supplier is None:
        raise NotFound
    return supplier


supplier_list = page(Permission.PURCHASING_VIEW)(SupplierList.as_view())
