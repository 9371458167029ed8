"""Reads of sourcing decisions."""

from uuid import UUID

from oms.sourcing.models import Decision


def decision_of(subject: UUID) -> Decision | None:
    """The latest decision about `subject` (an order's uid), if one was stored."""
    return Decision.objects.filter(subject=subject).order_by("-pk").first()
