"""Goods that come back after they were handed over or shipped."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku, amount_field
from inventory.models import Location
from oms.core.permissions import ScopedModel
from oms.orders.models import Order, OrderLine


class ReturnReason(models.TextChoices):
    UNWANTED = "unwanted", _("Not wanted")
    DEFECTIVE = "defective", _("Defective")
    WRONG_ITEM = "wrong_item", _("Wrong item")
    OTHER = "other", _("Other")


class Return(ScopedModel):
    """Goods of one order received back at one location, and what was refunded for them."""

    scope_paths: ClassVar[dict[str, str]] = {
        "location": "location_id",
        "channel": "order__channel_id",
        "company": "order__account_id",
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="returns")
    location = models.ForeignKey(Location, models.PROTECT, related_name="returns")
    reason = models.CharField(_("reason"), max_length=12, choices=ReturnReason.choices)
    refunded = amount_field(_("refunded"), default=0)
    received_at = models.DateTimeField(_("received"), db_default=Now())

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")

    def __str__(self) -> str:
        return f"{self.order_id}: {self.reason}"


class ReturnLine(models.Model):
    goods_return = models.ForeignKey(Return, models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="return_lines")
    quantity = models.PositiveIntegerField(_("quantity"))
    # Back on sale, or written off as damaged in the same booking.
    sellable = models.BooleanField(_("sellable"), default=True)
    # In another condition than it was sold in; None: in the same.
    restocked_as = models.ForeignKey(
        Sku, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("back as")
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="return_line_quantity")
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.order_line_id}"
