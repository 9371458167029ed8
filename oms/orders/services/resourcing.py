"""Work that one location cannot do moves to others: decision, claims and promise together."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Max

from inventory.demand import Demand
from inventory.services.allocation import reallocate
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.events import event_add
from oms.orders.errors import NotMovable
from oms.orders.locks import fulfilment_for_update
from oms.orders.methods import method_of
from oms.orders.models import FulfilmentLine, FulfilmentOrder, Order
from oms.orders.payloads import order_payload_load
from oms.orders.services.changes import work_shrink
from oms.orders.services.state import fulfilment_lines
from oms.orders.services.wanted import places_of, source_and_claim, wanted_of, works_add
from oms.orders.status import FULFILMENT_OPEN, FulfilmentStatus

S = FulfilmentStatus


@transaction.atomic
def fulfilment_resource(
    fulfilment_order_id: int,
    *,
    line_id: int,
    units: int,
    reason: str,
    actor: Actor,
    check: Callable[[int], None] | None = None,
) -> list[FulfilmentOrder]:
    """Move `units` of a fulfilment line, or as many of them as others have, to other locations.

    Answers with the fulfilment orders there. The claims move at once, and the decision is stored
    with the reasons the others lost. What the customer was promised stays promised where the new
    location can keep it; else the promise moves and the event says so. `check` is told the units
    and may refuse by an exception under the stock's locks. Raises NotMovable for a pickup and for
    picked units, NoOtherLocation; nothing moved then.
    """
    work = fulfilment_for_update(fulfilment_order_id)
    line = _movable(work, line_id, units)
    order, here = work.order, work.location
    before = promised(order)
    others = [one for one in places_of(order) if one.pk != here.pk]
    asked = wanted_of(order, line.order_line, units)

    def claim(there: list[Demand]) -> None:
        moved = sum(one.quantity for one in there)
        reallocate(
            [asked.at(here.pk, moved)],
            there,
            cause=f"order {order.number} re-sourced",
            actor=actor,
            reason=reason,
            check=partial(check, moved) if check else None,
        )

    found, outcome = source_and_claim(asked, others, claim, without=here)
    work_shrink([(line, found.units)], actor=actor)
    works = works_add(found, outcome, others, promised=work)
    order.save(update_fields=["updated_at"])
    _tell(work, works, units=found.units, before=before, reason=reason, actor=actor)
    return works


def _movable(work: FulfilmentOrder, line_id: int, units: int) -> FulfilmentLine:
    if not method_of(work.method).is_pickup and work.status in (S.OPEN, S.PICKING):
        for line in fulfilment_lines(work):
            if line.pk == line_id and 1 <= units <= line.quantity - line.picked:
                line.fulfilment_order = work
                return line
    raise NotMovable(status=work.status)


def promised(order: Order) -> datetime:
    """When all of the open order was promised: the latest of its work."""
    latest: datetime = order.fulfilment_orders.filter(status__in=FULFILMENT_OPEN).aggregate(
        latest=Max("promised_at")
    )["latest"]
    return latest


def _tell(
    work: FulfilmentOrder,
    works: Sequence[FulfilmentOrder],
    *,
    units: int,
    before: datetime,
    reason: str,
    actor: Actor,
) -> None:
    order, here = work.order, work.location
    until = promised(order)
    places = [one.location.code for one in works]
    audit_record(
        "fulfilment.resourced",
        order,
        actor=actor,
        data={
            "location": f"{here.code} → {', '.join(places)}",
            "units": units,
            "reason": reason,
        },
    )
    event_add(
        "fulfilment.resourced",
        aggregate="order",
        aggregate_id=order.uid,
        payload=order_payload_load(order)
        | {
            "from": here.code,
            "to": places,
            "reason": reason,
            "promised_at": until.isoformat(),
            "later": until > before,
        },
    )
