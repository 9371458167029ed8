"""Click & collect at a store: pickups, hand-overs, put-back tasks, wrong codes."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from inventory.models import Location
from oms.core.permissions import ScopedModel
from oms.orders.models import FulfilmentOrder, OrderLine, Tender
from stores.status import DeclineReason, PickupStatus, Proof


class Pickup(ScopedModel):
    """A fulfilment order that the customer collects at a store.

    The code and the QR token are derived from `uid` (`stores.codes`); only their digests are kept.
    """

    scope_paths: ClassVar[dict[str, str]] = {"location": "location_id"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    fulfilment_order = models.OneToOneField(FulfilmentOrder, models.CASCADE, related_name="pickup")
    location = models.ForeignKey(Location, models.PROTECT, related_name="pickups", db_index=False)
    status = models.CharField(_("status"), max_length=16, choices=PickupStatus.choices)
    pay_in_store = models.BooleanField(_("pays in store"), default=False)
    code_digest = models.CharField(max_length=64, editable=False)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    # Where the bag stands.
    place = models.CharField(_("place"), max_length=20, blank=True, default="")
    # Somebody else who may collect.
    deputy = models.CharField(_("may be collected by"), max_length=120, blank=True, default="")
    needs_id = models.BooleanField(_("check the ID"), default=False)
    ready_at = models.DateTimeField(_("ready"), null=True)
    # The deadline the customer is told, and the later moment the sweep acts (grace period).
    collect_by = models.DateTimeField(_("collect by"), null=True)
    expires_at = models.DateTimeField(null=True)
    # The last extension, and the deadline before it: it can be taken back for a while.
    extended_at = models.DateTimeField(null=True)
    extended_from = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("pickup")
        verbose_name_plural = _("pickups")
        indexes: ClassVar = [
            models.Index(fields=["code_digest"], name="pickup_code"),
            models.Index(
                fields=["location", "status"],
                name="pickup_queue",
                condition=Q(status__in=["to_pick", "ready", "expired"]),
            ),
            models.Index(fields=["expires_at"], name="pickup_expiry", condition=Q(status="ready")),
            models.Index(
                fields=["collect_by"], name="pickup_deadline", condition=Q(status="ready")
            ),
            models.Index(fields=["location", "-created_at"], name="pickup_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.fulfilment_order_id}: {self.status}"


class HandOver(models.Model):
    """Goods given to the customer; undone at most once, soon after (`stores.deadlines.UNDO`).

    The counter's page chooses `uid` before the tap, so that a second tap is known to be the same.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pickup = models.ForeignKey(Pickup, models.CASCADE, related_name="hand_overs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Who stood at the counter, if not the customer.
    collected_by = models.CharField(_("collected by"), max_length=120, blank=True, default="")
    id_checked = models.BooleanField(_("ID checked"), default=False)
    proof = models.CharField(_("shown"), max_length=8, choices=Proof.choices, default=Proof.NAME)
    # The payment taken with this hand-over, given back by an undo.
    tender = models.ForeignKey(Tender, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    undo_reason = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pickup"], condition=Q(undone_at=None), name="handed_over_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["-at"], name="hand_over_recent")]

    def __str__(self) -> str:
        return f"{self.pickup_id} {self.at}"


class PutBack(ScopedModel):
    """A task: goods that nobody collects go from the pickup desk back to the shelf."""

    scope_paths: ClassVar[dict[str, str]] = {"location": "location_id"}

    pickup = models.ForeignKey(Pickup, models.CASCADE, related_name="put_backs")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    # The bag of a pickup that ended; otherwise units taken out of one that goes on.
    whole = models.BooleanField(_("whole bag"))
    created_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("put-back task")
        verbose_name_plural = _("put-back tasks")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pickup"], condition=Q(whole=True), name="put_back_whole_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["location"], name="put_back_open", condition=Q(done_at=None)),
            models.Index(fields=["-done_at"], name="put_back_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.pickup_id}"


class PutBackLine(models.Model):
    """Units of one order line that go back."""

    task = models.ForeignKey(PutBack, models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"))

    def __str__(self) -> str:
        return f"{self.quantity} of {self.order_line_id}"


class Decline(models.Model):
    """Units that a clerk could not have; undone at most once, soon after, if they were found.

    Its `uid` names what was set aside or booked off the shelf with it.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pickup = models.ForeignKey(Pickup, models.CASCADE, related_name="declines")
    order_line = models.ForeignKey(OrderLine, models.CASCADE, related_name="+")
    units = models.PositiveIntegerField(_("units"))
    reason = models.CharField(_("reason"), max_length=12, choices=DeclineReason.choices)
    # Nothing of the pickup was left.
    whole = models.BooleanField(_("all of it"))
    # What is picked instead of the units, or of some of them.
    stand_in = models.ForeignKey(OrderLine, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("decline")
        verbose_name_plural = _("declines")

    def __str__(self) -> str:
        return f"{self.pickup_id} {self.units} of {self.order_line_id}"


class CodeMiss(models.Model):
    """A wrong code at a store's counter; ten in 15 minutes lock the look-up by code."""

    location = models.ForeignKey(Location, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["location", "user", "at"], name="code_miss_recent")
        ]

    def __str__(self) -> str:
        return f"{self.location_id} {self.at}"
