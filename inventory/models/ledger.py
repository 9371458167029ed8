"""Every movement of stock."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from inventory.models.locations import Location
from inventory.models.transactions import CurrentTransaction
from inventory.status import MovementKind
from oms.core.permissions import ScopedModel


class StockMovement(ScopedModel):
    """One immutable row of the ledger: what changed, why, by whom, and when it really happened.

    The table is partitioned by the month of `recorded_at`, see `inventory.services.partitions`.
    """

    scope_paths: ClassVar[dict[str, str]] = {"location": "location_id"}

    # No database constraint and no index of their own: as with allocations, the stock row beside
    # it vouches, and `movement_stock` serves every look-up.
    sku = models.ForeignKey(
        Sku, models.PROTECT, related_name="movements", db_constraint=False, db_index=False
    )
    location = models.ForeignKey(
        Location, models.PROTECT, related_name="movements", db_constraint=False, db_index=False
    )
    kind = models.CharField(_("kind"), max_length=16, choices=MovementKind.choices)
    on_hand = models.IntegerField(_("on hand"), default=0)
    allocated = models.IntegerField(_("allocated"), default=0)
    held = models.IntegerField(_("held"), default=0)
    unavailable = models.IntegerField(_("unavailable"), default=0)
    demand = models.UUIDField(null=True)
    # Human-readable cause: "order 100123", "count 42", "import stock.csv".
    cause = models.CharField(_("cause"), max_length=120)
    reason = models.CharField(_("reason"), max_length=40, blank=True, default="")
    actor = models.CharField(_("who"), max_length=150)
    # Unique where given, see `SourceReference`.
    source_reference = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001
    occurred_at = models.DateTimeField(_("happened"), db_default=Now())
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now())
    # None in rows from before anybody asked: they are older than every cursor.
    transaction = models.BigIntegerField(
        null=True, blank=True, editable=False, db_default=CurrentTransaction()
    )

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(on_hand=0, allocated=0, held=0, unavailable=0),
                name="movement_moves_something",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["sku", "location", "id"], name="movement_stock"),
            # "Since when?": tiny, for the ledger is written in the order of its time.
            BrinIndex(fields=["recorded_at"], autosummarize=True, name="movement_recorded"),
            models.Index(
                fields=["demand"], name="movement_demand", condition=Q(demand__isnull=False)
            ),
            models.Index(
                fields=["source_reference"],
                name="movement_source",
                condition=Q(source_reference__isnull=False),
            ),
            # What changed since: see `inventory.selectors.changes`.
            models.Index(
                fields=["transaction"],
                name="movement_transaction",
                condition=Q(transaction__isnull=False),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sku_id} @ {self.location_id}"


class SourceReference(models.Model):
    """What a movement was booked for, once: a delivery, a count line, a till receipt.

    A table of its own, because a partitioned ledger cannot be unique across its months.
    """

    reference = models.CharField(primary_key=True, max_length=120)

    def __str__(self) -> str:
        return self.reference
