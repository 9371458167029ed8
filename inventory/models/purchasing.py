"""Who we buy from, and what we ordered, received and were invoiced for."""

import uuid
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from inventory.models.locations import Location, code_valid
from inventory.status import InvoiceStatus, PurchaseStatus, ReceiptReason
from oms.core.permissions import ScopedModel
from oms.core.validators import currency_valid, language_valid

FIRST_NUMBER = 1000


def cost_field(verbose_name: object, **options: object) -> "models.DecimalField[Decimal, Decimal]":
    """What a unit costs: without tax, in the supplier's currency, four decimals."""
    return models.DecimalField(verbose_name, max_digits=12, decimal_places=4, **options)  # type: ignore[arg-type]


class Supplier(models.Model):
    """Somebody we buy from; known to all who may see purchasing."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=20, unique=True, validators=[code_valid])
    name = models.CharField(_("name"), max_length=120)
    # Who gets the purchase orders; empty: nobody, they are printed.
    email = models.EmailField(_("contact e-mail"), blank=True, default="")
    language = models.CharField(
        _("language"), max_length=5, default="en", validators=[language_valid]
    )
    currency = models.CharField(
        _("currency"), max_length=3, default="EUR", validators=[currency_valid]
    )
    lead_time_days = models.PositiveSmallIntegerField(_("lead time"), default=7)
    # The standard deviation of the lead time, for the safety stock of proposals.
    lead_time_spread = models.PositiveSmallIntegerField(_("spread of the lead time"), default=0)
    minimum_order_value = models.DecimalField(
        _("minimum order value"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    is_active = models.BooleanField(_("active"), default=True)
    # The supplier's own stock, if it ships to our customers: a location with a feed.
    location = models.OneToOneField(
        Location, models.SET_NULL, null=True, blank=True, related_name="supplier"
    )

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(minimum_order_value__gte=0), name="supplier_minimum_order_value"
            )
        ]

    def __str__(self) -> str:
        return self.name


class SupplierItem(models.Model):
    """A SKU as one supplier sells it. At most one supplier of a SKU is the preferred one."""

    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="items", db_index=False)
    sku = models.ForeignKey(Sku, models.CASCADE, related_name="supplier_items")
    supplier_code = models.CharField(_("supplier's code"), max_length=60, blank=True, default="")
    cost = cost_field(_("cost"))
    pack_multiple = models.PositiveIntegerField(_("pack"), default=1)
    minimum_quantity = models.PositiveIntegerField(_("minimum quantity"), default=1)
    # None: the supplier's own.
    lead_time_days = models.PositiveSmallIntegerField(_("lead time"), null=True, blank=True)
    preferred = models.BooleanField(_("preferred"), default=False)

    class Meta:
        verbose_name = _("supplier item")
        verbose_name_plural = _("supplier items")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["supplier", "sku"], name="supplier_item_once"),
            models.UniqueConstraint(
                fields=["sku"], condition=Q(preferred=True), name="supplier_item_preferred_once"
            ),
            models.CheckConstraint(condition=Q(cost__gte=0), name="supplier_item_cost"),
            models.CheckConstraint(condition=Q(pack_multiple__gte=1), name="supplier_item_pack"),
            models.CheckConstraint(
                condition=Q(minimum_quantity__gte=1), name="supplier_item_minimum"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id}: {self.sku_id}"

    @property
    def lead_time(self) -> int:
        """Days from ordering to arrival."""
        return self.supplier.lead_time_days if self.lead_time_days is None else self.lead_time_days


class PurchaseOrder(ScopedModel):
    """What we ordered from a supplier for one location; its row is the lock of all below it.

    A *drop-ship* order has a `demand`: the supplier sends the goods from its own `location` to
    `ship_to`. They are never stock of ours, and the order follows what is done for the demand.
    """

    scope_paths: ClassVar[dict[str, str]] = {"location": "location_id"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.GeneratedField(
        expression=F("id") + FIRST_NUMBER,
        output_field=models.BigIntegerField(_("number")),
        db_persist=True,
        unique=True,
    )
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="purchase_orders")
    location = models.ForeignKey(Location, models.PROTECT, related_name="purchase_orders")
    status = models.CharField(
        _("status"),
        max_length=16,
        choices=PurchaseStatus.choices,
        default=PurchaseStatus.DRAFT,
    )
    currency = models.CharField(_("currency"), max_length=3)
    # A day of the location's; lines the supplier confirmed for another day have their own.
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=400, blank=True, default="")
    demand = models.UUIDField(null=True, editable=False)
    # What the supplier and we call the demand: "100234".
    reference = models.CharField(_("for order"), max_length=60, blank=True, default="")
    # The customer's name, street, postcode, city, country and phone.
    ship_to = models.JSONField(_("ship to"), null=True)
    created_by = models.CharField(_("who"), max_length=150)
    created_at = models.DateTimeField(_("made"), db_default=Now())
    ordered_at = models.DateTimeField(_("ordered"), null=True)

    class Meta:
        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        indexes: ClassVar = [
            models.Index(fields=["location", "status"], name="purchase_order_arriving")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["demand"],
                condition=~Q(status=PurchaseStatus.CANCELLED),
                name="purchase_order_demand_once",
            ),
            models.CheckConstraint(
                condition=Q(demand__isnull=True, ship_to__isnull=True)
                | Q(demand__isnull=False, ship_to__isnull=False),
                name="purchase_order_drop_ship",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def drop_ship(self) -> dict[str, Any] | None:
        """Whose order the supplier sends, and where to; None: it comes to us."""
        if self.demand is None:
            return None
        return {"reference": self.reference, "ship_to": self.ship_to}

    @property
    def cause(self) -> str:
        """What the ledger and what is on its way call it."""
        return f"purchase order {self.number}"


class PurchaseOrderLine(models.Model):
    """One SKU of a purchase order. Units; what is damaged was refused and is still owed.

    Nothing ordered: it came all the same, and has a line so that its invoice is compared too.
    """

    purchase_order = models.ForeignKey(
        PurchaseOrder, models.CASCADE, related_name="lines", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="purchase_lines")
    supplier_code = models.CharField(_("supplier's code"), max_length=60, blank=True, default="")
    ordered = models.PositiveIntegerField(_("ordered"))
    cost = cost_field(_("cost"))
    # What the supplier said; None: nothing yet, so what we ordered holds.
    confirmed = models.PositiveIntegerField(_("confirmed"), null=True)
    confirmed_cost = cost_field(_("confirmed cost"), null=True)
    due_on = models.DateField(_("due on"), null=True)
    received = models.PositiveIntegerField(_("received"), default=0)
    damaged = models.PositiveIntegerField(_("damaged"), default=0)
    cancelled = models.PositiveIntegerField(_("cancelled"), default=0)

    class Meta:
        verbose_name = _("purchase order line")
        verbose_name_plural = _("purchase order lines")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purchase_order", "position"], name="purchase_line_position"
            ),
            models.UniqueConstraint(fields=["purchase_order", "sku"], name="purchase_line_sku"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="purchase_line_cost"),
        ]

    def __str__(self) -> str:
        return f"{self.purchase_order_id}/{self.position}"

    @property
    def wanted(self) -> int:
        """Units agreed on: as confirmed, or as ordered while nobody confirmed."""
        return self.ordered if self.confirmed is None else self.confirmed

    @property
    def open(self) -> int:
        """Units still to come."""
        return max(self.wanted - self.received - self.cancelled, 0)

    @property
    def price(self) -> Decimal:
        """Cost of a unit agreed on."""
        return self.cost if self.confirmed_cost is None else self.confirmed_cost

    @property
    def value(self) -> Decimal:
        """Cost of all units agreed on, unrounded."""
        return self.price * self.wanted


class PurchaseReceipt(models.Model):
    """A delivery, or part of one. `uid` is the receiver's: sent twice, it is booked once."""

    uid = models.UUIDField(unique=True)
    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="receipts")
    delivery_note = models.CharField(_("delivery note"), max_length=60, blank=True, default="")
    received_by = models.CharField(_("who"), max_length=150)
    received_at = models.DateTimeField(_("received"), db_default=Now())

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.delivery_note or str(self.uid)


class PurchaseReceiptLine(models.Model):
    receipt = models.ForeignKey(PurchaseReceipt, models.CASCADE, related_name="lines")
    line = models.ForeignKey(PurchaseOrderLine, models.PROTECT, related_name="receipts")
    # Units put into stock, and units refused.
    quantity = models.PositiveIntegerField(_("received"), default=0)
    damaged = models.PositiveIntegerField(_("damaged"), default=0)
    reason = models.CharField(
        _("reason"), max_length=10, choices=ReceiptReason.choices, blank=True, default=""
    )

    class Meta:
        verbose_name = _("receipt line")
        verbose_name_plural = _("receipt lines")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.receipt_id}: {self.quantity} × {self.line_id}"


class SupplierInvoice(models.Model):
    """What the supplier wants money for, compared with what was ordered and what came."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="invoices")
    number = models.CharField(_("invoice number"), max_length=60)
    invoiced_on = models.DateField(_("invoice date"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=InvoiceStatus.choices)
    # Who accepted its differences, and why.
    accepted_by = models.CharField(_("accepted by"), max_length=150, blank=True, default="")
    accepted_reason = models.CharField(_("why"), max_length=200, blank=True, default="")
    created_by = models.CharField(_("who"), max_length=150)
    created_at = models.DateTimeField(_("recorded"), db_default=Now())

    class Meta:
        verbose_name = _("supplier's invoice")
        verbose_name_plural = _("suppliers' invoices")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purchase_order", "number"], name="supplier_invoice_once"
            )
        ]

    def __str__(self) -> str:
        return self.number


class SupplierInvoiceLine(models.Model):
    invoice = models.ForeignKey(SupplierInvoice, models.CASCADE, related_name="lines")
    line = models.ForeignKey(PurchaseOrderLine, models.PROTECT, related_name="invoiced")
    quantity = models.PositiveIntegerField(_("quantity"))
    cost = cost_field(_("cost"))

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering: ClassVar = ["line__position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "line"], name="supplier_invoice_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.quantity} × {self.line_id}"
