"""The orders behind a shortage, in order of promise, and what each of them lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from inventory.models import Allocation, Shortage, Stock, StockMovement
from inventory.selectors.shortages import claims_on, shares
from oms.core.actors import Actor
from oms.core.permissions import Permission
from oms.orders.methods import method_of
from oms.orders.models import FulfilmentLine, FulfilmentOrder, Order
from oms.orders.selectors.search import fulfilments_visible
from oms.orders.status import FULFILMENT_OPEN, FulfilmentStatus

MOVABLE = (FulfilmentStatus.OPEN, FulfilmentStatus.PICKING)


@dataclass(frozen=True, slots=True)
class Affected:
    """A claim on the short shelf. `units` and `lacking` are of what was ordered (kits whole).

    `line` is None where no order is behind it: a transfer or a quote, named by `cause`.
    """

    claim: Allocation
    units: int
    lacking: int
    line: FulfilmentLine | None = None
    cause: str = ""

    @property
    def work(self) -> FulfilmentOrder | None:
        return self.line.fulfilment_order if self.line else None

    @property
    def order(self) -> Order | None:
        return self.line.fulfilment_order.order if self.line else None

    @property
    def unpicked(self) -> int:
        """Units that something else may stand in for: lacking, and not picked."""
        if self.line is None or self.line.fulfilment_order.status not in MOVABLE:
            return 0
        return min(self.lacking, self.line.quantity - self.line.picked)

    @property
    def movable(self) -> int:
        """Units that may come from elsewhere or wait: lacking, not picked, not collected here."""
        if self.line is None or method_of(self.line.fulfilment_order.method).is_pickup:
            return 0
        return self.unpicked


def affected_by(shortage: Shortage) -> list[Affected]:
    """Every claim on the shelf, whoever was promised first first: four queries.

    Goods go to what is picked already, then in order of promise; the rest lacks them.
    """
    stock = Stock.objects.get(sku=shortage.sku_id, location=shortage.location_id)
    claims = claims_on(shortage.sku_id, shortage.location_id)
    works: dict[UUID, list[FulfilmentLine]] = {}
    for line in _lines(claims, shortage.location_id):
        works.setdefault(line.order_line.uid, []).append(line)

    def promised(claim: Allocation) -> tuple[datetime, int]:
        lines = works.get(claim.demand)
        first = min(line.fulfilment_order.promised_at for line in lines) if lines else None
        return (first or claim.created_at, claim.pk)

    ordered = sorted(claims, key=promised)
    lacking = shares(
        stock.on_hand - stock.unavailable,
        [(claim.demand, claim.quantity) for claim in ordered],
        {
            claim.demand: sum(line.picked for line in works.get(claim.demand, ())) * claim.per_unit
            for claim in ordered
        },
    )
    causes = _causes([claim.demand for claim in ordered if claim.demand not in works])
    affected = []
    for claim, (_demand, units) in zip(ordered, lacking, strict=True):
        # Of a kit that lacks a part, all is lacking.
        left = -(-units // claim.per_unit)
        lines = works.get(claim.demand, [])
        if not lines:
            cause = causes.get(claim.demand, "")
            affected.append(Affected(claim, claim.quantity // claim.per_unit, left, cause=cause))
        for line in lines:
            mine = min(left, line.quantity)
            left -= mine
            affected.append(Affected(claim, line.quantity, mine, line))
    return affected


def works_visible(affected: Sequence[Affected], actor: Actor) -> set[int]:
    """The fulfilment orders (their ids) among them whose orders `actor` may see; one query."""
    works = [one.work.pk for one in affected if one.work]
    visible = fulfilments_visible(actor, Permission.ORDERS_VIEW).filter(pk__in=works)
    return set(visible.values_list("pk", flat=True))


def _lines(claims: Sequence[Allocation], location_id: int) -> QuerySet[FulfilmentLine]:
    """The open work behind the claims, the newest first: that is the first to lack goods."""
    return (
        FulfilmentLine.objects.filter(
            order_line__uid__in=[claim.demand for claim in claims],
            fulfilment_order__location=location_id,
            fulfilment_order__status__in=FULFILMENT_OPEN,
        )
        .select_related("order_line", "fulfilment_order__order__channel")
        .defer("order_line__price_trace")
        .order_by("-pk")
    )


def _causes(demands: Sequence[UUID]) -> dict[UUID, str]:
    """What the ledger says of demands that are no order lines."""
    if not demands:
        return {}
    rows = StockMovement.objects.filter(demand__in=demands, allocated__gt=0).order_by("id")
    return {row.demand: row.cause for row in rows if row.demand is not None}
