"""Changes of what lies on the shelf: receipts, counts, corrections, returns to stock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection

from inventory.errors import AlreadyBooked, Shortage
from inventory.locks import STOCK_FOR_UPDATE
from inventory.services.ledger import MAX_ACTOR, MAX_CAUSE, MAX_REASON, array, items, run
from inventory.services.ledger import text_array as texts
from inventory.status import MovementKind
from oms.core.actors import Actor
from oms.core.locks import require_transaction


@dataclass(frozen=True, slots=True)
class StockChange:
    """`delta` units (± whole numbers) on hand of a SKU at a location, and why.

    `source_reference` names the delivery, count line or sale: given twice, it books once.
    """

    sku_id: int
    location_id: int
    delta: int
    reason: str = ""
    source_reference: str | None = None
    kind: MovementKind = MovementKind.ADJUSTED


ADJUST = f"""
WITH given AS (
        SELECT * FROM unnest(%(skus)s::bigint[], %(locations)s::bigint[], %(deltas)s::integer[],
                %(reasons)s::text[], %(references)s::text[], %(kinds)s::text[])
            WITH ORDINALITY
            AS row(sku_id, location_id, delta, reason, source_reference, kind, position)),
    need AS (
        SELECT sku_id, location_id, SUM(delta)::integer AS delta
        FROM given GROUP BY sku_id, location_id),
    locked AS MATERIALIZED (
        SELECT stock.id, stock.sku_id, stock.location_id, stock.on_hand, need.delta
        FROM need JOIN inventory_stock AS stock USING (sku_id, location_id)
        {STOCK_FOR_UPDATE}),
    refused AS MATERIALIZED (
        SELECT 'missing' AS problem, need.sku_id, need.location_id,
            -need.delta AS wanted, 0 AS there
        FROM need LEFT JOIN locked USING (sku_id, location_id) WHERE locked.id IS NULL
        UNION ALL
        SELECT 'booked', given.sku_id, given.location_id, given.delta, 0
        FROM given JOIN inventory_stockmovement USING (source_reference)
        UNION ALL
        SELECT 'short', sku_id, location_id, -delta, on_hand
        FROM locked WHERE on_hand + delta < 0),
    moved AS (
        UPDATE inventory_stock AS stock SET on_hand = stock.on_hand + locked.delta
        FROM locked
        WHERE stock.id = locked.id AND locked.delta <> 0 AND NOT EXISTS (SELECT FROM refused)),
    booked AS (
        INSERT INTO inventory_stockmovement
            (sku_id, location_id, kind, on_hand, allocated, held, unavailable,
             cause, reason, actor, source_reference)
        SELECT sku_id, location_id, kind, delta, 0, 0, 0,
            %(cause)s, reason, %(actor)s, source_reference
        FROM given WHERE delta <> 0 AND NOT EXISTS (SELECT FROM refused)
        ORDER BY position)
SELECT refused.problem, sku.code, location.code, refused.wanted, refused.there
FROM refused
    LEFT JOIN catalog_sku AS sku ON sku.id = refused.sku_id
    LEFT JOIN inventory_location AS location ON location.id = refused.location_id
ORDER BY sku.code, location.code
"""

# In the lock order: a new row is locked as it is inserted.
ADD_STOCK = """
INSERT INTO inventory_stock
    (sku_id, location_id, on_hand, allocated, held, unavailable, safety_stock)
SELECT DISTINCT sku_id, location_id, 0, 0, 0, 0, 0
FROM unnest(%(skus)s::bigint[], %(locations)s::bigint[]) AS row(sku_id, location_id)
ORDER BY sku_id, location_id
ON CONFLICT (sku_id, location_id) DO NOTHING
"""


def adjust(rows: Sequence[StockChange], *, cause: str, actor: Actor) -> None:
    """Book all the changes or none; stock rows that do not exist yet are made.

    Rows of no change book nothing. Raises Shortage when on hand would fall below zero, and
    AlreadyBooked for a known source reference.
    """
    require_transaction()
    if not rows:
        return
    params: dict[str, Any] = {
        "skus": array(row.sku_id for row in rows),
        "locations": array(row.location_id for row in rows),
        "deltas": array(row.delta for row in rows),
        "reasons": texts(row.reason[:MAX_REASON] for row in rows),
        "references": texts(row.source_reference for row in rows),
        "kinds": texts(row.kind.value for row in rows),
        "cause": cause[:MAX_CAUSE],
        "actor": actor.label[:MAX_ACTOR],
    }
    try:
        refused = run(ADJUST, params)
        if any(row.problem == "missing" for row in refused):
            stock_add(params["skus"], params["locations"])
            refused = run(ADJUST, params)
    except IntegrityError as error:
        if "movement_source_once" in str(error):
            raise AlreadyBooked from error
        raise
    if any(row.problem == "booked" for row in refused):
        raise AlreadyBooked
    if refused:
        raise Shortage(items=items(refused, "on_hand"))


def stock_add(skus: str, locations: str) -> None:
    """Make the stock rows that are missing; array literals of ids, side by side."""
    with connection.cursor() as cursor:
        cursor.execute(ADD_STOCK, {"skus": skus, "locations": locations})
