"""Work that one location cannot do moves to others: decision, claims and promise together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from catalog.models import Sku
from catalog.selectors import parts_of, skus_by_code
from inventory.demand import Demand
from inventory.errors import InsufficientStock
from inventory.models import Location
from inventory.services.allocation import reallocate
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.events import event_add
from oms.orders.errors import NoOtherLocation, NotMovable
from oms.orders.locks import fulfilment_for_update
from oms.orders.methods import method_of
from oms.orders.models import FulfilmentLine, FulfilmentOrder, Order
from oms.orders.payloads import order_payload_load
from oms.orders.requests import Address, Contact, OrderRequest
from oms.orders.services.baskets import shortfall
from oms.orders.services.changes import work_shrink
from oms.orders.services.placement import SOURCING_TRIES
from oms.orders.services.state import fulfilment_lines
from oms.orders.status import FULFILMENT_OPEN, FulfilmentStatus
from oms.sourcing.services import decision_store, source
from oms.sourcing.solver import Line, Outcome

S = FulfilmentStatus


@dataclass(frozen=True, slots=True)
class _Move:
    """Units of fulfilment lines that leave a fulfilment order, by their position in the search."""

    work: FulfilmentOrder
    taken: Sequence[tuple[FulfilmentLine, int]]
    lines: Sequence[Line]
    codes: Mapping[int, str]

    def demands(self, shares: Sequence[tuple[int, int, int]]) -> list[Demand]:
        """Demands for (position, location id, units)."""
        return [
            Demand(
                uid=self.taken[position][0].order_line.uid,
                sku_id=self.taken[position][0].order_line.sku_id,
                location_id=location_id,
                quantity=units,
            )
            for position, location_id, units in shares
        ]


@transaction.atomic
def fulfilment_resource(
    fulfilment_order_id: int,
    *,
    units: Mapping[int, int],
    reason: str,
    actor: Actor,
    check: Callable[[], None] | None = None,
) -> list[FulfilmentOrder]:
    """Move `units` {fulfilment line id: units} to other locations; the fulfilment orders there.

    The claims move at once, and the decision is stored with the reasons the others lost. What the
    customer was promised stays promised where the new location can keep it; else the promise
    moves and the event says so. `check` may refuse by an exception under the stock's locks.
    Raises NotMovable for a pickup and for picked units, NoOtherLocation; nothing moved then.
    """
    work = fulfilment_for_update(fulfilment_order_id)
    move = _move(work, units)
    order = work.order
    before = _promised(order)
    others = [
        one
        for one in method_of(work.method).candidates(_request(order))
        if one.pk != work.location_id
    ]
    outcome = _claims_move(move, others, reason=reason, actor=actor, check=check)
    decision_store(order.uid, move.lines, outcome, codes=move.codes)
    work_shrink(list(move.taken), actor=actor)
    works = _works_add(move, outcome, {one.pk: one for one in others})
    order.save(update_fields=["updated_at"])
    _tell(move, works, before=before, reason=reason, actor=actor)
    return works


def _move(work: FulfilmentOrder, units: Mapping[int, int]) -> _Move:
    if method_of(work.method).is_pickup or work.status not in (S.OPEN, S.PICKING):
        raise NotMovable(status=work.status)
    known = {line.pk: line for line in fulfilment_lines(work)}
    if not units or any(
        pk not in known or not 1 <= wanted <= known[pk].quantity - known[pk].picked
        for pk, wanted in units.items()
    ):
        raise NotMovable(status=work.status)
    taken = [(known[pk], wanted) for pk, wanted in units.items()]
    for line, _wanted in taken:
        line.fulfilment_order = work
    codes = Sku.objects.in_bulk([line.order_line.sku_id for line, _wanted in taken])
    found = {sku.pk: sku for sku in skus_by_code(sku.code for sku in codes.values()).values()}
    skus = [found[line.order_line.sku_id] for line, _wanted in taken]
    parts = parts_of(skus)
    return _Move(
        work=work,
        taken=taken,
        lines=[
            Line(position, sku.pk, wanted, parts[sku.pk])
            for position, (sku, (_line, wanted)) in enumerate(zip(skus, taken, strict=True))
        ],
        codes={sku.pk: sku.code for sku in skus},
    )


def _request(order: Order) -> OrderRequest:
    """The stored order as somebody would ask for it: what a method chooses candidates by."""
    return OrderRequest(
        channel=order.channel,
        lines=(),
        contact=Contact(order.name),
        method=order.method,
        address=Address(
            order.street,
            order.postcode,
            order.city,
            order.country,
            order.latitude,
            order.longitude,
        ),
    )


def _claims_move(
    move: _Move,
    others: Sequence[Location],
    *,
    reason: str,
    actor: Actor,
    check: Callable[[], None] | None,
) -> Outcome:
    """Choose and claim; choose again if somebody was faster, as placement does."""
    order, here = move.work.order, move.work.location
    destination = (
        (float(order.latitude), float(order.longitude))
        if order.latitude is not None and order.longitude is not None
        else None
    )
    leaving = [(line.position, here.pk, line.quantity) for line in move.lines]
    for attempt in range(1, SOURCING_TRIES + 1):
        outcome = source(
            move.lines,
            others,
            destination=destination,
            channel=order.channel.code,
            without=here,
        )
        if outcome.shares:
            arriving = [
                (share.position, share.location_id, share.quantity) for share in outcome.shares
            ]
            try:
                reallocate(
                    move.demands(leaving),
                    move.demands(arriving),
                    cause=f"order {order.number} re-sourced",
                    actor=actor,
                    reason=reason,
                    check=check,
                )
            except InsufficientStock:
                if attempt < SOURCING_TRIES:
                    continue
            else:
                return outcome
        raise NoOtherLocation(items=shortfall(move.lines, move.codes, outcome))
    raise AssertionError("unreachable: the last attempt returns or raises")


def _works_add(
    move: _Move, outcome: Outcome, locations: Mapping[int, Location]
) -> list[FulfilmentOrder]:
    """Work at the new locations: added to what waits there for the order, so that it is one parcel.

    Work that somebody has begun to pick is left alone.
    """
    order, method = move.work.order, method_of(move.work.method)
    works: dict[int, FulfilmentOrder] = {}
    for location_id in outcome.locations:
        location = locations[location_id]
        promise = max(move.work.promised_at, method.promise(location, now()))
        waiting = order.fulfilment_orders.filter(
            location=location, method=move.work.method, status=S.OPEN
        )
        work = waiting.order_by("pk").first() or FulfilmentOrder(
            order=order, location=location, method=move.work.method, promised_at=promise
        )
        work.promised_at = max(work.promised_at, promise)
        work.save()
        works[location_id] = work
    for share in outcome.shares:
        line = move.taken[share.position][0]
        added, new = FulfilmentLine.objects.get_or_create(
            fulfilment_order=works[share.location_id],
            order_line=line.order_line,
            defaults={"quantity": share.quantity},
        )
        if not new:
            added.quantity += share.quantity
            added.save(update_fields=["quantity"])
    return list(works.values())


def _promised(order: Order) -> datetime:
    """When all of the open order was promised: the latest of its work."""
    latest: datetime = order.fulfilment_orders.filter(status__in=FULFILMENT_OPEN).aggregate(
        latest=Max("promised_at")
    )["latest"]
    return latest


def _tell(
    move: _Move, works: Sequence[FulfilmentOrder], *, before: datetime, reason: str, actor: Actor
) -> None:
    order, here = move.work.order, move.work.location
    promised = _promised(order)
    places = [work.location.code for work in works]
    audit_record(
        "fulfilment.resourced",
        order,
        actor=actor,
        data={
            "location": f"{here.code} → {', '.join(places)}",
            "units": sum(line.quantity for line in move.lines),
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
            "promised_at": promised.isoformat(),
            "later": promised > before,
        },
    )
