"""Units that wait for goods: given up where they cannot be had, and work again when goods come.

A line's back-ordered units have no claim on stock; whoever orders before the sweep has come is
faster, so a delivery wakes it (`redating`). Among those who wait, the oldest order is served first,
with as many units as there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial

import structlog
from django.db import transaction
from django.db.models import Q, Sum

from inventory.demand import Demand
from inventory.models import Location
from inventory.selectors.arrivals import available_by_date, earliest
from inventory.selectors.availability import availability_by_sku
from inventory.services.allocation import allocate, release
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now, retailer_zone
from oms.core.errors import DomainError
from oms.core.events import event_add
from oms.core.locks import require_transaction
from oms.orders.errors import GoodsElsewhere
from oms.orders.locks import order_unless_held
from oms.orders.methods import method_of
from oms.orders.models import Channel, FulfilmentLine, Order, OrderLine
from oms.orders.payloads import order_payload_load
from oms.orders.requests import Contact, OrderRequest
from oms.orders.services.changes import work_shrink
from oms.orders.services.state import back_order_end
from oms.orders.services.wanted import places_of, source_and_claim, wanted_of, works_add

log = structlog.get_logger(__name__)


def back_order(line: FulfilmentLine, units: int, *, reason: str, actor: Actor) -> OrderLine:
    """Take `units` off the fulfilment line, let them wait for goods, and tell the customer.

    The order is locked by the caller, and the units are not picked. Raises GoodsElsewhere.
    """
    require_transaction()
    work, ordered = line.fulfilment_order, line.order_line
    order = work.order
    release(
        [Demand(ordered.uid, ordered.sku_id, work.location_id, units)],
        cause=f"order {order.number} back-ordered",
        actor=actor,
        reason=reason,
    )
    work_shrink([(line, units)], actor=actor)
    ordered.back_ordered += units
    ordered.expected_on = _expected_on(order, ordered)
    if ordered.expected_on == today():
        raise GoodsElsewhere
    ordered.save(update_fields=["back_ordered", "expected_on"])
    order.save(update_fields=["updated_at"])
    day = ordered.expected_on.isoformat() if ordered.expected_on else None
    audit_record(
        "order.back_ordered",
        order,
        actor=actor,
        data={"location": work.location.code, "units": units, "reason": reason, "expected_on": day},
    )
    announce("order.back_ordered", order, ordered, units, expected_on=day)
    return ordered


def _expected_on(order: Order, line: OrderLine) -> date | None:
    """The first day that brings enough for the line and for the older orders that wait.

    Today is when they are there.
    """
    older = OrderLine.objects.filter(
        sku=line.sku_id, back_ordered__gt=0, order__placed_at__lte=order.placed_at
    ).exclude(pk=line.pk)
    waiting = older.aggregate(units=Sum("back_ordered"))["units"] or 0
    places = places_of(order)
    found = available_by_date(
        [line.sku_id], location_ids=[one.pk for one in places], channel=order.channel.code
    )
    return earliest(
        {place: here for (_sku_id, place), here in found.items()},
        waiting + line.back_ordered,
        today=today(),
    )


def today() -> date:
    """The retailer's."""
    return now().astimezone(retailer_zone()).date()


def back_orders_serve(*, actor: Actor) -> int:
    """Put to work what waits and can be had now, the oldest order first; how many units.

    Each line is a transaction of its own. Safe to run twice at once: an order that another worker
    has is left to it, and nobody younger is served before it.
    """
    served = 0
    ended: set[tuple[int, int]] = set()
    for line in _to_be_had():
        goods = (line.order.channel_id, line.sku_id)
        if goods in ended:
            continue
        units = 0
        try:
            units = back_order_serve(line, actor=actor)
        except DomainError:
            log.info("back_order.goods_gone", order=line.order_id)
        except Exception:
            log.exception("back_order.failed", order=line.order_id)
            continue
        served += units
        if units < line.back_ordered:
            ended.add(goods)
    return served


@transaction.atomic
def back_order_serve(waiting: OrderLine, *, actor: Actor) -> int:
    """Source and claim what the line waits for, or as much as there is; how many units.

    None while somebody else has the order. Raises NoOtherLocation when nothing is left.
    """
    order = order_unless_held(waiting.order_id)
    if order is None:
        return 0
    line = OrderLine.objects.select_related("sku").defer("price_trace").get(pk=waiting.pk)
    if not line.back_ordered:
        return 0
    places = places_of(order)
    found, outcome = source_and_claim(
        wanted_of(order, line, line.back_ordered),
        places,
        partial(allocate, cause=f"order {order.number} back-order", actor=actor),
    )
    back_order_end({line.pk: found.units})
    works = works_add(found, outcome, places)
    order.save(update_fields=["updated_at"])
    codes = [work.location.code for work in works]
    audit_record(
        "order.back_order_served",
        order,
        actor=actor,
        data={"location": ", ".join(codes), "units": found.units},
    )
    announce("order.back_order_served", order, line, found.units, locations=codes)
    return found.units


def _to_be_had() -> Iterable[OrderLine]:
    """Lines of which a unit at least is on sale where it may come from, the oldest order first.

    One query while nobody waits; else three more for each channel and method that somebody waits
    in, whatever the number of lines.
    """
    waiting = OrderLine.objects.filter(back_ordered__gt=0)
    skus: dict[tuple[int, str], list[int]] = defaultdict(list)
    rows = waiting.order_by().values_list("order__channel_id", "order__method", "sku_id")
    for channel_id, method, sku_id in rows.distinct():
        skus[channel_id, method].append(sku_id)
    if not skus:
        return ()
    channels = Channel.objects.in_bulk({channel_id for channel_id, _method in skus})
    there = Q(pk__in=[])
    for (channel_id, method), wanted in skus.items():
        channel = channels[channel_id]
        found = availability_by_sku(
            wanted,
            location_ids=[one.pk for one in places_for(channel, method)],
            channel=channel.code,
        )
        had = [sku_id for sku_id, here in found.items() if max(here.values()) > 0]
        there |= Q(order__channel=channel_id, order__method=method, sku__in=had)
    return (
        waiting.filter(there)
        .select_related("order")
        .defer("price_trace")
        .order_by("order__placed_at", "order_id", "position")
    )


def places_for(channel: Channel, method: str) -> Sequence[Location]:
    """Where whatever waits in this channel, for this method, may come from."""
    request = OrderRequest(channel=channel, lines=(), contact=Contact(""), method=method)
    return method_of(method).candidates(request)


def announce(event_type: str, order: Order, line: OrderLine, units: int, **more: object) -> None:
    """News of `units` of a line that wait or waited."""
    event_add(
        event_type,
        aggregate="order",
        aggregate_id=order.uid,
        payload=order_payload_load(order)
        | {"line": {"position": line.position, "sku": line.sku.code, "name": line.name}}
        | {"units": units}
        | more,
    )
