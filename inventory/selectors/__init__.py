"""Reading stock."""

from inventory.selectors.availability import availability, locations_visible

__all__ = ["availability", "locations_visible"]
