"""The three-way match: what was ordered, what came, what is to be paid. Pure.

Compared line by line over all invoices of a purchase order. Dearer than agreed on beyond the
tolerance, or more units than came, differs; what came and is not invoiced yet is no difference,
for the invoice is still to come.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Invoiced:
    """What one invoice says of a line: units, and what each costs."""

    quantity: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class LineMatch:
    """One line of a purchase order: agreed on, received, invoiced; and what is wrong.

    `price_difference` is that of the dearest invoice to the agreed cost; `overcharge` what all the
    differences come to, in the order's currency: units that never came, and prices above.
    """

    agreed: int
    cost: Decimal
    received: int
    invoiced: int
    price_difference: Decimal
    overcharge: Decimal
    too_dear: bool

    @property
    def units_over(self) -> int:
        """Units invoiced that did not come (below 0: came and not invoiced yet)."""
        return self.invoiced - self.received

    @property
    def differs(self) -> bool:
        return self.too_dear or self.units_over > 0


def match_line(
    *,
    agreed: int,
    cost: Decimal,
    received: int,
    invoices: Iterable[Invoiced],
    price_percent: int,
) -> LineMatch:
    """Compare a line with everything invoiced of it; `price_percent` is the tolerance."""
    invoices = list(invoices)
    invoiced = sum(one.quantity for one in invoices)
    dearest = max((one.cost - cost for one in invoices), default=ZERO)
    overcharge = sum((max(one.cost - cost, ZERO) * one.quantity for one in invoices), ZERO)
    overcharge += max(invoiced - received, 0) * cost
    return LineMatch(
        agreed=agreed,
        cost=cost,
        received=received,
        invoiced=invoiced,
        price_difference=dearest,
        overcharge=overcharge,
        too_dear=dearest * 100 > cost * price_percent,
    )
