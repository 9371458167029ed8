"""How many there are, and who has a claim on them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from inventory.models.hearing import heard_when
from inventory.models.locations import Location
from inventory.models.shortages import SHORTAGE_TRIGGER
from oms.core.permissions import ScopedModel


class Stock(ScopedModel):
    """The running sums of the ledger for one SKU at one location.

    available = on_hand − allocated − held − safety_stock − unavailable. On hand may fall below
    allocated when a count says so: that is a shortage, a work item, not an error.
    """

    scope_paths: ClassVar[dict[str, str]] = {"location": "location_id"}

    sku = models.ForeignKey(Sku, models.PROTECT, related_name="stock", db_index=False)
    location = models.ForeignKey(Location, models.PROTECT, related_name="stock")
    on_hand = models.IntegerField(_("on hand"), default=0)
    allocated = models.IntegerField(_("allocated"), default=0)
    held = models.IntegerField(_("held"), default=0)
    unavailable = models.IntegerField(_("unavailable"), default=0)
    safety_stock = models.IntegerField(_("safety stock"), default=0)

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sku", "location"], name="stock_once"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="stock_on_hand"),
            models.CheckConstraint(condition=Q(allocated__gte=0), name="stock_allocated"),
            models.CheckConstraint(condition=Q(held__gte=0), name="stock_held"),
            models.CheckConstraint(condition=Q(unavailable__gte=0), name="stock_unavailable"),
            models.CheckConstraint(condition=Q(safety_stock__gte=0), name="stock_safety_stock"),
        ]
        triggers: ClassVar = [
            # The other figures change with a movement; statements that leave this one never ask.
            heard_when(
                "safety_stock",
                columns="sku_id, location_id",
                rows="VALUES (NEW.sku_id, NEW.location_id)",
            ),
            SHORTAGE_TRIGGER,
        ]
        # No index over the figures: a row whose figures are in none changes in place (PostgreSQL's
        # heap-only tuples; the migration leaves room for them), and these change with every order.

    def __str__(self) -> str:
        return f"{self.sku_id} @ {self.location_id}: {self.on_hand}"

    @property
    def available(self) -> int:
        return self.on_hand - self.allocated - self.held - self.safety_stock - self.unavailable

    @property
    def short(self) -> int:
        """Units allocated that do not lie here, or may not be used: the open `Shortage`'s."""
        return max(self.allocated + self.unavailable - self.on_hand, 0)


class Allocation(models.Model):
    """A demand's claim on stock: `quantity` units of a SKU at a location, not yet gone.

    Deleted when released or shipped; the movements keep the story. A kit's demand has one row per
    component, with the kit as `demanded` and `per_unit` of the component in each kit, so that a
    kit whose composition changes later is still released and shipped as it was allocated.

    Written in one statement with the stock row of the same SKU and location, whose foreign keys
    vouch for these: checking them again would lock the location's row in every order.
    """

    demand = models.UUIDField()
    demanded = models.ForeignKey(
        Sku, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    sku = models.ForeignKey(
        Sku, models.PROTECT, related_name="allocations", db_constraint=False, db_index=False
    )
    location = models.ForeignKey(
        Location, models.PROTECT, related_name="allocations", db_constraint=False, db_index=False
    )
    quantity = models.PositiveIntegerField()
    per_unit = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["demand", "sku", "location", "demanded"], name="allocation_once_per_demand"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="allocation_quantity"),
            models.CheckConstraint(condition=Q(per_unit__gt=0), name="allocation_per_unit"),
        ]
        indexes: ClassVar = [models.Index(fields=["sku", "location"], name="allocation_stock")]

    def __str__(self) -> str:
        return f"{self.demand}: {self.quantity} × {self.sku_id} @ {self.location_id}"


class Hold(models.Model):
    """Units kept for a basket or a quote until `expires_at`; a kit's are those of its components.

    From its deadline on a hold counts no more, even while the sweep has not taken its units off
    `Stock.held` yet: whoever falls short takes them first (`inventory.services.holds`).
    """

    demand = models.UUIDField()
    sku = models.ForeignKey(
        Sku, models.PROTECT, related_name="holds", db_constraint=False, db_index=False
    )
    location = models.ForeignKey(
        Location, models.PROTECT, related_name="holds", db_constraint=False, db_index=False
    )
    quantity = models.PositiveIntegerField()
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sku", "location", "demand"], name="hold_once_per_demand"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hold_quantity"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["demand"], name="hold_demand"),
            models.Index(fields=["expires_at"], name="hold_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.demand}: {self.quantity} × {self.sku_id} @ {self.location_id}"
