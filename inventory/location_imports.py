"""The job that takes in a table of locations: one row each, by code; new ones are made.

A column that is absent, and an empty cell, leave what is there (of a new location: the default). A
row is checked as the location's own form would; all rows are written in one transaction, or none.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.db import transaction
from django.forms import model_to_dict
from django.utils.translation import gettext as _

from inventory.forms.locations import DAYS, LocationForm, spans_text
from inventory.models import Location
from inventory.services.locations import location_save
from inventory.status import LocationKind
from oms.core.actors import Actor, system_actor, user_actor
from oms.core.errors import InvalidInput, Issue
from oms.core.jobs import JobRun
from oms.core.tabular import read_table

# What columns are called in files found in the wild; the first is the name in our own template.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "id", "location", "location_code", "store", "store_code", "store_id"),
    "name": ("name", "store_name"),
    "kind": ("kind", "type"),
    "is_active": ("is_active", "active"),
    "ships": ("ships",),
    "collects": ("collects",),
    "street": ("street", "address"),
    "postcode": ("postcode", "zip", "postal_code"),
    "city": ("city", "town"),
    "country": ("country",),
    "phone": ("phone",),
    "latitude": ("latitude", "lat", "lat_wgs"),
    "longitude": ("longitude", "lon", "lng", "long_wgs"),
    "time_zone": ("time_zone", "timezone"),
    "priority": ("priority",),
    **{f"hours_{key}": (f"hours_{key}",) for key, _label in DAYS},
}
YES, NO = ("1", "yes", "true", "y", "x"), ("0", "no", "false", "n")
FLAGS = ("is_active", "ships", "collects")
COORDINATES = ("latitude", "longitude")
# A metre; more digits than that are noise.
COORDINATE_PLACES = Decimal("0.00001")
STEP = 100


def location_import(job: JobRun) -> dict[str, Any]:
    """Take in the job's upload. Parameters: `dry_run`, `keep_good` (of a file with wrong rows).

    Raises InvalidInput for a file that cannot be read or has no column `code`.
    """
    actor = user_actor(job.job.created_by) if job.job.created_by else system_actor()
    table = read_table(job.upload, job.job.upload_name, max_rows=settings.IMPORT_MAX_ROWS)
    columns = {
        name: next(alias for alias in aliases if alias in table.header)
        for name, aliases in COLUMNS.items()
        if set(aliases) & set(table.header)
    }
    if "code" not in columns:
        message = _("The column “%(name)s” is missing") % {"name": "code"}
        raise InvalidInput([Issue("code", message, "missing_column", 1)])
    rows = list(table.rows)
    known = {location.code: location for location in Location.objects.all()}
    issues: list[Issue] = []
    good: dict[str, tuple[Location, dict[str, Any]]] = {}
    for position, (number, cells) in enumerate(rows):
        if position % STEP == 0:
            job.progress(position // 2, len(rows))
        values = {name: cells[column].strip() for name, column in columns.items()}
        code = values["code"]
        form = LocationForm(_form_data(values, known.get(code)), instance=known.get(code))
        wrong = _issues(form, number)
        if code in good:
            message = _("An earlier row names this location")
            wrong.append(Issue("code", message, "duplicate", number))
        issues += wrong
        if not wrong:
            good[code] = (known.get(code) or Location(), form.cleaned_data)
    job.errors([issue.as_dict() for issue in issues])
    summary = {
        "rows": len(rows),
        "good_rows": len(good),
        "rows_with_errors": len({issue.row for issue in issues}),
        "new": sum(location.pk is None for location, _values in good.values()),
        "dry_run": bool(job.params.get("dry_run")),
    }
    if job.params.get("dry_run") or (issues and not job.params.get("keep_good")):
        return summary | {"applied": False}
    job.progress(len(rows) // 2, len(rows))
    _write(list(good.values()), actor)
    job.progress(len(rows), len(rows))
    return summary | {"applied": True}


@transaction.atomic
def _write(good: list[tuple[Location, dict[str, Any]]], actor: Actor) -> None:
    for location, values in good:
        # The form has written to the instance it was given; the service compares with the row.
        fresh = Location.objects.get(pk=location.pk) if location.pk else location
        location_save(fresh, values=values, actor=actor)


def _form_data(values: Mapping[str, str], known: Location | None) -> dict[str, Any]:
    """What the location's form would hold: what is there, and over it what the row says."""
    location = known or Location(
        kind=LocationKind.STORE,
        country=settings.RETAILER_COUNTRY,
        time_zone=settings.RETAILER_TIME_ZONE,
    )
    data = model_to_dict(location, fields=LocationForm.Meta.fields)
    data |= {f"hours_{key}": spans_text(location.opening_hours.get(key, [])) for key, _l in DAYS}
    return data | {name: _plain(name, text) for name, text in values.items() if text}


def _plain(name: str, text: str) -> Any:
    if name == "kind":
        return text.lower()
    if name in FLAGS and text.lower() in (*YES, *NO):
        return text.lower() in YES
    if name in COORDINATES:
        try:
            return Decimal(text.replace(",", ".")).quantize(COORDINATE_PLACES)
        except InvalidOperation:
            return text
    return text


def _issues(form: LocationForm, number: int) -> list[Issue]:
    return [
        Issue(field, error.messages[0], error.code or "invalid", number)
        for field, errors in form.errors.as_data().items()
        for error in errors
    ]
