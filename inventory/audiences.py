"""What the price engine's store audiences are called."""

from collections.abc import Collection

from catalog.directory import names_of
from inventory.models import Location
from inventory.status import LocationKind


def store_names(codes: Collection[str] | None) -> dict[str, str]:
    """Store code → name; see `catalog.directory`."""
    return names_of(
        Location.objects.filter(kind=LocationKind.STORE), codes, key="code", name="name"
    )
