"""Absolute counts: what somebody or something says lies on the shelves, as movements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from inventory.services import statements
from inventory.services.adjustment import stock_add
from inventory.services.dispositions import missing_counted
from inventory.services.ledger import MAX_ACTOR, MAX_CAUSE
from oms.core.actors import Actor
from oms.core.locks import require_transaction
from oms.core.sql import array


@dataclass(frozen=True, slots=True)
class CountedRow:
    """`quantity` units counted of a SKU at a location; `safety_stock` None leaves it as it is."""

    sku_id: int
    location_id: int
    quantity: int
    safety_stock: int | None = None


@dataclass(frozen=True, slots=True)
class CountResult:
    """Rows whose on hand changed, units found and missing, and rows now short of allocations."""

    changed: int = 0
    unchanged: int = 0
    units_up: int = 0
    units_down: int = 0
    shortages: int = 0


def stock_count(rows: Sequence[CountedRow], *, cause: str, actor: Actor) -> CountResult:
    """Set on hand to what was counted and book each difference; each SKU and location once.

    On hand may fall below what is allocated: a shortage. Bounded statements whatever the number
    of rows: they go through a staging table.
    """
    require_transaction()
    if not rows:
        return CountResult()
    skus, locations = array(row.sku_id for row in rows), array(row.location_id for row in rows)
    stock_add(skus, locations)
    with connection.cursor() as cursor:
        _stage(cursor, rows)
        cursor.execute(
            statements.COUNT, {"cause": cause[:MAX_CAUSE], "actor": actor.label[:MAX_ACTOR]}
        )
        result = CountResult(*cursor.fetchone())
        cursor.execute("DROP TABLE stock_counted")
    # Under the locks of the count: locking a part of the rows first, one could wait for another.
    missing_counted(skus, locations, cause=cause, actor=actor)
    return result


def stock_count_preview(rows: Sequence[CountedRow]) -> CountResult:
    """What `stock_count` would do at this moment; locks and changes nothing."""
    if not rows:
        return CountResult()
    with connection.cursor() as cursor:
        cursor.execute(
            statements.COUNT_PREVIEW,
            {
                "skus": array(row.sku_id for row in rows),
                "locations": array(row.location_id for row in rows),
                "quantities": array(row.quantity for row in rows),
            },
        )
        return CountResult(*cursor.fetchone())


def _stage(cursor: Any, rows: Sequence[CountedRow]) -> None:
    cursor.execute(statements.STAGE)
    with cursor.copy(statements.STAGE_COPY) as copy:
        for row in rows:
            copy.write_row((row.sku_id, row.location_id, row.quantity, row.safety_stock))
    # Nobody else analyses a temporary table, and its joins depend on its size.
    cursor.execute("ANALYZE stock_counted")
