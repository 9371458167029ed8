"""Stock figures for pages: totals by SKU, by location, and of what is shown."""

from collections.abc import Iterable
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from catalog.models import Sku
from inventory.models import Location, Shortage, Stock, StockMovement
from oms.core.actors import Actor
from oms.core.permissions import Permission

FIGURES = ("on_hand", "allocated", "held", "unavailable", "safety_stock")
AVAILABLE = F("on_hand") - F("allocated") - F("held") - F("safety_stock") - F("unavailable")


def stock_visible(actor: Actor, locations: Iterable[Location] = ()) -> QuerySet[Stock]:
    """The stock rows `actor` may see, at `locations` only where some are given."""
    rows: QuerySet[Stock] = Stock.objects.visible_to(actor, Permission.STOCK_VIEW)
    chosen = list(locations)
    return rows.filter(location__in=chosen) if chosen else rows


def sku_totals(stock: QuerySet[Stock]) -> QuerySet[Sku]:
    """Every SKU of `stock` with its figures summed over it.

    Sub-queries and not a join: a page of fifty SKUs sums fifty, however many there are.
    """
    mine = stock.filter(sku=OuterRef("pk")).order_by().values("sku")

    def total(expression: Any) -> Coalesce:
        summed = mine.annotate(total=Sum(expression)).values("total")
        return Coalesce(Subquery(summed, output_field=IntegerField()), 0)

    places = mine.filter(on_hand__gt=0).annotate(total=Count("id")).values("total")
    return Sku.objects.filter(Exists(stock.filter(sku=OuterRef("pk")))).annotate(
        **{figure: total(figure) for figure in FIGURES},
        available=total(AVAILABLE),
        places=Coalesce(Subquery(places, output_field=IntegerField()), 0),
        is_short=Exists(
            stock.filter(
                sku=OuterRef("pk"),
                location__shortage_items__sku=OuterRef("pk"),
                location__shortage_items__closed_at=None,
            )
        ),
    )


def stock_sums(stock: QuerySet[Stock]) -> dict[str, int]:
    """The sums of all figures and of what is available."""
    sums = stock.order_by().aggregate(
        **{f"sum_{figure}": Coalesce(Sum(figure), 0) for figure in FIGURES},
        sum_available=Coalesce(Sum(AVAILABLE), 0),
    )
    return {name.removeprefix("sum_"): int(value) for name, value in sums.items()}


def with_available(stock: QuerySet[Stock]) -> QuerySet[Stock]:
    """Stock rows with `free` (what is available, sortable) and when they last moved."""
    last = (
        StockMovement.objects.filter(sku=OuterRef("sku"), location=OuterRef("location"))
        .order_by()
        .values("sku")
        .annotate(last=Max("id"))
        .values("last")
    )
    moved = StockMovement.objects.filter(pk=OuterRef("last_movement")).values("recorded_at")
    return stock.select_related("location", "sku").annotate(
        free=AVAILABLE,
        last_movement=Subquery(last),
        moved_at=Subquery(moved),
    )


def location_totals(locations: QuerySet[Location]) -> QuerySet[Location]:
    """Locations with how many SKUs they keep, the units, and where they fall short."""
    mine = Stock.objects.filter(location=OuterRef("pk")).order_by().values("location")

    def total(expression: Any, **condition: Any) -> Coalesce:
        summed = mine.filter(**condition).annotate(total=expression).values("total")
        return Coalesce(Subquery(summed, output_field=IntegerField()), 0)

    return locations.annotate(
        skus=total(Count("id"), on_hand__gt=0),
        units=total(Sum("on_hand")),
        units_allocated=total(Sum("allocated")),
        shortages=Coalesce(
            Subquery(
                Shortage.objects.filter(location=OuterRef("pk"), closed_at=None)
                .order_by()
                .values("location")
                .annotate(total=Count("id"))
                .values("total"),
                output_field=IntegerField(),
            ),
            0,
        ),
    )


def with_state(skus: QuerySet[Sku], state: str) -> QuerySet[Sku]:
    """Of `sku_totals`: those in stock, out of stock, or short somewhere."""
    condition = {
        "in_stock": Q(available__gt=0),
        "out": Q(available__lte=0),
        "short": Q(is_short=True),
    }[state]
    return skus.filter(condition)
