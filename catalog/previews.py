"""What a draft list or rule would change before it is published, by the same engine that prices.

Each audience is looked at by itself (with everyone's prices below it): what a company gets besides
from its parents, groups or channel is not counted.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet

from catalog.audiences import Audience
from catalog.errors import NoPrice, NoTaxRate
from catalog.models import DiscountRule, PriceList, Sku
from catalog.pricing.engine import price_basket_from
from catalog.pricing.loading import load_price_data
from catalog.pricing.types import PriceContext, PriceData, PriceRequest
from catalog.rule_words import audiences_of
from oms.core.clock import now

# Enough to judge by, and quick: what lies beyond is counted as not looked at.
MAX_SKUS = 500
MAX_AUDIENCES = 10
SHOWN = 100
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """What one audience pays for one SKU, each unit, before and after; None: no price at all."""

    audience: Audience
    sku: Sku
    quantity: int
    before: Decimal | None
    after: Decimal | None

    @property
    def percent(self) -> Decimal | None:
        if self.before is None or self.after is None or not self.before:
            return None
        return (self.after - self.before) * HUNDRED / self.before


@dataclass(slots=True)
class Preview:
    """`rows` are the largest changes; the counts are of SKU and audience pairs looked at."""

    rows: list[PreviewRow] = field(default_factory=list)
    dearer: int = 0
    cheaper: int = 0
    new: int = 0
    gone: int = 0
    unchanged: int = 0
    skus: int = 0
    skus_looked_at: int = 0
    audiences: list[Audience] = field(default_factory=list)
    audiences_left: int = 0
    currency: str = ""

    @property
    def changed(self) -> int:
        return self.dearer + self.cheaper + self.new + self.gone


def rule_skus(rule: DiscountRule) -> QuerySet[Sku]:
    """The SKUs a rule is about, without those it leaves out."""
    rows = Sku.objects.order_by("code")
    if rule.target == DiscountRule.Target.SKU:
        rows = rows.filter(pk__in=[rule.sku_id])
    elif rule.target == DiscountRule.Target.PRODUCT:
        rows = rows.filter(product=rule.product_id)
    elif rule.target == DiscountRule.Target.CATEGORY and rule.category:
        rows = rows.filter(product__category__path__startswith=rule.category.path)
    for category in rule.excluded_categories.all():
        rows = rows.exclude(product__category__path__startswith=category.path)
    return rows.exclude(pk__in=rule.excluded_skus.values("pk"))


def list_skus(price_list: PriceList) -> QuerySet[Sku]:
    """The SKUs a list has a price for, its parents' included."""
    ids = []
    current: PriceList | None = price_list
    while current is not None and current.pk not in ids:
        ids.append(current.pk)
        current = current.parent
    return Sku.objects.filter(prices__price_list__in=ids).distinct().order_by("code")


def rule_preview(rule: DiscountRule) -> Preview:
    """Each unit's price with and without the rule, at the quantity from which it applies."""

    def without(data: PriceData) -> PriceData:
        return replace(data, rules=tuple(each for each in data.rules if each.id != rule.pk))

    def load(context: PriceContext, ids: list[int]) -> PriceData:
        return load_price_data(context, ids, draft_rule=rule.pk)

    currency = rule.currency or "EUR"
    return _preview(rule, rule_skus(rule), currency, load, without)


def list_preview(price_list: PriceList) -> Preview:
    """Each unit's price with and without the list, for one unit."""

    def without(data: PriceData) -> PriceData:
        return replace(data, lists=tuple(each for each in data.lists if each.id != price_list.pk))

    def load(context: PriceContext, ids: list[int]) -> PriceData:
        return load_price_data(context, ids, draft_list=price_list.pk)

    return _preview(price_list, list_skus(price_list), price_list.currency, load, without)


def _preview(
    subject: DiscountRule | PriceList,
    rows: QuerySet[Sku],
    currency: str,
    load: Callable[[PriceContext, list[int]], PriceData],
    without: Callable[[PriceData], PriceData],
) -> Preview:
    audiences = audiences_of(subject)
    skus = {sku.pk: sku for sku in rows[:MAX_SKUS]}
    preview = Preview(
        skus=rows.count(),
        skus_looked_at=len(skus),
        audiences=audiences[:MAX_AUDIENCES],
        audiences_left=max(0, len(audiences) - MAX_AUDIENCES),
        currency=currency,
    )
    quantity = subject.min_quantity if isinstance(subject, DiscountRule) else 1
    moment = max(now(), subject.valid_from) if subject.valid_from else now()
    found: list[PreviewRow] = []
    for audience in preview.audiences:
        context = PriceContext(
            audiences=(audience,),
            currency=currency,
            country=settings.RETAILER_COUNTRY,
            at=moment,
            coupon=subject.coupon if isinstance(subject, DiscountRule) else "",
        )
        after = load(context, list(skus))
        before = without(after)
        for pk, sku in skus.items():
            request = PriceRequest(pk, quantity)
            prices = (_unit(data, context, request) for data in (before, after))
            _count(preview, PreviewRow(audience, sku, quantity, *prices), found)
    found.sort(key=lambda row: (-abs(row.percent or HUNDRED), row.sku.code))
    preview.rows = found[:SHOWN]
    return preview


def _count(preview: Preview, row: PreviewRow, found: list[PreviewRow]) -> None:
    if row.before == row.after:
        preview.unchanged += 1
        return
    found.append(row)
    if row.before is None:
        preview.new += 1
    elif row.after is None:
        preview.gone += 1
    elif row.after > row.before:
        preview.dearer += 1
    else:
        preview.cheaper += 1


def _unit(data: PriceData, context: PriceContext, request: PriceRequest) -> Decimal | None:
    try:
        return price_basket_from(data, context, [request]).lines[0].unit_price
    except (NoPrice, NoTaxRate):
        return None
