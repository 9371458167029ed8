"""Holds: units kept for a basket or a quote for a while, and given free at their deadline.

Every statement locks the stock rows first, in the one order, and only then touches holds: whoever
changes a hold has its stock row. A deleted hold is counted by what the deletion returns, so two who
end the same hold at once take its units off once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from inventory.demand import Demand
from inventory.errors import InsufficientStock
from inventory.locks import STOCK_FOR_UPDATE
from inventory.models import Hold
from inventory.services.ledger import (
    MAX_ACTOR,
    MAX_CAUSE,
    demand_params,
    items,
    run,
    stock_lock,
)
from inventory.services.statements import LOCKED_AVAILABLE, REFUSED, WANTED
from oms.core.actors import Actor
from oms.core.locks import require_transaction
from oms.core.sql import array, fetch_rows

SWEEP = 500

HOLD = f"""
WITH {WANTED},
    {LOCKED_AVAILABLE},
    moved AS (
        UPDATE inventory_stock AS stock SET held = stock.held + locked.quantity
        FROM locked
        WHERE stock.id = locked.id AND NOT EXISTS (SELECT FROM refused)),
    kept AS (
        INSERT INTO inventory_hold AS hold (demand, sku_id, location_id, quantity, expires_at)
        SELECT demand, sku_id, location_id, SUM(quantity)::integer, %(until)s::timestamptz
        FROM wanted WHERE NOT EXISTS (SELECT FROM refused)
        GROUP BY sku_id, location_id, demand ORDER BY sku_id, location_id, demand
        ON CONFLICT (sku_id, location_id, demand) DO UPDATE
            SET quantity = hold.quantity + EXCLUDED.quantity, expires_at = EXCLUDED.expires_at),
    booked AS (
        INSERT INTO inventory_stockmovement
            (sku_id, location_id, kind, on_hand, allocated, held, unavailable,
             demand, cause, reason, actor)
        SELECT sku_id, location_id, 'held', 0, 0, SUM(quantity)::integer, 0,
            demand, %(cause)s, %(reason)s, %(actor)s
        FROM wanted WHERE NOT EXISTS (SELECT FROM refused)
        GROUP BY sku_id, location_id, demand ORDER BY sku_id, location_id, demand)
{REFUSED}
"""  # noqa: S608 - constants only

# {which} picks the holds, {lock} says how their stock rows lock.
END = """
WITH due AS MATERIALIZED (
        SELECT DISTINCT sku_id, location_id FROM inventory_hold AS hold WHERE {which} {limit}),
    locked AS MATERIALIZED (
        SELECT stock.id, stock.sku_id, stock.location_id, stock.held
        FROM due JOIN inventory_stock AS stock USING (sku_id, location_id)
        {lock}),
    ended AS (
        DELETE FROM inventory_hold AS hold USING locked
        WHERE hold.sku_id = locked.sku_id AND hold.location_id = locked.location_id AND {which}
        RETURNING hold.demand, hold.sku_id, hold.location_id, hold.quantity,
            locked.id AS stock_id, locked.held),
    moved AS (
        UPDATE inventory_stock AS stock SET held = gone.held - gone.quantity
        FROM (SELECT stock_id, held, SUM(quantity)::integer AS quantity
              FROM ended GROUP BY stock_id, held) AS gone
        WHERE stock.id = gone.stock_id),
    booked AS (
        INSERT INTO inventory_stockmovement
            (sku_id, location_id, kind, on_hand, allocated, held, unavailable,
             demand, cause, reason, actor)
        SELECT sku_id, location_id, 'unheld', 0, 0, -quantity, 0,
            demand, %(cause)s, %(reason)s, %(actor)s
        FROM ended ORDER BY sku_id, location_id, demand)
SELECT COUNT(*) FROM ended
"""
LAPSED = "hold.expires_at <= statement_timestamp()"
UNHOLD = END.format(which="hold.demand = ANY(%(holders)s::uuid[])", limit="", lock=STOCK_FOR_UPDATE)
HERE = """(hold.sku_id, hold.location_id) IN (
        SELECT * FROM unnest(%(skus)s::bigint[], %(locations)s::bigint[]))"""
LAPSE_HERE = END.format(which=f"{LAPSED} AND {HERE}", limit="", lock=STOCK_FOR_UPDATE)
# The sweep passes over what somebody is changing right now: its next round is soon.
LAPSE = END.format(which=LAPSED, limit=f"LIMIT {SWEEP}", lock=f"{STOCK_FOR_UPDATE} SKIP LOCKED")


def hold(demands: Sequence[Demand], *, until: datetime, cause: str, actor: Actor) -> None:
    """Keep all the demands' units until `until`, or none; what a demand holds already adds up.

    Kits by component. All of a demand's holds on a shelf end together, at the newest `until`.
    Raises InsufficientStock with every SKU and location that falls short.
    """
    if not demands:
        return
    params = demand_params(demands, cause=cause, actor=actor) | {"until": until}
    refused = run(HOLD, params)
    if refused and lapsed_end(demands):
        refused = run(HOLD, params)
    if refused:
        raise InsufficientStock(items=items(refused, "available"))


def unhold(holders: Iterable[UUID], *, cause: str, actor: Actor, reason: str = "") -> int:
    """Give free all that these demands hold; the number of holds ended. None is no error.

    Inside the transaction that allocates the same units, nobody can take them in between.
    """
    require_transaction()
    params = {"holders": array(holders)} | _why(cause, reason, actor.label)
    return int(fetch_rows(UNHOLD, params)[0][0])


def hold_convert(holder: UUID, demands: Sequence[Demand], *, cause: str, actor: Actor) -> None:
    """Give free what `holder` holds, for `demands` to take in the same transaction.

    The stock rows of both are locked first, in one go and in the one order: nobody can take the
    units in between, and no two who convert can wait for each other. Nothing held is no error.
    """
    held = [
        Demand(holder, one.sku_id, one.location_id, one.quantity)
        for one in Hold.objects.filter(demand=holder)
    ]
    stock_lock([*demands, *held], actor=actor)
    unhold([holder], cause=cause, actor=actor)


def lapsed_end(demands: Sequence[Demand]) -> int:
    """End the holds past their deadline on the shelves of these demands; how many.

    Called by whoever falls short there, kits by component.
    """
    require_transaction()
    parts = fetch_rows(
        PARTS,
        {
            "skus": array(demand.sku_id for demand in demands),
            "locations": array(demand.location_id for demand in demands),
        },
    )
    params = {
        "skus": array(sku_id for sku_id, _location_id in parts),
        "locations": array(location_id for _sku_id, location_id in parts),
    }
    return int(fetch_rows(LAPSE_HERE, params | _why("hold", "expired", "system"))[0][0])


PARTS = """
SELECT DISTINCT COALESCE(part.component_id, given.sku_id), given.location_id
FROM unnest(%(skus)s::bigint[], %(locations)s::bigint[]) AS given(sku_id, location_id)
    LEFT JOIN catalog_kitcomponent AS part ON part.kit_id = given.sku_id
"""


def holds_sweep() -> int:
    """End every hold past its deadline, some hundred shelves to a transaction; how many."""
    ended = 0
    while True:
        with transaction.atomic():
            found = int(fetch_rows(LAPSE, _why("hold", "expired", "system"))[0][0])
        if not found:
            return ended
        ended += found


def _why(cause: str, reason: str, actor: str) -> dict[str, str]:
    return {"cause": cause[:MAX_CAUSE], "reason": reason, "actor": actor[:MAX_ACTOR]}
