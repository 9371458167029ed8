"""What is counted of a document's goods, scan by scan, until it is booked."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from inventory.models.locations import Location
from oms.core.permissions import ScopedModel


class Tally(ScopedModel):
    """A count under way at one location: what was picked for, or arrived with, one document.

    `document` is the uid of the transfer, purchase order, …; at most one tally of it is open at a
    location. Nothing of it is stock: whoever closes it books what it says.
    """

    scope_paths: ClassVar[dict[str, str]] = {"location": "location_id"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document = models.UUIDField()
    location = models.ForeignKey(Location, models.PROTECT, related_name="tallies", db_index=False)
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["document", "location"],
                condition=Q(closed_at__isnull=True),
                name="tally_open_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["location", "document"], name="tally_location")]

    def __str__(self) -> str:
        return f"{self.document} @ {self.location_id}"


class TallyEntry(models.Model):
    """One scan, or one number typed: so many units more (or less)."""

    tally = models.ForeignKey(Tally, models.CASCADE, related_name="entries")
    # Made by whoever scans: the same scan sent twice counts once.
    nonce = models.UUIDField(unique=True)
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", db_index=False)
    units = models.IntegerField(_("units"))
    by = models.CharField(_("who"), max_length=150)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("tally entry")
        verbose_name_plural = _("tally entries")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(units=0), name="tally_entry_units")
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.sku_id}"
