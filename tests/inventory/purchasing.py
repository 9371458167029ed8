"""Suppliers, what they sell, and purchase orders in every state."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from typing import Any

from catalog.models import Sku
from inventory.models import Location, PurchaseOrder, PurchaseReceipt, Supplier
from inventory.services.deliveries import Delivery, ReceivedLine, purchase_receive
from inventory.services.purchasing import (
    PurchaseRequest,
    WantedLine,
    purchase_create,
    purchase_send,
)
from inventory.services.suppliers import ItemValues, supplier_items_set
from tests.inventory.factories import ACTOR, make_location, make_sku

_numbers = count(1)


def make_supplier(**fields: Any) -> Supplier:
    number = next(_numbers)
    fields.setdefault("code", f"SUP{number}")
    fields.setdefault("email", "orders@supplier.example")
    return Supplier.objects.create(**{"name": f"Supplier {number}"} | fields)


def sells(supplier: Supplier, sku: Sku, cost: str = "2.5000", **terms: Any) -> None:
    supplier_items_set(supplier, [ItemValues(sku.pk, Decimal(cost), **terms)], actor=ACTOR)


def make_purchase(
    quantities: Sequence[int] = (10,),
    *,
    supplier: Supplier | None = None,
    location: Location | None = None,
    skus: Sequence[Sku] = (),
    cost: str = "2.50",
) -> PurchaseOrder:
    """A draft over new SKUs, or over those given."""
    skus = skus or [make_sku() for _quantity in quantities]
    lines = [
        WantedLine(sku, quantity, Decimal(cost))
        for sku, quantity in zip(skus, quantities, strict=True)
    ]
    request = PurchaseRequest(supplier or make_supplier(), location or make_location(), lines)
    return purchase_create(request, actor=ACTOR)


def make_ordered(quantities: Sequence[int] = (10,), **options: Any) -> PurchaseOrder:
    return purchase_send(make_purchase(quantities, **options).number, actor=ACTOR)


def receive(
    order: PurchaseOrder,
    *units: int,
    uid: uuid.UUID | None = None,
    damaged: int = 0,
    accept_over: bool = False,
) -> PurchaseReceipt:
    """Receive so many units of each line, from the first on."""
    lines = [
        ReceivedLine(position, quantity, damaged if position == 1 else 0)
        for position, quantity in enumerate(units, start=1)
    ]
    delivery = Delivery(uid or uuid.uuid4(), lines, accept_over=accept_over)
    return purchase_receive(order.number, delivery, actor=ACTOR)
