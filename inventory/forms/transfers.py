"""Forms of transfers."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.filters.fields import DateInput
from inventory.models import Location, TransferLine
from inventory.services.transfers import MAX_UNITS
from inventory.status import DiscrepancyOutcome, LocationKind

COLUMNS = {
    "units": _("Leaving"),
    "received": _("Received"),
    "missing": _("Missing"),
    "damaged": _("Damaged"),
}


def places() -> Any:
    """Where goods can be sent from and to."""
    return Location.objects.filter(is_active=True).exclude(kind=LocationKind.SUPPLIER)


class TransferForm(forms.Form):
    """A new transfer. The lines are text: typed, scanned or pasted."""

    source = forms.ModelChoiceField(
        label=_("From"), queryset=Location.objects.none(), to_field_name="code"
    )
    destination = forms.ModelChoiceField(
        label=_("To"), queryset=Location.objects.none(), to_field_name="code"
    )
    expected_on = forms.DateField(label=_("Expected on"), required=False, widget=DateInput)
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        help_text=_("For those who pick and those who receive."),
    )
    lines = forms.CharField(
        label=_("What to send"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_(
            "One SKU or GTIN with its quantity in each line: typed, scanned, or pasted from a"
            " spreadsheet. Without a quantity it is 1; the same SKU twice adds up."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("source", "destination"):
            self.fields[name].queryset = places()  # type: ignore[attr-defined]
            self.fields[name].empty_label = _("Choose a location")  # type: ignore[attr-defined]


class LinesForm(forms.Form):
    """Whole units per line and column; `units_of(column)` gives them by SKU id."""

    expected_on = forms.DateField(label=_("Expected on"), required=False, widget=DateInput)

    def __init__(
        self, *args: Any, lines: Sequence[TransferLine], columns: Mapping[str, str], **kwargs: Any
    ) -> None:
        """`columns`: name → the line's attribute with the usual number ("" for none)."""
        super().__init__(*args, **kwargs)
        self.lines = lines
        self.columns = columns
        for line in lines:
            for name, usual in columns.items():
                self.fields[f"{name}-{line.pk}"] = forms.IntegerField(
                    label=f"{COLUMNS[name]}: {line.sku.code}",
                    min_value=0,
                    max_value=MAX_UNITS,
                    required=False,
                    initial=getattr(line, usual) if usual else 0,
                )

    @property
    def rows(self) -> list[tuple[TransferLine, list[Any]]]:
        """Each line with its fields."""
        return [(line, [self[f"{name}-{line.pk}"] for name in self.columns]) for line in self.lines]

    def units_of(self, column: str) -> dict[int, int]:
        return {
            line.sku_id: units
            for line in self.lines
            if (units := self.cleaned_data.get(f"{column}-{line.pk}") or 0)
        }


class SettleForm(forms.Form):
    """What became of units that did not arrive."""

    line = forms.IntegerField(required=False, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        choices=[
            (one.value, one.label)
            for one in (DiscrepancyOutcome.WRITTEN_OFF, DiscrepancyOutcome.SENT_BACK)
        ]
    )
    note = forms.CharField(label=_("Why"), max_length=120, required=False)
