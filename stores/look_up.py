"""What the counter's look-up shows of an item: its price here, and where it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from catalog.audiences import Audience, AudienceKind
from catalog.errors import NoPrice
from catalog.models import Sku
from catalog.pricing import PriceContext, PriceRequest, price_basket
from catalog.selectors import skus_meant, skus_search
from catalog.status import SkuStatus
from inventory.hours import is_open, next_opening
from inventory.models import Location
from inventory.selectors import availability
from inventory.status import LocationKind
from oms.core.clock import now
from oms.core.errors import InvalidInput
from oms.orders.models import Channel
from oms.orders.status import ChannelKind
from oms.sourcing.distance import distance_km

FOUND_ITEMS = 20
MIN_TEXT = 2


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Available units at another location. `opens` is None while it is open, or if it never is."""

    location: Location
    units: int
    distance_km: float | None
    is_open: bool
    opens: datetime | None


def item_exactly(text: str) -> Sku | None:
    """The item with this code or GTIN; in the best condition it is kept in."""
    return next((skus[0] for skus in skus_meant([text]).values()), None)


def items_found(text: str) -> Sequence[Sku]:
    """Items that are sold whose code, name or GTIN holds every word."""
    if len(text) < MIN_TEXT:
        return []
    rows = skus_search(Sku.objects.filter(status=SkuStatus.ACTIVE), text)
    return list(rows.select_related("product").order_by("name", "code")[:FOUND_ITEMS])


def units_here(skus: Sequence[Sku], location: Location) -> dict[int, int]:
    """SKU id → available units at the store."""
    units = availability([sku.pk for sku in skus], location_ids=[location.pk])
    return {sku_id: there for (sku_id, _location), there in units.items()}


def price_at(sku: Sku, location: Location) -> tuple[Decimal, Decimal, str] | None:
    """(price, price before discounts, currency) of one unit at the store's till, tax included.

    None where it has no price there.
    """
    till = Channel.objects.filter(kind=ChannelKind.TILL, is_active=True).order_by("pk").first()
    audiences = [Audience(AudienceKind.STORE, location.code)]
    if till is not None:
        audiences.append(Audience(AudienceKind.CHANNEL, till.code))
    try:
        basket = price_basket(
            [PriceRequest(sku.pk, 1)],
            PriceContext(
                audiences=tuple(audiences),
                currency=till.currency if till else "EUR",
                country=location.country,
                at=now(),
            ),
        )
    except (NoPrice, InvalidInput):
        return None
    line = basket.lines[0]
    before = line.list_price if line.tax_included and line.unit_price < line.list_price else None
    return line.gross, before or line.gross, basket.currency


def elsewhere(sku: Sku, here: Location) -> Sequence[Elsewhere]:
    """Where else it is available, the nearest first; three queries at most.

    Of every store and warehouse of the retailer: units that a customer may have are no secret
    among its clerks, the figures behind them are.
    """
    places = Location.objects.filter(
        is_active=True, kind__in=[LocationKind.STORE, LocationKind.WAREHOUSE]
    ).exclude(pk=here.pk)
    by_id = {place.pk: place for place in places}
    units = availability([sku.pk], location_ids=by_id)
    found = [
        _elsewhere(by_id[place], there, here) for (_sku, place), there in units.items() if there
    ]
    return sorted(
        found, key=lambda one: (one.distance_km is None, one.distance_km or 0.0, one.location.name)
    )


def _elsewhere(place: Location, units: int, here: Location) -> Elsewhere:
    distance = None
    a, b = _point(place), _point(here)
    if a is not None and b is not None:
        distance = round(distance_km(a, b), 1)
    moment = now()
    opened = is_open(place, moment)
    return Elsewhere(
        place, units, distance, opened, None if opened else next_opening(place, moment)
    )


def _point(location: Location) -> tuple[float, float] | None:
    if location.latitude is None or location.longitude is None:
        return None
    return (float(location.latitude), float(location.longitude))
