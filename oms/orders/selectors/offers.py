"""Before an order: what is there, what it costs, when it comes. Nothing is claimed by asking."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.models import Sku
from catalog.pricing import PriceContext, PricedBasket, PriceRequest, price_basket
from catalog.selectors import parts_of, skus_by_code
from catalog.status import SkuStatus
from inventory.models import Location
from inventory.selectors import availability
from oms.core.clock import now
from oms.core.errors import InvalidInput
from oms.orders.methods import Method, method_of, methods
from oms.orders.requests import Address, OrderRequest
from oms.orders.services.baskets import skus_resolve
from oms.orders.services.placement import audiences_of
from oms.sourcing.distance import distance_km
from oms.sourcing.services import source
from oms.sourcing.solver import Line, parts_needed


@dataclass(frozen=True, slots=True)
class Quote:
    """A priced basket; `country` is the place of supply."""

    skus: tuple[Sku, ...]
    prices: PricedBasket
    country: str


@dataclass(frozen=True, slots=True)
class ShipOption:
    """A parcel home: from where, and when it leaves; no locations if it cannot be had."""

    locations: tuple[Location, ...]
    promised_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoreOption:
    """Collecting at one store."""

    location: Location
    available: bool
    promised_at: datetime | None
    distance_km: float | None
    methods: tuple[str, ...]


def basket_quote(request: OrderRequest) -> Quote:
    """What the lines would cost now. Raises InvalidInput, NoPrice, NoTaxRate."""
    method = method_of(request.method)
    skus, issues = skus_resolve(request.lines)
    if method.is_pickup:
        issues = [*method.check(request), *issues]
    if issues:
        raise InvalidInput(issues)
    locations = method.candidates(request) if method.is_pickup else []
    country = method.supply_country(request, locations)
    prices = price_basket(
        [
            PriceRequest(sku.pk, line.quantity)
            for sku, line in zip(skus, request.lines, strict=True)
        ],
        PriceContext(
            audiences=audiences_of(request, method),
            currency=request.channel.currency,
            country=country,
            at=now(),
            coupon=request.coupon,
        ),
    )
    return Quote(skus, prices, country)


def sold_by_code(codes: Iterable[str]) -> tuple[dict[str, int], list[str]]:
    """The SKU id of each code as it was asked for; and the codes that are not sold. One query."""
    asked = list(dict.fromkeys(codes))
    found = {
        code: sku.pk for code, sku in skus_by_code(asked).items() if sku.status == SkuStatus.ACTIVE
    }
    known = {code: found[code.strip().upper()] for code in asked if code.strip().upper() in found}
    return known, [code for code in asked if code not in known]


def basket_options(
    request: OrderRequest,
) -> tuple[ShipOption, list[StoreOption]]:
    """How the basket could reach the customer: shipped, or collected at each store.

    Stores come nearest first where the address has a place, else by name. Raises InvalidInput.
    """
    skus, issues = skus_resolve(request.lines)
    if issues:
        raise InvalidInput(issues)
    parts = parts_of(skus)
    lines = [
        Line(position, sku.pk, line.quantity, parts[sku.pk])
        for position, (sku, line) in enumerate(zip(skus, request.lines, strict=True), 1)
    ]
    place = _place(request.address)
    return _shipped(request, lines, place), _collected(request, lines, place)


def _place(address: Address | None) -> tuple[float, float] | None:
    if address is None or address.latitude is None or address.longitude is None:
        return None
    return (float(address.latitude), float(address.longitude))


def _shipped(
    request: OrderRequest, lines: Sequence[Line], place: tuple[float, float] | None
) -> ShipOption:
    method = method_of("ship")
    locations = {one.pk: one for one in method.candidates(request)}
    outcome = source(
        lines, list(locations.values()), destination=place, channel=request.channel.code
    )
    chosen = tuple(locations[pk] for pk in outcome.locations)
    moment = now()
    return ShipOption(chosen, max((method.promise(one, moment) for one in chosen), default=None))


def _collected(
    request: OrderRequest, lines: Sequence[Line], place: tuple[float, float] | None
) -> list[StoreOption]:
    pickups = [method for method in methods() if method.is_pickup]
    stores = list(Location.objects.filter(is_active=True, collects=True).order_by("name", "pk"))
    need = parts_needed(lines)
    for line in lines:
        if line.is_kit:
            need[line.sku_id] = need.get(line.sku_id, 0) + line.quantity
    stock = availability(
        need, location_ids=[one.pk for one in stores], channel=request.channel.code
    )
    options = [
        _store_option(
            one,
            pickups,
            all(stock.get((part, one.pk), 0) >= units for part, units in need.items()),
            place,
        )
        for one in stores
    ]
    return sorted(options, key=lambda one: (one.distance_km is None, one.distance_km or 0.0))


def _store_option(
    store: Location,
    pickups: Sequence[Method],
    available: bool,
    place: tuple[float, float] | None,
) -> StoreOption:
    distance = None
    if place is not None and store.latitude is not None and store.longitude is not None:
        here = (float(store.latitude), float(store.longitude))
        distance = round(distance_km(here, place), 1)
    return StoreOption(
        location=store,
        available=available and bool(pickups),
        promised_at=max(method.promise(store, now()) for method in pickups)
        if available and pickups
        else None,
        distance_km=distance,
        methods=tuple(method.code for method in pickups),
    )
