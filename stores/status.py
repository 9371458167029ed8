"""The state machine of click & collect: ready, shipped and collected are different things."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class PickupStatus(models.TextChoices):
    AWAITING_GOODS = "awaiting_goods", _("Awaiting goods")
    IN_TRANSIT = "in_transit", _("In transit")
    ARRIVED = "arrived", _("Arrived")
    TO_PICK = "to_pick", _("To pick")
    READY = "ready", _("Ready")
    COLLECTED = "collected", _("Collected")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


S = PickupStatus
PICKUP_TRANSITIONS: Mapping[str, frozenset[str]] = {
    S.AWAITING_GOODS: frozenset({S.IN_TRANSIT, S.ARRIVED, S.CANCELLED}),
    S.IN_TRANSIT: frozenset({S.ARRIVED, S.CANCELLED}),
    S.ARRIVED: frozenset({S.READY, S.CANCELLED}),
    S.TO_PICK: frozenset({S.READY, S.DECLINED, S.CANCELLED, S.EXPIRED}),
    S.READY: frozenset({S.TO_PICK, S.COLLECTED, S.EXPIRED, S.CANCELLED}),
    # Undo of a hand-over, for some minutes.
    S.COLLECTED: frozenset({S.READY}),
    # A late customer is served while the goods are not put back.
    S.EXPIRED: frozenset({S.READY}),
    # For some minutes the goods may have been found after all.
    S.DECLINED: frozenset({S.TO_PICK}),
    S.CANCELLED: frozenset(),
}


class HandOverAnswer(models.TextChoices):
    """What a scan or a tap at the counter can be answered with; every one has its own screen."""

    OK = "ok", _("Handed over")
    NOT_FOUND = "not_found", _("Not found")
    AMBIGUOUS = "ambiguous", _("Several orders fit")
    NOT_READY = "not_ready", _("Not ready yet")
    WRONG_STORE = "wrong_store", _("Waiting at another store")
    ALREADY_COLLECTED = "already_collected", _("Already collected")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    UNPAID = "unpaid", _("Not paid")
    NEEDS_ID = "needs_id", _("Check the ID")
    PARTLY_READY = "partly_ready", _("Partly ready")
    LOCKED = "locked", _("Too many wrong codes")


class Proof(models.TextChoices):
    """How the person at the counter showed that the order is theirs."""

    TOKEN = "token", _("QR code")
    CODE = "code", _("Pickup code")
    NAME = "name", _("Name and order")


class DeclineReason(models.TextChoices):
    """Why units cannot be had; each says something else about the stock."""

    NOT_FOUND = "not_found", _("Not found")
    DAMAGED = "damaged", _("Damaged")
    DISPLAY = "display", _("Only the one on display")
    MISMATCH = "mismatch", _("Not what the record says")


class UndoReason(models.TextChoices):
    WRONG_CUSTOMER = "wrong_customer", _("Wrong customer")
    WRONG_GOODS = "wrong_goods", _("Wrong goods")
    CHANGED_MIND = "changed_mind", _("The customer does not want them")
    MISTAKE = "mistake", _("Tapped by mistake")


# Waiting for the store or for the customer; the queue is made of these.
PICKUP_OPEN = frozenset({S.AWAITING_GOODS, S.IN_TRANSIT, S.ARRIVED, S.TO_PICK, S.READY})
