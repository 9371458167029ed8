"""A small retailer: channels, a warehouse, stores, SKUs with prices and stock; and orders in it."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from catalog.models import Sku
from inventory.models import Location, Stock
from inventory.status import LocationKind
from oms.core.actors import Actor, system_actor
from oms.orders.models import Channel, FulfilmentOrder, Order
from oms.orders.requests import (
    Address,
    Contact,
    OrderLineRequest,
    OrderRequest,
    PaymentRequest,
)
from oms.orders.services.fulfilment import fulfilment_pick_all, fulfilment_ready
from oms.orders.services.placement import order_place
from oms.orders.status import ChannelKind
from tests.catalog.factories import make_price_list, make_sku
from tests.inventory.factories import make_location, put

ACTOR: Actor = system_actor("test")
MILAN = Address(
    street="Via Dante 1",
    postcode="20121",
    city="Milano",
    country="IT",
    latitude=Decimal("45.46427"),
    longitude=Decimal("9.18951"),
)
ALWAYS_OPEN = {str(day): [["00:00", "23:59"]] for day in range(1, 8)}


@dataclass
class Shop:
    """What `make_shop` made."""

    channel: Channel
    warehouse: Location
    store: Location
    skus: list[Sku]


def make_channel(code: str = "eshop", **fields: Any) -> Channel:
    fields.setdefault("kind", ChannelKind.ESHOP)
    channel, _created = Channel.objects.get_or_create(
        code=code, defaults={"name": code.title(), **fields}
    )
    return channel


def make_shop(skus: int = 3, units: int = 100, price: str = "12.20") -> Shop:
    """`skus` SKUs with `units` each in a warehouse and in a store, at `price` tax included."""
    warehouse = make_location(
        f"W{uuid.uuid4().hex[:6]}",
        kind=LocationKind.WAREHOUSE,
        latitude=Decimal("45.07"),
        longitude=Decimal("7.69"),
    )
    store = make_location(
        f"S{uuid.uuid4().hex[:6]}",
        ships=False,
        collects=True,
        opening_hours=ALWAYS_OPEN,
        latitude=Decimal("45.46"),
        longitude=Decimal("9.19"),
    )
    goods = [make_sku() for _ in range(skus)]
    make_price_list(dict.fromkeys(goods, price))
    with transaction.atomic():
        for sku in goods:
            put(sku, warehouse, units)
            put(sku, store, units)
    return Shop(make_channel(), warehouse, store, goods)


def order_request(shop: Shop, quantity: int = 1, **changes: Any) -> OrderRequest:
    """A shipped, prepaid order of `quantity` of each SKU of the shop."""
    method = changes.get("method", "ship")
    fields: dict[str, Any] = {
        "channel": shop.channel,
        "lines": tuple(OrderLineRequest(sku.code, quantity) for sku in shop.skus),
        "contact": Contact("Ada Byron", "ada@example.com", "+39 02 1234567", "en"),
        "method": method,
        "address": MILAN if method == "ship" else None,
        "location": "" if method == "ship" else shop.store.code,
        "payment": None
        if method == "reserve"
        else PaymentRequest("external", "card", token=uuid.uuid4().hex),
    }
    return OrderRequest(**fields | changes)


def place(shop: Shop, quantity: int = 1, **changes: Any) -> Order:
    return order_place(order_request(shop, quantity, **changes), actor=ACTOR)


def place_ready(shop: Shop, **changes: Any) -> tuple[Order, FulfilmentOrder]:
    """An order whose one fulfilment order is picked and ready (at the fulfilment level)."""
    order = place(shop, **changes)
    work = order.fulfilment_orders.get()
    fulfilment_pick_all(work.pk, actor=ACTOR)
    return order, fulfilment_ready(work.pk, actor=ACTOR)


def figures(sku: Sku, location: Location) -> tuple[int, int]:
    """(on hand, allocated)."""
    stock = Stock.objects.get(sku=sku, location=location)
    return stock.on_hand, stock.allocated
