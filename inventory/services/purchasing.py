"""Purchase orders: drawn up, sent to the supplier, confirmed, cancelled, closed.

What is on its way follows every step (`ExpectedSupply`), in the same transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Sku
from catalog.selectors import kit_components
from inventory.errors import DropShipped
from inventory.locks import purchase_for_update
from inventory.models import Location, PurchaseOrder, PurchaseOrderLine, Supplier, SupplierItem
from inventory.payloads import purchase_payload
from inventory.services.expected import Expected, expected_set
from inventory.status import PURCHASE_ARRIVING, PURCHASE_TRANSITIONS, PurchaseStatus
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import InvalidInput, InvalidTransition, Issue
from oms.core.events import event_add

AGGREGATE = "purchase_order"
MAX_UNITS = 1_000_000
MAX_LINES = 1000


@dataclass(frozen=True, slots=True)
class WantedLine:
    """Units of a SKU to order; `cost` None takes the supplier's, or else the last one paid.

    `row` is where it stands in what was typed or sent, for errors.
    """

    sku: Sku
    quantity: int
    cost: Decimal | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class PurchaseRequest:
    """What to order of whom, for which location; `expected_on` None: after the lead time."""

    supplier: Supplier
    location: Location
    lines: Sequence[WantedLine]
    expected_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the supplier says of a line: units, the day, the cost; None leaves it as it is."""

    position: int
    quantity: int | None = None
    due_on: date | None = None
    cost: Decimal | None = None


@transaction.atomic
def purchase_create(request: PurchaseRequest, *, actor: Actor) -> PurchaseOrder:
    """Draw up a purchase order; nothing is ordered yet. Raises InvalidInput naming the rows."""
    lines = _lines(request)
    order = PurchaseOrder.objects.create(
        supplier=request.supplier,
        location=request.location,
        currency=request.supplier.currency,
        expected_on=request.expected_on,
        note=request.note,
        created_by=actor.label,
    )
    _write(order, lines)
    audit_record("purchase_order.created", order, actor=actor, data={"lines": len(lines)})
    return order


@transaction.atomic
def purchases_create(requests: Sequence[PurchaseRequest], *, actor: Actor) -> list[PurchaseOrder]:
    """Draw up several purchase orders, all or none. Raises InvalidInput."""
    return [purchase_create(request, actor=actor) for request in requests]


@transaction.atomic
def purchase_change(number: int, request: PurchaseRequest, *, actor: Actor) -> PurchaseOrder:
    """Replace a draft by another one. Raises InvalidTransition once it is ordered."""
    order = purchase_for_update(number)
    if order.status != PurchaseStatus.DRAFT:
        raise _refused(order, PurchaseStatus.DRAFT)
    lines = _lines(request)
    order.supplier, order.location = request.supplier, request.location
    order.currency = request.supplier.currency
    order.expected_on, order.note = request.expected_on, request.note
    order.save(update_fields=["supplier", "location", "currency", "expected_on", "note"])
    order.lines.all().delete()
    _write(order, lines)
    audit_record("purchase_order.changed", order, actor=actor, data={"lines": len(lines)})
    return order


@transaction.atomic
def purchase_send(number: int, *, actor: Actor) -> PurchaseOrder:
    """Order it: the supplier gets it by mail, and its units are expected."""
    order = purchase_for_update(number)
    if order.expected_on is None:
        order.expected_on = _after_lead_time(order)
    order.ordered_at = now()
    purchase_move(order, PurchaseStatus.ORDERED)
    order.save(update_fields=["expected_on", "ordered_at", "status"])
    lines = list(order.lines.select_related("sku"))
    expected_keep(order, lines)
    _tell("purchase_order.ordered", order, lines)
    units = sum(line.ordered for line in lines)
    audit_record("purchase_order.ordered", order, actor=actor, data={"units": units})
    return order


@transaction.atomic
def purchase_confirm(
    number: int, confirmed: Sequence[Confirmation], *, actor: Actor
) -> PurchaseOrder:
    """Take down what the supplier confirmed; a line left out is confirmed as ordered."""
    order = purchase_for_update(number)
    said: Mapping[int, Confirmation] = {one.position: one for one in confirmed}
    lines = list(order.lines.order_by("position"))
    unknown = sorted(set(said) - {line.position for line in lines})
    if unknown:
        words = _("There is no line %(position)s") % {"position": unknown[0]}
        raise InvalidInput([Issue("lines", words, "unknown_line")])
    differing = 0
    for line in lines:
        answer = said.get(line.position, Confirmation(line.position))
        line.confirmed = line.wanted if answer.quantity is None else answer.quantity
        line.confirmed_cost = line.price if answer.cost is None else answer.cost
        line.due_on = answer.due_on or line.due_on
        differing += line.confirmed != line.ordered or line.confirmed_cost != line.cost
    purchase_move(order, PurchaseStatus.CONFIRMED)
    order.save(update_fields=["status"])
    PurchaseOrderLine.objects.bulk_update(lines, ["confirmed", "confirmed_cost", "due_on"])
    expected_keep(order, lines)
    audit_record("purchase_order.confirmed", order, actor=actor, data={"differing": differing})
    return order


@transaction.atomic
def purchase_cancel(number: int, *, reason: str, actor: Actor) -> PurchaseOrder:
    """Call the whole of it off while nothing has come; a supplier who knows of it is told.

    Raises DropShipped, InvalidTransition.
    """
    order = purchase_for_update(number)
    require_ours(order)
    call_off(order, reason=reason, actor=actor)
    return order


def call_off(order: PurchaseOrder, *, reason: str, actor: Actor) -> None:
    """Cancel a locked order, and tell a supplier who knows of it."""
    was_ordered = order.status != PurchaseStatus.DRAFT
    purchase_move(order, PurchaseStatus.CANCELLED)
    order.save(update_fields=["status"])
    lines = list(order.lines.select_related("sku"))
    if was_ordered:
        _tell("purchase_order.cancelled", order, lines)
    _give_up_the_rest(order, lines)
    audit_record("purchase_order.cancelled", order, actor=actor, data={"text": reason})


@transaction.atomic
def purchase_close(number: int, *, reason: str, actor: Actor) -> PurchaseOrder:
    """End it: what has not come is not waited for any more."""
    order = purchase_for_update(number)
    purchase_move(order, PurchaseStatus.CLOSED)
    order.save(update_fields=["status"])
    lines = list(order.lines.all())
    units = _give_up_the_rest(order, lines)
    data = {"units": units, "text": reason} if units else {}
    audit_record("purchase_order.closed", order, actor=actor, data=data)
    return order


def require_ours(order: PurchaseOrder) -> None:
    """Raise DropShipped for goods that never come to us."""
    if order.demand is not None:
        raise DropShipped(reference=order.reference)


def purchase_move(order: PurchaseOrder, wanted: str) -> None:
    """Set the status of a locked order. Raises InvalidTransition."""
    if wanted not in PURCHASE_TRANSITIONS[PurchaseStatus(order.status)]:
        raise _refused(order, wanted)
    order.status = wanted


def expected_keep(order: PurchaseOrder, lines: Iterable[PurchaseOrderLine]) -> None:
    """Let what is on its way to us say what is still open of a locked order."""
    arriving = order.status in PURCHASE_ARRIVING and order.demand is None
    rows = [
        Expected(line.sku_id, order.location_id, line.open, line.due_on or order.expected_on)
        for line in lines
        if arriving and line.open
    ]
    expected_set(order.uid, rows, cause=order.cause)


def _refused(order: PurchaseOrder, wanted: str) -> InvalidTransition:
    return InvalidTransition(
        what=AGGREGATE,
        current=str(PurchaseStatus(order.status).label),
        wanted=str(PurchaseStatus(wanted).label),
    )


def _tell(event_type: str, order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> None:
    event_add(
        event_type,
        aggregate=AGGREGATE,
        aggregate_id=order.uid,
        payload={"purchase_order": purchase_payload(order, lines)},
    )


def _give_up_the_rest(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> int:
    units = sum(line.open for line in lines)
    for line in lines:
        line.cancelled += line.open
    PurchaseOrderLine.objects.bulk_update(lines, ["cancelled"])
    expected_keep(order, lines)
    return units


def _after_lead_time(order: PurchaseOrder) -> date:
    """Today at the location plus the longest lead time of what is ordered."""
    items = SupplierItem.objects.filter(
        supplier=order.supplier_id, sku__in=order.lines.values("sku")
    )
    own = [days for days in items.values_list("lead_time_days", flat=True) if days is not None]
    days = max([order.supplier.lead_time_days, *own])
    return now().astimezone(order.location.zone).date() + timedelta(days=days)


def _lines(request: PurchaseRequest) -> list[PurchaseOrderLine]:
    """The lines of a request, not saved. Raises InvalidInput."""
    wanted = request.lines
    items = {
        item.sku_id: item
        for item in SupplierItem.objects.filter(
            supplier=request.supplier, sku__in=[line.sku.pk for line in wanted]
        )
    }
    kits = kit_components({line.sku.pk for line in wanted})
    issues: list[Issue] = []
    if not wanted or len(wanted) > MAX_LINES:
        words = _("Order 1 to %(most)d SKUs") % {"most": MAX_LINES}
        issues.append(Issue("lines", words, "lines"))
    first_seen: dict[int, int] = {}
    lines: list[PurchaseOrderLine] = []
    for position, line in enumerate(wanted, start=1):
        row = line.row or position
        item = items.get(line.sku.pk)
        cost = line.cost if line.cost is not None else item.cost if item else line.sku.cost
        seen = first_seen.setdefault(line.sku.pk, row)
        problem = _problem(line, item, cost, is_kit=line.sku.pk in kits)
        if seen != row:
            problem = (_("Row %(row)d orders this SKU already") % {"row": seen}, "duplicate")
        if problem:
            issues.append(Issue("lines", f"{line.sku.code}: {problem[0]}", problem[1], row))
        elif cost is not None:
            lines.append(
                PurchaseOrderLine(
                    position=position,
                    sku=line.sku,
                    supplier_code=item.supplier_code if item else "",
                    ordered=line.quantity,
                    cost=cost,
                )
            )
    if issues:
        raise InvalidInput(issues)
    return lines


def _problem(
    line: WantedLine, item: SupplierItem | None, cost: Decimal | None, *, is_kit: bool
) -> tuple[str, str] | None:
    """What is wrong with a line: words and code."""
    if is_kit:
        return _("A kit has no stock of its own: order its components"), "kit"
    if not 1 <= line.quantity <= MAX_UNITS:
        return _("Order 1 to %(most)d units") % {"most": MAX_UNITS}, "bad_quantity"
    if item and line.quantity < item.minimum_quantity:
        words = _("This supplier sells at least %(least)d units of it")
        return words % {"least": item.minimum_quantity}, "below_minimum"
    if item and line.quantity % item.pack_multiple:
        return _("This supplier sells it in packs of %(n)d") % {"n": item.pack_multiple}, "pack"
    if cost is None or cost < 0:
        return _("Say what it costs: this supplier has no cost for it"), "no_cost"
    return None


def _write(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> None:
    for line in lines:
        line.purchase_order = order
    PurchaseOrderLine.objects.bulk_create(lines)
