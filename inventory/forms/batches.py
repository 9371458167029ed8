"""Sending a stock batch by hand."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog.forms.fields import MomentField
from inventory.models import Location
from inventory.status import BatchKind
from oms.core.clock import now


class BatchForm(forms.Form):
    """A file of counts or differences for one location."""

    location = forms.ModelChoiceField(
        label=_("Location"), queryset=Location.objects.none(), to_field_name="code"
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV with the columns sku and quantity, or NDJSON; either may be gzipped."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.ndjson,.gz"}),
    )
    kind = forms.ChoiceField(
        label=_("What the file says"),
        choices=[
            (BatchKind.PARTIAL.value, _("A count of the SKUs it names")),
            (BatchKind.FULL.value, _("A count of the whole location: what it leaves out is gone")),
            (BatchKind.DELTA.value, _("Differences: units that came or went")),
        ],
        initial=BatchKind.PARTIAL.value,
        widget=forms.RadioSelect,
    )
    as_of = MomentField(
        label=_("When it was counted"),
        help_text=_("In the location's own time; what was sold since stays sold. Empty: now."),
    )
    dry_run = forms.BooleanField(
        label=_("Check only"),
        required=False,
        initial=True,
        help_text=_("Says what would change and what is wrong; can be applied afterwards."),
    )
    keep_good = forms.BooleanField(
        label=_("Keep the good rows"),
        required=False,
        help_text=_("Otherwise one wrong row stops the whole file."),
    )
    # Made with the form, so that sending it twice books once.
    reference = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, locations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["location"].queryset = locations  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.STOCK_BATCH_MAX_BYTES:
            megabytes = settings.STOCK_BATCH_MAX_BYTES // 1024 // 1024
            raise ValidationError(
                _("The file is larger than %(limit)d MB; split it"), params={"limit": megabytes}
            )
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        moment, location = data.get("as_of"), data.get("location")
        if moment is None:
            data["as_of"] = now()
        elif location is not None:
            local = moment.replace(tzinfo=location.zone)
            if local.utcoffset() != local.replace(fold=1).utcoffset():
                # The night the clocks change: an hour that came twice, or never.
                self.add_error("as_of", _("The clocks changed then: choose a moment outside it"))
            data["as_of"] = local
        return data
