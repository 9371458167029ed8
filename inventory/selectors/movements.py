"""The ledger of one SKU at one location: balances, history by day, claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import TruncDate

from inventory.hours import local_day
from inventory.models import Allocation, Stock, StockMovement
from oms.core.clock import now

FIGURES = ("on_hand", "allocated", "held", "unavailable")


def with_balances(
    movements: QuerySet[StockMovement], condition: Q | None = None
) -> QuerySet[StockMovement]:
    """Movements of one stock row with the figures after each; only those that meet `condition`.

    The condition is tried per row over the whole ledger, as a window: a plain filter would sum
    only the rows it leaves.
    """
    after = {f"{figure}_after": Window(Sum(figure), order_by=F("id").asc()) for figure in FIGURES}
    rows = movements.annotate(**after)
    if condition is None:
        return rows
    kept = Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())
    return rows.annotate(kept=Window(Max(kept), partition_by=[F("id")])).filter(kept=1)


@dataclass(frozen=True, slots=True)
class DayBalance:
    """The figures at the end of a day."""

    day: date
    on_hand: int
    allocated: int


def balance_by_day(stock: Stock, days: int = 90) -> Sequence[DayBalance]:
    """One balance per day of the location's zone, oldest first, today last. One query.

    Counted back from the present figures, so that an old ledger costs no more than a young one.
    """
    today = local_day(stock.location, now())
    first = today - timedelta(days=days - 1)
    changes: dict[date, tuple[int, int]] = {
        row["day"]: (row["on_hand_sum"], row["allocated_sum"])
        for row in StockMovement.objects.filter(
            sku=stock.sku_id,
            location=stock.location_id,
            recorded_at__gte=now() - timedelta(days + 1),
        )
        .annotate(day=TruncDate("recorded_at", tzinfo=stock.location.zone))
        .order_by()
        .values("day")
        .annotate(on_hand_sum=Sum("on_hand"), allocated_sum=Sum("allocated"))
    }
    on_hand, allocated = stock.on_hand, stock.allocated
    balances: list[DayBalance] = []
    day = today
    while day >= first:
        balances.append(DayBalance(day, on_hand, allocated))
        moved = changes.get(day, (0, 0))
        on_hand, allocated = on_hand - moved[0], allocated - moved[1]
        day -= timedelta(days=1)
    return balances[::-1]


def since_first(balances: Sequence[DayBalance]) -> Sequence[DayBalance]:
    """Without the empty days before the first that was not."""
    first = next(
        (at for at, day in enumerate(balances) if day.on_hand or day.allocated), len(balances) - 1
    )
    return balances[max(0, min(first - 1, len(balances) - 7)) :]


@dataclass(frozen=True, slots=True)
class Claim:
    """Units of a stock row that a demand has claimed, and for what."""

    demand: UUID
    quantity: int
    since: Any
    cause: str
    demanded: str


def claims_of(stock: Stock, limit: int = 100) -> Sequence[Claim]:
    """The allocations on a stock row, oldest first, each with the cause the ledger gives."""
    cause = (
        StockMovement.objects.filter(demand=OuterRef("demand"), allocated__gt=0)
        .order_by("-id")
        .values("cause")[:1]
    )
    rows = (
        Allocation.objects.filter(sku=stock.sku_id, location=stock.location_id)
        .annotate(cause=Subquery(cause))
        .select_related("demanded")
        .order_by("created_at", "id")[:limit]
    )
    return [
        Claim(row.demand, row.quantity, row.created_at, row.cause or "", row.demanded.code)
        for row in rows
    ]
