"""A priced line for no more than was agreed."""

from dataclasses import replace
from decimal import Decimal

from catalog.pricing.engine import HUNDRED
from catalog.pricing.types import PricedLine
from oms.core.money import AMOUNT_PLACES, round_money


def at_most(line: PricedLine, gross: Decimal, currency: str, *, instead_of: str) -> PricedLine:
    """`line` for `gross` where it would come to more; the trace says what it stands in for.

    `gross` is of the whole line, tax included, in whole minor units. The unit price is what that
    comes to, to four decimals.
    """
    if line.gross <= gross:
        return line
    net = round_money(gross * HUNDRED / (HUNDRED + line.tax_percent), currency)
    unit = (gross if line.tax_included else net) / line.quantity
    unit = unit.quantize(Decimal(1).scaleb(-AMOUNT_PLACES))
    *steps, tax = line.trace
    capped = {
        "step": "capped",
        "instead_of": instead_of,
        "before": str(line.unit_price),
        "after": str(unit),
    }
    told = tax | {"net": str(net), "tax": str(gross - net), "gross": str(gross)}
    return replace(
        line,
        unit_price=unit,
        net=net,
        tax=gross - net,
        gross=gross,
        trace=[*steps, capped, told],
    )
