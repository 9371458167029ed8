"""What comes of a purchase order: the supplier's word, the goods, the invoice."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from inventory.errors import InvoiceRecorded, OverReceipt
from inventory.forms.purchasing import ConfirmForm, InvoiceForm, ReasonForm, ReceiveForm
from inventory.models import PurchaseOrder, SupplierInvoice
from inventory.selectors.purchasing import purchases_visible
from inventory.services.deliveries import purchase_receive
from inventory.services.invoices import (
    NOT_INVOICED,
    invoice_accept,
    invoice_matches,
    invoice_record,
)
from inventory.services.purchasing import purchase_confirm
from inventory.status import PURCHASE_RECEIVABLE, InvoiceStatus, PurchaseStatus
from inventory.views.purchasing import purchase_or_404
from oms.core.errors import InvalidInput, NotFound
from oms.core.permissions import Permission, grants_for
from oms.core.web import PageRequest, page

CONFIRMABLE = (PurchaseStatus.ORDERED, PurchaseStatus.CONFIRMED)


@page(Permission.PURCHASING_MANAGE)
def purchase_confirm_page(request: PageRequest, number: int) -> HttpResponse:
    """Take down what the supplier confirmed."""
    order = purchase_or_404(request, number, Permission.PURCHASING_MANAGE)
    if order.status not in CONFIRMABLE:
        messages.info(request, _("There is nothing to confirm any more"))
        return redirect("purchase-order-detail", order.number)
    lines = _lines(order)
    form = ConfirmForm(request.POST or None, lines=lines, order=order)
    if form.is_valid():
        purchase_confirm(order.number, form.confirmations(), actor=request.actor)
        messages.success(request, _("What the supplier confirmed is what is expected now"))
        return redirect("purchase-order-detail", order.number)
    context = {"order": order, "form": form}
    return render(request, "inventory/purchase_confirm.html", context, status=_status(form))


@page(Permission.STOCK_HANDLE)
def purchase_receive_page(request: PageRequest, number: int) -> HttpResponse:
    """Book what came, whole or in part. Shows no costs: who unloads need not see them."""
    order = purchases_visible(request.actor, Permission.STOCK_HANDLE).filter(number=number).first()
    if order is None:
        raise NotFound
    lines = _lines(order)
    form = ReceiveForm(request.POST or None, lines=lines)
    sees_order = grants_for(request.actor, Permission.PURCHASING_VIEW).any
    context: dict[str, Any] = {
        "order": order,
        "form": form,
        "sees_order": sees_order,
        "receivable": order.status in PURCHASE_RECEIVABLE and order.demand is None,
    }
    if form.is_valid() and _received(request, order, form, context):
        page_name = "purchase-order-detail" if sees_order else "purchase-order-receive"
        return redirect(page_name, order.number)
    return render(request, "inventory/purchase_receive.html", context, status=_status(form))


def _received(
    request: PageRequest, order: PurchaseOrder, form: ReceiveForm, context: dict[str, Any]
) -> bool:
    try:
        receipt = purchase_receive(order.number, form.delivery(), actor=request.actor)
    except OverReceipt as refused:
        context["over"] = refused.data["items"]
    except InvalidInput as error:
        for issue in error.issues:
            form.add_error(None, str(issue.message))
    else:
        units = sum(line.quantity for line in receipt.lines.all())
        words = ngettext("%(n)d unit is in stock", "%(n)d units are in stock", units)
        messages.success(request, words % {"n": units})
        return True
    return False


@page(Permission.PURCHASING_MANAGE)
def purchase_invoice_page(request: PageRequest, number: int) -> HttpResponse:
    """Record the supplier's invoice; what differs is shown on the order."""
    order = purchase_or_404(request, number, Permission.PURCHASING_MANAGE)
    if order.status in NOT_INVOICED:
        messages.info(request, _("What was never ordered cannot be invoiced"))
        return redirect("purchase-order-detail", order.number)
    matches = invoice_matches(order)
    left = {pk: max(-match.units_over, 0) for pk, match in matches.items()}
    form = InvoiceForm(request.POST or None, request.FILES or None, lines=_lines(order), left=left)
    if form.is_valid():
        try:
            invoice = invoice_record(order.number, form.request(), actor=request.actor)
        except InvoiceRecorded as refused:
            form.add_error("number", str(refused.title))
        except InvalidInput as error:
            for issue in error.issues:
                form.add_error(None, str(issue.message))
        else:
            if invoice.status == InvoiceStatus.MATCHED:
                messages.success(request, _("The invoice matches what was ordered and received"))
            else:
                messages.warning(request, _("The invoice differs: look at the marked lines"))
            return redirect("purchase-order-detail", order.number)
    context = {"order": order, "form": form}
    return render(request, "inventory/purchase_invoice.html", context, status=_status(form))


@page(Permission.PURCHASING_MANAGE)
@require_POST
def invoice_accept_view(request: PageRequest, uid: UUID) -> HttpResponse:
    """Accept an invoice that differs: somebody says why."""
    orders = purchases_visible(request.actor, Permission.PURCHASING_MANAGE)
    invoice = SupplierInvoice.objects.filter(uid=uid, purchase_order__in=orders).first()
    if invoice is None:
        raise NotFound
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        invoice_accept(uid, reason=reason, actor=request.actor)
    except InvalidInput:
        messages.error(request, _("Say why the invoice is accepted although it differs"))
    else:
        messages.success(request, _("The invoice is accepted"))
    return redirect("purchase-order-detail", invoice.purchase_order.number)


def _lines(order: PurchaseOrder) -> list[Any]:
    return list(order.lines.select_related("sku").order_by("position"))


def _status(form: Any) -> int:
    return 422 if form.is_bound else 200
