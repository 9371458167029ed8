"""Locations: made and changed by hand."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from inventory.models import Location
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.locks import lock_rows


@transaction.atomic
def location_save(location: Location, *, values: Mapping[str, Any], actor: Actor) -> Location:
    """Make a location, or change it; the audit keeps the old and new value of what changed."""
    created = location.pk is None
    if not created:
        location = lock_rows(Location.objects.filter(pk=location.pk))[0]
    changes = {
        name: {"from": _plain(getattr(location, name)), "to": _plain(value)}
        for name, value in values.items()
        if getattr(location, name) != value
    }
    if not changes and not created:
        return location
    for name, value in values.items():
        setattr(location, name, value)
    location.full_clean()
    location.save()
    action = "location.created" if created else "location.changed"
    audit_record(action, location, actor=actor, data=changes)
    return location


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | dict | list | None) else str(value)
