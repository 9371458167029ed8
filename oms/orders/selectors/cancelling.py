"""What cancelling would do, from the same functions that do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from inventory.models import Location
from oms.core.money import ZERO
from oms.orders.models import Order, OrderLine, Tender
from oms.orders.services.changes import OpenUnits, open_units, units_take
from oms.orders.services.payment import line_value, order_due, order_overpaid
from oms.orders.status import TenderStatus


@dataclass(frozen=True, slots=True)
class Released:
    """Units of a line that go back on sale at a location."""

    line: OrderLine
    location: Location
    units: int


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Money of one tender: given up before it was taken, or refunded."""

    tender: Tender
    amount: Decimal
    refund: bool


@dataclass(frozen=True, slots=True)
class Consequences:
    """What cancelling these units would do now."""

    released: list[Released]
    given_back: list[GivenBack]
    # Units that no longer wait for goods.
    waiting: int
    whole: bool

    @property
    def units(self) -> int:
        return sum(one.units for one in self.released) + self.waiting

    @property
    def by_location(self) -> list[tuple[Location, int]]:
        """Units by the location they go back on sale at."""
        sums: dict[int, tuple[Location, int]] = {}
        for one in self.released:
            place, units = sums.get(one.location.pk, (one.location, 0))
            sums[place.pk] = (place, units + one.units)
        return list(sums.values())

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.given_back), ZERO)


def cancel_consequences(order: Order, units: Mapping[int, int] | None) -> Consequences:
    """What `order_cancel` with the same units would do. Raises InvalidInput as it would."""
    there = open_units(order)
    if not there.units:
        return Consequences([], [], 0, whole=False)
    taken = units_take(there, units)
    return Consequences(
        released=[
            Released(line.order_line, line.fulfilment_order.location, number)
            for line, number in taken.work
        ],
        given_back=_given_back(order, taken),
        waiting=sum(number for _line, number in taken.waiting),
        whole=taken.units == there.units,
    )


def _given_back(order: Order, taken: OpenUnits) -> list[GivenBack]:
    lines = {line.order_line_id: line.order_line for line, _units in taken.work}
    lines |= {line.pk: line for line, _units in taken.waiting}
    freed = ZERO
    for line_id, units in taken.by_line.items():
        line = lines[line_id]
        owed = line.quantity - line.cancelled - line.returned
        freed += line_value(line, owed, order) - line_value(line, owed - units, order)
    # What is not paid yet is not given back.
    left = max(ZERO, order_overpaid(order) + freed - order_due(order))
    back = []
    for tender in order.tenders.order_by("-pk"):
        if left <= 0:
            break
        refund = tender.status != TenderStatus.AUTHORISED
        most = tender.captured - tender.refunded if refund else tender.amount
        amount = min(left, most)
        if amount > 0:
            back.append(GivenBack(tender, amount, refund))
            left -= amount
    return back
