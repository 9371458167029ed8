"""Orders, their lines, the work done for them, and the money they bring."""

import uuid
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku, amount_field
from inventory.models import Location
from oms.core.permissions import ScopedModel, ScopedQuerySet
from oms.orders.status import (
    CancelReason,
    ChannelKind,
    FulfilmentStatus,
    OrderStatus,
    PaymentStatus,
    TenderStatus,
)

FIRST_NUMBER = 100_000


class Channel(models.Model):
    """Where orders come from. Its code is the channel audience of the price engine."""

    scope_paths: ClassVar[dict[str, str]] = {"channel": "id"}

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=ChannelKind.choices)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    country = models.CharField(_("country"), max_length=2, default="IT")
    language = models.CharField(_("language"), max_length=5, default="it")
    is_active = models.BooleanField(_("active"), default=True)
    # Orders that a shortage leaves without goods move to another location before anybody looks.
    resources_shortages = models.BooleanField(
        _("re-source shortages"),
        default=False,
        help_text=_("Send what is short at one location from another by itself."),
    )
    # So long a basket that is held keeps its stock.
    hold_minutes = models.PositiveSmallIntegerField(
        _("minutes a basket is held"), default=30, db_default=30
    )

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class BasketHold(ScopedModel):
    """A basket whose stock is kept for a customer who is about to pay.

    `uid` is the demand of its holds, which end at `expires_at` by themselves; the row goes when the
    basket is ordered or let go.
    """

    scope_paths: ClassVar[dict[str, str]] = {"channel": "channel_id"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="holds")
    method = models.CharField(_("method"), max_length=20)
    # [{"sku": code, "quantity": units}] as asked for.
    lines = models.JSONField()
    expires_at = models.DateTimeField(_("expires"))

    class Meta:
        verbose_name = _("held basket")
        verbose_name_plural = _("held baskets")
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="basket_hold_expiry")]

    def __str__(self) -> str:
        return str(self.uid)


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


class Tender(models.Model):
    """One means of payment of an order; an order may be paid by several."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey(Order, models.CASCADE, related_name="tenders")
    provider = models.CharField(_("provider"), max_length=20)
    # What the customer paid with, in words: "card", "cash", "bank transfer", "on account".
    means = models.CharField(_("means"), max_length=20)
    # The provider's reference, never a card number.
    token = models.CharField(max_length=120, blank=True, default="")
    currency = models.CharField(_("currency"), max_length=3)
    amount = amount_field(_("amount"))
    captured = amount_field(_("captured"), default=0)
    refunded = amount_field(_("refunded"), default=0)
    status = models.CharField(
        _("status"), max_length=16, choices=TenderStatus.choices, default=TenderStatus.AUTHORISED
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("tender")
        verbose_name_plural = _("tenders")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, captured__lte=F("amount"), refunded__lte=F("captured")),
                name="tender_sums",
            ),
            models.UniqueConstraint(
                fields=["provider", "token"], condition=~Q(token=""), name="tender_token_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.means} {self.amount} {self.currency}"


class TenderTransaction(models.Model):
    """Append-only story of a tender: authorised, captured, voided, refunded."""

    class Kind(models.TextChoices):
        AUTHORISE = "authorise", _("Authorised")
        CAPTURE = "capture", _("Captured")
        VOID = "void", _("Voided")
        REFUND = "refund", _("Refunded")

    tender = models.ForeignKey(Tender, models.CASCADE, related_name="transactions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount = amount_field()
    reference = models.CharField(max_length=120, blank=True, default="")
    reason = models.CharField(max_length=60, blank=True, default="")
    actor = models.CharField(max_length=150)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("payment transaction")
        verbose_name_plural = _("payment transactions")
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
