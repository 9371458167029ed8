"""Prices for lines: `price_basket` loads the facts in one query and runs the pure engine.

A dedicated price beats a list price, and among discount rules the most specific target wins unless
a rule says it stacks; ties go to the higher priority, then to the newest.
"""

from collections.abc import Sequence

from catalog.errors import NoPrice, NoTaxRate
from catalog.pricing.caps import at_most
from catalog.pricing.engine import price_basket_from
from catalog.pricing.loading import load_price_data
from catalog.pricing.types import (
    PriceContext,
    PricedBasket,
    PricedLine,
    PriceRequest,
)

__all__ = [
    "PriceContext",
    "PriceRequest",
    "PricedBasket",
    "PricedLine",
    "at_most",
    "price_basket",
    "price_each",
]


def price_basket(requests: Sequence[PriceRequest], context: PriceContext) -> PricedBasket:
    """Price lines for a buyer; one query whatever their number.

    Raises InvalidInput (quantity below 1), NoPrice, NoTaxRate; each names the lines at fault.
    """
    data = load_price_data(context, {request.sku_id for request in requests})
    return price_basket_from(data, context, requests)


def price_each(requests: Sequence[PriceRequest], context: PriceContext) -> list[PricedLine | None]:
    """Price each line as the only one of its basket; None where there is no price or tax rate.

    One query whatever their number. Raises InvalidInput (quantity below 1).
    """
    data = load_price_data(context, {request.sku_id for request in requests})
    priced: list[PricedLine | None] = []
    for request in requests:
        try:
            (line,) = price_basket_from(data, context, [request]).lines
        except (NoPrice, NoTaxRate):
            priced.append(None)
        else:
            priced.append(line)
    return priced
