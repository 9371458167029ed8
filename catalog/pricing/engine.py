"""The price engine: a pure function from facts, a buyer and lines to priced lines with a trace.

The precedence, in one sentence: a dedicated price beats a list price, and among discount rules the
most specific target wins unless a rule says it stacks; ties go to the higher priority, then to the
newest.

Each line counts by itself: two lines of the same SKU do not add up to a better break, so that what
a line costs can be read off the line. Every line amount is rounded half up on its own, net + tax =
gross on each, and totals are sums of lines.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from catalog.errors import NoPrice, NoTaxRate
from catalog.pricing.eligibility import Scene, scene_of
from catalog.pricing.lists import BasePrice, base_price, candidates_of
from catalog.pricing.rules import LineValue, discounted, speaking
from catalog.pricing.types import (
    PriceContext,
    PriceData,
    PricedBasket,
    PricedLine,
    PriceRequest,
    Step,
)
from oms.core.errors import InvalidInput, Issue
from oms.core.money import ZERO, round_money

HUNDRED = Decimal(100)


def price_basket_from(
    data: PriceData, context: PriceContext, requests: Sequence[PriceRequest]
) -> PricedBasket:
    """Price `requests` from facts alone; lines come back in their order.

    Raises InvalidInput (quantity below 1), NoPrice, NoTaxRate, each naming all the lines at fault
    as `lines[0].sku` and so on.
    """
    scene = scene_of(context)
    bases, lists_passed = _base_prices(data, scene, requests)
    heard, rules_silent = speaking(data, scene)
    basket_value = sum(
        (base.amount * request.quantity for base, request in zip(bases, requests, strict=True)),
        ZERO,
    )
    lines: list[PricedLine] = []
    for base, request in zip(bases, requests, strict=True):
        value = LineValue(data.skus[request.sku_id], request.quantity, base.amount, basket_value)
        unit, steps = discounted(value, heard, scene, complete=data.complete)
        lines.append(
            _with_tax(
                value,
                unit,
                scene,
                tax_included=base.tax_included,
                trace=[*base.steps, *lists_passed, *steps, *rules_silent],
            )
        )
    return PricedBasket(
        lines=tuple(lines),
        net=sum((line.net for line in lines), ZERO),
        tax=sum((line.tax for line in lines), ZERO),
        gross=sum((line.gross for line in lines), ZERO),
        currency=context.currency,
    )


def _base_prices(
    data: PriceData, scene: Scene, requests: Sequence[PriceRequest]
) -> tuple[list[BasePrice], list[Step]]:
    asked, lists_passed = candidates_of(data, scene)
    lists = {facts.id: facts for facts in data.lists}
    bases: list[BasePrice] = []
    uncounted: list[Issue] = []
    unpriced: list[Issue] = []
    untaxed: list[Issue] = []
    for index, request in enumerate(requests):
        sku = data.skus.get(request.sku_id)
        if request.quantity < 1:
            uncounted.append(Issue(f"lines[{index}].quantity", _("Order at least one"), "min"))
            continue
        base = base_price(request, asked, lists, scene) if sku is not None else None
        if sku is None or base is None:
            unpriced.append(_no_price(index, sku.code if sku else str(request.sku_id), scene))
        elif sku.tax_percent is None:
            untaxed.append(_no_rate(index, sku.code, sku.tax_class, scene))
        else:
            bases.append(base)
    if uncounted:
        raise InvalidInput(uncounted)
    if unpriced:
        raise NoPrice(unpriced)
    if untaxed:
        raise NoTaxRate(untaxed)
    return bases, lists_passed


def _with_tax(
    value: LineValue, unit: Decimal, scene: Scene, *, tax_included: bool, trace: list[Step]
) -> PricedLine:
    percent = value.sku.tax_percent
    assert percent is not None  # noqa: S101 - _base_prices refused it
    currency = scene.context.currency
    amount = round_money(unit * value.quantity, currency)
    if tax_included:
        gross = amount
        net = round_money(gross * HUNDRED / (HUNDRED + percent), currency)
        tax = gross - net
    else:
        net = amount
        tax = round_money(net * percent / HUNDRED, currency)
        gross = net + tax
    trace.append(
        {
            "step": "tax",
            "tax_class": value.sku.tax_class,
            "country": scene.context.country,
            "percent": str(percent),
            "net": str(net),
            "tax": str(tax),
            "gross": str(gross),
        }
    )
    return PricedLine(
        sku_id=value.sku.id,
        quantity=value.quantity,
        list_price=value.list_price,
        unit_price=unit,
        tax_included=tax_included,
        tax_percent=percent,
        net=net,
        tax=tax,
        gross=gross,
        trace=trace,
    )


def _no_price(index: int, sku: str, scene: Scene) -> Issue:
    message = _("%(sku)s has no price in %(currency)s for this buyer and quantity")
    text = message % {"sku": sku, "currency": scene.context.currency}
    return Issue(f"lines[{index}].sku", text, "no_price")


def _no_rate(index: int, sku: str, tax_class: str, scene: Scene) -> Issue:
    message = _("%(sku)s has no tax rate for tax class %(tax_class)s in %(country)s")
    text = message % {"sku": sku, "tax_class": tax_class, "country": scene.context.country}
    return Issue(f"lines[{index}].sku", text, "no_tax_rate")
