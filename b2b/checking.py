"""Checking what somebody wants to order: the one set of rules for basket, quick order and reorder.

A *stop* keeps a line out of the order until it is put right; a *warning* is only said. Nothing is
changed on the way: a rounded quantity is an offer the buyer takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from b2b.prices import Buying, PriceSheet, full_packs, unit_net, unit_text
from b2b.selectors.stock import StockWord, shippable, stock_word
from catalog.models import Sku
from catalog.pricing import PricedBasket, PricedLine, PriceRequest
from catalog.status import SkuStatus
from oms.core.formats import format_quantity
from oms.core.money import ZERO

MAX_QUANTITY = 1_000_000
MAX_LINES = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` is stable; `offer` is a quantity that would put the line right, if there is one."""

    code: str
    text: str
    stops: bool = True
    offer: int | None = None


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """One wanted line with its price (None: it has none), stock and what is wrong with it."""

    sku: Sku
    quantity: int
    price: PricedLine | None
    list_net: Decimal | None
    available: int
    problems: tuple[Problem, ...]
    currency: str

    @property
    def stops(self) -> bool:
        return any(problem.stops for problem in self.problems)

    @property
    def offer(self) -> int | None:
        return next((p.offer for p in self.problems if p.offer is not None), None)

    @property
    def stock(self) -> StockWord:
        return stock_word(self.available, self.sku.pack_size, wanted=self.quantity)

    @property
    def unit_net(self) -> Decimal | None:
        return unit_net(self.price) if self.price is not None else None

    @property
    def unit_text(self) -> str:
        return unit_text(self.unit_net, self.currency)

    @property
    def list_text(self) -> str:
        """The list price where the company pays less; else nothing."""
        if self.list_net is None or self.unit_net is None or self.list_net <= self.unit_net:
            return ""
        return unit_text(self.list_net, self.currency)


@dataclass(frozen=True)
class CheckedOrder:
    """Lines checked together; `priced` sums those that have a price."""

    lines: tuple[CheckedLine, ...]
    priced: PricedBasket

    @cached_property
    def stopped(self) -> tuple[CheckedLine, ...]:
        return tuple(line for line in self.lines if line.stops)

    @cached_property
    def good(self) -> tuple[CheckedLine, ...]:
        return tuple(line for line in self.lines if not line.stops)

    @cached_property
    def to_round(self) -> tuple[CheckedLine, ...]:
        return tuple(line for line in self.lines if line.offer is not None)

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)


def check_lines(buying: Buying, wanted: Sequence[tuple[Sku, int]]) -> CheckedOrder:
    """Price and check the lines; five queries whatever their number, none without lines."""
    if not wanted:
        currency = buying.channel.currency
        return CheckedOrder((), PricedBasket((), ZERO, ZERO, ZERO, currency))
    ids = {sku.pk for sku, _quantity in wanted}
    sheet = PriceSheet(buying, ids)
    available = shippable(ids, channel=buying.channel.code)
    priced, prices = sheet.basket(
        [PriceRequest(sku.pk, min(max(quantity, 1), MAX_QUANTITY)) for sku, quantity in wanted]
    )
    lines = tuple(
        CheckedLine(
            sku=sku,
            quantity=quantity,
            price=price,
            list_net=sheet.list_net(sku.pk, max(quantity, 1)),
            available=available.get(sku.pk, 0),
            problems=tuple(_problems(sku, quantity, price, available.get(sku.pk, 0))),
            currency=priced.currency,
        )
        for (sku, quantity), price in zip(wanted, prices, strict=True)
    )
    return CheckedOrder(lines, priced)


def _problems(sku: Sku, quantity: int, price: PricedLine | None, available: int) -> list[Problem]:
    if sku.status != SkuStatus.ACTIVE:
        return [Problem("discontinued", _("No longer sold"))]
    if price is None:
        return [Problem("no_price", _("No price for you: ask us for a quote"))]
    found: list[Problem] = []
    if quantity > MAX_QUANTITY:
        most = format_quantity(MAX_QUANTITY)
        found.append(Problem("too_many", _("Order %(n)s at most") % {"n": most}))
    elif quantity % sku.pack_size:
        text = _("Sold in packs of %(pack)s") % {"pack": format_quantity(sku.pack_size)}
        found.append(Problem("not_multiple", text, offer=full_packs(quantity, sku.pack_size)))
    if quantity > available:
        text = (
            _("Only %(n)s can be shipped now") % {"n": format_quantity(available)}
            if available
            else _("Out of stock")
        )
        found.append(Problem("short", text, stops=False))
    return found
