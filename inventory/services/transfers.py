"""Transfers in two phases: units leave the source, are nobody's for a while, and arrive.

*Request* allocates at the source, *ship* takes them off its shelf (`transferred_out`), *receive*
puts what arrived on the destination's (`transferred_in`). What does not arrive stays in transit
until it turns up or is settled (`inventory.services.receiving`), so that at any moment
on hand + in transit + written off add up to what there was, over-deliveries aside, which are named.

A kit travels as its components: they lie on the shelves, a kit does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.selectors import kit_components
from inventory.demand import Demand
from inventory.locks import transfer_for_update
from inventory.models import Location, Transfer, TransferDiscrepancy, TransferLine
from inventory.selectors.transfers import units_lost
from inventory.services.allocation import allocate, release, ship
from inventory.services.expected import Expected, expected_set
from inventory.services.ledger import MAX_ACTOR, stock_lock
from inventory.status import (
    DISCREPANCY_OPEN,
    TRANSFER_TRANSITIONS,
    LocationKind,
    MovementKind,
    TransferStatus,
)
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import InvalidInput, InvalidTransition, Issue, PermissionRefused
from oms.core.events import event_add
from oms.core.permissions import Permission, require

S = TransferStatus
MAX_LINES = 1000
MAX_UNITS = 1_000_000


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """`units`: SKU id → units (1 or more), kits allowed. `expected_on`: a day there, or None."""

    source: Location
    destination: Location
    units: Mapping[int, int]
    expected_on: date | None = None
    note: str = ""


@transaction.atomic
def transfer_request(request: TransferRequest, *, actor: Actor) -> Transfer:
    """Claim the units at the source; who handles stock at either end may ask.

    Raises PermissionRefused, InvalidInput, and InsufficientStock naming each SKU that falls short
    there: what an order has claimed is not to be sent away.
    """
    require_either(actor, Permission.STOCK_HANDLE, request.source, request.destination)
    units = _by_component(request.units)
    _check(request, units)
    transfer = Transfer.objects.create(
        source=request.source,
        destination=request.destination,
        expected_on=request.expected_on,
        note=request.note,
        created_by=actor.label[:MAX_ACTOR],
    )
    lines = TransferLine.objects.bulk_create(
        TransferLine(transfer=transfer, sku_id=sku_id, requested=quantity)
        for sku_id, quantity in units.items()
    )
    allocate(_demands(transfer, lines), cause=transfer.cause, actor=actor)
    audit_record("transfer.requested", transfer, actor=actor, data={"units": sum(units.values())})
    transfer_event("requested", transfer)
    return transfer


@transaction.atomic
def transfer_pick(uid: UUID, *, actor: Actor) -> Transfer:
    """Somebody at the source begins to pick; nothing new if that is known."""
    transfer = transfer_for_update(uid)
    require(actor, Permission.STOCK_HANDLE, scope=transfer.source)
    if transfer.status != S.PICKING:
        transfer_move(transfer, S.PICKING)
        transfer.save(update_fields=["status"])
        audit_record("transfer.picking", transfer, actor=actor)
    return transfer


@transaction.atomic
def transfer_ship(
    uid: UUID,
    *,
    units: Mapping[int, int] | None = None,
    expected_on: date | None = None,
    actor: Actor,
) -> Transfer:
    """The units leave the source's shelf; what is requested beyond them is given free there.

    `units`: SKU id → units that leave (None: all that was requested). Raises InvalidInput for more
    than requested or for nothing at all, InvalidTransition, and Shortage when the shelf has less.
    """
    transfer = transfer_for_update(uid)
    require(actor, Permission.STOCK_HANDLE, scope=transfer.source)
    transfer_move(transfer, S.IN_TRANSIT)
    lines = lines_of(transfer)
    leaving = {line.sku_id: line.requested for line in lines} if units is None else units
    _check_leaving(leaving, lines)
    for line in lines:
        line.shipped = leaving.get(line.sku_id, 0)
    stock_lock(_demands(transfer, lines), actor=actor)
    ship(
        _demands(transfer, lines, "shipped"),
        cause=transfer.cause,
        actor=actor,
        kind=MovementKind.TRANSFERRED_OUT,
    )
    left = [
        Demand(line.uid, line.sku_id, transfer.source_id, line.requested - line.shipped)
        for line in lines
        if line.requested > line.shipped
    ]
    release(left, cause=transfer.cause, reason="not sent", actor=actor)
    TransferLine.objects.bulk_update(lines, ["shipped"])
    transfer.shipped_at = now()
    transfer.expected_on = expected_on or transfer.expected_on
    transfer.save(update_fields=["status", "shipped_at", "expected_on"])
    transfer_expect(transfer, lines)
    audit_record("transfer.shipped", transfer, actor=actor, data={"units": sum(leaving.values())})
    transfer_event("shipped", transfer)
    return transfer


@transaction.atomic
def transfer_cancel(uid: UUID, *, actor: Actor) -> Transfer:
    """Nothing has left: the units are free again. Either end may. Raises InvalidTransition."""
    transfer = transfer_for_update(uid)
    require_either(actor, Permission.STOCK_HANDLE, transfer.source, transfer.destination)
    transfer_move(transfer, S.CANCELLED)
    lines = lines_of(transfer)
    release(_demands(transfer, lines), cause=transfer.cause, reason="cancelled", actor=actor)
    transfer.ended_at = now()
    transfer.save(update_fields=["status", "ended_at"])
    audit_record("transfer.cancelled", transfer, actor=actor)
    transfer_event("cancelled", transfer)
    return transfer


def transfer_move(transfer: Transfer, wanted: TransferStatus) -> None:
    """Change the status by the table, or raise InvalidTransition. The caller saves."""
    if wanted not in TRANSFER_TRANSITIONS[transfer.status]:
        raise InvalidTransition(what="transfer", current=transfer.status, wanted=wanted)
    transfer.status = wanted


def transfer_expect(transfer: Transfer, lines: Sequence[TransferLine]) -> None:
    """What the destination may still count on: in transit, without what is reported as lost."""
    lost = units_lost(transfer)
    rows = [
        Expected(line.sku_id, transfer.destination_id, units, transfer.expected_on)
        for line in lines
        if (units := line.in_transit - lost.get(line.pk, 0)) > 0
    ]
    expected_set(transfer.uid, rows, cause=transfer.cause)


def discrepancies_open(transfer: Transfer) -> list[TransferDiscrepancy]:
    """What is missing or damaged and not settled yet, oldest first."""
    return list(
        TransferDiscrepancy.objects.filter(
            line__transfer=transfer, kind__in=DISCREPANCY_OPEN, outcome=""
        ).order_by("pk")
    )


def transfer_event(what: str, transfer: Transfer) -> None:
    """Tell whoever listens, with the lines as they are now."""
    lines = transfer.lines.select_related("sku").order_by("pk")
    event_add(
        f"transfer.{what}",
        aggregate="transfer",
        aggregate_id=transfer.uid,
        payload={
            "number": transfer.number,
            "status": str(transfer.status),
            "source": transfer.source.code,
            "destination": transfer.destination.code,
            "lines": [
                {
                    "sku": line.sku.code,
                    "requested": line.requested,
                    "shipped": line.shipped,
                    "received": line.received,
                }
                for line in lines
            ],
        },
    )


def require_either(actor: Actor, permission: Permission, *locations: Location) -> None:
    """Raise PermissionRefused unless `actor` holds `permission` at one of the locations."""
    for location in locations[:-1]:
        try:
            return require(actor, permission, scope=location)
        except PermissionRefused:
            continue
    require(actor, permission, scope=locations[-1])


def lines_of(transfer: Transfer) -> list[TransferLine]:
    """The lines of a locked transfer, by SKU: the order in which stock locks."""
    return list(transfer.lines.select_related("sku").order_by("sku_id"))


def _demands(
    transfer: Transfer, lines: Sequence[TransferLine], units: str = "requested"
) -> list[Demand]:
    return [
        Demand(line.uid, line.sku_id, transfer.source_id, getattr(line, units))
        for line in lines
        if getattr(line, units)
    ]


def _by_component(units: Mapping[int, int]) -> dict[int, int]:
    """SKU id → units of what lies on shelves, by id; kit and component add up."""
    kits = kit_components(units)
    total: dict[int, int] = {}
    for sku_id, quantity in units.items():
        for part, per_unit in kits.get(sku_id, [(sku_id, 1)]):
            total[part] = total.get(part, 0) + quantity * per_unit
    return dict(sorted(total.items()))


def _check(request: TransferRequest, units: Mapping[int, int]) -> None:
    issues: list[Issue] = []
    if request.source == request.destination:
        issues.append(Issue("destination", _("Goods cannot be sent to where they are"), "same"))
    for name in ("source", "destination"):
        place: Location = getattr(request, name)
        if not place.is_active or place.kind == LocationKind.SUPPLIER:
            words = _("%(place)s takes no part in transfers") % {"place": place.name}
            issues.append(Issue(name, words, "not_a_place"))
    if not units:
        issues.append(Issue("lines", _("Say which units to send"), "empty"))
    if len(units) > MAX_LINES:
        words = _("At most %(n)d SKUs: make two transfers of it") % {"n": MAX_LINES}
        issues.append(Issue("lines", words, "too_many"))
    if any(not 1 <= quantity <= MAX_UNITS for quantity in units.values()):
        issues.append(Issue("lines", _("A quantity is 1 or more"), "bad_quantity"))
    if issues:
        raise InvalidInput(issues)


def _check_leaving(units: Mapping[int, int], lines: Sequence[TransferLine]) -> None:
    requested = {line.sku_id: line.requested for line in lines}
    issues = [
        Issue(
            "lines",
            _("At most %(n)d were requested") % {"n": requested.get(sku_id, 0)},
            "more_than_requested",
        )
        for sku_id, quantity in units.items()
        if not 0 <= quantity <= requested.get(sku_id, 0)
    ]
    if not issues and not any(units.values()):
        issues.append(
            Issue("lines", _("Nothing would leave: cancel the transfer instead"), "empty")
        )
    if issues:
        raise InvalidInput(issues)
