"""The work done for an order: what a location sends or hands over."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from inventory.models import Location
from oms.core.permissions import ScopedModel
from oms.orders.models.orders import Order, OrderLine
from oms.orders.status import (
    FulfilmentStatus,
)


class FulfilmentOrder(ScopedModel):
    """The work one location does for one order, by one method (ship, collect, …)."""

    scope_paths: ClassVar[dict[str, str]] = {
        "location": "location_id",
        "channel": "order__channel_id",
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey(Order, models.CASCADE, related_name="fulfilment_orders")
    location = models.ForeignKey(Location, models.PROTECT, related_name="fulfilment_orders")
    method = models.CharField(_("method"), max_length=20)
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=FulfilmentStatus.choices,
        default=FulfilmentStatus.OPEN,
    )
    # What the customer was told: when the goods are ready (collect) or leave (ship).
    promised_at = models.DateTimeField(_("promised"))
    picker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("fulfilment order")
        verbose_name_plural = _("fulfilment orders")
        indexes: ClassVar = [
            models.Index(
                fields=["location", "status", "promised_at"],
                name="fulfilment_queue",
                condition=Q(status__in=["open", "picking", "picked", "ready"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} @ {self.location_id}"


class FulfilmentLine(models.Model):
    """Units of one order line within a fulfilment order."""

    fulfilment_order = models.ForeignKey(
        FulfilmentOrder, models.CASCADE, related_name="lines", db_index=False
    )
    order_line = models.ForeignKey(OrderLine, models.CASCADE, related_name="fulfilment_lines")
    quantity = models.PositiveIntegerField(_("quantity"))
    picked = models.PositiveIntegerField(_("picked"), default=0)

    class Meta:
        verbose_name = _("fulfilment line")
        verbose_name_plural = _("fulfilment lines")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["fulfilment_order", "order_line"], name="fulfilment_line_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, picked__lte=F("quantity")),
                name="fulfilment_line_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.order_line_id}"


class Shipment(models.Model):
    """A parcel that left."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    fulfilment_order = models.OneToOneField(
        FulfilmentOrder, models.CASCADE, related_name="shipment"
    )
    carrier = models.CharField(_("carrier"), max_length=40)
    tracking_number = models.CharField(_("tracking number"), max_length=80, blank=True, default="")
    shipped_at = models.DateTimeField(_("shipped"), db_default=Now())

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}"
