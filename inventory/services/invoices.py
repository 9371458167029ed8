"""Suppliers' invoices, compared with orders and receipts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from inventory.errors import InvoiceRecorded
from inventory.locks import purchase_for_update
from inventory.matching import Invoiced, LineMatch, match_line
from inventory.models import (
    PurchaseOrder,
    PurchaseOrderLine,
    SupplierInvoice,
    SupplierInvoiceLine,
)
from inventory.status import InvoiceStatus, PurchaseStatus
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import Conflict, InvalidInput, InvalidTransition, Issue, NotFound

NOT_INVOICED = (PurchaseStatus.DRAFT, PurchaseStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """Units of a line of the purchase order, and what the supplier asks for each."""

    position: int
    quantity: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceRequest:
    number: str
    lines: Sequence[InvoiceLine]
    invoiced_on: date | None = None


@transaction.atomic
def invoice_record(
    purchase_number: int, request: InvoiceRequest, *, actor: Actor
) -> SupplierInvoice:
    """Take down an invoice and compare it. Raises InvoiceRecorded, InvalidInput."""
    order = purchase_for_update(purchase_number)
    if order.status in NOT_INVOICED:
        raise Conflict(_("What was never ordered cannot be invoiced"))
    if SupplierInvoice.objects.filter(purchase_order=order, number=request.number).exists():
        raise InvoiceRecorded
    lines = {line.position: line for line in order.lines.all()}
    wanted = [line for line in request.lines if line.quantity]
    named = [line.position for line in wanted]
    if not wanted or set(named) - set(lines) or len(set(named)) < len(named):
        words = _("Name lines of this order, each once, with what is invoiced")
        raise InvalidInput([Issue("lines", words, "lines")])
    invoice = SupplierInvoice.objects.create(
        purchase_order=order,
        number=request.number,
        invoiced_on=request.invoiced_on,
        status=InvoiceStatus.DIFFERS,
        created_by=actor.label,
    )
    SupplierInvoiceLine.objects.bulk_create(
        SupplierInvoiceLine(
            invoice=invoice,
            line=lines[line.position],
            quantity=line.quantity,
            cost=line.cost,
        )
        for line in wanted
    )
    invoices_rematch(order)
    invoice.refresh_from_db()
    audit_record(
        "purchase_order.invoiced",
        order,
        actor=actor,
        data={"invoice": invoice.number, "status": invoice.status},
    )
    return invoice


@transaction.atomic
def invoice_accept(uid: UUID, *, reason: str, actor: Actor) -> SupplierInvoice:
    """Accept an invoice that differs, with the reason. Raises InvalidTransition, NotFound."""
    found = SupplierInvoice.objects.filter(uid=uid).values_list("purchase_order_id", flat=True)
    number = PurchaseOrder.objects.filter(pk__in=found).values_list("number", flat=True).first()
    if number is None:
        raise NotFound
    order = purchase_for_update(number)
    invoice = SupplierInvoice.objects.get(uid=uid)
    if invoice.status != InvoiceStatus.DIFFERS:
        raise InvalidTransition(
            what="supplier_invoice",
            current=str(InvoiceStatus(invoice.status).label),
            wanted=str(InvoiceStatus.ACCEPTED.label),
        )
    if not reason.strip():
        raise InvalidInput([Issue("reason", _("Say why"), "required")])
    invoice.status = InvoiceStatus.ACCEPTED
    invoice.accepted_by, invoice.accepted_reason = actor.label, reason.strip()
    invoice.save(update_fields=["status", "accepted_by", "accepted_reason"])
    audit_record(
        "purchase_order.invoice_accepted",
        order,
        actor=actor,
        data={"invoice": invoice.number, "text": reason.strip()},
    )
    return invoice


def invoices_rematch(order: PurchaseOrder) -> None:
    """Compare the invoices of a locked order anew; what somebody accepted stays accepted."""
    undecided = SupplierInvoice.objects.filter(purchase_order=order).exclude(
        status=InvoiceStatus.ACCEPTED
    )
    matches = invoice_matches(order)
    for invoice in undecided.prefetch_related("lines"):
        wrong = any(matches[line.line_id].differs for line in invoice.lines.all())
        status = InvoiceStatus.DIFFERS if wrong else InvoiceStatus.MATCHED
        if invoice.status != status:
            invoice.status = status
            invoice.save(update_fields=["status"])


def invoice_matches(order: PurchaseOrder) -> dict[int, LineMatch]:
    """Each line of an order, by id, against everything invoiced of it. Two queries."""
    invoiced: dict[int, list[Invoiced]] = {}
    rows = SupplierInvoiceLine.objects.filter(invoice__purchase_order=order)
    for row in rows:
        invoiced.setdefault(row.line_id, []).append(Invoiced(row.quantity, row.cost))
    lines: Sequence[PurchaseOrderLine] = list(order.lines.all())
    return {
        line.pk: match_line(
            agreed=line.wanted,
            cost=line.price,
            received=line.received,
            invoices=invoiced.get(line.pk, ()),
            price_percent=settings.INVOICE_PRICE_PERCENT,
        )
        for line in lines
    }
