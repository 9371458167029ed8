"""Locations, SKUs on shelves, and demands for them."""

import uuid
from itertools import count
from typing import Any

from catalog.models import Sku
from inventory.demand import Demand
from inventory.models import Location, Stock
from inventory.services.adjustment import StockChange, adjust
from inventory.status import LocationKind, MovementKind
from oms.core.actors import Actor, system_actor
from tests.catalog.factories import make_kit, make_sku

__all__ = ["ACTOR", "demand", "figures", "make_kit", "make_location", "make_sku", "put"]

ACTOR: Actor = system_actor("test")
_numbers = count(1)


def make_location(code: str = "", **fields: Any) -> Location:
    number = next(_numbers)
    code = code or f"L{number}"
    fields.setdefault("name", f"Location {code}")
    fields.setdefault("kind", LocationKind.STORE)
    return Location.objects.create(code=code, **fields)


def put(sku: Sku, location: Location, units: int) -> Stock:
    """Receive `units`; call inside a transaction."""
    adjust(
        [StockChange(sku.pk, location.pk, units, kind=MovementKind.RECEIVED)],
        cause="opening",
        actor=ACTOR,
    )
    return Stock.objects.get(sku=sku, location=location)


def demand(sku: Sku, location: Location, units: int = 1, uid: uuid.UUID | None = None) -> Demand:
    return Demand(uid or uuid.uuid4(), sku.pk, location.pk, units)


def figures(sku: Sku, location: Location) -> tuple[int, int]:
    """(on hand, allocated)."""
    stock = Stock.objects.get(sku=sku, location=location)
    return stock.on_hand, stock.allocated
