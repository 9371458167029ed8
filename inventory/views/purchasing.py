"""Purchase orders: the list, one order, and the steps of its life."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from inventory.filters.purchasing import PurchaseFilter
from inventory.forms.purchasing import PurchaseOrderForm, ReasonForm, lines_text
from inventory.history import purchasing_history
from inventory.models import PurchaseOrder
from inventory.notices import COLUMNS, purchase_rows
from inventory.payloads import purchase_payload
from inventory.selectors import locations_visible
from inventory.selectors.purchasing import purchase_code, purchases_visible, with_sums
from inventory.services.invoices import invoice_matches
from inventory.services.purchasing import (
    purchase_cancel,
    purchase_change,
    purchase_close,
    purchase_create,
    purchase_send,
)
from inventory.status import PURCHASE_RECEIVABLE, PurchaseStatus
from inventory.tables.purchasing import PurchaseTable
from oms.core.errors import InvalidInput, NotFound
from oms.core.export import export_csv
from oms.core.money import ZERO, round_money
from oms.core.permissions import Permission, grants_for
from oms.core.qr import qr_svg
from oms.core.web import ListPage, PageRequest, page
from oms.notifications.selectors import messages_about

S = PurchaseStatus


class PurchaseList(ListPage):
    title = gettext_lazy("Purchase orders")
    table_class = PurchaseTable
    filterset_class = PurchaseFilter
    template_name = "inventory/purchase_list.html"
    export_name = "purchase-orders"

    def rows(self) -> QuerySet[Any]:
        return with_sums(purchases_visible(self.request.actor))


@page(Permission.PURCHASING_VIEW)
@require_safe
def purchase_detail(request: PageRequest, number: int) -> HttpResponse:
    """One order: what was ordered, confirmed, received and invoiced, and what happens next."""
    order = purchase_or_404(request, number)
    matches = invoice_matches(order)
    lines = list(order.lines.select_related("sku").order_by("position"))
    receipts = order.receipts.prefetch_related("lines__line__sku").order_by("-pk")
    handles = locations_visible(request.actor, Permission.STOCK_HANDLE)
    context = {
        "order": order,
        "lines": [(line, matches[line.pk]) for line in lines],
        "total": round_money(sum((line.value for line in lines), start=ZERO), order.currency),
        "steps": steps(order, lines),
        "receipts": receipts,
        "invoices": order.invoices.prefetch_related("lines__line__sku").order_by("pk"),
        "invoiced": any(match.invoiced for match in matches.values()),
        "may_manage": grants_for(request.actor, Permission.PURCHASING_MANAGE).any,
        "may_receive": order.status in PURCHASE_RECEIVABLE
        and order.demand is None
        and handles.filter(pk=order.location_id).exists(),
        "timeline": purchasing_history(order),
        "sent": messages_about("purchase_order", str(order.number)),
    }
    return render(request, "inventory/purchase_detail.html", context)


def steps(order: PurchaseOrder, lines: list[Any]) -> list[dict[str, Any]]:
    """Units on their way (see ui/progress_quantities.html)."""
    received = sum(line.received for line in lines)
    ordered = sum(line.ordered for line in lines)
    found = [{"label": _("ordered"), "quantity": ordered}]
    if any(line.confirmed is not None for line in lines):
        agreed = sum(line.wanted for line in lines)
        found.append({"label": _("confirmed"), "quantity": agreed})
    done = order.status in (S.RECEIVED, S.CLOSED)
    came = _("sent") if order.demand else _("received")
    found.append({"label": came, "quantity": received, "tone": "green" if done else "blue"})
    if any(line.damaged for line in lines):
        damaged = sum(line.damaged for line in lines)
        found.append({"label": _("damaged"), "quantity": damaged, "tone": "amber"})
    return found


@page(Permission.PURCHASING_MANAGE)
def purchase_new(request: PageRequest) -> HttpResponse:
    """Draw up an order: lines typed, or pasted from a spreadsheet."""
    return _form(request, None)


@page(Permission.PURCHASING_MANAGE)
def purchase_edit(request: PageRequest, number: int) -> HttpResponse:
    """Change a draft; what is ordered stays as it is."""
    order = purchase_or_404(request, number, Permission.PURCHASING_MANAGE)
    if order.status != S.DRAFT:
        messages.info(request, _("Only a draft can be changed"))
        return redirect("purchase-order-detail", order.number)
    return _form(request, order)


def _form(request: PageRequest, order: PurchaseOrder | None) -> HttpResponse:
    initial: dict[str, Any] = {"supplier": request.GET.get("supplier", "")}
    if order is not None:
        initial = {
            "supplier": order.supplier.code,
            "location": order.location.code,
            "expected_on": order.expected_on,
            "note": order.note,
            "lines": lines_text(order),
        }
    form = PurchaseOrderForm(
        request.POST or None,
        locations=locations_visible(request.actor, Permission.PURCHASING_MANAGE),
        initial=initial,
    )
    if form.is_valid():
        try:
            if order is None:
                saved = purchase_create(form.request(), actor=request.actor)
            else:
                saved = purchase_change(order.number, form.request(), actor=request.actor)
        except InvalidInput as error:
            form.refuse(error)
        else:
            words = _("Purchase order %(number)s is saved; nothing is ordered yet")
            messages.success(request, words % {"number": saved.number})
            return redirect("purchase-order-detail", saved.number)
    context = {"form": form, "order": order}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/purchase_form.html", context, status=status)


@page(Permission.PURCHASING_MANAGE)
@require_POST
def purchase_send_view(request: PageRequest, number: int) -> HttpResponse:
    """Order it."""
    order = purchase_or_404(request, number, Permission.PURCHASING_MANAGE)
    order = purchase_send(order.number, actor=request.actor)
    if order.supplier.email:
        words = _("Ordered; %(name)s gets it by e-mail")
    else:
        words = _("Ordered; %(name)s has no e-mail address: print it and send it yourself")
    messages.success(request, words % {"name": order.supplier.name})
    return redirect("purchase-order-detail", order.number)


@page(Permission.PURCHASING_MANAGE)
def purchase_end(request: PageRequest, number: int) -> HttpResponse:
    """Cancel it while nothing came, or close it: with what is given up, and why.

    A drop-ship order ends with the customer's order.
    """
    order = purchase_or_404(request, number, Permission.PURCHASING_MANAGE)
    lines = list(order.lines.select_related("sku").order_by("position"))
    cancelling = order.status in (S.DRAFT, S.ORDERED, S.CONFIRMED)
    if order.status in (S.CLOSED, S.CANCELLED) or order.demand is not None:
        return redirect("purchase-order-detail", order.number)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        end = purchase_cancel if cancelling else purchase_close
        end(order.number, reason=reason, actor=request.actor)
        words = _("%(number)s is cancelled") if cancelling else _("%(number)s is closed")
        messages.success(request, words % {"number": order.number})
        return redirect("purchase-order-detail", order.number)
    context = {
        "order": order,
        "form": form,
        "cancelling": cancelling,
        "lines": [line for line in lines if line.open],
        "units": sum(line.open for line in lines),
    }
    return render(request, "inventory/purchase_end.html", context)


@page(Permission.PURCHASING_VIEW)
@require_safe
def purchase_paper(request: PageRequest, number: int) -> HttpResponse:
    """The order on paper, for a supplier without e-mail."""
    order = purchase_or_404(request, number)
    lines = list(order.lines.select_related("sku").order_by("position"))
    values = [round_money(line.cost * line.ordered, order.currency) for line in lines]
    context = {
        "order": order,
        "lines": list(zip(lines, values, strict=True)),
        "total": sum(values, start=ZERO),
        "qr": qr_svg(purchase_code(order)),
    }
    return render(request, "inventory/purchase_paper.html", context)


@page(Permission.PURCHASING_VIEW)
@require_safe
def purchase_table(request: PageRequest, number: int) -> HttpResponseBase:
    """The lines as the supplier gets them."""
    order = purchase_or_404(request, number)
    payload = purchase_payload(order, list(order.lines.select_related("sku")))
    name = f"purchase-order-{order.number}.csv"
    return export_csv((*COLUMNS, "currency"), purchase_rows(payload), name)


def purchase_or_404(
    request: PageRequest, number: int, permission: Permission = Permission.PURCHASING_VIEW
) -> PurchaseOrder:
    """The purchase order, if the person may reach it. Raises NotFound."""
    order = purchases_visible(request.actor, permission).filter(number=number).first()
    if order is None:
        raise NotFound
    return order


purchase_list = page(Permission.PURCHASING_VIEW)(PurchaseList.as_view())
