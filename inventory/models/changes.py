"""What changes availability without moving stock.

Triggers write it: whoever edits a rule, a kit or a location by whichever way (service, import,
admin, SQL) is heard, and the statements that move stock are not slowed down.
"""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, KitComponent, Product, Sku
from inventory.models.locations import Location
from inventory.models.transactions import CurrentTransaction

TOLD = "INSERT INTO inventory_availabilitychange ({column}) VALUES (NEW.id); RETURN NULL;"


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
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="availability_changes",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP <> 'INSERT' THEN
                        INSERT INTO inventory_availabilitychange (sku_id) VALUES (OLD.kit_id);
                    END IF;
                    IF TG_OP <> 'DELETE' THEN
                        INSERT INTO inventory_availabilitychange (sku_id) VALUES (NEW.kit_id);
                    END IF;
                    RETURN NULL;
                """,
            )
        ]


class HeardSku(Sku):
    """A SKU that is sold no more has nothing available; another product may be elsewhere."""

    class Meta:
        proxy = True
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="availability_changes",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("status", "product_id"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Condition(
                    "OLD.status <> NEW.status OR OLD.product_id <> NEW.product_id"
                ),
                func=TOLD.format(column="sku_id"),
            )
        ]


class HeardProduct(Product):
    """A product in another category is under that one's rules."""

    class Meta:
        proxy = True
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="availability_changes",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("category_id"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Condition("OLD.category_id <> NEW.category_id"),
                func="""
                    INSERT INTO inventory_availabilitychange (sku_id)
                    SELECT id FROM catalog_sku WHERE product_id = NEW.id;
                    RETURN NULL;
                """,
            )
        ]


class HeardCategory(Category):
    """A category that was moved is under the rules of other ones above it."""

    class Meta:
        proxy = True
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="availability_changes",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("path"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Condition("OLD.path <> NEW.path"),
                func=TOLD.format(column="category_id"),
            )
        ]
