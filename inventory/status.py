"""Kinds of location and of stock movement; the states of batches, counts and dispositions."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class LocationKind(models.TextChoices):
    WAREHOUSE = "warehouse", _("Warehouse")
    STORE = "store", _("Store")
    SUPPLIER = "supplier", _("Supplier")


class MovementKind(models.TextChoices):
    """Every way a stock figure can change; there is no other."""

    RECEIVED = "received", _("Received")
    SHIPPED = "shipped", _("Shipped")
    SOLD = "sold", _("Sold")
    RETURNED = "returned", _("Returned")
    ADJUSTED = "adjusted", _("Adjusted")
    COUNTED = "counted", _("Counted")
    TRANSFERRED_OUT = "transferred_out", _("Transferred out")
    TRANSFERRED_IN = "transferred_in", _("Transferred in")
    ALLOCATED = "allocated", _("Allocated")
    RELEASED = "released", _("Released")
    HELD = "held", _("Held")
    UNHELD = "unheld", _("Hold ended")
    DISPOSED = "disposed", _("Set aside")
    UNDISPOSED = "undisposed", _("Put back on sale")


class AdjustmentReason(models.TextChoices):
    """Why on hand was corrected by a person."""

    OPENING = "opening", _("Opening stock")
    FOUND = "found", _("Found")
    MISSING = "missing", _("Missing")
    DAMAGED = "damaged", _("Damaged")
    RECEIPT = "receipt", _("Receipt without order")
    CORRECTION = "correction", _("Correction of a mistake")


class DispositionReason(models.TextChoices):
    """Why units that are on record are not for sale."""

    DAMAGED = "damaged", _("Damaged")
    MISSING = "missing", _("Missing")
    DISPLAY = "display", _("On display")


class DispositionOutcome(models.TextChoices):
    """How units stopped being set aside; before that, none of these."""

    PUT_BACK = "put_back", _("Put back on sale")
    WRITTEN_OFF = "written_off", _("Written off")
    EXPIRED = "expired", _("Expired")
    # Missing units, by a count of their shelf: it found them, or took them off the record.
    COUNTED = "counted", _("Counted")


class BatchKind(models.TextChoices):
    """What the rows of a stock batch say."""

    FULL = "full", _("Full count")
    PARTIAL = "partial", _("Partial count")
    DELTA = "delta", _("Differences")


class BatchStatus(models.TextChoices):
    RECEIVED = "received", _("Received")
    APPLIED = "applied", _("Applied")
    # A dry run that went through, and a batch whose rows have errors.
    CHECKED = "checked", _("Checked")
    REFUSED = "refused", _("Refused")


class TransferStatus(models.TextChoices):
    """How far a transfer is. From the shipment on, derived by `derive_transfer_status`."""

    REQUESTED = "requested", _("Requested")
    PICKING = "picking", _("Picking")
    IN_TRANSIT = "in_transit", _("In transit")
    PARTLY_RECEIVED = "partly_received", _("Partly received")
    RECEIVED = "received", _("Received")
    CANCELLED = "cancelled", _("Cancelled")


T = TransferStatus
TRANSFER_TRANSITIONS: Mapping[str, frozenset[str]] = {
    T.REQUESTED: frozenset({T.PICKING, T.IN_TRANSIT, T.CANCELLED}),
    T.PICKING: frozenset({T.IN_TRANSIT, T.CANCELLED}),
    T.IN_TRANSIT: frozenset({T.PARTLY_RECEIVED, T.RECEIVED}),
    T.PARTLY_RECEIVED: frozenset({T.RECEIVED}),
    T.RECEIVED: frozenset(),
    T.CANCELLED: frozenset(),
}
TRANSFER_TO_SEND = frozenset({T.REQUESTED, T.PICKING})
TRANSFER_ON_ITS_WAY = frozenset({T.IN_TRANSIT, T.PARTLY_RECEIVED})


def derive_transfer_status(*, in_transit: int, arrived: int) -> TransferStatus:
    """Of a shipped transfer, from units: still on their way, and received or otherwise settled."""
    if not in_transit:
        return TransferStatus.RECEIVED
    return TransferStatus.PARTLY_RECEIVED if arrived else TransferStatus.IN_TRANSIT


class DiscrepancyKind(models.TextChoices):
    """How what arrived differs from what was sent."""

    MISSING = "missing", _("Missing")
    DAMAGED = "damaged", _("Damaged")
    OVER = "over", _("More than sent")
    UNEXPECTED = "unexpected", _("Not on the transfer")


# Units that left the source and did not reach the destination's shelf.
DISCREPANCY_OPEN = frozenset({DiscrepancyKind.MISSING, DiscrepancyKind.DAMAGED})


class DiscrepancyOutcome(models.TextChoices):
    """What became of units that are missing or damaged."""

    WRITTEN_OFF = "written_off", _("Written off")
    SENT_BACK = "sent_back", _("Back on the source's shelf")
    ARRIVED = "arrived", _("Arrived after all")


class PurchaseStatus(models.TextChoices):
    """Of a purchase order; received and partly received are derived from its lines."""

    DRAFT = "draft", _("Draft")
    ORDERED = "ordered", _("Ordered")
    CONFIRMED = "confirmed", _("Confirmed")
    PARTLY_RECEIVED = "partly_received", _("Partly received")
    RECEIVED = "received", _("Received")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


PURCHASE_TRANSITIONS: Mapping[str, frozenset[str]] = {
    PurchaseStatus.DRAFT: frozenset({PurchaseStatus.ORDERED, PurchaseStatus.CANCELLED}),
    PurchaseStatus.ORDERED: frozenset(
        {
            PurchaseStatus.CONFIRMED,
            PurchaseStatus.PARTLY_RECEIVED,
            PurchaseStatus.RECEIVED,
            PurchaseStatus.CANCELLED,
        }
    ),
    # A supplier may correct what was confirmed.
    PurchaseStatus.CONFIRMED: frozenset(
        {
            PurchaseStatus.CONFIRMED,
            PurchaseStatus.PARTLY_RECEIVED,
            PurchaseStatus.RECEIVED,
            PurchaseStatus.CANCELLED,
        }
    ),
    PurchaseStatus.PARTLY_RECEIVED: frozenset({PurchaseStatus.RECEIVED, PurchaseStatus.CLOSED}),
    PurchaseStatus.RECEIVED: frozenset({PurchaseStatus.CLOSED}),
    PurchaseStatus.CLOSED: frozenset(),
    PurchaseStatus.CANCELLED: frozenset(),
}
# Something is on its way, and may be received.
PURCHASE_ARRIVING = frozenset(
    {PurchaseStatus.ORDERED, PurchaseStatus.CONFIRMED, PurchaseStatus.PARTLY_RECEIVED}
)
# More may come of what was received in full: the supplier sent too much.
PURCHASE_RECEIVABLE = PURCHASE_ARRIVING | {PurchaseStatus.RECEIVED}


def derive_purchase_status(current: str, *, received: int, still_open: int) -> str:
    """A purchase order's status after a receipt, from the sums of its lines' units."""
    if not received:
        return current
    return PurchaseStatus.PARTLY_RECEIVED if still_open else PurchaseStatus.RECEIVED


class ReceiptReason(models.TextChoices):
    """Why a receipt is not what was ordered."""

    DAMAGED = "damaged", _("Damaged")
    SURPLUS = "surplus", _("Sent too many")
    SHORT = "short", _("Sent too few")
    WRONG = "wrong", _("Not what was ordered")


class InvoiceStatus(models.TextChoices):
    MATCHED = "matched", _("Matched")
    DIFFERS = "differs", _("Differs")
    ACCEPTED = "accepted", _("Accepted")


class CountBasis(models.TextChoices):
    """How the SKUs of a count were chosen."""

    ABC = "abc", _("By class")
    VALUE = "value", _("Most value on hand")
    CATEGORY = "category", _("By category")
    LISTED = "listed", _("Listed SKUs")
    EVERYTHING = "everything", _("Everything")


class CountStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    COUNTING = "counting", _("Being counted")
    RECOUNT = "recount", _("To count again")
    TO_APPROVE = "to_approve", _("To approve")
    POSTED = "posted", _("Posted")
    CANCELLED = "cancelled", _("Cancelled")


COUNT_TRANSITIONS: Mapping[str, frozenset[str]] = {
    CountStatus.PLANNED: frozenset({CountStatus.COUNTING, CountStatus.CANCELLED}),
    CountStatus.COUNTING: frozenset(
        {CountStatus.RECOUNT, CountStatus.TO_APPROVE, CountStatus.POSTED, CountStatus.CANCELLED}
    ),
    CountStatus.RECOUNT: frozenset(
        {CountStatus.TO_APPROVE, CountStatus.POSTED, CountStatus.CANCELLED}
    ),
    CountStatus.TO_APPROVE: frozenset(
        {CountStatus.RECOUNT, CountStatus.POSTED, CountStatus.CANCELLED}
    ),
    CountStatus.POSTED: frozenset(),
    CountStatus.CANCELLED: frozenset(),
}
# Somebody may enter what lies there.
COUNT_ENTERING = frozenset({CountStatus.PLANNED, CountStatus.COUNTING, CountStatus.RECOUNT})
COUNT_OPEN = COUNT_ENTERING | {CountStatus.TO_APPROVE}


class CountLineStatus(models.TextChoices):
    TO_COUNT = "to_count", _("To count")
    ONCE = "counted_once", _("Counted")
    TO_RECOUNT = "to_recount", _("To count again")
    TWICE = "counted_twice", _("Counted twice")


COUNT_LINE_TRANSITIONS: Mapping[str, frozenset[str]] = {
    CountLineStatus.TO_COUNT: frozenset({CountLineStatus.ONCE}),
    # More units were found, or the count was taken back.
    CountLineStatus.ONCE: frozenset(
        {CountLineStatus.ONCE, CountLineStatus.TO_COUNT, CountLineStatus.TO_RECOUNT}
    ),
    CountLineStatus.TO_RECOUNT: frozenset({CountLineStatus.TWICE}),
    CountLineStatus.TWICE: frozenset({CountLineStatus.TWICE, CountLineStatus.TO_RECOUNT}),
}
COUNT_LINE_OPEN = frozenset({CountLineStatus.TO_COUNT, CountLineStatus.TO_RECOUNT})
