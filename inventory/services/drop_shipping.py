"""Purchase orders that a supplier sends straight to a customer.

There is at most one of a demand that is not cancelled. Whoever knows the demand (`oms.orders`)
says what should be; saying it again changes nothing. Nothing of it is stock of ours, so no step
touches the ledger, what is expected, or what a SKU costs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from catalog.models import Sku
from inventory.locks import drop_ship_for_update
from inventory.models import (
    Location,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseReceipt,
    PurchaseReceiptLine,
    Supplier,
    SupplierItem,
)
from inventory.services.invoices import invoices_rematch
from inventory.services.purchasing import call_off, purchase_move, purchase_send
from inventory.status import PurchaseStatus
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.money import ZERO

MAX_NOTE = 60


@dataclass(frozen=True, slots=True)
class DropShipment:
    """What a supplier sends for a demand: SKU id (no kits) → units, to `ship_to`, by a day.

    `reference` is what the customer's order is called, `location` where the supplier sends it from.
    """

    demand: UUID
    supplier: Supplier
    location: Location
    units: Mapping[int, int]
    ship_to: Mapping[str, str]
    reference: str
    send_by: date


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A parcel that left the supplier; `uid` is the parcel's own."""

    uid: UUID
    tracking_number: str = ""


@transaction.atomic
def drop_ship_order(wanted: DropShipment, *, actor: Actor) -> PurchaseOrder:
    """Have the supplier told of exactly these units; an order over others is called off first.

    The supplier's packs and minimum are for what it sends to us. A SKU it has no cost for costs
    the last one paid, or nothing until it is confirmed.
    """
    known = drop_ship_for_update(wanted.demand)
    if known is not None:
        ordered = dict(known.lines.values_list("sku", "ordered"))
        if known.status == PurchaseStatus.CLOSED or ordered == wanted.units:
            return known
        call_off(known, reason="", actor=actor)
    supplier = wanted.supplier
    order = PurchaseOrder.objects.create(
        supplier=supplier,
        location=wanted.location,
        currency=supplier.currency,
        expected_on=wanted.send_by,
        demand=wanted.demand,
        reference=wanted.reference,
        ship_to=wanted.ship_to,
        created_by=actor.label,
    )
    lines = _lines(order, wanted)
    PurchaseOrderLine.objects.bulk_create(lines)
    audit_record("purchase_order.created", order, actor=actor, data={"lines": len(lines)})
    return purchase_send(order.number, actor=actor)


@transaction.atomic
def drop_ship_dispatch(demand: UUID, dispatch: Dispatch, *, actor: Actor) -> None:
    """All of it left for the customer: for invoices it has come, and the order is closed."""
    order = drop_ship_for_update(demand)
    if order is None or order.status == PurchaseStatus.CLOSED:
        return
    lines = list(order.lines.all())
    receipt = PurchaseReceipt.objects.create(
        uid=dispatch.uid,
        purchase_order=order,
        delivery_note=dispatch.tracking_number[:MAX_NOTE],
        received_by=actor.label,
    )
    PurchaseReceiptLine.objects.bulk_create(
        PurchaseReceiptLine(receipt=receipt, line=line, quantity=line.ordered) for line in lines
    )
    for line in lines:
        line.received = line.ordered
    PurchaseOrderLine.objects.bulk_update(lines, ["received"])
    purchase_move(order, PurchaseStatus.RECEIVED)
    purchase_move(order, PurchaseStatus.CLOSED)
    order.save(update_fields=["status"])
    invoices_rematch(order)
    units = sum(line.ordered for line in lines)
    audit_record("purchase_order.dispatched", order, actor=actor, data={"units": units})


@transaction.atomic
def drop_ship_cancel(demand: UUID, *, actor: Actor) -> None:
    """The customer's order needs nothing of the supplier any more."""
    order = drop_ship_for_update(demand)
    if order is not None:
        call_off(order, reason="", actor=actor)


def _lines(order: PurchaseOrder, wanted: DropShipment) -> list[PurchaseOrderLine]:
    skus = Sku.objects.in_bulk(wanted.units)
    sold = SupplierItem.objects.filter(supplier=wanted.supplier, sku__in=wanted.units)
    items = {item.sku_id: item for item in sold}
    lines: list[PurchaseOrderLine] = []
    for position, (sku_id, units) in enumerate(sorted(wanted.units.items()), start=1):
        item = items.get(sku_id)
        lines.append(
            PurchaseOrderLine(
                purchase_order=order,
                position=position,
                sku=skus[sku_id],
                supplier_code=item.supplier_code if item else "",
                ordered=units,
                cost=item.cost if item else skus[sku_id].cost or ZERO,
            )
        )
    return lines
