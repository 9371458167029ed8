"""Goods of the demo that are not new: opened, refurbished and used ones, in two stores."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from catalog.models import PriceList, Sku
from catalog.services.prices import PriceChange, price_set
from catalog.services.products import catalog_upsert
from catalog.status import SkuCondition
from inventory.models import Location
from inventory.services.adjustment import StockChange, adjust
from inventory.status import AdjustmentReason, MovementKind
from oms.core.actors import Actor
from oms.office.demo.articles import Article
from oms.office.demo.people import HOME_STORE, OTHER_STORE
from oms.office.demo.prices import TRADE, cents

C = SkuCondition
# What was paid for them, of the price they are sold at.
COST = Decimal("0.40")


class Offer(NamedTuple):
    """The first SKU of a product in another condition: the share of its price, units per store."""

    product: str
    condition: SkuCondition
    share: str
    units: tuple[int, int]


OFFERS = (
    Offer("Bistro table Caffè", C.OPENED, "0.85", (2, 1)),
    Offer("Bistro table Caffè", C.USED, "0.55", (1, 2)),
    Offer("Parasol Riviera", C.USED, "0.50", (1, 1)),
    Offer("Charcoal grill Brace", C.OPENED, "0.80", (1, 2)),
    Offer("Hose reel Avvolgi", C.REFURBISHED, "0.70", (3, 2)),
    Offer("Cordless drill Trapano 18V", C.OPENED, "0.85", (1, 1)),
    Offer("Cordless drill Trapano 18V", C.REFURBISHED, "0.65", (2, 4)),
)


def second_hand_make(
    articles: Sequence[Article], locations: Mapping[str, Location], *, actor: Actor
) -> None:
    """Their SKUs with the new ones' barcodes, prices in the two base lists, and a few units."""
    first: dict[str, Article] = {}
    for article in articles:
        first.setdefault(str(article.row.product_name), article)
    offers = {_code(first[offer.product], offer): offer for offer in OFFERS}
    prices = {
        code: first[offer.product].price * Decimal(offer.share) for code, offer in offers.items()
    }
    rows = [
        replace(
            first[offer.product].row,
            sku=code,
            condition=offer.condition.value,
            cost=cents(prices[code] * COST),
        )
        for code, offer in offers.items()
    ]
    catalog_upsert(rows, actor=actor, cause="demo")
    ids = dict(Sku.objects.filter(code__in=offers).values_list("code", "pk"))
    for name, factor in (("retail", Decimal(1)), ("trade", TRADE)):
        changes = [PriceChange(ids[code], 1, cents(prices[code] * factor)) for code in offers]
        price_set(PriceList.objects.get(code=name).pk, changes, actor=actor, cause="demo")
    stores = (locations[HOME_STORE].pk, locations[OTHER_STORE].pk)
    adjust(
        [
            StockChange(
                ids[code],
                store,
                units,
                reason=AdjustmentReason.OPENING,
                kind=MovementKind.RECEIVED,
            )
            for code, offer in offers.items()
            for store, units in zip(stores, offer.units, strict=True)
        ],
        cause="opening stock",
        actor=actor,
    )


def _code(article: Article, offer: Offer) -> str:
    return f"{article.code}-{offer.condition.value[:4].upper()}"
