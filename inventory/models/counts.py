"""Counting shelves: what is to be counted, and what was found."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from inventory.models.locations import Location
from inventory.status import CountBasis, CountLineStatus, CountStatus
from oms.core.permissions import ScopedModel


class StockCount(ScopedModel):
    """Some SKUs of a location to be counted while business goes on; its id is its number."""

    scope_paths: ClassVar[dict[str, str]] = {"location": "location_id"}

    location = models.ForeignKey(
        Location, models.PROTECT, related_name="counts", verbose_name=_("location")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=CountStatus.choices, default=CountStatus.PLANNED
    )
    basis = models.CharField(_("chosen by"), max_length=10, choices=CountBasis.choices)
    # Which of them: the classes, the category's name.
    scope = models.CharField(_("which"), max_length=120, blank=True, default="")
    # Whoever counts does not see how many should be there.
    is_blind = models.BooleanField(_("blind"), default=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    created_by = models.CharField(_("planned by"), max_length=150)
    created_at = models.DateTimeField(_("planned"), db_default=Now())
    # Of the posting or the cancelling.
    closed_by = models.CharField(_("closed by"), max_length=150, blank=True, default="")
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")

    def __str__(self) -> str:
        return f"count {self.pk}"

    @property
    def number(self) -> int:
        return self.pk


class CountLine(models.Model):
    """One SKU of a count: what should have been there at the moment it was counted, and what was.

    The second count, where one was asked for, takes the place of the first.
    """

    stock_count = models.ForeignKey(
        StockCount, models.CASCADE, related_name="lines", db_index=False
    )
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="count_lines")
    status = models.CharField(
        _("state"),
        max_length=14,
        choices=CountLineStatus.choices,
        default=CountLineStatus.TO_COUNT,
    )
    abc_class = models.CharField(_("class"), max_length=1, blank=True, default="")
    # Not planned: found and added while counting.
    is_extra = models.BooleanField(_("added"), default=False)
    first = models.PositiveIntegerField(_("counted"), null=True)
    first_expected = models.IntegerField(_("expected"), null=True)
    first_at = models.DateTimeField(_("counted at"), null=True)
    first_by = models.CharField(_("counted by"), max_length=150, blank=True, default="")
    second = models.PositiveIntegerField(_("second count"), null=True)
    second_expected = models.IntegerField(_("expected at the second count"), null=True)
    second_at = models.DateTimeField(_("counted again at"), null=True)
    second_by = models.CharField(_("counted again by"), max_length=150, blank=True, default="")
    # The newest movement of the shelf that was in the ledger when it was last counted.
    after_movement = models.BigIntegerField(default=0)
    difference = models.GeneratedField(
        expression=Coalesce(F("second") - F("second_expected"), F("first") - F("first_expected")),
        output_field=models.IntegerField(),
        db_persist=True,
        verbose_name=_("difference"),
    )
    # What posting did to the shelf; None before.
    booked = models.IntegerField(_("booked"), null=True)

    class Meta:
        verbose_name = _("count line")
        verbose_name_plural = _("count lines")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stock_count", "sku"], name="count_line_once"),
            models.CheckConstraint(
                condition=Q(first__isnull=True, first_expected__isnull=True, first_at__isnull=True)
                | Q(first__isnull=False, first_expected__isnull=False, first_at__isnull=False),
                name="count_line_first",
            ),
            models.CheckConstraint(
                condition=Q(
                    second__isnull=True, second_expected__isnull=True, second_at__isnull=True
                )
                | Q(
                    first__isnull=False,
                    second__isnull=False,
                    second_expected__isnull=False,
                    second_at__isnull=False,
                ),
                name="count_line_second",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stock_count_id}: {self.sku_id}"

    @property
    def counted(self) -> int | None:
        """What counts: the second count, else the first."""
        return self.first if self.second is None else self.second

    @property
    def expected(self) -> int | None:
        """On hand at the moment of what counts."""
        return self.first_expected if self.second is None else self.second_expected

    @property
    def counted_at(self) -> datetime | None:
        return self.second_at or self.first_at

    @property
    def counted_by(self) -> str:
        return self.second_by or self.first_by


class CountScan(models.Model):
    """A scan that was counted; sent again, it is known by its nonce."""

    nonce = models.UUIDField(primary_key=True)
    line = models.ForeignKey(CountLine, models.CASCADE, related_name="scans")

    class Meta:
        verbose_name = _("count scan")
        verbose_name_plural = _("count scans")

    def __str__(self) -> str:
        return str(self.nonce)
