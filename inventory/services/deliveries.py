"""Receiving what was ordered: into stock, once, with what was wrong about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Sku
from catalog.selectors import kit_components
from catalog.services.costs import sku_costs_set
from inventory.errors import AlreadyBooked, OverReceipt
from inventory.locks import purchase_for_update
from inventory.models import (
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseReceipt,
    PurchaseReceiptLine,
    SupplierItem,
)
from inventory.services.adjustment import StockChange, adjust
from inventory.services.invoices import invoices_rematch
from inventory.services.purchasing import expected_keep, purchase_move, require_ours
from inventory.status import (
    PURCHASE_RECEIVABLE,
    MovementKind,
    PurchaseStatus,
    ReceiptReason,
    derive_purchase_status,
)
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import InvalidInput, InvalidTransition, Issue
from oms.core.money import ZERO


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """Units of a line put into stock, and units refused as damaged."""

    position: int
    quantity: int
    damaged: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came. `uid` names this delivery: the same one again books nothing.

    `accept_over`: more than ordered is meant. `unordered`: SKU id → units that are on no line.
    """

    uid: UUID
    lines: Sequence[ReceivedLine] = ()
    unordered: Mapping[int, int] = field(default_factory=dict)
    delivery_note: str = ""
    accept_over: bool = False


@transaction.atomic
def purchase_receive(number: int, delivery: Delivery, *, actor: Actor) -> PurchaseReceipt:
    """Book a delivery, whole or in part; the one already booked under its uid is answered again.

    Damaged units never enter stock and are still owed; what was not ordered gets a line of its
    own, over which an invoice is compared as well. Raises OverReceipt beyond the tolerance
    (`OVER_RECEIPT_PERCENT` of what was agreed on) unless accepted, InvalidTransition for an order
    that nothing may come of, DropShipped, InvalidInput, AlreadyBooked for another order's delivery.
    """
    order = purchase_for_update(number)
    known = PurchaseReceipt.objects.filter(uid=delivery.uid).first()
    if known is not None:
        if known.purchase_order_id != order.pk:
            raise AlreadyBooked
        return known
    require_ours(order)
    if order.status not in PURCHASE_RECEIVABLE:
        raise InvalidTransition(
            what="purchase_order",
            current=str(PurchaseStatus(order.status).label),
            wanted=str(PurchaseStatus.RECEIVED.label),
        )
    lines = {line.position: line for line in order.lines.select_related("sku")}
    came = _checked(delivery, lines) + _unordered(order, delivery, lines)
    if not came:
        raise InvalidInput([Issue("lines", _("Say what came"), "nothing")])
    _book(order, delivery, came, actor=actor)
    for line, units in came:
        line.received += units.quantity
        line.damaged += units.damaged
    PurchaseOrderLine.objects.bulk_update([line for line, _units in came], ["received", "damaged"])
    receipt = _write(order, delivery, came, actor=actor)
    _status(order, list(lines.values()))
    expected_keep(order, lines.values())
    invoices_rematch(order)
    if order.currency == settings.RETAILER_CURRENCY:
        # Of what was not ordered no cost was agreed on.
        costs = {line.sku_id: line.price for line, units in came if units.quantity and line.ordered}
        sku_costs_set(costs, cause=order.cause, actor=actor)
    audit_record("purchase_order.received", order, actor=actor, data=_figures(delivery, came))
    return receipt


Came = list[tuple[PurchaseOrderLine, ReceivedLine]]


def _checked(delivery: Delivery, lines: dict[int, PurchaseOrderLine]) -> Came:
    issues: list[Issue] = []
    came: Came = []
    seen: set[int] = set()
    for row, units in enumerate(delivery.lines, start=1):
        line = lines.get(units.position)
        if line is None or units.position in seen:
            words = _("There is no line %(position)s, or it was named before")
            words %= {"position": units.position}
            issues.append(Issue("lines", words, "unknown_line", row))
        elif units.quantity < 0 or units.damaged < 0:
            issues.append(Issue("lines", _("Units are 0 or more"), "bad_quantity", row))
        elif units.reason and units.reason not in ReceiptReason.values:
            issues.append(Issue("lines", _("There is no such reason"), "unknown_reason", row))
        elif units.quantity or units.damaged:
            came.append((line, units))
        seen.add(units.position)
    if issues:
        raise InvalidInput(issues)
    over = [
        {
            "sku": line.sku.code,
            "ordered": line.wanted,
            "received": line.received + units.quantity,
        }
        for line, units in came
        if line.received + units.quantity > most(line)
    ]
    if over and not delivery.accept_over:
        raise OverReceipt(items=over)
    return came


def _unordered(
    order: PurchaseOrder, delivery: Delivery, lines: dict[int, PurchaseOrderLine]
) -> Came:
    """New lines for what came and was never ordered, at the supplier's or the last cost."""
    known = {line.sku_id: line for line in lines.values()}
    wanted = {sku: units for sku, units in delivery.unordered.items() if units > 0}
    if not wanted:
        return []
    skus = Sku.objects.in_bulk(wanted)
    if set(wanted) & set(known) or len(skus) < len(wanted) or kit_components(wanted):
        words = _("Name SKUs that are not on this order, and no sets")
        raise InvalidInput([Issue("unordered", words, "unordered")])
    if not delivery.accept_over:
        items = [
            {"sku": skus[sku].code, "ordered": 0, "received": units}
            for sku, units in sorted(wanted.items())
        ]
        raise OverReceipt(items=items)
    sold = SupplierItem.objects.filter(supplier=order.supplier_id, sku__in=wanted)
    items_by_sku = {item.sku_id: item for item in sold}
    came: Came = []
    for sku_id, units in sorted(wanted.items()):
        sku, item, position = skus[sku_id], items_by_sku.get(sku_id), max(lines) + 1
        line = lines[position] = PurchaseOrderLine.objects.create(
            purchase_order=order,
            position=position,
            sku=sku,
            supplier_code=item.supplier_code if item else "",
            ordered=0,
            cost=item.cost if item else sku.cost or ZERO,
        )
        came.append((line, ReceivedLine(position, units, reason=ReceiptReason.WRONG)))
    return came


def most(line: PurchaseOrderLine) -> int:
    """Units of a line that are taken without asking."""
    return line.wanted + line.wanted * settings.OVER_RECEIPT_PERCENT // 100


def _book(order: PurchaseOrder, delivery: Delivery, came: Came, *, actor: Actor) -> None:
    changes = [
        StockChange(
            line.sku_id,
            order.location_id,
            units.quantity,
            reason=units.reason,
            source_reference=f"receipt:{delivery.uid}:{line.position}",
            kind=MovementKind.RECEIVED,
        )
        for line, units in came
        if units.quantity
    ]
    adjust(changes, cause=order.cause, actor=actor)


def _write(
    order: PurchaseOrder, delivery: Delivery, came: Came, *, actor: Actor
) -> PurchaseReceipt:
    receipt = PurchaseReceipt.objects.create(
        uid=delivery.uid,
        purchase_order=order,
        delivery_note=delivery.delivery_note,
        received_by=actor.label,
    )
    PurchaseReceiptLine.objects.bulk_create(
        PurchaseReceiptLine(
            receipt=receipt,
            line=line,
            quantity=units.quantity,
            damaged=units.damaged,
            reason=units.reason or (ReceiptReason.DAMAGED if units.damaged else ""),
        )
        for line, units in came
    )
    return receipt


def _status(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> None:
    wanted = derive_purchase_status(
        order.status,
        received=sum(line.received for line in lines),
        still_open=sum(line.open for line in lines),
    )
    if wanted != order.status:
        purchase_move(order, wanted)
        order.save(update_fields=["status"])


def _figures(delivery: Delivery, came: Came) -> dict[str, Any]:
    figures: dict[str, Any] = {"units": sum(units.quantity for _line, units in came)}
    damaged = sum(units.damaged for _line, units in came)
    if damaged:
        figures["damaged"] = damaged
    if delivery.delivery_note:
        figures["delivery_note"] = delivery.delivery_note
    return figures
