"""What feeds sent, whether they are late, and how far their counts were from the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Count,
    DecimalField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from catalog.status import name_in_condition
from inventory.models import BatchDrift, Location, StockBatch, StockFeed, StockMovement
from inventory.status import BatchKind
from oms.core.actors import Actor
from oms.core.clock import now
from oms.core.permissions import Permission
from oms.core.sql import array, fetch_rows

# A feed's habits are those of the last four weeks; of fewer batches there are none.
HABITS = timedelta(days=28)
HABITUAL = 5
# Late is a quarter longer than its longest silence, and a quarter of an hour at least.
LONGER = 1.25
AT_LEAST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How one location's feed is: its last batch, and whether it has been silent for too long."""

    location: Location
    last: StockBatch
    sequence: int
    as_of: datetime | None
    # None: too few batches to know its habits.
    longest_gap: timedelta | None
    late: bool

    @property
    def silent_since(self) -> datetime:
        return self.last.created_at


def feed_health(actor: Actor) -> list[FeedHealth]:
    """The feeds of the locations `actor` may see, late ones first. Three queries.

    A feed is late when it has been silent for a quarter longer than ever in the last four weeks:
    nights and Sundays are part of its habits then. One that sent nothing in four weeks is late too.
    """
    sent = _sent(StockBatch.objects.visible_to(actor, Permission.STOCK_VIEW))
    newest = sent.values("location").annotate(last=Max("pk")).values("last")
    last = {
        batch.location_id: batch
        for batch in StockBatch.objects.filter(pk__in=newest).select_related("location", "job")
    }
    gaps = _longest_gaps(last)
    feeds = StockFeed.objects.filter(location__in=last)
    found = [
        FeedHealth(
            location=last[feed.location_id].location,
            last=last[feed.location_id],
            sequence=feed.sequence,
            as_of=feed.as_of,
            longest_gap=gaps.get(feed.location_id),
            late=_is_late(last[feed.location_id], gaps.get(feed.location_id)),
        )
        for feed in feeds
    ]
    return sorted(found, key=lambda one: (not one.late, one.location.name))


def _sent(batches: QuerySet[StockBatch]) -> QuerySet[StockBatch]:
    """What came from the feeds themselves."""
    return batches.filter(dry_run=False, sequence__isnull=False)


# The window is over each location's own batches, in the order of its index.
GAPS = """
SELECT location_id, MAX(gap) FROM (
    SELECT location_id, created_at - LAG(created_at) OVER (PARTITION BY location_id ORDER BY id)
        AS gap
    FROM inventory_stockbatch
    WHERE location_id = ANY(%(locations)s::bigint[]) AND created_at >= %(since)s::timestamptz
        AND NOT dry_run AND sequence IS NOT NULL) AS gaps
GROUP BY location_id HAVING COUNT(*) >= %(habitual)s::bigint
"""


def _longest_gaps(location_ids: Iterable[int]) -> dict[int, timedelta]:
    params = {
        "locations": array(location_ids),
        "since": now() - HABITS,
        "habitual": HABITUAL,
    }
    return dict(fetch_rows(GAPS, params))


def _is_late(last: StockBatch, longest_gap: timedelta | None) -> bool:
    silence = now() - last.created_at
    if longest_gap is None:
        return silence > HABITS
    return silence > max(longest_gap * LONGER, AT_LEAST)


def batches_visible(actor: Actor, permission: Permission) -> QuerySet[StockBatch]:
    """The batches `actor` may reach, with what a page says of each."""
    visible: QuerySet[StockBatch] = StockBatch.objects.visible_to(actor, permission)
    took = ExpressionWrapper(F("finished_at") - F("created_at"), output_field=DurationField())
    return (
        visible.select_related("location", "job")
        .defer("job__errors", "job__upload")
        .annotate(took=took)
    )


def batch_movements(batch: StockBatch) -> QuerySet[StockMovement]:
    """What the batch booked, found by its numbers in the ledger; of a count with `expected`, what
    the ledger said of the moment of the count, `counted`, and the value of the difference."""
    if batch.first_movement is None:
        return StockMovement.objects.none()
    rows = (
        StockMovement.objects.filter(
            pk__gte=batch.first_movement,
            pk__lte=batch.last_movement,
            location=batch.location_id,
            cause=batch.cause,
        )
        .select_related("sku", "location")
        .annotate(
            value=ExpressionWrapper(
                F("on_hand") * F("sku__cost"),
                output_field=DecimalField(max_digits=18, decimal_places=4),
            )
        )
    )
    if batch.kind == BatchKind.DELTA:
        return rows
    as_of = min(batch.as_of, batch.created_at)
    later = Q(recorded_at__gt=as_of, occurred_at__gt=as_of) | Q(
        pk__gt=batch.ledger_position, occurred_at=F("recorded_at")
    )
    before = (
        StockMovement.objects.filter(
            sku=OuterRef("sku"), location=batch.location_id, pk__lt=OuterRef("pk")
        )
        .exclude(later)
        .order_by()
        .values("sku")
        .annotate(units=Sum("on_hand"))
        .values("units")
    )
    expected = Coalesce(Subquery(before, output_field=IntegerField()), 0)
    return rows.annotate(expected=expected).annotate(counted=F("expected") + F("on_hand"))


SUMS = ("skus_over", "skus_under", "units_over", "units_under", "skus_without_cost")
VALUES = ("value_over", "value_under")


def drift_by_location(drift: QuerySet[BatchDrift]) -> QuerySet[Any]:
    """One row per location: its counts' drift summed."""
    sums: dict[str, Any] = {name: Sum(name) for name in (*SUMS, *VALUES)}
    return (
        drift.order_by()
        .values("location__code", "location__name")
        .annotate(counts=Count("pk"), first=Min("as_of"), last=Max("as_of"), **sums)
        .annotate(
            net_units=F("units_over") - F("units_under"),
            all_units=F("units_over") + F("units_under"),
            net_value=F("value_over") - F("value_under"),
            all_value=F("value_over") + F("value_under"),
        )
    )


def drift_totals(drift: QuerySet[BatchDrift]) -> dict[str, Any]:
    """The sums of `drift_by_location` over all of them."""
    totals = drift.order_by().aggregate(
        counts=Count("pk"),
        **{f"sum_{name}": Sum(name, default=0) for name in SUMS},
        **{f"sum_{name}": Sum(name, default=Decimal(0)) for name in VALUES},
    )
    sums = {name.removeprefix("sum_"): value for name, value in totals.items()}
    for kind in ("units", "value"):
        sums[f"net_{kind}"] = sums[f"{kind}_over"] - sums[f"{kind}_under"]
        sums[f"all_{kind}"] = sums[f"{kind}_over"] + sums[f"{kind}_under"]
    return sums


@dataclass(frozen=True, slots=True)
class DriftSku:
    """One SKU's drift over some counts; `value` is None where nobody knows what it costs."""

    code: str
    name: str
    units: int
    absolute: int
    value: Decimal | None


TOP = """
SELECT sku.code, sku.name, sku.condition, SUM(movement.on_hand)::bigint,
    SUM(ABS(movement.on_hand))::bigint, SUM(movement.on_hand * sku.cost)
FROM inventory_stockbatch AS batch
    JOIN inventory_stockmovement AS movement
        ON movement.id BETWEEN batch.first_movement AND batch.last_movement
            AND movement.location_id = batch.location_id
            AND movement.cause = 'batch ' || batch.batch_id
    JOIN catalog_sku AS sku ON sku.id = movement.sku_id
WHERE batch.id = ANY(%(batches)s::bigint[])
GROUP BY sku.id
ORDER BY {order}, sku.code
LIMIT %(limit)s::integer
"""
# Where costs are not for the reader, the order must not tell of them either.
BY_UNITS = "SUM(ABS(movement.on_hand)) DESC"
BY_VALUE = f"COALESCE(SUM(ABS(movement.on_hand) * sku.cost), 0) DESC, {BY_UNITS}"


def drift_skus(batch_ids: Sequence[int], *, by_value: bool, limit: int = 10) -> Sequence[DriftSku]:
    """The SKUs whose counts were furthest from the ledger, in value or else in units. One query."""
    statement = TOP.format(order=BY_VALUE if by_value else BY_UNITS)
    rows = fetch_rows(statement, {"batches": array(batch_ids), "limit": limit})
    return [
        DriftSku(code, name_in_condition(name, condition), *figures)
        for code, name, condition, *figures in rows
    ]
