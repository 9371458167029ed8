"""Goods that come back."""

from inventory.models import Location
from oms.office.demo.world import World


def goods_return(world: World, pk: int, location: Location) -> None:
    """Some or all of what one place sent or handed out comes back to `location`."""
    world.timeline.note("returns")
