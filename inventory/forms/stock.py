"""Forms of the stock pages."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.forms.imports import ImportForm
from inventory.models import Location
from inventory.status import AdjustmentReason

MAX_UNITS = 1_000_000


class CorrectionForm(forms.Form):
    """A correction of one SKU at one location."""

    CHANGE, COUNT = "change", "count"

    mode = forms.ChoiceField(
        label=_("What happened"),
        choices=[(COUNT, _("I counted the shelf")), (CHANGE, _("Units came or went"))],
        initial=COUNT,
        widget=forms.RadioSelect,
    )
    units = forms.IntegerField(
        label=_("Units"),
        min_value=-MAX_UNITS,
        max_value=MAX_UNITS,
        help_text=_("All that lie there now; or, for units that went, a number below 0."),
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=AdjustmentReason.choices,
        initial=AdjustmentReason.CORRECTION.value,
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=80,
        required=False,
        help_text=_("Kept in the ledger: what whoever looks later should know."),
    )
    accept_shortage = forms.BooleanField(required=False, widget=forms.HiddenInput)
    # Made with the form, so that sending it twice books once.
    reference = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        units = data.get("units")
        if units is None:
            return data
        if data.get("mode") == self.COUNT and units < 0:
            self.add_error("units", _("A count is 0 or more"))
        if data.get("mode") == self.CHANGE and units == 0:
            self.add_error("units", _("A change of 0 units changes nothing"))
        return data


class StockImportForm(ImportForm):
    """A table of counted stock."""

    field_order = ("file", "location")
    file_help = _(
        "CSV or XLSX with the columns location, sku, quantity and, if you like, safety_stock."
    )

    location = forms.ModelChoiceField(
        label=_("Location"),
        queryset=Location.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("As the file says"),
        help_text=_("For a file without a location column."),
    )

    def __init__(self, *args: Any, locations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["location"].queryset = locations  # type: ignore[attr-defined]

    def params(self) -> dict[str, Any]:
        params, location = super().params(), self.cleaned_data["location"]
        return params | {"location": location.code if location else ""}
