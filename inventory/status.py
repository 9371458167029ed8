"""Kinds of location and of stock movement."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LocationKind(models.TextChoices):
    WAREHOUSE = "warehouse", _("Warehouse")
    STORE = "store", _("Store")
    SUPPLIER = "supplier", _("Supplier")


class MovementKind(models.TextChoices):
    """Every way a stock figure can change; there is no other."""

    RECEIVED = "received", _("Received")
    SHIPPED = "shipped", _("Shipped")
    SOLD = "sold", _("Sold")
    RETURNED = "returned", _("Returned")
    ADJUSTED = "adjusted", _("Adjusted")
    COUNTED = "counted", _("Counted")
    TRANSFERRED_OUT = "transferred_out", _("Transferred out")
    TRANSFERRED_IN = "transferred_in", _("Transferred in")
    ALLOCATED = "allocated", _("Allocated")
    RELEASED = "released", _("Released")
    HELD = "held", _("Held")
    UNHELD = "unheld", _("Hold ended")
    DISPOSED = "disposed", _("Set aside")
    UNDISPOSED = "undisposed", _("Put back on sale")


class AdjustmentReason(models.TextChoices):
    """Why on hand was corrected by a person."""

    OPENING = "opening", _("Opening stock")
    FOUND = "found", _("Found")
    MISSING = "missing", _("Missing")
    DAMAGED = "damaged", _("Damaged")
    RECEIPT = "receipt", _("Receipt without order")
    CORRECTION = "correction", _("Correction of a mistake")


class BatchKind(models.TextChoices):
    """What the rows of a stock batch say."""

    FULL = "full", _("Full count")
    PARTIAL = "partial", _("Partial count")
    DELTA = "delta", _("Differences")


class BatchStatus(models.TextChoices):
    RECEIVED = "received", _("Received")
    APPLIED = "applied", _("Applied")
    # A dry run that went through, and a batch whose rows have errors.
    CHECKED = "checked", _("Checked")
    REFUSED = "refused", _("Refused")
