"""Steps of counts, shared by their tests."""

from typing import Any

from inventory.models import CountLine, Stock, StockCount, StockMovement
from inventory.services.allocation import allocate, ship
from inventory.services.correction import Correction, stock_correct
from inventory.services.count_lines import lines_count
from inventory.services.count_planning import CountPlan, count_plan
from inventory.services.count_posting import (
    count_finish,
    count_post,
)
from inventory.status import CountBasis, CountLineStatus, CountStatus
from tests.inventory.factories import (
    ACTOR,
    demand,
)


def plan(store, *skus, **changes: Any) -> StockCount:
    changes.setdefault("basis", CountBasis.LISTED if skus else CountBasis.EVERYTHING)
    given = CountPlan(store, sku_ids=tuple(sku.pk for sku in skus), **changes)
    return count_plan(given, actor=ACTOR)


def line_of(count: StockCount, sku) -> CountLine:
    return CountLine.objects.get(stock_count=count, sku=sku)


def found(count: StockCount, sku, units: int, at=None) -> None:
    lines_count(count.pk, {sku.pk: units}, at=at, actor=ACTOR)


def sell(sku, store, units: int) -> None:
    lines = [demand(sku, store, units)]
    allocate(lines, cause="order 1", actor=ACTOR)
    ship(lines, cause="order 1", actor=ACTOR)


def told_late(sku, store, units: int, at) -> None:
    """A feed's differences: recorded now, of a moment that is over."""
    Stock.objects.filter(sku=sku, location=store).update(
        on_hand=Stock.objects.get(sku=sku, location=store).on_hand + units
    )
    StockMovement.objects.create(
        sku=sku, location=store, kind="adjusted", on_hand=units, cause="feed", actor="feed",
        occurred_at=at,
    )  # fmt: skip


def finish(count: StockCount, **options: Any) -> StockCount:
    """Finished, and approved if that is needed."""
    count = count_finish(count.pk, actor=ACTOR, **options)
    while count.status == CountStatus.RECOUNT:
        for line in count.lines.filter(status=CountLineStatus.TO_RECOUNT).select_related("sku"):
            found(count, line.sku, line.first)
        count = count_finish(count.pk, actor=ACTOR)
    if count.status == CountStatus.TO_APPROVE:
        count = count_post(count.pk, actor=ACTOR)
    return count


def put_missing(sku, store) -> None:
    """One is written off."""
    from_hand = Correction(sku.pk, store.pk, "missing", "gone", reference="gone-1", delta=-1)
    stock_correct(from_hand, accept_shortage=True, actor=ACTOR)


def classes(count: StockCount) -> dict[str, str]:
    return dict(count.lines.values_list("sku__code", "abc_class"))
