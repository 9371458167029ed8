"""What the transfer API takes and answers. Units are whole numbers."""

from typing import Any

from rest_framework import serializers

from inventory.models import Transfer, TransferLine
from inventory.serializers.fields import PlainText, Units
from inventory.services.receiving import MAX_REFERENCE
from inventory.services.transfers import MAX_LINES, MAX_UNITS
from oms.core.api.strict import StrictSerializer


class TransferWantedInput(StrictSerializer):
    sku = PlainText(max_length=60, help_text="SKU code or GTIN; a kit travels as its components.")
    quantity = Units(min_value=1, max_value=MAX_UNITS)


class TransferInput(StrictSerializer):
    source = PlainText(max_length=20, help_text="Location code.")  # type: ignore[assignment]  # its own word
    destination = PlainText(max_length=20, help_text="Location code.")
    expected_on = serializers.DateField(required=False, allow_null=True, default=None)
    note = PlainText(max_length=200, required=False, allow_blank=True, default="")
    lines = serializers.ListField(child=TransferWantedInput(), min_length=1, max_length=MAX_LINES)


class TransferLeavingInput(StrictSerializer):
    sku = PlainText(max_length=60, help_text="SKU code or GTIN.")
    shipped = Units(min_value=0, max_value=MAX_UNITS)


class TransferShipInput(StrictSerializer):
    lines = serializers.ListField(
        child=TransferLeavingInput(),
        max_length=MAX_LINES,
        required=False,
        allow_null=True,
        default=None,
        help_text="Without it, everything requested leaves; a SKU that is not named stays.",
    )
    expected_on = serializers.DateField(required=False, allow_null=True, default=None)


class TransferArrivedInput(StrictSerializer):
    sku = PlainText(max_length=60, help_text="SKU code or GTIN.")
    received = Units(min_value=0, max_value=MAX_UNITS, default=0)
    missing = Units(min_value=0, max_value=MAX_UNITS, default=0)
    damaged = Units(min_value=0, max_value=MAX_UNITS, default=0)


class TransferReceiveInput(StrictSerializer):
    reference = PlainText(
        max_length=MAX_REFERENCE,
        help_text="Your own number of this receipt: booked once per transfer, whatever the key.",
    )
    lines = serializers.ListField(child=TransferArrivedInput(), min_length=1, max_length=MAX_LINES)


class TransferLineAnswer(serializers.ModelSerializer[TransferLine]):
    sku = serializers.CharField(source="sku.code")
    in_transit = serializers.IntegerField(
        help_text="shipped − received − written_off − sent_back, never below 0."
    )

    class Meta:
        model = TransferLine
        fields = (
            "uid", "sku", "requested", "shipped", "received", "in_transit", "written_off",
            "sent_back",
        )  # fmt: skip


class TransferAnswer(serializers.ModelSerializer[Transfer]):
    source = serializers.CharField(source="source.code")  # type: ignore[assignment]  # its own word
    destination = serializers.CharField(source="destination.code")
    number = serializers.IntegerField()
    lines = TransferLineAnswer(many=True)

    class Meta:
        model = Transfer
        fields = (
            "number", "uid", "status", "source", "destination", "expected_on", "note",
            "created_at", "shipped_at", "ended_at", "lines",
        )  # fmt: skip


TRANSFER: serializers.Serializer[Any] = TransferInput()
SHIP: serializers.Serializer[Any] = TransferShipInput()
RECEIVE: serializers.Serializer[Any] = TransferReceiveInput()
