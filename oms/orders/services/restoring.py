"""Units given up a moment ago because they could not be had: they are there after all."""

from collections.abc import Mapping
from dataclasses import dataclass

from inventory.demand import Demand
from inventory.services.allocation import reallocate
from inventory.services.ledger import stock_lock
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.locks import require_transaction
from oms.core.money import ZERO
from oms.orders.errors import SubstituteChanged
from oms.orders.models import FulfilmentLine, FulfilmentOrder, OrderLine
from oms.orders.services.changes import work_shrink
from oms.orders.services.payment import line_value, order_overpaid, payment_status_refresh
from oms.orders.services.state import fulfilment_move, units_move
from oms.orders.services.wanted import work_add
from oms.orders.status import FulfilmentStatus

S = FulfilmentStatus
# Step by step to where units are picked.
BACK: Mapping[str, FulfilmentStatus] = {S.DECLINED: S.OPEN, S.READY: S.PICKED, S.PICKED: S.PICKING}


@dataclass(frozen=True, slots=True)
class GivenUp:
    """`units` of a line that were cancelled where they should have been picked.

    `stand_in`: the line that is picked there instead of them, or of some of them.
    """

    work: FulfilmentOrder
    line: OrderLine
    units: int
    stand_in: OrderLine | None

    @property
    def claim(self) -> Demand:
        return self._at_work(self.line, self.units)

    @property
    def stand_in_claims(self) -> list[Demand]:
        return [self._at_work(self.stand_in, self.stand_in.quantity)] if self.stand_in else []

    def _at_work(self, line: OrderLine, units: int) -> Demand:
        return Demand(line.uid, line.sku_id, self.work.location_id, units)


def still_paid(given_up: GivenUp) -> bool:
    """Whether what was paid for the units is still there, neither refunded nor voided."""
    line, order = given_up.line, given_up.work.order
    left = line.quantity - line.cancelled - line.returned
    worth = line_value(line, left + given_up.units, order) - line_value(line, left, order)
    instead = given_up.stand_in.gross if given_up.stand_in else ZERO
    return worth - instead <= order_overpaid(order)


def shelves_lock(given_up: GivenUp, *, actor: Actor) -> None:
    """Lock all the stock that `units_restore` moves: for who puts a figure right before it."""
    stock_lock([given_up.claim, *given_up.stand_in_claims], actor=actor)


def units_restore(given_up: GivenUp, *, actor: Actor) -> None:
    """The units are claimed again where they were, and to be picked; their stand-in goes.

    The order is locked by the caller, who must let its transaction fail if this raises:
    SubstituteChanged, InsufficientStock, InvalidTransition.
    """
    require_transaction()
    work, line, units = given_up.work, given_up.line, given_up.units
    order = work.order
    instead = _picked_instead(given_up)
    reallocate(
        given_up.stand_in_claims,
        [given_up.claim],
        cause=f"order {order.number} restored",
        actor=actor,
    )
    # Work that was declined as a whole has kept its line.
    if work.status != S.DECLINED:
        work_add(work, line, units)
    while back := BACK.get(work.status):
        fulfilment_move(work, back)
    work_shrink(instead, actor=actor)
    # First what goes and then what comes: the order is never worth more than was agreed.
    for one, number in instead:
        units_move(order, {one.order_line_id: number}, counter="cancelled")
    units_move(order, {line.pk: units}, counter="cancelled", sign=-1)
    if not order.lines.filter(cancelled__gt=0, substitutes=None).exists():
        order.cancel_reason = ""
        order.save(update_fields=["cancel_reason", "updated_at"])
    payment_status_refresh(order)
    audit_record(
        "order.restored",
        order,
        actor=actor,
        data={"location": work.location.code, "units": units, "text": line.sku.code},
    )


def _picked_instead(given_up: GivenUp) -> list[tuple[FulfilmentLine, int]]:
    """The stand-in's fulfilment line and units. Raises SubstituteChanged."""
    if given_up.stand_in is None:
        return []
    units = given_up.stand_in.quantity
    line = given_up.work.lines.filter(order_line=given_up.stand_in, quantity=units).first()
    if line is None:
        raise SubstituteChanged
    line.fulfilment_order = given_up.work
    return [(line, units)]
