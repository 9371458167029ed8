"""Forms of the order pages."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from oms.orders.models import OrderLine
from oms.orders.status import CancelReason

# What a person may choose; the other reasons are set by the system.
REASONS = [
    (reason.value, reason.label)
    for reason in CancelReason
    if reason is not CancelReason.NOT_COLLECTED
]


class CancelForm(forms.Form):
    """How many units of each line to cancel, and why. One field per line with open units."""

    reason = forms.ChoiceField(label=_("Reason"), choices=REASONS)

    def __init__(self, *args: Any, lines: Iterable[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if line.open]
        for line in self.lines:
            self.fields[f"units_{line.pk}"] = forms.IntegerField(
                label=line.name,
                min_value=0,
                max_value=line.open,
                initial=line.open,
                required=False,
            )

    def rows(self) -> list[tuple[OrderLine, forms.BoundField]]:
        """Each line with its field, for the template."""
        return [(line, self[f"units_{line.pk}"]) for line in self.lines]

    @property
    def units(self) -> dict[int, int]:
        """Order line id → units to cancel, without the lines that stay."""
        wanted = {line.pk: self.cleaned_data.get(f"units_{line.pk}") for line in self.lines}
        return {pk: units for pk, units in wanted.items() if units}


def carrier_label(code: str) -> str:
    """A carrier's name; one that only the warehouse knows is called as the warehouse calls it."""
    path = settings.CARRIERS.get(code)
    return code if path is None else str(getattr(import_string(path), "label", code))


def carrier_choices() -> list[tuple[str, str]]:
    """The carriers of settings, by code."""
    return [(code, carrier_label(code)) for code in settings.CARRIERS]


class ShipForm(forms.Form):
    carrier = forms.ChoiceField(label=_("Carrier"), choices=carrier_choices)
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=80,
        required=False,
        help_text=_("The customer gets it in the message that the parcel left."),
    )
