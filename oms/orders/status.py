"""Statuses of orders and the work done for them; aggregate statuses are derived from quantities."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from oms.core.errors import InvalidTransition


class ChannelKind(models.TextChoices):
    ESHOP = "eshop", _("E-shop")
    TILL = "till", _("Store till")
    PHONE = "phone", _("Phone")
    MARKETPLACE = "marketplace", _("Marketplace")
    B2B = "b2b", _("B2B")


class OrderStatus(models.TextChoices):
    """Derived from the lines' quantities by `derive_order_status`."""

    OPEN = "open", _("Open")
    PARTLY_FULFILLED = "partly_fulfilled", _("Partly fulfilled")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


class PaymentStatus(models.TextChoices):
    """Derived from the tenders by `derive_payment_status`."""

    UNPAID = "unpaid", _("Unpaid")
    AUTHORISED = "authorised", _("Authorised")
    PAID = "paid", _("Paid")
    PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
    REFUNDED = "refunded", _("Refunded")
    VOIDED = "voided", _("Voided")
    NOTHING_DUE = "nothing_due", _("Nothing due")


class FulfilmentStatus(models.TextChoices):
    """The work of one location for one order."""

    OPEN = "open", _("To pick")
    PICKING = "picking", _("Picking")
    PICKED = "picked", _("Picked")
    READY = "ready", _("Ready")
    SHIPPED = "shipped", _("Shipped")
    COLLECTED = "collected", _("Collected")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")


F = FulfilmentStatus
FULFILMENT_TRANSITIONS: Mapping[str, frozenset[str]] = {
    F.OPEN: frozenset({F.PICKING, F.PICKED, F.DECLINED, F.CANCELLED}),
    F.PICKING: frozenset({F.OPEN, F.PICKED, F.DECLINED, F.CANCELLED}),
    F.PICKED: frozenset({F.PICKING, F.READY, F.SHIPPED, F.DECLINED, F.CANCELLED}),
    F.READY: frozenset({F.PICKED, F.COLLECTED, F.SHIPPED, F.CANCELLED}),
    # A hand-over can be undone for some minutes; a parcel that left cannot.
    F.COLLECTED: frozenset({F.READY}),
    F.SHIPPED: frozenset(),
    # For some minutes a store may have found what it declined.
    F.DECLINED: frozenset({F.OPEN}),
    # Uncollected goods can be reinstated for a late customer while they are not put back.
    F.CANCELLED: frozenset({F.READY}),
}
FULFILMENT_UNREADY = frozenset({F.OPEN, F.PICKING, F.PICKED})
FULFILMENT_OPEN = FULFILMENT_UNREADY | {F.READY}
FULFILMENT_DONE = frozenset({F.SHIPPED, F.COLLECTED})


class TenderStatus(models.TextChoices):
    AUTHORISED = "authorised", _("Authorised")
    CAPTURED = "captured", _("Captured")
    PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
    REFUNDED = "refunded", _("Refunded")
    VOIDED = "voided", _("Voided")


T = TenderStatus
TENDER_TRANSITIONS: Mapping[str, frozenset[str]] = {
    T.AUTHORISED: frozenset({T.CAPTURED, T.VOIDED}),
    T.CAPTURED: frozenset({T.PARTLY_REFUNDED, T.REFUNDED}),
    T.PARTLY_REFUNDED: frozenset({T.PARTLY_REFUNDED, T.REFUNDED}),
    T.REFUNDED: frozenset(),
    T.VOIDED: frozenset(),
}


class CancelReason(models.TextChoices):
    CUSTOMER = "customer", _("Customer's wish")
    NOT_COLLECTED = "not_collected", _("Not collected in time")
    NO_STOCK = "no_stock", _("Goods not found")
    FRAUD = "fraud", _("Suspected fraud")
    MISTAKE = "mistake", _("Entered by mistake")
    OTHER = "other", _("Other")


def require_transition(
    table: Mapping[str, frozenset[str]], *, what: str, current: str, wanted: str
) -> None:
    """Raise InvalidTransition unless `table` allows `current` → `wanted`."""
    if wanted not in table[current]:
        raise InvalidTransition(what=what, current=current, wanted=wanted)


def derive_order_status(*, ordered: int, cancelled: int, fulfilled: int) -> OrderStatus:
    """An order's status from the sums of its lines' units."""
    if cancelled == ordered:
        return OrderStatus.CANCELLED
    if fulfilled + cancelled == ordered:
        return OrderStatus.COMPLETED
    return OrderStatus.PARTLY_FULFILLED if fulfilled else OrderStatus.OPEN


def derive_payment_status(
    *, due: Decimal, authorised: Decimal, captured: Decimal, refunded: Decimal, voided: Decimal
) -> PaymentStatus:
    """An order's payment status from its tenders' sums; `due` is its gross less cancellations."""
    if captured and refunded:
        return PaymentStatus.REFUNDED if refunded >= captured else PaymentStatus.PARTLY_REFUNDED
    if captured and captured >= due:
        return PaymentStatus.PAID
    if captured + authorised >= due and captured + authorised > 0:
        return PaymentStatus.AUTHORISED
    if voided and not captured and not authorised:
        return PaymentStatus.VOIDED
    if due <= 0 and not captured:
        return PaymentStatus.NOTHING_DUE
    return PaymentStatus.UNPAID
