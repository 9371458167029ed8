"""A company's orders, and how far they have come."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from b2b.models import Company
from b2b.prices import HUNDRED, UNIT_STEP, unit_text
from b2b.selectors.verification import Verification
from oms.core.actors import Actor
from oms.core.permissions import Permission
from oms.orders.models import Order, OrderLine
from oms.orders.selectors import orders_load, orders_visible
from oms.orders.selectors.records import Work


def company_orders(actor: Actor, company: Company) -> QuerySet[Order]:
    """The company's orders, the newest first; none if the actor may not see its orders."""
    return (
        orders_visible(actor, Permission.ORDERS_VIEW)
        .filter(account_id=company.pk)
        .select_related("placed_by")
        .annotate(line_count=Count("lines", filter=Q(lines__substitutes=None)))
        .order_by("-id")
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """Units that have come at least this far, as ui/progress_quantities.html shows them."""

    label: str
    quantity: int
    tone: str = "blue"


@dataclass(frozen=True, slots=True)
class LineView:
    """An order line with the net unit prices that business buyers compare."""

    line: OrderLine
    unit_text: str
    list_text: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    lines: tuple[LineView, ...]
    work: Sequence[Work]
    progress: tuple[Progress, ...]


def order_page(order: Order) -> OrderPage:
    """What the portal shows of an order; at most four queries."""
    (record,) = orders_load([order], {"lines", "fulfilment_orders"})
    lines = record.lines or ()
    return OrderPage(
        lines=tuple(_line_view(line, order.currency) for line in lines),
        work=record.work or (),
        progress=_progress(lines, record.work or ()),
    )


def line_net(line: OrderLine) -> Decimal:
    """What one unit of a stored line cost without tax; at most four decimals."""
    return _net(line, line.unit_price)


def _net(line: OrderLine, amount: Decimal) -> Decimal:
    if not line.tax_included:
        return amount
    return (amount * HUNDRED / (HUNDRED + line.tax_percent)).quantize(UNIT_STEP)


def _line_view(line: OrderLine, currency: str) -> LineView:
    listed = _net(line, line.list_price)
    net = line_net(line)
    return LineView(
        line, unit_text(net, currency), unit_text(listed, currency) if listed > net else ""
    )


def _progress(lines: Sequence[OrderLine], work: Sequence[Work]) -> tuple[Progress, ...]:
    ordered = sum(line.quantity - line.cancelled for line in lines)
    shipped = sum(line.fulfilled for line in lines)
    picked = sum(
        line.picked
        for each in work
        if each.fulfilment_order.status not in ("cancelled", "declined")
        for line in each.lines
    )
    returned = sum(line.returned for line in lines)
    steps = [
        Progress(_("Ordered"), ordered),
        Progress(_("Picked"), max(picked, shipped)),
        Progress(_("Shipped"), shipped, "green"),
    ]
    if returned:
        steps.append(Progress(_("Returned"), returned, "amber"))
    return tuple(steps)


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A reordered SKU whose net unit price is another one than last time."""

    before: str
    is_dearer: bool


def price_changes(lines: Sequence[OrderLine], found: Verification) -> dict[int, PriceChange]:
    """SKU id → change since these lines were ordered."""
    before = {line.sku_id: line_net(line) for line in lines}
    return {
        each.line.sku.pk: PriceChange(
            unit_text(before[each.line.sku.pk], each.line.currency),
            each.line.unit_net > before[each.line.sku.pk],
        )
        for each in found.lines
        if each.line.unit_net is not None
        and each.line.unit_net != before.get(each.line.sku.pk)
        and each.line.sku.pk in before
    }
