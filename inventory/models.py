"""Where goods are, how many, and every movement that made it so."""

import uuid
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from catalog.models import Sku
from inventory.status import BatchKind, BatchStatus, LocationKind, MovementKind
from oms.core.models import Job
from oms.core.permissions import Permission, ScopedModel, ScopedQuerySet

LOCATION_PERMISSIONS = (
    Permission.ORDERS_VIEW,
    Permission.ORDERS_FULFIL,
    Permission.ORDERS_MANAGE,
    Permission.STOCK_VIEW,
    Permission.STOCK_ADJUST,
)


class Location(models.Model):
    """A warehouse, a store or a supplier: anywhere stock can be."""

    # Explicit: the scope of a location is itself.
    scope_paths: ClassVar[dict[str, str]] = {"location": "id"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=LocationKind.choices)
    is_active = models.BooleanField(_("active"), default=True)
    ships = models.BooleanField(_("ships parcels"), default=True)
    collects = models.BooleanField(_("customers collect here"), default=False)
    street = models.CharField(_("street"), max_length=120, blank=True, default="")
    postcode = models.CharField(_("postcode"), max_length=12, blank=True, default="")
    city = models.CharField(_("city"), max_length=80, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, default="IT")
    phone = models.CharField(_("phone"), max_length=30, blank=True, default="")
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Rome")
    # ISO weekday ("1" = Monday) → [["09:00", "13:00"], ["15:30", "19:30"]]; absent = closed.
    opening_hours = models.JSONField(_("opening hours"), default=dict, blank=True)
    # Between equally good locations, the higher priority ships.
    priority = models.IntegerField(_("priority"), default=0)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering: ClassVar = ["name"]
        permissions: ClassVar = [(p.value, p.label) for p in LOCATION_PERMISSIONS]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class LocationUserObjectPermission(UserObjectPermissionBase):
    """Grants on one location: a direct foreign key, so that looking them up is one index scan."""

    content_object = models.ForeignKey(Location, models.CASCADE)


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
        # No index over the figures: a row whose figures are in none changes in place (PostgreSQL's
        # heap-only tuples; the migration leaves room for them), and these change with every order.

    def __str__(self) -> str:
        return f"{self.sku_id} @ {self.location_id}: {self.on_hand}"

    @property
    def available(self) -> int:
        return self.on_hand - self.allocated - self.held - self.safety_stock - self.unavailable


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
            models.Index(
                fields=["demand"], name="movement_demand", condition=Q(demand__isnull=False)
            ),
            models.Index(
                fields=["source_reference"],
                name="movement_source",
                condition=Q(source_reference__isnull=False),
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
    sequence = models.BigIntegerField(_("sequence"))
    kind = models.CharField(_("kind"), max_length=8, choices=BatchKind.choices)
    as_of = models.DateTimeField(_("as of"))
    dry_run = models.BooleanField(_("dry run"), default=False)
    # Apply the good rows although others are wrong.
    keep_good = models.BooleanField(_("keep good rows"), default=False)
    digest = models.CharField(max_length=64, editable=False)
    size = models.BigIntegerField(_("bytes"), default=0)
    status = models.CharField(
        _("status"), max_length=10, choices=BatchStatus.choices, default=BatchStatus.RECEIVED
    )
    result = models.JSONField(default=dict)
    error_count = models.PositiveIntegerField(_("rows with errors"), default=0)
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
        return f"{self.batch_id} #{self.sequence}"


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
