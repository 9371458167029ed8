"""Where fewer units lie than orders have claimed: one open item per SKU and location."""

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from inventory.models.locations import Location
from oms.core.permissions import ScopedModel

SHORT_UNITS = "GREATEST({row}.allocated + {row}.unavailable - {row}.on_hand, 0)"

# In the database, so that no writer can forget it, whatever its statement; the condition is tried
# for each row without a call, so a million rows that are not short cost next to nothing. The stock
# row's lock is the lock of its item: nobody opens two. It runs after the whole statement, when the
# movement that was the cause is in the ledger. What opens or grows is an event (`oms.core.events`);
# nobody wakes a worker here, beat's sweep finds it.
SHORTAGE_TRIGGER = pgtrigger.Trigger(
    name="shortage",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
        "on_hand", "allocated", "unavailable"
    ),
    condition=pgtrigger.Condition(
        f"{SHORT_UNITS.format(row='NEW')} <> {SHORT_UNITS.format(row='OLD')}"
    ),
    declare=[("item", "uuid"), ("because", "text"), ("who", "text")],
    func=f"""
        IF {SHORT_UNITS.format(row="NEW")} = 0 THEN
            UPDATE inventory_shortage SET closed_at = statement_timestamp()
            WHERE sku_id = NEW.sku_id AND location_id = NEW.location_id AND closed_at IS NULL;
            RETURN NULL;
        END IF;
        SELECT cause, actor INTO because, who FROM inventory_stockmovement
        WHERE sku_id = NEW.sku_id AND location_id = NEW.location_id
        ORDER BY id DESC LIMIT 1;
        INSERT INTO inventory_shortage AS known (uid, sku_id, location_id, units, cause, actor)
        VALUES (gen_random_uuid(), NEW.sku_id, NEW.location_id, {SHORT_UNITS.format(row="NEW")},
            COALESCE(because, ''), COALESCE(who, ''))
        ON CONFLICT (sku_id, location_id) WHERE closed_at IS NULL
            DO UPDATE SET units = EXCLUDED.units
        RETURNING known.uid INTO item;
        IF {SHORT_UNITS.format(row="NEW")} > {SHORT_UNITS.format(row="OLD")} THEN
            INSERT INTO core_event (uid, type, aggregate_type, aggregate_id, payload,
                state, attempts, last_error)
            VALUES (gen_random_uuid(), 'stock.short', 'shortage', item,
                jsonb_build_object('shortage', item, 'units', {SHORT_UNITS.format(row="NEW")}),
                'pending', 0, '');
        END IF;
        RETURN NULL;
    """,  # noqa: S608 - constants only
)


class Shortage(ScopedModel):
    """`units` fewer lie at a location, and may be used, than are allocated there.

    Opened, changed and closed by a trigger of `Stock` (`SHORTAGE_TRIGGER`) and by nothing else:
    it is there if and only if allocated + unavailable > on hand. A closed item keeps its last
    number of units.
    """

    scope_paths: ClassVar[dict[str, str]] = {"location": "location_id"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sku = models.ForeignKey(Sku, models.CASCADE, related_name="shortage_items")
    location = models.ForeignKey(Location, models.CASCADE, related_name="shortage_items")
    units = models.PositiveIntegerField(_("units short"))
    # Of the movement that opened it, as in the ledger.
    cause = models.CharField(_("cause"), max_length=120, blank=True)
    actor = models.CharField(_("who"), max_length=150, blank=True)
    opened_at = models.DateTimeField(_("since"), db_default=Now())
    closed_at = models.DateTimeField(_("solved"), null=True)

    class Meta:
        verbose_name = _("shortage")
        verbose_name_plural = _("shortages")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sku", "location"],
                condition=Q(closed_at=None),
                name="shortage_open_once",
            ),
            models.CheckConstraint(condition=Q(units__gt=0), name="shortage_units"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["location", "opened_at"],
                condition=Q(closed_at=None),
                name="shortage_open",
            ),
            models.Index(fields=["-opened_at"], name="shortage_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} @ {self.location_id}: {self.units}"
