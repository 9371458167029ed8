"""What the stock sync takes and answers."""

from datetime import datetime
from typing import ClassVar

from django.utils.timezone import is_naive
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from inventory.models import StockBatch
from inventory.serializers.fields import PlainText
from inventory.status import BatchKind
from oms.core.api.strict import StrictSerializer


class Moment(serializers.DateTimeField):
    """A moment with its zone: without one, the hour of a count would be anybody's guess."""

    default_error_messages: ClassVar = {
        "no_zone": _("Give the moment with its zone, like 2026-11-22T19:30:00Z or …+01:00")
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if is_naive(value):
            self.fail("no_zone")
        return super().enforce_timezone(value)


class BatchInput(StrictSerializer):
    """The query of a batch: all of it is text."""

    location = PlainText(max_length=20)
    batch_id = PlainText(max_length=80)
    sequence = serializers.IntegerField(min_value=0, max_value=2**62)
    kind = serializers.ChoiceField(choices=BatchKind.choices)
    as_of = Moment()
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


BATCH = BatchInput()
