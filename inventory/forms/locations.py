"""The form of a location."""

import re
from functools import cache
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inventory.forms.imports import ImportForm
from inventory.models import Location
from oms.core.forms import CountryField

SPAN = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})")  # noqa: RUF001
DAYS = (
    ("1", _("Monday")),
    ("2", _("Tuesday")),
    ("3", _("Wednesday")),
    ("4", _("Thursday")),
    ("5", _("Friday")),
    ("6", _("Saturday")),
    ("7", _("Sunday")),
    ("holiday", _("Public holidays")),
)


@cache
def _zones() -> list[tuple[str, str]]:
    """Every time zone there is; looking for them reads hundreds of files."""
    return [(name, name) for name in sorted(available_timezones())]


class LocationForm(forms.ModelForm):
    """A location; its opening hours one day to a field, as people write them."""

    country = CountryField()

    class Meta:
        model = Location
        fields: ClassVar = [
            "code", "name", "kind", "is_active", "ships", "collects", "street", "postcode", "city",
            "country", "phone", "latitude", "longitude", "time_zone", "priority",
        ]  # fmt: skip
        help_texts: ClassVar = {
            "code": _("Short and lasting: it stands in files, in addresses and on labels."),
            "is_active": _("An inactive location keeps its stock but gets no new orders."),
            "priority": _("Between equally good locations the higher one ships."),
            "latitude": _("With the longitude, for finding the nearest location."),
            "time_zone": _("Opening hours and deadlines are in this zone."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["latitude"].required = self.fields["longitude"].required = False
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=_zones(),
            initial=settings.RETAILER_TIME_ZONE,
            help_text=self.fields["time_zone"].help_text,
        )
        hours = self.instance.opening_hours
        for key, label in DAYS:
            self.fields[f"hours_{key}"] = forms.CharField(
                label=label, required=False, initial=spans_text(hours.get(key, [])), max_length=60
            )

    def hour_fields(self) -> list[Any]:
        return [self[f"hours_{key}"] for key, _label in DAYS]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        # Single dates, which the form does not show, stay as they are.
        shown = {key for key, _label in DAYS}
        hours = {k: v for k, v in self.instance.opening_hours.items() if k not in shown}
        for key, _label in DAYS:
            try:
                spans = parse_spans(data.pop(f"hours_{key}", ""))
            except ValidationError as error:
                self.add_error(f"hours_{key}", error)
                continue
            if spans:
                hours[key] = spans
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            self.add_error("longitude", _("Give both coordinates, or neither"))
        data["opening_hours"] = hours
        return data


class LocationImportForm(ImportForm):
    """A table of locations."""

    file_help = _("CSV or XLSX with the column code, and any of those in the template.")


def spans_text(spans: list[list[str]]) -> str:
    """Opening spans as people write them: `09:00–13:00, 15:30–19:30`."""  # noqa: RUF002
    return ", ".join(f"{opens}–{closes}" for opens, closes in spans)  # noqa: RUF001


def parse_spans(text: str) -> list[list[str]]:
    """The spans in `text`, empty for closed. Raises ValidationError."""
    spans: list[list[str]] = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;]", text))):
        found = SPAN.fullmatch(part)
        if found is None:
            raise ValidationError(_("Write the hours like 09:00-13:00, 15:30-19:30"))
        hours = [int(number) for number in found.groups()]
        opens, closes = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if hours[1] > 59 or hours[3] > 59 or opens >= 24 * 60 or closes > 24 * 60:
            raise ValidationError(_("There is no such time of day"))
        if spans and f"{hours[0]:02}:{hours[1]:02}" < spans[-1][1]:
            raise ValidationError(_("The spans overlap, or stand in the wrong order"))
        spans.append([f"{hours[0]:02}:{hours[1]:02}", f"{hours[2]:02}:{hours[3]:02}"])
    return spans
