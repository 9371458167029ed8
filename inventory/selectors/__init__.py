"""Reads of inventory."""

from inventory.selectors.availability import (
    availability,
    availability_by_sku,
    locations_visible,
)

__all__ = ["availability", "availability_by_sku", "locations_visible"]
