"""A retailer for benchmarks: a warehouse, 12 stores, 200 SKUs with prices and plenty of stock."""

import uuid
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from catalog.models import (
    Category,
    Price,
    PriceList,
    PriceListAudience,
    Product,
    Sku,
    TaxClass,
    TaxRate,
)
from catalog.status import PublicationStatus
from inventory.models import Location
from inventory.services.adjustment import StockChange, adjust
from inventory.status import LocationKind, MovementKind
from oms.core.actors import system_actor
from oms.core.api.authentication import api_key_create
from oms.orders.models import Channel
from oms.orders.status import ChannelKind

UNITS = 10_000_000
ACTOR = system_actor("benchmark")


@dataclass(frozen=True)
class Retailer:
    channel: Channel
    skus: list[Sku]
    locations: list[Location]
    token: str


@transaction.atomic
def make_retailer(skus: int = 200, stores: int = 12) -> Retailer:
    """A fresh one each time, under codes of its own."""
    mark = uuid.uuid4().hex[:6].upper()
    channel = Channel.objects.create(code=f"bench-{mark}", name=mark, kind=ChannelKind.ESHOP)
    tax = TaxClass.objects.create(code=mark, name=mark)
    TaxRate.objects.create(tax_class=tax, country="IT", percent=Decimal(22))
    root = Category.add_root(code=mark, name=mark)
    product = Product.objects.create(code=mark, name=mark, category=root)
    goods = Sku.objects.bulk_create(
        Sku(product=product, code=f"{mark}-{n}", name=f"Thing {n}", tax_class=tax)
        for n in range(skus)
    )
    prices = PriceList.objects.create(
        code=mark, name=mark, currency="EUR", status=PublicationStatus.ACTIVE
    )
    PriceListAudience.objects.create(price_list=prices, kind="channel", key=channel.code)
    Price.objects.bulk_create(
        Price(price_list=prices, sku=sku, min_quantity=n, amount=Decimal("12.20") - n)
        for sku in goods
        for n in (1, 10)
    )
    locations = [
        Location.objects.create(
            code=f"{mark}{n}",
            name=f"{mark} {n}",
            kind=LocationKind.STORE if n else LocationKind.WAREHOUSE,
            latitude=Decimal(41 + n % 5),
            longitude=Decimal(8 + n % 7),
        )
        for n in range(stores + 1)
    ]
    adjust(
        [
            StockChange(sku.pk, one.pk, UNITS, reason="opening", kind=MovementKind.RECEIVED)
            for sku in goods
            for one in locations
        ],
        cause="opening",
        actor=ACTOR,
    )
    _key, token = api_key_create(
        name=mark, scopes=["orders:write"], actor=ACTOR, bound_to=("channel", channel)
    )
    return Retailer(channel, goods, locations, token)
