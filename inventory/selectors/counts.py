"""Counts for pages: how far they are, how much is off, and whether somebody must approve."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import (
    Count,
    DecimalField,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Abs, Coalesce

from inventory.models import CountLine, Stock, StockCount
from inventory.status import COUNT_ENTERING, COUNT_LINE_OPEN, COUNT_OPEN, CountLineStatus
from oms.core.actors import Actor
from oms.core.permissions import Permission, grants_for

AMOUNT: DecimalField = DecimalField(max_digits=20, decimal_places=4)
COUNTED = Q(first__isnull=False)
OPEN = Q(status__in=COUNT_LINE_OPEN)


def counts_visible(actor: Actor, permission: Permission) -> QuerySet[StockCount]:
    """The counts `actor` may reach, with `lines_all`, `lines_counted`, `lines_open`, `lines_off`.

    Sub-queries and not a join: a page of fifty counts sums fifty.
    """
    mine = CountLine.objects.filter(stock_count=OuterRef("pk")).order_by().values("stock_count")

    def number(condition: Q) -> Coalesce:
        found = mine.filter(condition).annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(found, output_field=IntegerField()), 0)

    visible: QuerySet[StockCount] = StockCount.objects.visible_to(actor, permission)
    return visible.select_related("location").annotate(
        lines_all=number(Q()),
        lines_counted=number(COUNTED & ~OPEN),
        lines_open=number(OPEN),
        lines_off=number(COUNTED & ~Q(difference=0)),
    )


def counts_open(actor: Actor, permission: Permission) -> QuerySet[StockCount]:
    """Those that are neither posted nor cancelled."""
    return counts_visible(actor, permission).filter(status__in=COUNT_OPEN)


def figures_hidden(count: StockCount, *, actor: Actor) -> bool:
    """A blind count stays so for those who count: what should be there is kept from `actor`."""
    if not count.is_blind or count.status not in COUNT_ENTERING:
        return False
    adjusts = grants_for(actor, Permission.STOCK_ADJUST)
    return not adjusts.everything and count.location_id not in adjusts.scopes.get("location", ())


def with_value(lines: QuerySet[CountLine]) -> QuerySet[CountLine]:
    """Lines with `value` of the difference at cost (None: no cost is known), `off` in units
    whichever way, and `off_value`, 0 where there is no cost."""
    value = F("difference") * F("sku__cost")
    return lines.select_related("sku").annotate(
        off=Coalesce(Abs("difference"), 0),
        value=Coalesce(value, None, output_field=AMOUNT),
        off_value=Coalesce(Abs(value), Value(Decimal(0)), output_field=AMOUNT),
    )


@dataclass(frozen=True, slots=True)
class CountOff:
    """How much a count is off: lines, units up and down, their value at cost where one is known
    (`value` signed, `off_value` up and down together), and units without a cost."""

    lines: int
    up: int
    down: int
    value: Decimal
    off_value: Decimal
    units_without_cost: int

    @property
    def needs_approval(self) -> bool:
        """Whether it is more than may be booked without somebody's approval."""
        return (
            self.off_value > settings.COUNT_LIMIT_VALUE
            or self.units_without_cost > settings.COUNT_LIMIT_UNITS
        )


def count_off(count: StockCount) -> CountOff:
    """What the lines counted so far are off by. One query."""
    none = Value(Decimal(0))
    sums = with_value(count.lines.filter(COUNTED)).aggregate(
        lines=Count("pk", filter=~Q(difference=0)),
        up=Coalesce(Sum("difference", filter=Q(difference__gt=0)), 0),
        down=Coalesce(Sum("off", filter=Q(difference__lt=0)), 0),
        signed=Coalesce(Sum("value"), none, output_field=AMOUNT),
        absolute=Coalesce(Sum("off_value"), none, output_field=AMOUNT),
        without=Coalesce(Sum("off", filter=Q(sku__cost=None)), 0),
    )
    return CountOff(
        lines=sums["lines"],
        up=sums["up"],
        down=sums["down"],
        value=sums["signed"],
        off_value=sums["absolute"],
        units_without_cost=sums["without"],
    )


def lines_beyond_tolerance(lines: QuerySet[CountLine]) -> QuerySet[CountLine]:
    """Those counted once that are off by more units and more per cent than is tolerated."""
    return (
        lines.filter(status=CountLineStatus.ONCE)
        .annotate(off=Abs("difference"))
        .filter(off__gt=settings.COUNT_TOLERANCE_UNITS)
        .alias(percents=F("off") * 100 - F("first_expected") * settings.COUNT_TOLERANCE_PERCENT)
        .filter(percents__gt=0)
    )


def lines_in_walking_order(lines: QuerySet[CountLine]) -> QuerySet[CountLine]:
    """As goods stand on shelves: by category, then alike things together."""
    return lines.select_related("sku__product__category").order_by(
        "sku__product__category__path", "sku__name", "sku__code"
    )


def on_hand_of(count: StockCount, lines: Iterable[CountLine]) -> dict[int, int]:
    """SKU id → units on hand at this moment; nothing if the count is blind."""
    if count.is_blind:
        return {}
    shelves = Stock.objects.filter(
        location=count.location_id, sku__in=[line.sku_id for line in lines]
    )
    return dict(shelves.values_list("sku", "on_hand"))
