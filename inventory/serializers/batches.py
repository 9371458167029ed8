"""What the stock sync takes and answers."""

from rest_framework import serializers

from inventory.models import StockBatch
from inventory.serializers.fields import Moment, PlainText
from inventory.status import BatchKind
from oms.core.api.strict import StrictSerializer


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
