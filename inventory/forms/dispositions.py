"""The form that sets units aside."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inventory.filters.fields import DateInput
from inventory.hours import local_day
from inventory.models import Location
from inventory.services.dispositions import MAX_NOTE, MAX_UNITS, expiry_of
from inventory.status import DispositionReason
from oms.core.clock import now


class EndForm(forms.Form):
    """How many of the units set aside are put back or written off; none said: all of them."""

    units = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, required=False)
    # Made with the form, so that sending it twice ends them once.
    part = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)


class SetAsideForm(forms.Form):
    """Units of one SKU at one location that are not for sale for a while."""

    units = forms.IntegerField(
        label=gettext_lazy("Units"), min_value=1, max_value=MAX_UNITS, initial=1
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=DispositionReason.choices,
        initial=DispositionReason.DAMAGED.value,
        widget=forms.RadioSelect,
    )
    last_day = forms.DateField(
        label=gettext_lazy("Until the end of"), required=False, widget=DateInput
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=MAX_NOTE, required=False)
    accept_shortage = forms.BooleanField(required=False, widget=forms.HiddenInput)
    # Made with the form, so that sending it twice sets aside once.
    uid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, location: Location, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.location = location
        self.fields["last_day"].help_text = _(
            "Then it is back on sale by itself. Without a day: %(usual)s."
        ) % {"usual": ", ".join(_usual(reason) for reason in DispositionReason)}

    def clean_last_day(self) -> date | None:
        day: date | None = self.cleaned_data["last_day"]
        if day is not None and day < local_day(self.location, now()):
            raise ValidationError(_("This day is over"))
        return day

    @property
    def expires_at(self) -> datetime | None:
        """When it ends by itself: the chosen day at the location, or what is usual."""
        day: date | None = self.cleaned_data["last_day"]
        if day is None:
            return expiry_of(DispositionReason(self.cleaned_data["reason"]))
        return datetime.combine(day + timedelta(days=1), time(0), self.location.zone)


def _usual(reason: DispositionReason) -> str:
    days: int = settings.DISPOSITION_DAYS[reason.value]
    if not days:
        return _("%(reason)s for good") % {"reason": reason.label}
    words = ngettext("%(reason)s %(n)d day", "%(reason)s %(n)d days", days)
    return words % {"reason": reason.label, "n": days}
