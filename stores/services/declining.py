"""What a clerk cannot find or may not sell: the reason decides what happens to the stock."""

from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from inventory.services.adjustment import StockChange, adjust
from inventory.status import AdjustmentReason
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import InvalidInput, Issue
from oms.orders.models import FulfilmentLine
from oms.orders.services.changes import order_cancel
from oms.orders.services.fulfilment import fulfilment_decline
from oms.orders.status import FULFILMENT_OPEN, CancelReason
from stores.errors import NotToPick
from stores.locks import pickup_for_update, stock_for_update
from stores.models import Pickup, PutBackLine
from stores.services.events import pickup_event
from stores.services.picking import pickup_move
from stores.status import DeclineReason, PickupStatus


@transaction.atomic
def pickup_decline(
    uid: UUID, *, line_id: int, units: int, reason: DeclineReason, actor: Actor
) -> Pickup:
    """`units` of a line cannot be had: they are cancelled, and what was paid for them given back.

    The stock is corrected by the reason: *not found* leaves only what is picked or ready on hand,
    *damaged* takes the units off, *mismatch* changes nothing before somebody counts. With nothing
    left the pickup is declined and the customer told. Raises NotToPick, InvalidInput.
    """
    pickup = pickup_for_update(uid, actor=actor)
    if pickup.status != PickupStatus.TO_PICK:
        raise NotToPick(status=pickup.status)
    lines = {line.pk: line for line in pickup.fulfilment_order.lines.select_related("order_line")}
    line = lines.get(line_id)
    if line is None:
        raise InvalidInput([Issue("line", _("The customer cancelled this"))])
    most = line.quantity - line.picked
    if not 1 <= units <= most:
        raise InvalidInput([Issue("units", _("Give 1 to %(most)s units") % {"most": most})])
    whole = units == sum(other.quantity for other in lines.values())
    if whole:
        fulfilment_decline(pickup.fulfilment_order_id, reason=reason, actor=actor)
        pickup_move(pickup, PickupStatus.DECLINED)
        pickup.save(update_fields=["status"])
    else:
        order_cancel(
            pickup.fulfilment_order.order_id,
            reason=CancelReason.NO_STOCK,
            actor=actor,
            lines={line.order_line_id: units},
        )
    removed = _correct_stock(pickup, line, units, reason, actor=actor)
    audit_record(
        "pickup.declined",
        pickup,
        actor=actor,
        data={
            "reason": reason,
            "sku": line.order_line.sku_id,
            "units": units,
            "whole": whole,
            "removed_from_stock": removed,
        },
    )
    if whole:
        pickup_event("declined", pickup, reason=reason)
    return pickup


def _correct_stock(
    pickup: Pickup, line: FulfilmentLine, units: int, reason: DeclineReason, *, actor: Actor
) -> int:
    """Book what the reason says about the shelf; the units taken off the record.

    A set is not stock of its own: which of its parts is missing takes a count.
    """
    sku_id, location_id = line.order_line.sku_id, pickup.location_id
    stock = stock_for_update(sku_id, location_id)
    if stock is None or reason is DeclineReason.MISMATCH:
        return 0
    at_the_desk = _picked_units(sku_id, location_id)
    missing = max(stock.on_hand - at_the_desk, 0)
    gone = min(units, missing) if reason is DeclineReason.DAMAGED else missing
    damaged = reason is DeclineReason.DAMAGED
    adjust(
        [
            StockChange(
                sku_id,
                location_id,
                -gone,
                reason=AdjustmentReason.DAMAGED if damaged else AdjustmentReason.MISSING,
            )
        ],
        cause=f"order {pickup.fulfilment_order.order.number}",
        actor=actor,
    )
    return gone


def _picked_units(sku_id: int, location_id: int) -> int:
    """Units of the SKU that lie in bags, not on the shelf: they are there for certain."""
    in_bags = FulfilmentLine.objects.filter(
        order_line__sku=sku_id,
        fulfilment_order__location=location_id,
        fulfilment_order__status__in=FULFILMENT_OPEN,
    ).aggregate(units=Sum("picked"))
    to_put_back = PutBackLine.objects.filter(
        order_line__sku=sku_id, task__location=location_id, task__done_at=None
    ).aggregate(units=Sum("quantity"))
    return (in_bags["units"] or 0) + (to_put_back["units"] or 0)
