"""The second phase of a transfer: what arrived, what did not, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.selectors import kit_components
from inventory.errors import AlreadyBooked
from inventory.locks import transfer_for_update
from inventory.models import SourceReference, Transfer, TransferDiscrepancy, TransferLine
from inventory.services.adjustment import StockChange, adjust
from inventory.services.ledger import MAX_ACTOR
from inventory.services.transfers import (
    MAX_UNITS,
    discrepancies_open,
    lines_of,
    require_either,
    transfer_event,
    transfer_expect,
    transfer_move,
)
from inventory.status import (
    TRANSFER_ON_ITS_WAY,
    DiscrepancyKind,
    DiscrepancyOutcome,
    MovementKind,
    TransferStatus,
    derive_transfer_status,
)
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import InvalidInput, InvalidTransition, Issue
from oms.core.permissions import Permission, require

Kind, Outcome = DiscrepancyKind, DiscrepancyOutcome
MAX_REFERENCE = 60


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came in one go. `received` (whole), `missing`, `damaged`: SKU id → units.

    What is in none of them still comes. `reference` is the receipt's own: booked once.
    """

    reference: str
    received: Mapping[int, int]
    missing: Mapping[int, int] = field(default_factory=dict)
    damaged: Mapping[int, int] = field(default_factory=dict)


@transaction.atomic
def transfer_receive(uid: UUID, arrival: Arrival, *, actor: Actor) -> Transfer:
    """Put what arrived on the destination's shelf, and record what is missing or damaged.

    More than was sent, or a SKU that was not on the transfer, is booked as well and recorded as a
    discrepancy: it lies there. Raises AlreadyBooked for a known reference, InvalidInput for more
    missing or damaged units than are on their way, InvalidTransition when nothing is.
    """
    transfer = transfer_for_update(uid)
    require(actor, Permission.STOCK_HANDLE, scope=transfer.destination)
    _check_on_its_way(transfer)
    lines = _with_unexpected(transfer, arrival)
    _claim(transfer, arrival)
    reports: list[TransferDiscrepancy] = []
    reported = _by_line(transfer)
    for line in lines:
        units = arrival.received.get(line.sku_id, 0)
        over = max(0, units - line.in_transit)
        _turned_up(line, units, reported.get(line.pk, []), actor)
        line.received += units
        if over:
            kind = Kind.OVER if line.requested else Kind.UNEXPECTED
            reports.append(_report(line, kind, over, actor))
    _book(transfer, lines, arrival, actor)
    reports += _lost(transfer, lines, arrival, actor)
    TransferDiscrepancy.objects.bulk_create(reports)
    TransferLine.objects.bulk_update(lines, ["received"])
    _goes_on(transfer, lines)
    data = {
        "received": sum(arrival.received.values()),
        **{kind: units for kind in Kind.values if (units := _sum(reports, kind))},
    }
    audit_record("transfer.received", transfer, actor=actor, data=data)
    transfer_event("received", transfer)
    return transfer


@transaction.atomic
def transfer_settle(
    uid: UUID,
    *,
    outcome: DiscrepancyOutcome,
    note: str = "",
    line_id: int | None = None,
    actor: Actor,
) -> Transfer:
    """Close what is still in transit of one line, or of all: written off, or back at the source.

    Writing off takes the permission to adjust stock at either end, and a reason (`note`); putting
    back takes handling stock at the source, whose shelf it is. Raises InvalidInput, NotFound (by
    InvalidInput's "line"), InvalidTransition.
    """
    transfer = transfer_for_update(uid)
    if outcome == Outcome.WRITTEN_OFF:
        require_either(actor, Permission.STOCK_ADJUST, transfer.source, transfer.destination)
    else:
        require(actor, Permission.STOCK_HANDLE, scope=transfer.source)
    _check_on_its_way(transfer)
    if outcome == Outcome.WRITTEN_OFF and not note.strip():
        raise InvalidInput([Issue("note", _("Say why the units are written off"), "missing")])
    lines = lines_of(transfer)
    chosen = [line for line in lines if line.in_transit and line_id in (None, line.pk)]
    if not chosen:
        raise InvalidInput([Issue("line", _("Nothing of it is on its way"), "nothing_left")])
    if outcome == Outcome.SENT_BACK:
        _put_back(transfer, chosen, actor)
    _close_reports(transfer, chosen, outcome, note.strip(), actor)
    units = sum(line.in_transit for line in chosen)
    for line in chosen:
        if outcome == Outcome.SENT_BACK:
            line.sent_back += line.in_transit
        else:
            line.written_off += line.in_transit
    TransferLine.objects.bulk_update(chosen, ["written_off", "sent_back"])
    _goes_on(transfer, lines)
    data = {"units": units, "note": note.strip()}
    audit_record(f"transfer.{outcome}", transfer, actor=actor, data=data)
    transfer_event("settled", transfer)
    return transfer


def _check_on_its_way(transfer: Transfer) -> None:
    if transfer.status not in TRANSFER_ON_ITS_WAY:
        raise InvalidTransition(
            what="transfer", current=transfer.status, wanted=TransferStatus.RECEIVED
        )


def _with_unexpected(transfer: Transfer, arrival: Arrival) -> list[TransferLine]:
    """The lines, with new ones for what arrived although nobody sent it."""
    if not arrival.reference or len(arrival.reference) > MAX_REFERENCE:
        raise InvalidInput([Issue("reference", _("Give the receipt a reference"), "missing")])
    figures = [*arrival.received.values(), *arrival.missing.values(), *arrival.damaged.values()]
    if any(not 0 <= units <= MAX_UNITS for units in figures):
        raise InvalidInput([Issue("lines", _("A quantity is 0 or more"), "bad_quantity")])
    lines = lines_of(transfer)
    known = {line.sku_id for line in lines}
    strange = [sku for sku, units in arrival.received.items() if units and sku not in known]
    if kit_components(strange):
        raise InvalidInput([Issue("lines", _("Count the parts of a set, not the set"), "kit")])
    if not strange:
        return lines
    TransferLine.objects.bulk_create(
        TransferLine(transfer=transfer, sku_id=sku_id) for sku_id in sorted(strange)
    )
    return lines_of(transfer)


def _claim(transfer: Transfer, arrival: Arrival) -> None:
    """A receipt counts once, also one that only says what is missing and so moves nothing."""
    reference = f"transfer:{transfer.uid}:{arrival.reference}"
    _claimed, new = SourceReference.objects.get_or_create(pk=reference)
    if not new:
        raise AlreadyBooked


def _by_line(transfer: Transfer) -> dict[int, list[TransferDiscrepancy]]:
    """What is missing or damaged and not settled, by line; the missing first."""
    found: dict[int, list[TransferDiscrepancy]] = {}
    for one in sorted(discrepancies_open(transfer), key=lambda one: one.kind != Kind.MISSING):
        found.setdefault(one.line_id, []).append(one)
    return found


def _turned_up(
    line: TransferLine, units: int, reported: Sequence[TransferDiscrepancy], actor: Actor
) -> None:
    """Units that were reported missing came after all: so much of the reports is settled."""
    expected = line.in_transit - sum(one.units for one in reported)
    back = min(units, line.in_transit) - expected
    for one in reported:
        came = min(back, one.units)
        if came <= 0:
            return
        back -= came
        if came < one.units:
            TransferDiscrepancy.objects.filter(pk=one.pk).update(units=one.units - came)
            one.pk, one.units = None, came
        one.outcome = Outcome.ARRIVED
        one.settled_by, one.settled_at = actor.label[:MAX_ACTOR], now()
        one.save()


def _book(
    transfer: Transfer, lines: Sequence[TransferLine], arrival: Arrival, actor: Actor
) -> None:
    changes = [
        StockChange(
            sku_id=line.sku_id,
            location_id=transfer.destination_id,
            delta=units,
            source_reference=f"transfer:{line.uid}:{arrival.reference}",
            kind=MovementKind.TRANSFERRED_IN,
        )
        for line in lines
        if (units := arrival.received.get(line.sku_id, 0))
    ]
    adjust(changes, cause=transfer.cause, actor=actor)


def _put_back(transfer: Transfer, lines: Sequence[TransferLine], actor: Actor) -> None:
    changes = [
        StockChange(
            sku_id=line.sku_id,
            location_id=transfer.source_id,
            delta=line.in_transit,
            reason="sent back",
            # Of one line once: what is in transit goes back whole.
            source_reference=f"transfer:{line.uid}:back",
            kind=MovementKind.TRANSFERRED_IN,
        )
        for line in lines
    ]
    adjust(changes, cause=transfer.cause, actor=actor)


def _lost(
    transfer: Transfer, lines: Sequence[TransferLine], arrival: Arrival, actor: Actor
) -> list[TransferDiscrepancy]:
    """Reports of what is missing or damaged. Damaged units are not on the shelf: not received."""
    known = {one.sku_id for one in lines}
    reported = _by_line(transfer)
    reports: list[TransferDiscrepancy] = []
    issues = [
        Issue("lines", _("This SKU is not on the transfer"), "unknown_sku")
        for sku_id in {*arrival.missing, *arrival.damaged} - known
    ]
    for line in lines:
        wanted = {
            Kind.MISSING: arrival.missing.get(line.sku_id, 0),
            Kind.DAMAGED: arrival.damaged.get(line.sku_id, 0),
        }
        left = line.in_transit - sum(one.units for one in reported.get(line.pk, []))
        if sum(wanted.values()) > left:
            words = _("%(sku)s: only %(n)d are still on their way")
            issues.append(
                Issue("lines", words % {"sku": line.sku.code, "n": left}, "more_than_sent")
            )
        reports += [_report(line, kind, units, actor) for kind, units in wanted.items() if units]
    if issues:
        raise InvalidInput(issues)
    return reports


def _close_reports(
    transfer: Transfer,
    lines: Sequence[TransferLine],
    outcome: DiscrepancyOutcome,
    note: str,
    actor: Actor,
) -> None:
    """Give each open report its outcome; units in transit nobody reported are missing as well."""
    settled = {
        "outcome": outcome,
        "note": note[:120],
        "settled_by": actor.label[:MAX_ACTOR],
        "settled_at": now(),
    }
    unreported = {line.pk: line.in_transit for line in lines}
    for one in discrepancies_open(transfer):
        if one.line_id in unreported:
            unreported[one.line_id] -= one.units
            TransferDiscrepancy.objects.filter(pk=one.pk).update(**settled)
    by_id = {line.pk: line for line in lines}
    for line_id, units in unreported.items():
        if units > 0:
            report = _report(by_id[line_id], Kind.MISSING, units, actor)
            for name, value in settled.items():
                setattr(report, name, value)
            report.save()


def _goes_on(transfer: Transfer, lines: Sequence[TransferLine]) -> None:
    """The status that follows from the units, and what the destination may still expect."""
    status = derive_transfer_status(
        in_transit=sum(line.in_transit for line in lines),
        arrived=sum(line.settled for line in lines),
    )
    if status != transfer.status:
        transfer_move(transfer, status)
        if status == TransferStatus.RECEIVED:
            transfer.ended_at = now()
        transfer.save(update_fields=["status", "ended_at"])
    transfer_expect(transfer, lines)


def _report(
    line: TransferLine, kind: DiscrepancyKind, units: int, actor: Actor
) -> TransferDiscrepancy:
    return TransferDiscrepancy(
        line=line, kind=kind, units=units, reported_by=actor.label[:MAX_ACTOR]
    )


def _sum(reports: Sequence[TransferDiscrepancy], kind: str) -> int:
    return sum(one.units for one in reports if one.kind == kind)
