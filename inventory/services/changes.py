"""Keeping what the change feed reads: long enough for every cursor that is still taken."""

from datetime import timedelta

from inventory.models import AvailabilityChange
from oms.core.clock import now

# A cursor is refused when it is older, so that no change it needs is gone (with days to spare).
CURSOR_DAYS = 7
KEPT_DAYS = 14


def changes_prune() -> int:
    """Delete the changes that no cursor asks for any more; how many."""
    old = now() - timedelta(days=KEPT_DAYS)
    return AvailabilityChange.objects.filter(recorded_at__lt=old).delete()[0]
