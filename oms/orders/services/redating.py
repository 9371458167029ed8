"""Days on which waiting units are expected: they follow the supply that brings the goods."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import structlog
from django.db import transaction
from django.db.models import Q

from catalog.models import KitComponent
from inventory.selectors.arrivals import ByDate, available_by_date, earliest
from oms.core.actors import Actor, system_actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import DomainError
from oms.core.models import Event
from oms.core.wake import wake_on_commit
from oms.orders.locks import orders_waiting_for_update
from oms.orders.models import Channel, Order, OrderLine
from oms.orders.services.backorders import announce, places_for, today

log = structlog.get_logger(__name__)
SERVE = "oms.orders.tasks.back_order_serve"


def supply_changed(event: Event) -> None:
    """What is on its way became more, less, earlier or later; or it is here.

    The sweep is woken at once: what has arrived is to be had by whoever orders, until it has been.
    """
    if back_orders_redate(event.payload["skus"], cause=event.payload["cause"]):
        wake_on_commit(SERVE)


def back_orders_overdue_redate() -> int:
    """Let lines whose day is over expect what is due now; how many SKUs they wait for.

    Nothing happens on the day that supply does not come, so nobody else would say it. Each SKU is
    a transaction of its own; one that is busy is left to the next sweep.
    """
    passed = OrderLine.objects.filter(back_ordered__gt=0, expected_on__lt=today())
    sku_ids = list(passed.order_by("sku").values_list("sku", flat=True).distinct())
    for sku_id in sku_ids:
        try:
            back_orders_redate([sku_id], cause="")
        except DomainError:
            log.info("back_order.busy", sku=sku_id)
        except Exception:
            log.exception("back_order.redating_failed", sku=sku_id)
    return len(sku_ids)


@transaction.atomic
def back_orders_redate(sku_ids: Collection[int], *, cause: str) -> int:
    """Let the lines that wait for these SKUs, or for kits of them, expect what is due now.

    The customer is told where it gets later by a day or more, or nobody knows the day any more.
    Answers with the number of lines that wait. Running it again changes and tells nothing.
    """
    kits = KitComponent.objects.filter(component__in=sku_ids).values("kit")
    waiting = OrderLine.objects.filter(Q(sku__in=sku_ids) | Q(sku__in=kits), back_ordered__gt=0)
    orders = {order.pk: order for order in orders_waiting_for_update(waiting)}
    if not orders:
        return 0
    # Read under the locks, in the order in which they are served.
    lines = list(
        waiting.filter(order__in=orders)
        .select_related("sku")
        .defer("price_trace")
        .order_by("order__placed_at", "order_id", "position")
    )
    days = _days(lines, orders)
    moved, actor = [], system_actor("supply")
    for line in lines:
        before, day = line.expected_on, days[line.pk]
        # What is there today is served by the sweep.
        if day in (before, today()):
            continue
        line.expected_on = day
        moved.append(line)
        if before is not None and (day is None or day > before):
            _tell_later(orders[line.order_id], line, cause=cause, actor=actor)
    OrderLine.objects.bulk_update(moved, ["expected_on"])
    changed = {line.order_id for line in moved}
    Order.objects.filter(pk__in=changed).update(updated_at=now())
    return len(lines)


def _days(lines: Sequence[OrderLine], orders: Mapping[int, Order]) -> dict[int, date | None]:
    """Line id → the first day that brings enough for it and for those before it.

    Three queries for each channel and method that somebody waits in.
    """
    skus: dict[tuple[int, str], set[int]] = defaultdict(set)
    for line in lines:
        order = orders[line.order_id]
        skus[order.channel_id, order.method].add(line.sku_id)
    channels = Channel.objects.in_bulk({channel_id for channel_id, _method in skus})
    due: dict[tuple[int, str, int], dict[int, ByDate]] = defaultdict(dict)
    for (channel_id, method), wanted in skus.items():
        channel = channels[channel_id]
        places = [one.pk for one in places_for(channel, method)]
        found = available_by_date(wanted, location_ids=places, channel=channel.code)
        for (sku_id, place), here in found.items():
            due[channel_id, method, sku_id][place] = here
    days: dict[int, date | None] = {}
    ahead: dict[int, int] = defaultdict(int)
    for line in lines:
        order = orders[line.order_id]
        ahead[line.sku_id] += line.back_ordered
        places_due = due[order.channel_id, order.method, line.sku_id]
        days[line.pk] = earliest(places_due, ahead[line.sku_id], today=today())
    return days


def _tell_later(order: Order, line: OrderLine, *, cause: str, actor: Actor) -> None:
    day = line.expected_on.isoformat() if line.expected_on else None
    said = {"units": line.back_ordered, "expected_on": day}
    audit_record("order.back_order_later", order, actor=actor, data=said | {"text": cause})
    line.order = order
    announce("order.back_order_later", order, line, line.back_ordered, expected_on=day)
