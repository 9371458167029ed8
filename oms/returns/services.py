"""Taking goods back: under the order's lock, stock and money follow in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Sku
from catalog.selectors import kit_components, other_conditions
from inventory.models import Location
from inventory.services.adjustment import StockChange, adjust
from inventory.status import AdjustmentReason, MovementKind
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import InvalidInput, Issue
from oms.core.events import event_add
from oms.core.money import ZERO
from oms.orders.locks import order_for_update
from oms.orders.models import Order, OrderLine
from oms.orders.payloads import order_payload_load
from oms.orders.services.payment import (
    line_value,
    order_overpaid,
    payment_status_refresh,
    tenders_give_back,
)
from oms.orders.services.state import units_move
from oms.returns.errors import NothingToReturn
from oms.returns.models import Return, ReturnLine, ReturnReason


@dataclass(frozen=True, slots=True)
class ReturnedUnits:
    """`quantity` units of one order line; not `sellable`: they do not go back on sale.

    `restock_as`: the id of the SKU they are from now on, which is the same in another condition.
    """

    quantity: int
    sellable: bool = True
    restock_as: int | None = None


@transaction.atomic
def return_receive(
    order_id: int,
    *,
    lines: Mapping[int, ReturnedUnits],
    location: Location,
    reason: ReturnReason,
    actor: Actor,
    refund: bool = True,
) -> Return:
    """Receive goods of an order at `location` (order line id → units) and refund their value.

    Sellable units are on hand again at once. Others are booked as returned and, in the same
    breath, as damaged: they never count as available. What comes back in another condition is
    booked on the SKU of that condition; the money is the same. A refund gives back at most what
    was paid beyond what is still owed. Raises NotFound, NothingToReturn, InvalidInput naming each
    line.
    """
    order = order_for_update(order_id)
    order_lines = {line.pk: line for line in order.lines.select_related("sku")}
    if all(line.fulfilled <= line.returned for line in order_lines.values()):
        raise NothingToReturn
    _check(order_lines, lines, reason)
    value = sum(
        (_value(order_lines[pk], units.quantity, order) for pk, units in lines.items()), ZERO
    )
    goods_return = Return.objects.create(order=order, location=location, reason=reason)
    ReturnLine.objects.bulk_create(
        ReturnLine(
            goods_return=goods_return,
            order_line=order_lines[pk],
            quantity=units.quantity,
            sellable=units.sellable,
            restocked_as_id=units.restock_as,
        )
        for pk, units in lines.items()
    )
    _stock_back(order, order_lines, lines, location=location, actor=actor)
    units_move(order, {pk: units.quantity for pk, units in lines.items()}, counter="returned")
    if refund:
        amount = min(value, order_overpaid(order))
        goods_return.refunded = tenders_give_back(order, amount, reason=reason, actor=actor)
        goods_return.save(update_fields=["refunded"])
    else:
        payment_status_refresh(order)
    _record(order, goods_return, order_lines, lines, actor=actor)
    return goods_return


def _check(
    order_lines: Mapping[int, OrderLine], lines: Mapping[int, ReturnedUnits], reason: str
) -> None:
    issues: list[Issue] = []
    if reason not in ReturnReason.values:
        issues.append(Issue("reason", _("Choose a reason"), "unknown_reason"))
    if not lines:
        issues.append(Issue("lines", _("Give at least one line"), "required"))
    others = other_conditions(
        order_lines[pk].sku
        for pk, units in lines.items()
        if units.restock_as is not None and pk in order_lines
    )
    for pk, units in lines.items():
        line = order_lines.get(pk)
        if line is None:
            issues.append(Issue("lines", _("This line is not of this order"), "unknown_line"))
            continue
        with_customer = line.fulfilled - line.returned
        if not 1 <= units.quantity <= with_customer:
            text = _("%(sku)s: %(n)d can come back") % {"sku": line.sku.code, "n": with_customer}
            issues.append(Issue("quantity", text, "too_many", line.position))
        allowed = {sku.pk for sku in others.get(line.sku_id, ())} | {None}
        if units.restock_as not in allowed:
            text = _("%(sku)s is not sold in this condition") % {"sku": line.sku.code}
            issues.append(Issue("restock_as", text, "other_goods", line.position))
    if issues:
        raise InvalidInput(issues)


def _value(line: OrderLine, units: int, order: Order) -> Decimal:
    """What these units were sold for: differences of running sums, so that parts add up."""
    kept = line.quantity - line.cancelled - line.returned
    return line_value(line, kept, order) - line_value(line, kept - units, order)


def _stock_back(
    order: Order,
    order_lines: Mapping[int, OrderLine],
    lines: Mapping[int, ReturnedUnits],
    *,
    location: Location,
    actor: Actor,
) -> None:
    """Book what came back; a kit comes back as its components."""
    skus = {pk: units.restock_as or order_lines[pk].sku_id for pk, units in lines.items()}
    kits = kit_components(skus.values())
    changes: list[StockChange] = []
    for pk, units in lines.items():
        sku_id = skus[pk]
        for component, per_unit in kits.get(sku_id, [(sku_id, 1)]):
            changes += _changes(component, location.pk, per_unit * units.quantity, units.sellable)
    adjust(changes, cause=f"return of order {order.number}", actor=actor)


def _changes(sku_id: int, location_id: int, units: int, sellable: bool) -> Sequence[StockChange]:
    received = StockChange(sku_id, location_id, units, kind=MovementKind.RETURNED)
    if sellable:
        return [received]
    written_off = StockChange(
        sku_id, location_id, -units, AdjustmentReason.DAMAGED, kind=MovementKind.ADJUSTED
    )
    return [received, written_off]


def _record(
    order: Order,
    goods_return: Return,
    order_lines: Mapping[int, OrderLine],
    lines: Mapping[int, ReturnedUnits],
    *,
    actor: Actor,
) -> None:
    units = sum(each.quantity for each in lines.values())
    others = [each.restock_as for each in lines.values() if each.restock_as is not None]
    restocked = dict(Sku.objects.filter(pk__in=others).values_list("pk", "code")) if others else {}
    audit_record(
        "return.received",
        order,
        actor=actor,
        data={
            "return": str(goods_return.uid),
            "location": goods_return.location.code,
            "reason": goods_return.reason,
            "units": units,
            "refunded": str(goods_return.refunded),
        },
    )
    event_add(
        "return.received",
        aggregate="order",
        aggregate_id=order.uid,
        payload=order_payload_load(order)
        | {
            "return": {
                "uid": str(goods_return.uid),
                "location": goods_return.location.code,
                "reason": goods_return.reason,
                "refunded": str(goods_return.refunded),
                "lines": [
                    {
                        "sku": order_lines[pk].sku.code,
                        "name": order_lines[pk].name,
                        "quantity": each.quantity,
                        "sellable": each.sellable,
                        "restocked_as": restocked.get(each.restock_as or 0),
                    }
                    for pk, each in lines.items()
                ],
            }
        },
    )
