"""What the API of goods set aside takes and answers. Units are whole numbers."""

from typing import Any

from rest_framework import serializers

from inventory.models import Disposition
from inventory.serializers.fields import PlainText, Units
from inventory.services.dispositions import MAX_NOTE, MAX_UNITS
from inventory.status import DispositionReason
from oms.core.api.strict import StrictSerializer


class SetAsideInput(StrictSerializer):
    sku = PlainText(max_length=60, help_text="SKU code or GTIN; of a kit, its components.")
    location = PlainText(max_length=20, help_text="Location code.")
    units = Units(min_value=1, max_value=MAX_UNITS)
    reason = serializers.ChoiceField(choices=DispositionReason.choices)
    note = PlainText(max_length=MAX_NOTE, required=False, allow_blank=True, default="")
    expires_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="Back on sale by itself then; without it after the usual days of the reason,"
        " null: only when somebody says so.",
    )
    accept_shortage = serializers.BooleanField(
        default=False, help_text="Also units that orders or baskets have claimed: a shortage."
    )


class EndInput(StrictSerializer):
    """How many of the units; without it, all that are set aside."""

    units = Units(min_value=1, max_value=MAX_UNITS, required=False)


class DispositionAnswer(serializers.ModelSerializer[Disposition]):
    sku = serializers.CharField(source="sku.code")
    location = serializers.CharField(source="location.code")
    outcome = serializers.CharField(
        help_text="put_back, written_off, expired or counted; empty while it is set aside."
    )

    class Meta:
        model = Disposition
        fields = (
            "uid", "sku", "location", "units", "reason", "note", "created_at", "created_by",
            "expires_at", "outcome", "ended_at", "ended_by",
        )  # fmt: skip


END: serializers.Serializer[Any] = EndInput()
SET_ASIDE: serializers.Serializer[Any] = SetAsideInput()
