"""What the counting API takes and answers. Units are whole numbers."""

from typing import Any

from rest_framework import serializers

from inventory.models import CountLine, StockCount
from inventory.serializers.fields import Moment, PlainText, Units
from inventory.services.count_lines import MAX_UNITS
from inventory.services.count_planning import CLASSES, MOST_LINES
from inventory.status import CountBasis
from oms.core.api.strict import StrictSerializer

# Lines reported in one request, and SKUs named in one.
MAX_ROWS = 1000


class CountInput(StrictSerializer):
    location = PlainText(max_length=20, help_text="Location code.")
    basis = serializers.ChoiceField(choices=CountBasis.choices)
    classes = serializers.ListField(
        child=serializers.ChoiceField(choices=CLASSES),
        default=list(CLASSES),
        allow_empty=False,
        help_text="Read by class (`abc`) only.",
    )
    due_only = serializers.BooleanField(
        default=False, help_text="By class only: what was not counted for as long as it may wait."
    )
    category = PlainText(
        max_length=60,
        required=False,
        allow_null=True,
        default=None,
        help_text="By category: its code; everything below it is counted too.",
    )
    skus = serializers.ListField(
        child=PlainText(max_length=60),
        max_length=MAX_ROWS,
        required=False,
        default=list,
        help_text="Listed: SKU codes or GTINs; of a kit its components.",
    )
    most = Units(
        min_value=1,
        max_value=MOST_LINES,
        default=MOST_LINES,
        help_text="Lines at most: shortages and write-offs first, then what is worth most.",
    )
    is_blind = serializers.BooleanField(
        default=True, help_text="Whoever counts does not see how many should be there."
    )
    note = PlainText(max_length=200, required=False, allow_blank=True, default="")


class CountedInput(StrictSerializer):
    sku = PlainText(max_length=60, help_text="SKU code or GTIN.")
    units = Units(min_value=0, max_value=MAX_UNITS, help_text="All that lie there, not a change.")


class CountReportInput(StrictSerializer):
    counted_at = Moment(
        required=False,
        allow_null=True,
        default=None,
        help_text="When, if not just now: what was sold since stays sold.",
    )
    lines = serializers.ListField(child=CountedInput(), min_length=1, max_length=MAX_ROWS)


class CountFinishInput(StrictSerializer):
    leave = serializers.BooleanField(
        default=False, help_text="Lines that nobody counted are left out."
    )


class CountRecountInput(StrictSerializer):
    skus = serializers.ListField(child=PlainText(max_length=60), min_length=1, max_length=MAX_ROWS)


class CountEndInput(StrictSerializer):
    """Nothing to say: send `{}`."""


class CountAnswer(serializers.ModelSerializer[StockCount]):
    number = serializers.IntegerField()
    location = serializers.CharField(source="location.code")
    lines = serializers.IntegerField(source="lines_all", help_text="SKUs to count in all.")
    lines_counted = serializers.IntegerField()
    lines_open = serializers.IntegerField(help_text="Still to count, or to count again.")
    lines_off = serializers.IntegerField(help_text="Counted, with a difference.")

    class Meta:
        model = StockCount
        fields = (
            "number", "location", "status", "basis", "scope", "is_blind", "note", "lines",
            "lines_counted", "lines_open", "lines_off", "created_by", "created_at", "closed_by",
            "closed_at",
        )  # fmt: skip


class CountLineAnswer(serializers.ModelSerializer[CountLine]):
    sku = serializers.CharField(source="sku.code")
    gtin = serializers.CharField(source="sku.gtin")
    name = serializers.CharField(source="sku.full_name")
    counted = serializers.IntegerField(allow_null=True, help_text="The second count, or the first.")
    counted_at = serializers.DateTimeField(allow_null=True)
    counted_by = serializers.CharField()
    expected = serializers.IntegerField(
        allow_null=True, help_text="On hand at that moment; null while a blind count goes on."
    )
    difference = serializers.IntegerField(
        allow_null=True, help_text="counted − expected; null while a blind count goes on."
    )

    class Meta:
        model = CountLine
        fields = (
            "sku", "gtin", "name", "status", "abc_class", "is_extra", "counted", "counted_at",
            "counted_by", "expected", "difference", "booked",
        )  # fmt: skip

    def to_representation(self, instance: CountLine) -> dict[str, Any]:
        data: dict[str, Any] = super().to_representation(instance)
        return data | {"expected": None, "difference": None} if self.context["hidden"] else data


COUNT: serializers.Serializer[Any] = CountInput()
REPORT: serializers.Serializer[Any] = CountReportInput()
FINISH: serializers.Serializer[Any] = CountFinishInput()
RECOUNT: serializers.Serializer[Any] = CountRecountInput()
END: serializers.Serializer[Any] = CountEndInput()
