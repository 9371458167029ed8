"""Units that lie somewhere, or should, and are not for sale for a while."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from inventory.models.locations import Location
from inventory.status import DispositionOutcome, DispositionReason
from oms.core.permissions import ScopedModel


class Disposition(ScopedModel):
    """`units` of a SKU set aside at a location: on hand, and not available.

    While it is open its units are part of the stock row's `unavailable`, which is the sum of its
    open dispositions and nothing else. One ends as a whole, and once: part of it ends as a row of
    its own, `parted_from` it. Written by `inventory.services.dispositions` together with the
    stock row or under its lock, never by hand.
    """

    scope_paths: ClassVar[dict[str, str]] = {"location": "location_id"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sku = models.ForeignKey(
        Sku, models.PROTECT, related_name="dispositions", verbose_name=_("SKU"), db_index=False
    )
    location = models.ForeignKey(
        Location, models.PROTECT, related_name="dispositions", verbose_name=_("location")
    )
    units = models.PositiveIntegerField(_("units"))
    parted_from = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=12, choices=DispositionReason.choices)
    note = models.CharField(_("note"), max_length=80, blank=True, default="")
    # Back on sale by itself then; None: when somebody says so.
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    created_by = models.CharField(_("set aside by"), max_length=150)
    created_at = models.DateTimeField(_("set aside"), db_default=Now())
    outcome = models.CharField(
        _("outcome"), max_length=12, choices=DispositionOutcome.choices, blank=True, default=""
    )
    ended_by = models.CharField(_("ended by"), max_length=150, blank=True, default="")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("disposition")
        verbose_name_plural = _("dispositions")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(units__gt=0), name="disposition_units"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None)
                | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="disposition_ends_with_an_outcome",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["sku", "location"], condition=Q(ended_at=None), name="disposition_open"
            ),
            models.Index(
                fields=["expires_at"], condition=Q(ended_at=None), name="disposition_expiry"
            ),
            models.Index(fields=["sku", "created_at"], name="disposition_sku"),
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.sku_id} @ {self.location_id}"

    @property
    def is_open(self) -> bool:
        return not self.outcome
