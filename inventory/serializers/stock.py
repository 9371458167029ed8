"""What the stock API takes and answers."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from inventory.models import Location, Stock, StockMovement
from inventory.serializers.fields import PlainText, Units
from inventory.status import MovementKind
from oms.core.api.strict import StrictSerializer

MAX_CHANGES = 1000
MAX_DELTA = 1_000_000
# What a machine may book by itself; the other kinds come with orders, transfers and counts.
BOOKABLE = (MovementKind.ADJUSTED, MovementKind.RECEIVED, MovementKind.RETURNED)


class ChangeInput(StrictSerializer):
    sku = PlainText(max_length=60, help_text="SKU code or GTIN.")
    location = PlainText(max_length=20, help_text="Location code.")
    delta = Units(
        min_value=-MAX_DELTA, max_value=MAX_DELTA, help_text="Units on hand to add (or take, < 0)."
    )
    kind = serializers.ChoiceField(
        choices=[(kind.value, kind.label) for kind in BOOKABLE], default=MovementKind.ADJUSTED.value
    )
    reason = PlainText(max_length=40, required=False, allow_blank=True, default="")
    reference = PlainText(
        max_length=100,
        required=False,
        allow_null=True,
        default=None,
        help_text="Your own number of this line: the ledger books it once, whatever the key.",
    )

    def validate_delta(self, value: int) -> int:
        if value == 0:
            raise ValidationError(_("A change of 0 units changes nothing"), code="zero")
        return value


class AdjustmentInput(StrictSerializer):
    cause = PlainText(max_length=120, help_text="What people read in the ledger.")
    changes = serializers.ListField(
        child=ChangeInput(), min_length=1, max_length=MAX_CHANGES, allow_empty=False
    )


class LocationAnswer(serializers.ModelSerializer[Location]):
    class Meta:
        model = Location
        fields = (
            "uid", "code", "name", "kind", "is_active", "ships", "collects", "street", "postcode",
            "city", "country", "phone", "latitude", "longitude", "time_zone", "opening_hours",
        )  # fmt: skip


class StockAnswer(serializers.ModelSerializer[Stock]):
    sku = serializers.CharField(source="sku.code")
    location = serializers.CharField(source="location.code")
    available = serializers.IntegerField(
        help_text="on_hand − allocated − held − safety_stock − unavailable; below 0: a shortage."
    )

    class Meta:
        model = Stock
        fields = (
            "sku", "location", "on_hand", "allocated", "held", "unavailable", "safety_stock",
            "available",
        )  # fmt: skip


class AdjustmentAnswer(serializers.Serializer[Any]):
    stock = StockAnswer(many=True, help_text="The rows that changed, as they are now.")


class MovementAnswer(serializers.ModelSerializer[StockMovement]):
    sku = serializers.CharField(source="sku.code")
    location = serializers.CharField(source="location.code")
    reference = serializers.SerializerMethodField(
        help_text="The reference the line was sent with, if any."
    )

    def get_reference(self, movement: StockMovement) -> str | None:
        stored = movement.source_reference
        # Kept with the key that sent it in front ("api_key:7:…"), so that keys cannot collide.
        return stored.split(":", 2)[-1] if stored else None

    class Meta:
        model = StockMovement
        fields = (
            "id", "sku", "location", "kind", "on_hand", "allocated", "held", "unavailable",
            "demand", "cause", "reason", "reference", "occurred_at", "recorded_at",
        )  # fmt: skip


ADJUSTMENT = AdjustmentInput()
