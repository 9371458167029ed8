"""Locations, SKUs on shelves, and demands for them."""

import uuid
from itertools import count
from typing import Any

from catalog.models import Category, KitComponent, Product, Sku, TaxClass
from inventory.demand import Demand
from inventory.models import Location, Stock
from inventory.services.adjustment import StockChange, adjust
from inventory.status import LocationKind, MovementKind
from oms.core.actors import Actor, system_actor

ACTOR: Actor = system_actor("test")
_numbers = count(1)


def make_location(code: str = "", **fields: Any) -> Location:
    number = next(_numbers)
    code = code or f"L{number}"
    fields.setdefault("name", f"Location {code}")
    fields.setdefault("kind", LocationKind.STORE)
    return Location.objects.create(code=code, **fields)


def make_sku(code: str = "", **fields: Any) -> Sku:
    code = code or f"SKU-{next(_numbers)}"
    tax_class, _ = TaxClass.objects.get_or_create(code="standard", defaults={"name": "Standard"})
    category = Category.objects.filter(code="all").first() or Category.add_root(
        code="all", name="All"
    )
    product = fields.pop("product", None) or Product.objects.create(
        code=code, name=f"Product {code}", category=category
    )
    fields.setdefault("name", f"Thing {code}")
    return Sku.objects.create(product=product, code=code, tax_class=tax_class, **fields)


def make_kit(parts: dict[Sku, int], code: str = "") -> Sku:
    kit = make_sku(code)
    KitComponent.objects.bulk_create(
        KitComponent(kit=kit, component=component, quantity=quantity)
        for component, quantity in parts.items()
    )
    return kit


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
