"""What the price engine's channel audiences are called."""

from collections.abc import Collection

from catalog.directory import names_of
from oms.orders.models import Channel


def channel_names(codes: Collection[str] | None) -> dict[str, str]:
    """Channel code → name; see `catalog.directory`."""
    return names_of(Channel.objects.all(), codes, key="code", name="name")
