"""Prices for lines: `price_basket` loads the facts in one query and runs the pure engine.

A dedicated price beats a list price, and among discount rules the most specific target wins unless
a rule says it stacks; ties go to the higher priority, then to the newest.
"""

from collections.abc import Sequence

from catalog.pricing.caps import at_most
from catalog.pricing.engine import price_basket_from
from catalog.pricing.loading import load_price_data
from catalog.pricing.types import (
    PriceContext,
    PricedBasket,
    PricedLine,
    PriceRequest,
)

__all__ = ["PriceContext", "PriceRequest", "PricedBasket", "PricedLine", "at_most", "price_basket"]


def price_basket(requests: Sequence[PriceRequest], context: PriceContext) -> PricedBasket:
    """Price lines for a buyer; one query whatever their number.

    Raises InvalidInput (quantity below 1), NoPrice, NoTaxRate; each names the lines at fault.
    """
    data = load_price_data(context, {request.sku_id for request in requests})
    return price_basket_from(data, context, requests)
