"""What a clerk cannot find or may not sell: the reason decides what happens to the stock."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from inventory.services.adjustment import StockChange, adjust
from inventory.services.dispositions import Aside, expiry_of, set_aside
from inventory.status import AdjustmentReason, DispositionReason
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import InvalidInput, Issue
from oms.orders.models import FulfilmentLine, OrderLine
from oms.orders.services.changes import order_cancel
from oms.orders.services.fulfilment import fulfilment_decline
from oms.orders.services.substituting import line_substitute
from oms.orders.status import FULFILMENT_OPEN, CancelReason
from stores.errors import NotToPick
from stores.locks import pickup_for_update, stock_for_update
from stores.models import Decline, Pickup, PutBackLine
from stores.services.events import pickup_event
from stores.services.picking import pickup_move
from stores.status import DeclineReason, PickupStatus

# Units that lie there and are not for sale.
ASIDE: Mapping[DeclineReason, DispositionReason] = {
    DeclineReason.DAMAGED: DispositionReason.DAMAGED,
    DeclineReason.DISPLAY: DispositionReason.DISPLAY,
}


@transaction.atomic
def pickup_decline(
    uid: UUID, *, line_id: int, units: int, reason: DeclineReason, actor: Actor
) -> Pickup:
    """`units` of a line cannot be had: they are cancelled, and what was paid for them given back.

    The stock is corrected by the reason: *not found* leaves only what is picked, ready or set
    aside on hand, *damaged* and *display* set the units aside, *mismatch* changes nothing before
    somebody counts.
    With nothing left the pickup is declined and the customer told. Raises NotToPick, InvalidInput.
    """
    pickup, line = _to_decline(uid, line_id, units, actor=actor)
    all_units = pickup.fulfilment_order.lines.aggregate(units=Sum("quantity"))["units"]
    whole = bool(units == all_units)
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
    decline = Decline(units=units, reason=reason, whole=whole)
    _decline(pickup, line, decline, actor=actor)
    if whole:
        pickup_event("declined", pickup, reason=reason)
    return pickup


@transaction.atomic
def pickup_replace(
    uid: UUID, *, line_id: int, units: int, reason: DeclineReason, sku: str, actor: Actor
) -> OrderLine:
    """`units` of a line cannot be had: the SKU with the code `sku` is picked here instead.

    Where there are fewer of it, the rest is cancelled. Stock as in `pickup_decline`, money and
    words as for any substitute. Raises NotToPick, InvalidInput, SubstitutesNotAccepted,
    NotASubstitute, NoSubstitute, NoPrice, NoTaxRate; nothing is changed then.
    """
    pickup, line = _to_decline(uid, line_id, units, actor=actor)
    new = line_substitute(line, units, code=sku, reason=reason, actor=actor)
    if rest := units - new.quantity:
        order_cancel(
            pickup.fulfilment_order.order_id,
            reason=CancelReason.NO_STOCK,
            actor=actor,
            lines={line.order_line_id: rest},
        )
    decline = Decline(units=units, reason=reason, whole=False, stand_in=new)
    _decline(pickup, line, decline, actor=actor)
    return new


def _to_decline(
    uid: UUID, line_id: int, units: int, *, actor: Actor
) -> tuple[Pickup, FulfilmentLine]:
    """The pickup, with its order locked, and the line. Raises NotToPick, InvalidInput."""
    pickup = pickup_for_update(uid, actor=actor)
    if pickup.status != PickupStatus.TO_PICK:
        raise NotToPick(status=pickup.status)
    lines = pickup.fulfilment_order.lines.select_related("order_line__sku")
    line = lines.filter(pk=line_id).first()
    if line is None:
        raise InvalidInput([Issue("line", _("The customer cancelled this"))])
    most = line.quantity - line.picked
    if not 1 <= units <= most:
        raise InvalidInput([Issue("units", _("Give 1 to %(most)s units") % {"most": most})])
    return pickup, line


def _decline(pickup: Pickup, line: FulfilmentLine, decline: Decline, *, actor: Actor) -> None:
    """Book what the reason says about the shelf, and write down who said so."""
    decline.pickup, decline.order_line, decline.at = pickup, line.order_line, now()
    decline.save()
    shelf = _correct_stock(pickup, decline, actor=actor)
    said: dict[str, Any] = {
        "reason": decline.reason,
        "sku": line.order_line.sku_id,
        "units": decline.units,
        "whole": decline.whole,
    }
    if decline.stand_in is not None:
        said["instead"] = decline.stand_in.sku.code
    audit_record("pickup.declined", pickup, actor=actor, data=said | shelf)


def _correct_stock(pickup: Pickup, decline: Decline, *, actor: Actor) -> dict[str, int]:
    """Book what the reason says about the shelf; what was booked, for the audit.

    A set is not stock of its own: which of its parts is missing takes a count.
    """
    sku_id, location_id = decline.order_line.sku_id, pickup.location_id
    stock = stock_for_update(sku_id, location_id)
    if stock is None or decline.reason == DeclineReason.MISMATCH:
        return {}
    at_the_desk = _picked_units(sku_id, location_id)
    cause = f"order {pickup.fulfilment_order.order.number}"
    # Neither what lies in bags nor what was set aside before is looked for on the shelf.
    lying = max(stock.on_hand - stock.unavailable - at_the_desk, 0)
    if decline.reason in ASIDE:
        aside = min(decline.units, lying)
        _set_aside(pickup, decline, aside, cause, actor=actor)
        return {"set_aside": aside}
    change = StockChange(
        sku_id,
        location_id,
        -lying,
        reason=AdjustmentReason.MISSING,
        source_reference=booked_as(decline),
    )
    adjust([change], cause=cause, actor=actor)
    return {"removed_from_stock": lying}


def booked_as(decline: Decline) -> str:
    """The source reference of what was booked off the shelf."""
    return f"decline:{decline.uid}"


def _set_aside(pickup: Pickup, decline: Decline, units: int, cause: str, *, actor: Actor) -> None:
    """Take the units off sale, even if other orders lack them then."""
    if units < 1:
        return
    why = ASIDE[DeclineReason(decline.reason)]
    aside = Aside(
        uid=decline.uid,
        sku_id=decline.order_line.sku_id,
        location=pickup.location,
        units=units,
        reason=why,
        expires_at=expiry_of(why),
        cause=cause,
    )
    set_aside(aside, accept_shortage=True, actor=actor)


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
