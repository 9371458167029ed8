"""A company's prices for many SKUs at once, from one load of the price engine's facts.

The engine decides every figure here; this module only asks it at several quantities, and turns
what it answers into the net unit prices that business buyers compare.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_currency
from django.utils.translation import get_language

from b2b.audiences import company_audiences
from b2b.errors import NoChannel
from b2b.models import Company
from catalog.audiences import Audience, AudienceKind
from catalog.errors import NoPrice, NoTaxRate
from catalog.pricing import PriceContext, PricedBasket, PricedLine, PriceRequest
from catalog.pricing.engine import price_basket_from
from catalog.pricing.loading import load_price_data
from oms.core.clock import now, retailer_zone
from oms.core.models import User
from oms.core.money import AMOUNT_PLACES, ZERO
from oms.orders.models import Channel
from oms.orders.status import ChannelKind

HUNDRED = Decimal(100)
# Validity ends before `valid_to`, not with it.
INSTANT = timedelta(microseconds=1)
UNIT_STEP = Decimal(1).scaleb(-AMOUNT_PLACES)


@dataclass(frozen=True, slots=True)
class Buying:
    """For whom, through which channel and when prices are asked: what placement will use too."""

    company: Company
    channel: Channel
    audiences: tuple[Audience, ...]
    country: str
    at: datetime

    @property
    def channel_audience(self) -> Audience:
        return Audience(AudienceKind.CHANNEL, self.channel.code)

    @property
    def context(self) -> PriceContext:
        return PriceContext(
            audiences=(*self.audiences, self.channel_audience),
            currency=self.channel.currency,
            country=self.country,
            at=self.at,
        )

    @property
    def public_context(self) -> PriceContext:
        """The same without the company: what the price list says to any business."""
        return PriceContext(
            audiences=(self.channel_audience,),
            currency=self.channel.currency,
            country=self.country,
            at=self.at,
        )


def buying_for(company: Company, *, person: User | None, country: str = "") -> Buying:
    """The buying context; goods go to `country`, else to the company's. Raises NoChannel."""
    return Buying(
        company=company,
        channel=b2b_channel(company),
        audiences=company_audiences(company, person),
        country=country or company.country,
        at=now(),
    )


def b2b_channel(company: Company) -> Channel:
    """The channel the company orders through: its currency, its own country first, then by code."""
    channels = Channel.objects.filter(
        kind=ChannelKind.B2B, is_active=True, currency=company.currency
    ).order_by("code")
    found = sorted(channels, key=lambda channel: channel.country != company.country)
    if not found:
        raise NoChannel(currency=company.currency)
    return found[0]


@dataclass(frozen=True, slots=True)
class Break:
    """From `quantity` units on, one unit costs `net`."""

    quantity: int
    net: Decimal
    text: str


class PriceSheet:
    """The company's prices of some SKUs; one query when made, none after."""

    def __init__(self, buying: Buying, sku_ids: Iterable[int]) -> None:
        self.buying = buying
        self.context = buying.context
        self.public = buying.public_context
        self.data = load_price_data(self.context, sku_ids)

    def line(self, sku_id: int, quantity: int) -> PricedLine | None:
        """One line by itself, None if it has no price."""
        return self._line(self.context, sku_id, quantity)

    def basket(
        self, requests: Sequence[PriceRequest]
    ) -> tuple[PricedBasket, list[PricedLine | None]]:
        """All lines together; those without a price come back as None and count for nothing."""
        unpriced: set[int] = set()
        while True:
            kept = [index for index in range(len(requests)) if index not in unpriced]
            try:
                priced = price_basket_from(
                    self.data, self.context, [requests[index] for index in kept]
                )
            except (NoPrice, NoTaxRate) as error:
                unpriced |= {kept[_index_of(issue.field)] for issue in error.issues}
                continue
            lines: list[PricedLine | None] = [None] * len(requests)
            for index, line in zip(kept, priced.lines, strict=True):
                lines[index] = line
            return priced, lines

    def list_net(self, sku_id: int, quantity: int) -> Decimal | None:
        """The net unit price any business is quoted, before rules; None where there is none."""
        line = self._line(self.public, sku_id, quantity)
        return net_of(line, line.list_price) if line is not None else None

    def breaks(self, sku_id: int, pack: int) -> list[Break]:
        """Where the unit price changes with the quantity, in whole packs, the smallest first."""
        found: list[Break] = []
        for quantity in sorted(self._steps(sku_id, pack)):
            line = self.line(sku_id, quantity)
            if line is None:
                continue
            net = unit_net(line)
            if not found or net != found[-1].net:
                found.append(Break(quantity, net, unit_text(net, self.context.currency)))
        return found

    def last_day(self, line: PricedLine) -> date | None:
        """The last day on which the price list of this line's price applies, if it ends."""
        codes = {step["list"] for step in line.trace if step["step"] == "price"}
        end = next((facts.valid_to for facts in self.data.lists if facts.code in codes), None)
        return (end - INSTANT).astimezone(retailer_zone()).date() if end is not None else None

    def _steps(self, sku_id: int, pack: int) -> set[int]:
        ancestors = {facts.id: facts for facts in self.data.lists}
        quantities = {
            quantity for facts in ancestors.values() for quantity, _ in facts.prices.get(sku_id, ())
        }
        quantities |= {rule.min_quantity for rule in self.data.rules}
        return {pack} | {full_packs(quantity, pack) for quantity in quantities}

    def _line(self, context: PriceContext, sku_id: int, quantity: int) -> PricedLine | None:
        try:
            return price_basket_from(self.data, context, [PriceRequest(sku_id, quantity)]).lines[0]
        except (NoPrice, NoTaxRate):
            return None


def _index_of(field: str) -> int:
    """The line an engine's issue is about: `lines[3].sku` → 3."""
    return int(field.partition("[")[2].partition("]")[0])


def full_packs(quantity: int, pack: int) -> int:
    """`quantity` raised to whole packs."""
    return max(-(-quantity // pack), 1) * pack


def unit_net(line: PricedLine) -> Decimal:
    """What one unit costs the company without tax; at most four decimals."""
    return net_of(line, line.unit_price)


def net_of(line: PricedLine, amount: Decimal) -> Decimal:
    """`amount` of the line's price list without tax, half up to four decimals."""
    if not line.tax_included:
        return amount
    return (amount * HUNDRED / (HUNDRED + line.tax_percent)).quantize(UNIT_STEP, ROUND_HALF_UP)


def unit_text(amount: Decimal | None, currency: str) -> str:
    """A unit price with all its decimals: "€0.0375", "€12.50"."""
    if amount is None:
        return ""
    exact = (amount or ZERO).normalize()
    return str(
        format_currency(exact, currency, locale=get_language() or "en", decimal_quantization=False)
    )
