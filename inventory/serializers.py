"""What the stock API takes and answers. A wrong type is refused, never converted."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from inventory.models import Location, Stock, StockBatch, StockMovement
from inventory.status import BatchKind, MovementKind
from oms.core.api.strict import StrictSerializer

MAX_CHANGES = 1000
MAX_DELTA = 1_000_000
# What a machine may book by itself; the other kinds come with orders, transfers and counts.
BOOKABLE = (MovementKind.ADJUSTED, MovementKind.RECEIVED, MovementKind.RETURNED)


class PlainText(serializers.CharField):
    """One line of text: a JSON string without control characters."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise ValidationError(_("Send a text"), code="wrong_type")
        if not data.isprintable():
            raise ValidationError(_("No line breaks or control characters"), code="bad_character")
        return str(super().to_internal_value(data))


class Units(serializers.IntegerField):
    """A JSON integer: not 3.0, not "3", not true."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            raise ValidationError(_("Send a whole number"), code="wrong_type")
        return data


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


class BatchInput(StrictSerializer):
    """The query of a batch: all of it is text."""

    location = PlainText(max_length=20)
    batch_id = PlainText(max_length=80)
    sequence = serializers.IntegerField(min_value=0, max_value=2**62)
    kind = serializers.ChoiceField(choices=BatchKind.choices)
    as_of = serializers.DateTimeField()
    dry_run = serializers.BooleanField(default=False)
    keep_good = serializers.BooleanField(default=False)


class BatchAnswer(serializers.ModelSerializer[StockBatch]):
    location = serializers.CharField(source="location.code")
    result = serializers.DictField(
        help_text="Once finished: `rows`, `changed`, `units_up`, `units_down`, `shortages` (rows "
        "now below what is allocated), `beyond_zero` (rows that would have fallen below none)."
    )
    row_errors = serializers.HyperlinkedIdentityField(
        view_name="api-stock-batch-errors", lookup_field="uid", help_text="CSV of the wrong rows."
    )

    class Meta:
        model = StockBatch
        fields = (
            "uid", "location", "batch_id", "sequence", "kind", "as_of", "dry_run", "keep_good",
            "status", "result", "error_count", "row_errors", "created_at", "finished_at",
        )  # fmt: skip


# One shared instance: it keeps nothing of a request, and building one costs more than using it.
ADJUSTMENT = AdjustmentInput()
BATCH = BatchInput()
