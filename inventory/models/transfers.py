"""Goods on their way from one of our locations to another."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from inventory.models.locations import Location
from inventory.status import DiscrepancyKind, DiscrepancyOutcome, TransferStatus
from oms.core.permissions import ScopedModel

FIRST_TRANSFER = 1_000


class Transfer(ScopedModel):
    """Who may see either end may see it; the source ships, the destination receives."""

    scope_paths: ClassVar[dict[str, tuple[str, ...]]] = {
        "location": ("source_id", "destination_id")
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.GeneratedField(
        expression=F("id") + FIRST_TRANSFER,
        output_field=models.BigIntegerField(_("number")),
        db_persist=True,
        unique=True,
    )
    source = models.ForeignKey(
        Location,
        models.PROTECT,
        related_name="transfers_out",
        db_index=False,
        verbose_name=_("from"),
    )
    destination = models.ForeignKey(
        Location, models.PROTECT, related_name="transfers_in", db_index=False, verbose_name=_("to")
    )
    status = models.CharField(
        _("status"),
        max_length=16,
        choices=TransferStatus.choices,
        default=TransferStatus.REQUESTED,
    )
    # A day of the destination's; None where nobody has said when.
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    created_by = models.CharField(_("requested by"), max_length=150)
    created_at = models.DateTimeField(_("requested"), db_default=Now())
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    # Received to the last unit, or cancelled.
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(source=F("destination")), name="transfer_goes_somewhere"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["source", "status"], name="transfer_out"),
            models.Index(fields=["destination", "status"], name="transfer_in"),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def cause(self) -> str:
        """As the ledger names it."""
        return f"transfer {self.number}"


class TransferLine(models.Model):
    """Units of one SKU; `uid` is their demand at the source.

    On their way: shipped − received − written off − sent back. Received above shipped is an
    over-delivery, and nothing is on its way.
    """

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="lines", db_index=False)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="transfer_lines")
    requested = models.PositiveIntegerField(_("requested"), default=0)
    shipped = models.PositiveIntegerField(_("shipped"), default=0)
    received = models.PositiveIntegerField(_("received"), default=0)
    written_off = models.PositiveIntegerField(_("written off"), default=0)
    sent_back = models.PositiveIntegerField(_("sent back"), default=0)

    class Meta:
        verbose_name = _("transfer line")
        verbose_name_plural = _("transfer lines")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["transfer", "sku"], name="transfer_line_once"),
            models.CheckConstraint(
                condition=Q(shipped__lte=F("requested")), name="transfer_line_shipped"
            ),
            models.CheckConstraint(
                condition=Q(shipped__gte=F("written_off") + F("sent_back")),
                name="transfer_line_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requested} × {self.sku_id}"

    @property
    def settled(self) -> int:
        """Units of which it is known where they are."""
        return self.received + self.written_off + self.sent_back

    @property
    def in_transit(self) -> int:
        return max(0, self.shipped - self.settled)


class TransferDiscrepancy(models.Model):
    """Units that did not arrive as they were sent. Missing and damaged ones wait for an outcome."""

    line = models.ForeignKey(TransferLine, models.CASCADE, related_name="discrepancies")
    kind = models.CharField(_("kind"), max_length=12, choices=DiscrepancyKind.choices)
    units = models.PositiveIntegerField(_("units"))
    reported_by = models.CharField(_("reported by"), max_length=150)
    reported_at = models.DateTimeField(_("reported"), db_default=Now())
    outcome = models.CharField(
        _("outcome"), max_length=12, choices=DiscrepancyOutcome.choices, blank=True, default=""
    )
    # Why it was written off, in the words of whoever did.
    note = models.CharField(_("note"), max_length=120, blank=True, default="")
    settled_by = models.CharField(_("settled by"), max_length=150, blank=True, default="")
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("transfer discrepancy")
        verbose_name_plural = _("transfer discrepancies")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(units__gt=0), name="transfer_discrepancy_units")
        ]

    def __str__(self) -> str:
        return f"{self.units} {self.kind}"
