"""What goes into the price engine and what comes out: plain frozen values, no model instances."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from catalog.audiences import Audience

Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """One line to price, whole units."""

    sku_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class PriceContext:
    """Who buys, where and when.

    `audiences` are the buyer's, most specific first; everyone is implied and comes last.
    `country` (ISO 3166, two letters) is the place of supply. `coupon` in any case.
    """

    audiences: tuple[Audience, ...]
    currency: str
    country: str
    at: datetime
    coupon: str = ""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A priced line. `list_price` and `unit_price` (at most 4 decimals) include tax or not as
    `tax_included` says; `net`, `tax`, `gross` are of the whole line, in whole minor units.
    """

    sku_id: int
    quantity: int
    list_price: Decimal
    unit_price: Decimal
    tax_included: bool
    tax_percent: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    trace: list[Step]


@dataclass(frozen=True, slots=True)
class PricedBasket:
    lines: tuple[PricedLine, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    currency: str


class Reason(StrEnum):
    """Why a price list or rule was passed over. Stored in traces: never rename one."""

    # Either; the first five only where everything is asked for ("test a basket").
    DRAFT = "draft"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    AUDIENCE = "audience"
    CURRENCY = "currency"
    LESS_SPECIFIC = "less_specific"
    LOWER_PRIORITY = "lower_priority"
    OLDER = "older"
    # Price lists
    NO_PRICE = "no_price"
    BELOW_BREAK = "below_break"
    # Discount rules
    TARGET = "target"
    EXCLUDED = "excluded"
    COUPON = "coupon"
    QUANTITY = "quantity"
    LINE_VALUE = "line_value"
    BASKET_VALUE = "basket_value"
    STOPPED = "stopped"
    NOT_LOWER = "not_lower"


@dataclass(frozen=True, slots=True)
class SkuFacts:
    """`path` is the treebeard path of the product's category; no rate is None."""

    id: int
    code: str
    product_id: int
    path: str
    tax_class: str
    tax_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class ListFacts:
    """A price list; `prices` holds, per SKU, (minimum quantity, amount) by rising quantity."""

    id: int
    code: str
    name: str
    version: int
    published: bool
    priority: int
    valid_from: datetime | None
    valid_to: datetime | None
    currency: str
    tax_included: bool
    parent_id: int | None
    percent: Decimal
    audiences: frozenset[str]
    prices: Mapping[int, tuple[tuple[int, Decimal], ...]]


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A discount rule; categories are given as their treebeard paths."""

    id: int
    uid: str
    name: str
    version: int
    published: bool
    priority: int
    valid_from: datetime | None
    valid_to: datetime | None
    currency: str
    target: str
    path: str
    product_id: int | None
    sku_id: int | None
    excluded_paths: tuple[str, ...]
    excluded_skus: frozenset[int]
    effect: str
    value: Decimal
    stacking: str
    min_quantity: int
    min_line_value: Decimal
    min_basket_value: Decimal
    coupon: str
    audiences: frozenset[str]


@dataclass(frozen=True, slots=True)
class PriceData:
    """Everything the engine needs for some SKUs. Row order means nothing.

    `complete`: all lists and rules are here, whoever they are for, and the trace tells of each;
    else only what can matter for the context was loaded.
    """

    skus: Mapping[int, SkuFacts]
    lists: tuple[ListFacts, ...]
    rules: tuple[RuleFacts, ...]
    complete: bool = False
