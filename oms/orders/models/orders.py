"""Customers, their orders, and the lines of these."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku, amount_field
from oms.core.permissions import ScopedModel
from oms.orders.models.channels import Channel
from oms.orders.status import (
    CancelReason,
    OrderStatus,
    PaymentStatus,
)

FIRST_NUMBER = 100_000


class Customer(models.Model):
    """Somebody who buys; an order keeps its own copy of how to reach them."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The shop's own id of the customer, if it has one.
    reference = models.CharField(max_length=80, null=True, blank=True, unique=True)  # noqa: DJ001
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True, default="")
    phone = models.CharField(_("phone"), max_length=30, blank=True, default="")
    language = models.CharField(_("language"), max_length=5, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return self.name


class Order(ScopedModel):
    """What a customer asked for and was promised. `status` and `payment_status` are derived."""

    scope_paths: ClassVar[dict[str, str]] = {
        "channel": "channel_id",
        "company": "account_id",
        "location": "fulfilment_orders__location_id",
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.GeneratedField(
        expression=F("id") + FIRST_NUMBER,
        output_field=models.BigIntegerField(_("number")),
        db_persist=True,
        unique=True,
    )
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="orders", db_index=False)
    external_id = models.CharField(  # noqa: DJ001 - null: the channel has no id of its own
        _("external id"), max_length=80, null=True, blank=True
    )
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="orders")
    # The B2B company that buys, by id and name: companies live above orders.
    account_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    account_name = models.CharField(_("company"), max_length=120, blank=True, default="")
    # The customer's own number for this order.
    purchase_order = models.CharField(_("PO number"), max_length=60, blank=True, default="")
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    name = models.CharField(_("customer"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True, default="")
    phone = models.CharField(_("phone"), max_length=30, blank=True, default="")
    language = models.CharField(_("language"), max_length=5, default="en")
    street = models.CharField(_("street"), max_length=120, blank=True, default="")
    postcode = models.CharField(_("postcode"), max_length=12, blank=True, default="")
    city = models.CharField(_("city"), max_length=80, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, blank=True, default="")
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    method = models.CharField(_("method"), max_length=20)
    currency = models.CharField(_("currency"), max_length=3)
    # Where tax is due: the collecting store's country, or the ship-to address's.
    supply_country = models.CharField(max_length=2)
    # As placed; they never change.
    net = amount_field(_("net"))
    tax = amount_field(_("tax"))
    gross = amount_field(_("total"))
    # The gross of what is neither cancelled nor returned, stand-ins included; kept by
    # `order_status_refresh`.
    current_total = amount_field(_("total now"))
    coupon = models.CharField(_("coupon"), max_length=40, blank=True, default="")
    # Whose prices it was placed at, the most specific first: "company:acme", "channel:b2b", …
    audiences = models.JSONField(default=list)
    accepts_substitutes = models.BooleanField(_("accepts substitutes"), default=False)
    note = models.TextField(_("note"), blank=True, default="")
    status = models.CharField(
        _("status"), max_length=20, choices=OrderStatus.choices, default=OrderStatus.OPEN
    )
    payment_status = models.CharField(
        _("payment"), max_length=20, choices=PaymentStatus.choices, default=PaymentStatus.UNPAID
    )
    cancel_reason = models.CharField(
        _("reason"), max_length=20, choices=CancelReason.choices, blank=True, default=""
    )
    placed_at = models.DateTimeField(_("placed"), db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "external_id"], name="order_external_once"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="order_total"),
            # Whatever is changed about an order, its customer never owes more than was agreed.
            models.CheckConstraint(
                condition=Q(current_total__gte=0, current_total__lte=F("gross")),
                name="order_current_total",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            models.Index(fields=["status", "-id"], name="order_status"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="order_name_trgm"),
            models.Index(Upper("email"), name="order_email"),
            models.Index(fields=["phone"], name="order_phone"),
            models.Index(fields=["updated_at", "id"], name="order_changed"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class OrderLine(models.Model):
    """One ordered line; it never changes, its units move between the quantities below.

    `uid` is the demand that stock is allocated to. quantity = open + cancelled + fulfilled; open
    units are in open fulfilment orders or back-ordered, returned ones are among the fulfilled.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="order_lines")
    # As the customer read it: with the condition, in their language.
    name = models.CharField(_("name"), max_length=240)
    # The line whose cancelled units this one stands in for; None for what was ordered.
    substitutes = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="stand_ins", db_index=False
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    cancelled = models.PositiveIntegerField(_("cancelled"), default=0)
    fulfilled = models.PositiveIntegerField(_("fulfilled"), default=0)
    returned = models.PositiveIntegerField(_("returned"), default=0)
    # They wait for goods; and the day the customer was told, if one was known.
    back_ordered = models.PositiveIntegerField(_("back-ordered"), default=0, db_default=0)
    expected_on = models.DateField(_("expected"), null=True)
    # As the price list quotes it: with or without tax (`tax_included`).
    list_price = amount_field(_("list price"))
    unit_price = amount_field(_("price"))
    tax_included = models.BooleanField()
    tax_percent = models.DecimalField(max_digits=5, decimal_places=2)
    net = amount_field(_("net"))
    tax = amount_field(_("tax"))
    gross = amount_field(_("total"))
    # How the price came about: the price engine's own trace, stored as it was.
    price_trace = models.JSONField(default=list)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_quantity"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("cancelled") + F("fulfilled") + F("back_ordered")),
                name="order_line_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(fulfilled__gte=F("returned")), name="order_line_returned"
            ),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="order_line_total"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["sku"], condition=Q(back_ordered__gt=0), name="order_line_waiting"
            ),
            models.Index(
                fields=["substitutes"],
                condition=Q(substitutes__isnull=False),
                name="order_line_stand_in",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

    @property
    def open(self) -> int:
        return self.quantity - self.cancelled - self.fulfilled

    @property
    def in_work(self) -> int:
        return self.open - self.back_ordered
