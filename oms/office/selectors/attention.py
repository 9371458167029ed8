"""What of stock needs a person: nothing of it stops the system, and nobody else would say so."""

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.selectors.batches import feed_health
from inventory.selectors.purchasing import purchases_late, purchases_visible
from inventory.selectors.transfers import transfers_late, transfers_visible
from inventory.services.audit import KIND
from oms.core.actors import Actor
from oms.core.models import Job
from oms.core.permissions import Permission, grants_for


@dataclass(frozen=True, slots=True)
class Attention:
    """Names of locations whose feed is silent, stock figures that the newest audit found to be
    other than their movements, and what should have come before today.
    """

    silent_feeds: Sequence[str]
    drifted: int
    late_purchases: int
    late_transfers: int

    @property
    def any(self) -> bool:
        return bool(self.silent_feeds or self.drifted or self.late_purchases or self.late_transfers)


def attention(actor: Actor) -> Attention:
    """What `actor` may see of it; at most seven queries, whatever there is."""
    return Attention(
        silent_feeds=[one.location.name for one in feed_health(actor) if one.late],
        drifted=_drifted() if grants_for(actor, Permission.AUDIT_VIEW).any else 0,
        late_purchases=purchases_late(purchases_visible(actor)).count(),
        late_transfers=transfers_late(transfers_visible(actor)).count(),
    )


def _drifted() -> int:
    audits = Job.objects.filter(kind=KIND, status=Job.Status.DONE).order_by("-pk")
    newest = audits.values_list("result__drift_count", flat=True).first()
    return newest or 0
