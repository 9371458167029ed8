"""Opening stock with a realistic spread, and what the ledger of a month looks like besides sales.

Some SKUs are sold out, some lie in stores only, some in the warehouse only: sourcing, splits and
empty shelves can all be seen.
"""

from collections.abc import Mapping, Sequence
from random import Random

from django.db.models import Case, IntegerField, Value, When

from inventory.models import Location, Stock
from inventory.services.adjustment import StockChange, adjust
from inventory.status import AdjustmentReason, MovementKind
from oms.core.actors import Actor
from oms.office.demo.articles import Article
from oms.office.demo.places import STORES, WAREHOUSE

STORE_ONLY = 0.05
WAREHOUSE_ONLY = 0.12
SOLD_OUT = 0.03
EMPTY_SHELF = 0.06
WAREHOUSE_SAFETY = 5


class Shelves:
    """Where what was put: the loader's own note, for choosing baskets that can be had."""

    def __init__(self) -> None:
        self.units: dict[str, dict[int, int]] = {}
        self.store_only: list[Article] = []
        self.warehouse_only: list[Article] = []

    def put(self, location: str, article: Article, units: int) -> None:
        self.units.setdefault(location, {})[article.sku_id] = units

    def at(self, location: str, articles: Sequence[Article], *, least: int) -> list[Article]:
        """Those of `articles` of which `location` got at least so many."""
        here = self.units.get(location, {})
        return [article for article in articles if here.get(article.sku_id, 0) >= least]


def stock_make(
    articles: Sequence[Article], locations: Mapping[str, Location], *, rng: Random, actor: Actor
) -> Shelves:
    """Opening stock everywhere, in one statement, and safety stock."""
    shelves = Shelves()
    for article in articles:
        if not article.row.components:
            _spread(article, shelves, rng)
    adjust(
        [
            StockChange(
                sku_id,
                locations[code].pk,
                units,
                reason=AdjustmentReason.OPENING,
                kind=MovementKind.RECEIVED,
            )
            for code, here in shelves.units.items()
            for sku_id, units in here.items()
        ],
        cause="opening stock",
        actor=actor,
    )
    _safety_stock(locations)
    return shelves


def _spread(article: Article, shelves: Shelves, rng: Random) -> None:
    fate = rng.random()
    if not article.is_sold:
        # The last pieces of what is no longer sold.
        for place in STORES:
            if rng.random() < 0.4:
                shelves.put(place.code, article, rng.randint(0, 2))
        return
    if fate < SOLD_OUT:
        shelves.put(WAREHOUSE.code, article, 0)
        return
    volume = _volume(article, rng)
    in_stores = not SOLD_OUT <= fate < SOLD_OUT + WAREHOUSE_ONLY
    in_warehouse = not fate >= 1 - STORE_ONLY
    if in_warehouse:
        shelves.put(WAREHOUSE.code, article, volume * rng.randint(14, 30) + WAREHOUSE_SAFETY)
    if not in_stores:
        shelves.warehouse_only.append(article)
        return
    if not in_warehouse:
        shelves.store_only.append(article)
    for place in STORES:
        if rng.random() < place.share:
            units = 0 if rng.random() < EMPTY_SHELF else rng.randint(3, 4 + 3 * volume)
            shelves.put(place.code, article, units)


def _volume(article: Article, rng: Random) -> int:
    """How briskly it sells: cheap things by the dozen, dear ones singly."""
    brisk = 6 if article.price < 8 else 3 if article.price < 30 else 2 if article.price < 80 else 1
    return brisk + rng.randint(0, 2)


def _safety_stock(locations: Mapping[str, Location]) -> None:
    """A setting of the stock row, not a movement: written without the ledger."""
    warehouse = locations[WAREHOUSE.code].pk
    Stock.objects.filter(on_hand__gt=0).update(
        safety_stock=Case(
            When(location=warehouse, then=Value(WAREHOUSE_SAFETY)),
            When(on_hand__gte=8, then=Value(1)),
            default=Value(0),
            output_field=IntegerField(),
        )
    )


def delivery(
    number: int,
    articles: Sequence[Article],
    location: Location,
    *,
    rng: Random,
    actor: Actor,
) -> None:
    """A delivery from a supplier: whole packs of some SKUs."""
    chosen = rng.sample(list(articles), min(12, len(articles)))
    adjust(
        [
            StockChange(
                article.sku_id,
                location.pk,
                article.pack * rng.randint(2, 6),
                reason=AdjustmentReason.RECEIPT,
                source_reference=f"delivery-{number}-{article.code}",
                kind=MovementKind.RECEIVED,
            )
            for article in chosen
        ],
        cause=f"delivery {number}",
        actor=actor,
    )
