"""What locations' feeds have sent."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from inventory.models.locations import Location
from inventory.status import BatchKind, BatchStatus
from oms.core.models import Job
from oms.core.permissions import ScopedModel

ROW_ERRORS = {
    "unknown_sku": _("There is no such SKU"),
    "missing": _("The SKU is missing"),
    "duplicate": _("An earlier row names this SKU"),
    "kit": _("A kit has no stock of its own: count its components"),
    "bad_number": _("This is not a whole number of units"),
    "bad_file": _("The file cannot be read"),
    "missing_column": _("A column is missing"),
}


class StockFeed(models.Model):
    """What a location's feed has sent so far; its row is the lock of everything about the feed."""

    location = models.OneToOneField(Location, models.CASCADE, primary_key=True, related_name="feed")
    # The highest sequence received, and the newest moment an absolute count spoke of.
    sequence = models.BigIntegerField(_("sequence"), default=-1)
    as_of = models.DateTimeField(_("as of"), null=True)

    class Meta:
        verbose_name = _("stock feed")
        verbose_name_plural = _("stock feeds")

    def __str__(self) -> str:
        return f"{self.location_id}: {self.sequence}"


class StockBatch(ScopedModel):
    """A message of a location's feed: absolute counts or differences as of a moment."""

    scope_paths: ClassVar[dict[str, str]] = {"location": "location_id"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    location = models.ForeignKey(
        Location, models.PROTECT, related_name="stock_batches", db_index=False
    )
    # The sender's own name of it: the same id is the same message.
    batch_id = models.CharField(_("batch id"), max_length=80)
    # None for one sent by hand.
    sequence = models.BigIntegerField(_("sequence"), null=True)
    kind = models.CharField(_("kind"), max_length=8, choices=BatchKind.choices)
    as_of = models.DateTimeField(_("as of"))
    dry_run = models.BooleanField(_("dry run"), default=False)
    # Apply the good rows although others are wrong.
    keep_good = models.BooleanField(_("keep good rows"), default=False)
    digest = models.CharField(max_length=64, editable=False)
    size = models.BigIntegerField(_("bytes"), default=0)
    # The ledger's last number when it came in: what is booked above it happened afterwards.
    ledger_position = models.BigIntegerField(default=0)
    status = models.CharField(
        _("status"), max_length=10, choices=BatchStatus.choices, default=BatchStatus.RECEIVED
    )
    result = models.JSONField(default=dict)
    error_count = models.PositiveIntegerField(_("rows with errors"), default=0)
    # The numbers between which its own movements lie in the ledger; None where it booked none.
    first_movement = models.BigIntegerField(null=True)
    last_movement = models.BigIntegerField(null=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    created_by = models.CharField(_("who"), max_length=150)
    created_at = models.DateTimeField(_("received"), db_default=Now())
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("stock batch")
        verbose_name_plural = _("stock batches")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["location", "batch_id"], name="batch_once", condition=Q(dry_run=False)
            )
        ]
        indexes: ClassVar = [models.Index(fields=["location", "-id"], name="batch_of_location")]

    def __str__(self) -> str:
        return self.batch_id

    @property
    def cause(self) -> str:
        """What its movements give as their cause."""
        return f"batch {self.batch_id}"


class BatchChunk(models.Model):
    """A piece of a batch as it came in, until the batch is finished: any worker can read it."""

    batch = models.ForeignKey(StockBatch, models.CASCADE, related_name="chunks", db_index=False)
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "position"], name="chunk_once")
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position}"


class BatchError(models.Model):
    """What is wrong with one row of a batch."""

    batch = models.ForeignKey(StockBatch, models.CASCADE, related_name="errors", db_index=False)
    # Of the file, the header being line 1.
    line = models.PositiveIntegerField()
    field = models.CharField(max_length=20)
    code = models.CharField(max_length=20)
    value = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "line", "field"], name="batch_error_once")
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line} {self.code}"

    @property
    def words(self) -> str:
        """What is wrong, for a person; the code where it was said in the value."""
        return str(ROW_ERRORS.get(self.code, self.code))
