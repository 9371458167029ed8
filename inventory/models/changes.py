"""What changes availability without moving stock.

Triggers write it: whoever edits a rule, a kit or a location by whichever way (service, import,
admin, SQL) is heard, and the statements that move stock are not slowed down.
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, KitComponent, Product, Sku
from inventory.models.hearing import heard_always, heard_when
from inventory.models.locations import Location
from inventory.models.transactions import CurrentTransaction


class AvailabilityChange(models.Model):
    """Something about a SKU, a category with all below it, or a location; at a location if given.

    None for all three never happens. Kept for a while, see `inventory.services.changes`.
    """

    sku = models.ForeignKey(
        Sku, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    category = models.ForeignKey(
        Category,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    location = models.ForeignKey(
        Location,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("availability change")
        verbose_name_plural = _("availability changes")
        indexes: ClassVar = [
            models.Index(fields=["transaction"], name="change_transaction"),
            models.Index(fields=["recorded_at"], name="change_recorded"),
        ]

    def __str__(self) -> str:
        return f"{self.transaction}: {self.sku_id} {self.category_id} @ {self.location_id}"


class HeardKitComponent(KitComponent):
    """Kits change what their components allow."""

    class Meta:
        proxy = True
        triggers: ClassVar = [heard_always({"sku_id": "kit_id"})]


class HeardSku(Sku):
    """A SKU that is sold no more has nothing available; another product may be elsewhere."""

    class Meta:
        proxy = True
        triggers: ClassVar = [
            heard_when("status", "product_id", columns="sku_id", rows="VALUES (NEW.id)")
        ]


class HeardProduct(Product):
    """A product in another category is under that one's rules."""

    class Meta:
        proxy = True
        triggers: ClassVar = [
            heard_when(
                "category_id",
                columns="sku_id",
                rows="SELECT id FROM catalog_sku WHERE product_id = NEW.id",
            )
        ]


class HeardCategory(Category):
    """A category that was moved is under the rules of other ones above it."""

    class Meta:
        proxy = True
        triggers: ClassVar = [heard_when("path", columns="category_id", rows="VALUES (NEW.id)")]
