"""What a person corrects by hand, one SKU at one location at a time."""

from dataclasses import dataclass

from django.db import transaction

from inventory.errors import ShortageUnconfirmed
from inventory.locks import stock_for_update
from inventory.models import Stock
from inventory.services.adjustment import StockChange, adjust, stock_add
from inventory.services.dispositions import missing_counted
from inventory.status import MovementKind
from oms.core.actors import Actor
from oms.core.sql import array


@dataclass(frozen=True, slots=True)
class Correction:
    """Units to add (`delta`), or what was counted (`counted`): one of the two.

    `reference` makes a form that is sent twice book once.
    """

    sku_id: int
    location_id: int
    reason: str
    note: str
    reference: str
    delta: int | None = None
    counted: int | None = None


@transaction.atomic
def stock_correct(correction: Correction, *, accept_shortage: bool, actor: Actor) -> Stock:
    """Book a correction; a count that agrees books nothing, and ends what was set aside as missing.

    Raises Shortage below zero, AlreadyBooked, and ShortageUnconfirmed when less would be on hand
    than is allocated and nobody accepted that.
    """
    stock_add(array([correction.sku_id]), array([correction.location_id]))
    if correction.counted is not None:
        missing_counted(
            array([correction.sku_id]),
            array([correction.location_id]),
            cause=correction.note,
            actor=actor,
        )
    stock = stock_for_update(correction.sku_id, correction.location_id)
    if correction.counted is None:
        delta, kind = correction.delta or 0, MovementKind.ADJUSTED
    else:
        delta, kind = correction.counted - stock.on_hand, MovementKind.COUNTED
    missing = stock.allocated + stock.unavailable - (stock.on_hand + delta)
    if missing > 0 and delta < 0 and not accept_shortage:
        raise ShortageUnconfirmed(units=missing, allocated=stock.allocated)
    change = StockChange(
        sku_id=correction.sku_id,
        location_id=correction.location_id,
        delta=delta,
        reason=correction.reason,
        source_reference=correction.reference,
        kind=kind,
    )
    adjust([change], cause=correction.note, actor=actor)
    stock.refresh_from_db()
    return stock
