"""What the purchasing API takes and answers. Amounts are text; a unit's cost has four decimals."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from inventory.models import PurchaseOrder, PurchaseOrderLine, Supplier, SupplierItem
from inventory.serializers.fields import PlainText, Units
from inventory.services.purchasing import MAX_LINES, MAX_UNITS
from inventory.status import ReceiptReason
from oms.core.api.strict import StrictSerializer


class PurchaseLineInput(StrictSerializer):
    sku = PlainText(max_length=60, help_text="SKU code or GTIN.")
    quantity = Units(min_value=1, max_value=MAX_UNITS)
    cost = serializers.DecimalField(
        max_digits=12,
        decimal_places=4,
        min_value=Decimal(0),
        required=False,
        allow_null=True,
        default=None,
        help_text="Of a unit; without it the supplier's own, or the last one paid.",
    )


class PurchaseInput(StrictSerializer):
    supplier = PlainText(max_length=20, help_text="Supplier code.")
    location = PlainText(max_length=20, help_text="Code of the location it goes to.")
    lines = serializers.ListField(
        child=PurchaseLineInput(), min_length=1, max_length=MAX_LINES, allow_empty=False
    )
    expected_on = serializers.DateField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Without it: after the supplier's lead time.",
    )
    note = PlainText(max_length=400, required=False, allow_blank=True, default="")
    order = serializers.BooleanField(
        default=False, help_text="Order it at once; otherwise it is a draft."
    )


class ReceivedInput(StrictSerializer):
    sku = PlainText(max_length=60, help_text="SKU code or GTIN.")
    quantity = Units(min_value=0, max_value=MAX_UNITS, help_text="Good units: into stock.")
    damaged = Units(
        min_value=0, max_value=MAX_UNITS, default=0, help_text="Refused units: still owed."
    )
    reason = serializers.ChoiceField(
        choices=ReceiptReason.choices, required=False, allow_blank=True, default=""
    )


class ReceiveInput(StrictSerializer):
    uid = serializers.UUIDField(
        help_text="Your name of this delivery: the same one is booked once, whatever the key."
    )
    delivery_note = PlainText(max_length=60, required=False, allow_blank=True, default="")
    accept_over = serializers.BooleanField(
        default=False, help_text="More than ordered, or what was not ordered, is meant."
    )
    lines = serializers.ListField(
        child=ReceivedInput(), min_length=1, max_length=MAX_LINES, allow_empty=False
    )


class PurchaseLineAnswer(serializers.ModelSerializer[PurchaseOrderLine]):
    sku = serializers.CharField(source="sku.code")
    open = serializers.IntegerField(help_text="Units still to come.")

    class Meta:
        model = PurchaseOrderLine
        fields = (
            "position", "sku", "supplier_code", "ordered", "confirmed", "cost", "confirmed_cost",
            "due_on", "received", "damaged", "cancelled", "open",
        )  # fmt: skip


class ShipToAnswer(serializers.Serializer[dict[str, str]]):
    name = serializers.CharField()
    street = serializers.CharField()
    postcode = serializers.CharField()
    city = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2.")
    phone = serializers.CharField()


class DropShipAnswer(serializers.Serializer[dict[str, Any]]):
    reference = serializers.CharField(help_text="Number of the customer's order.")
    ship_to = ShipToAnswer()


class PurchaseAnswer(serializers.ModelSerializer[PurchaseOrder]):
    number = serializers.IntegerField()
    supplier = serializers.CharField(source="supplier.code")
    location = serializers.CharField(source="location.code")
    drop_ship = DropShipAnswer(
        allow_null=True,
        help_text="The supplier sends it from `location` to this customer; null: it comes to us.",
    )
    lines = PurchaseLineAnswer(many=True)

    class Meta:
        model = PurchaseOrder
        fields = (
            "uid", "number", "supplier", "location", "status", "currency", "expected_on", "note",
            "drop_ship", "created_at", "ordered_at", "lines",
        )  # fmt: skip


class SupplierAnswer(serializers.ModelSerializer[Supplier]):
    location = serializers.CharField(source="location.code", allow_null=True, default=None)

    class Meta:
        model = Supplier
        fields = (
            "uid", "code", "name", "email", "language", "currency", "lead_time_days",
            "lead_time_spread", "minimum_order_value", "is_active", "location",
        )  # fmt: skip


class SupplierItemAnswer(serializers.ModelSerializer[SupplierItem]):
    supplier = serializers.CharField(source="supplier.code")
    sku = serializers.CharField(source="sku.code")
    lead_time_days = serializers.IntegerField(
        source="lead_time", help_text="Its own, or else the supplier's."
    )

    class Meta:
        model = SupplierItem
        fields = (
            "supplier", "sku", "supplier_code", "cost", "pack_multiple", "minimum_quantity",
            "lead_time_days", "preferred",
        )  # fmt: skip


PURCHASE = PurchaseInput()
RECEIVE = ReceiveInput()
