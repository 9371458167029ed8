"""The stock matrix: SKUs by locations, and how long what is available will last."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import JSONArray

from catalog.models import Sku
from inventory.models import ExpectedSupply, Stock, StockMovement
from inventory.selectors.stock import AVAILABLE
from inventory.status import MovementKind
from oms.core.clock import now

# Days of sales that the days of cover are reckoned by: four whole weeks.
SALES_DAYS = 28
SALES = (MovementKind.SHIPPED, MovementKind.SOLD, MovementKind.RETURNED)
FIGURES = ("available", "on_hand", "allocated", "expected")


def matrix_rows(stock: QuerySet[Stock]) -> QuerySet[Sku]:
    """Every SKU of `stock` with `cells`: [location id, available, on hand, allocated] of each row.

    And `coming`: [location id, units] of what is expected. Sub-queries, so that a page of fifty
    SKUs reads fifty, whatever the number of locations.
    """
    places = stock.order_by().values("location")
    cells = (
        stock.filter(sku=OuterRef("pk"))
        .order_by()
        .values("sku")
        .annotate(cells=JSONBAgg(JSONArray("location_id", AVAILABLE, "on_hand", "allocated")))
        .values("cells")
    )
    coming = (
        ExpectedSupply.objects.filter(sku=OuterRef("pk"), location__in=places)
        .order_by()
        .values("sku")
        .annotate(coming=JSONBAgg(JSONArray("location_id", "quantity")))
        .values("coming")
    )
    return (
        Sku.objects.filter(Exists(stock.filter(sku=OuterRef("pk"))))
        .annotate(cells=Subquery(cells), coming=Subquery(coming))
        .select_related("product")
    )


def figures_of(record: Any, figure: str) -> dict[int, int]:
    """Location id → units of one of `FIGURES` in a row of `matrix_rows`."""
    if figure == "expected":
        units: dict[int, int] = {}
        for location_id, quantity in record.coming or ():
            units[location_id] = units.get(location_id, 0) + quantity
        return units
    at = 1 + FIGURES.index(figure)
    return {cell[0]: cell[at] for cell in record.cells or ()}


def figure_sums(stock: QuerySet[Stock], skus: QuerySet[Sku], figure: str) -> dict[int, int]:
    """Location id → the sum of a figure over `skus`; one query."""
    rows: QuerySet[Any] = stock.filter(sku__in=skus.order_by().values("pk")).order_by()
    expression: Any = AVAILABLE if figure == "available" else figure
    if figure == "expected":
        rows = ExpectedSupply.objects.filter(
            sku__in=skus.order_by().values("pk"), location__in=stock.order_by().values("location")
        ).order_by()
        expression = "quantity"
    sums = rows.values("location_id").annotate(total=Sum(expression))
    return dict(sums.values_list("location_id", "total"))


def sold_per_day(sku_ids: Iterable[int]) -> Mapping[tuple[int, int], float]:
    """(SKU id, location id) → units that left for customers per day, over `SALES_DAYS`; returns
    taken off. One query, over the ledger's last two months.
    """
    rows = (
        StockMovement.objects.filter(
            sku__in=list(sku_ids),
            kind__in=SALES,
            recorded_at__gte=now() - timedelta(days=SALES_DAYS),
        )
        .order_by()
        .values("sku_id", "location_id")
        .annotate(units=Sum("on_hand"))
    )
    return {
        (row["sku_id"], row["location_id"]): -row["units"] / SALES_DAYS
        for row in rows
        if row["units"] < 0
    }
