"""How far counts and ledger were apart."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.models.feeds import StockBatch
from inventory.models.locations import Location
from oms.core.permissions import ScopedModel


class BatchDrift(ScopedModel):
    """What a count said against what the ledger said of the same moment, summed over its rows.

    The rows themselves are the movements the batch booked. Values are of the day, at the SKUs'
    cost in the retailer's currency; units of SKUs without a known cost are in no value.
    """

    scope_paths: ClassVar[dict[str, str]] = {"location": "location_id"}

    batch = models.OneToOneField(StockBatch, models.CASCADE, primary_key=True, related_name="drift")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+", db_index=False)
    as_of = models.DateTimeField(_("as of"))
    # SKUs and units of which more, or less, was there than the ledger said.
    skus_over = models.PositiveIntegerField(_("SKUs over"))
    skus_under = models.PositiveIntegerField(_("SKUs under"))
    units_over = models.BigIntegerField(_("units over"))
    units_under = models.BigIntegerField(_("units under"))
    value_over = models.DecimalField(_("value over"), max_digits=18, decimal_places=4)
    value_under = models.DecimalField(_("value under"), max_digits=18, decimal_places=4)
    skus_without_cost = models.PositiveIntegerField(_("SKUs without a cost"))

    class Meta:
        verbose_name = _("drift")
        verbose_name_plural = _("drift")
        indexes: ClassVar = [models.Index(fields=["location", "as_of"], name="drift_of_location")]

    def __str__(self) -> str:
        return f"{self.batch_id}: +{self.units_over} −{self.units_under}"

    @property
    def units_net(self) -> int:
        return self.units_over - self.units_under

    @property
    def units_absolute(self) -> int:
        return self.units_over + self.units_under

    @property
    def value_net(self) -> Decimal:
        return self.value_over - self.value_under

    @property
    def value_absolute(self) -> Decimal:
        return self.value_over + self.value_under
