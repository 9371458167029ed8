"""What is on its way: units that purchase orders and transfers will bring."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from inventory.models.locations import Location
from oms.core.permissions import ScopedModel


class ExpectedSupply(ScopedModel):
    """`quantity` units of a SKU still to arrive at a location, on `due_on` as far as one knows.

    Kept by whoever expects them (`inventory.services.expected`): `source` is the uid of the
    purchase order or transfer, all of whose rows are replaced together and gone when it is ended.
    """

    scope_paths: ClassVar[dict[str, str]] = {"location": "location_id"}

    source = models.UUIDField()
    # As in the ledger: "purchase order 1007", "transfer 42".
    cause = models.CharField(_("cause"), max_length=120)
    sku = models.ForeignKey(Sku, models.CASCADE, related_name="expected", db_index=False)
    location = models.ForeignKey(Location, models.CASCADE, related_name="expected", db_index=False)
    quantity = models.PositiveIntegerField(_("quantity"))
    # A day of the location's; None where nobody has said when.
    due_on = models.DateField(_("due on"), null=True)

    class Meta:
        verbose_name = _("expected supply")
        verbose_name_plural = _("expected supplies")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="expected_quantity")
        ]
        indexes: ClassVar = [
            models.Index(fields=["sku", "location", "due_on"], name="expected_of_sku"),
            models.Index(fields=["source"], name="expected_source"),
        ]

    def __str__(self) -> str:
        return f"{self.cause}: {self.quantity} × {self.sku_id} @ {self.location_id}"
