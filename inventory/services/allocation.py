"""Claims on stock: allocate, release, ship, and take a shipment back.

Each is one statement whatever the number of demands: it expands kits, sums duplicates, locks the
stock rows in the one order, checks under the lock, and only if everything is there changes stock,
claims and ledger together. A refusal changes nothing, so a caller may catch it and go on.
"""

from collections.abc import Sequence

from inventory.demand import Demand
from inventory.errors import InsufficientStock, NotAllocated, Shortage
from inventory.locks import CLAIM_FOR_UPDATE, STOCK_FOR_UPDATE
from inventory.services.ledger import Refusal, demand_params, items, run
from inventory.status import MovementKind
from oms.core.actors import Actor

# What is asked for, by the SKUs that lie on shelves: a kit is its components.
WANTED = """
    given AS (
        SELECT demand, sku_id, location_id, SUM(quantity)::integer AS quantity
        FROM unnest(%(demands)s::uuid[], %(skus)s::bigint[],
                    %(locations)s::bigint[], %(quantities)s::integer[])
            AS row(demand, sku_id, location_id, quantity)
        GROUP BY demand, sku_id, location_id),
    wanted AS (
        SELECT given.demand, given.sku_id AS demanded_id, given.location_id,
            COALESCE(part.component_id, given.sku_id) AS sku_id,
            COALESCE(part.quantity, 1) AS per_unit,
            given.quantity * COALESCE(part.quantity, 1) AS quantity
        FROM given LEFT JOIN catalog_kitcomponent AS part ON part.kit_id = given.sku_id),
    need AS (
        SELECT sku_id, location_id, SUM(quantity)::integer AS quantity
        FROM wanted GROUP BY sku_id, location_id)"""

# Rows of `refused` as codes. With none, the joins cost nothing.
REFUSED = """
    SELECT refused.problem, sku.code, location.code, refused.wanted, refused.there
    FROM refused
        LEFT JOIN catalog_sku AS sku ON sku.id = refused.sku_id
        LEFT JOIN inventory_location AS location ON location.id = refused.location_id
    ORDER BY sku.code, location.code"""

ALLOCATE = f"""
WITH {WANTED},
    locked AS MATERIALIZED (
        SELECT stock.id, stock.sku_id, stock.location_id, need.quantity,
            stock.on_hand - stock.allocated - stock.held - stock.safety_stock
                - stock.unavailable AS available
        FROM need JOIN inventory_stock AS stock USING (sku_id, location_id)
        {STOCK_FOR_UPDATE}),
    refused AS MATERIALIZED (
        SELECT 'short' AS problem, need.sku_id, need.location_id, need.quantity AS wanted,
            GREATEST(COALESCE(locked.available, 0), 0) AS there
        FROM need LEFT JOIN locked USING (sku_id, location_id)
        WHERE COALESCE(locked.available, 0) < need.quantity),
    moved AS (
        UPDATE inventory_stock AS stock SET allocated = stock.allocated + locked.quantity
        FROM locked
        WHERE stock.id = locked.id AND NOT EXISTS (SELECT FROM refused)),
    claimed AS (
        INSERT INTO inventory_allocation AS claim
            (demand, demanded_id, sku_id, location_id, quantity, per_unit)
        SELECT demand, demanded_id, sku_id, location_id, quantity, per_unit
        FROM wanted WHERE NOT EXISTS (SELECT FROM refused)
        ORDER BY sku_id, location_id, demand
        ON CONFLICT (demand, sku_id, location_id, demanded_id)
            DO UPDATE SET quantity = claim.quantity + EXCLUDED.quantity),
    booked AS (
        INSERT INTO inventory_stockmovement
            (sku_id, location_id, kind, on_hand, allocated, held, unavailable,
             demand, cause, reason, actor)
        SELECT sku_id, location_id, 'allocated', 0, quantity, 0, 0,
            demand, %(cause)s, %(reason)s, %(actor)s
        FROM wanted WHERE NOT EXISTS (SELECT FROM refused)
        ORDER BY sku_id, location_id, demand)
{REFUSED}
"""

# Release (taken = 0) and ship (taken = 1) differ only in whether the units leave the shelf.
UNCLAIM = f"""
WITH given AS (
        SELECT demand, sku_id, location_id, SUM(quantity)::integer AS quantity
        FROM unnest(%(demands)s::uuid[], %(skus)s::bigint[],
                    %(locations)s::bigint[], %(quantities)s::integer[])
            AS row(demand, sku_id, location_id, quantity)
        GROUP BY demand, sku_id, location_id),
    locked AS MATERIALIZED (
        SELECT claim.id, claim.demand, claim.demanded_id, claim.quantity AS claimed,
            claim.sku_id, claim.location_id, stock.id AS stock_id, stock.on_hand,
            given.quantity * claim.per_unit AS quantity
        FROM given
            JOIN inventory_allocation AS claim
                ON claim.demand = given.demand AND claim.demanded_id = given.sku_id
                    AND claim.location_id = given.location_id
            JOIN inventory_stock AS stock
                ON stock.sku_id = claim.sku_id AND stock.location_id = claim.location_id
        {CLAIM_FOR_UPDATE}),
    need AS (
        SELECT stock_id, sku_id, location_id, MIN(on_hand) AS on_hand,
            SUM(quantity)::integer AS quantity
        FROM locked GROUP BY stock_id, sku_id, location_id),
    refused AS MATERIALIZED (
        SELECT 'unclaimed' AS problem, given.sku_id, given.location_id,
            given.quantity AS wanted, 0 AS there
        FROM given
        WHERE NOT EXISTS (
            SELECT FROM locked
            WHERE locked.demand = given.demand AND locked.demanded_id = given.sku_id
                AND locked.location_id = given.location_id)
        UNION ALL
        SELECT 'unclaimed', sku_id, location_id, quantity, claimed
        FROM locked WHERE quantity > claimed
        UNION ALL
        SELECT 'short', sku_id, location_id, quantity, on_hand
        FROM need WHERE quantity * %(taken)s::integer > on_hand),
    moved AS (
        UPDATE inventory_stock AS stock
        SET allocated = stock.allocated - need.quantity,
            on_hand = stock.on_hand - need.quantity * %(taken)s::integer
        FROM need
        WHERE stock.id = need.stock_id AND NOT EXISTS (SELECT FROM refused)),
    shrunk AS (
        UPDATE inventory_allocation AS claim SET quantity = claim.quantity - locked.quantity
        FROM locked
        WHERE claim.id = locked.id AND locked.quantity < locked.claimed
            AND NOT EXISTS (SELECT FROM refused)),
    ended AS (
        DELETE FROM inventory_allocation AS claim USING locked
        WHERE claim.id = locked.id AND locked.quantity = locked.claimed
            AND NOT EXISTS (SELECT FROM refused)),
    booked AS (
        INSERT INTO inventory_stockmovement
            (sku_id, location_id, kind, on_hand, allocated, held, unavailable,
             demand, cause, reason, actor)
        SELECT sku_id, location_id, %(kind)s, -quantity * %(taken)s::integer, -quantity, 0, 0,
            demand, %(cause)s, %(reason)s, %(actor)s
        FROM locked WHERE NOT EXISTS (SELECT FROM refused)
        ORDER BY sku_id, location_id, demand)
{REFUSED}
"""

LOCK_WANTED = f"""
WITH {WANTED}
SELECT 'locked', '', '', 0, 0
FROM need JOIN inventory_stock AS stock USING (sku_id, location_id)
{STOCK_FOR_UPDATE}
"""

RECLAIM = f"""
WITH {WANTED},
    gone AS (
        SELECT demand, sku_id, location_id, -SUM(on_hand)::integer AS quantity
        FROM inventory_stockmovement
        WHERE demand = ANY(%(demands)s::uuid[])
        GROUP BY demand, sku_id, location_id),
    back AS (
        SELECT demand, sku_id, location_id, SUM(quantity)::integer AS quantity
        FROM wanted GROUP BY demand, sku_id, location_id),
    refused AS MATERIALIZED (
        SELECT 'unclaimed' AS problem, back.sku_id, back.location_id, back.quantity AS wanted,
            COALESCE(gone.quantity, 0) AS there
        FROM back LEFT JOIN gone USING (demand, sku_id, location_id)
        WHERE COALESCE(gone.quantity, 0) < back.quantity),
    moved AS (
        UPDATE inventory_stock AS stock
        SET on_hand = stock.on_hand + need.quantity,
            allocated = stock.allocated + need.quantity
        FROM need
        WHERE stock.sku_id = need.sku_id AND stock.location_id = need.location_id
            AND NOT EXISTS (SELECT FROM refused)),
    claimed AS (
        INSERT INTO inventory_allocation AS claim
            (demand, demanded_id, sku_id, location_id, quantity, per_unit)
        SELECT demand, demanded_id, sku_id, location_id, quantity, per_unit
        FROM wanted WHERE NOT EXISTS (SELECT FROM refused)
        ORDER BY sku_id, location_id, demand
        ON CONFLICT (demand, sku_id, location_id, demanded_id)
            DO UPDATE SET quantity = claim.quantity + EXCLUDED.quantity),
    booked AS (
        INSERT INTO inventory_stockmovement
            (sku_id, location_id, kind, on_hand, allocated, held, unavailable,
             demand, cause, reason, actor)
        SELECT sku_id, location_id, step.kind, quantity * step.on_hand, quantity * step.allocated,
            0, 0, demand, %(cause)s, %(reason)s, %(actor)s
        FROM wanted
            CROSS JOIN (VALUES (1, 'returned', 1, 0), (2, 'allocated', 0, 1))
                AS step(position, kind, on_hand, allocated)
        WHERE NOT EXISTS (SELECT FROM refused)
        ORDER BY sku_id, location_id, demand, step.position)
{REFUSED}
"""


def allocate(demands: Sequence[Demand], *, cause: str, actor: Actor) -> None:
    """Claim all the demands or none; kits by component, duplicates summed.

    Raises InsufficientStock with every SKU and location that falls short.
    """
    if not demands:
        return
    refused = run(ALLOCATE, demand_params(demands, cause=cause, actor=actor))
    if refused:
        raise InsufficientStock(items=items(refused, "available"))


def release(demands: Sequence[Demand], *, cause: str, actor: Actor, reason: str = "") -> None:
    """Give back `quantity` units of each demand's claim. Raises NotAllocated."""
    if not demands:
        return
    params = demand_params(demands, cause=cause, actor=actor, reason=reason)
    _refuse(run(UNCLAIM, params | {"kind": MovementKind.RELEASED.value, "taken": 0}))


def ship(
    demands: Sequence[Demand],
    *,
    cause: str,
    actor: Actor,
    kind: MovementKind = MovementKind.SHIPPED,
) -> None:
    """Units leave: claim and on hand go down together. `kind` SOLD for a hand-over in a store.

    Raises NotAllocated, or Shortage when less lies on the shelf than should leave.
    """
    if not demands:
        return
    params = demand_params(demands, cause=cause, actor=actor)
    _refuse(run(UNCLAIM, params | {"kind": kind.value, "taken": 1}))


def unship(demands: Sequence[Demand], *, cause: str, actor: Actor) -> None:
    """Take back what left: on hand and claim rise again, for exactly what the ledger says is gone.

    A kit comes back by its components of today. Two statements: the ledger must be read after the
    stock rows are locked, or two calls at once would both find the units gone. Raises NotAllocated.
    """
    if not demands:
        return
    params = demand_params(demands, cause=cause, actor=actor)
    run(LOCK_WANTED, {name: params[name] for name in DEMAND_ARRAYS})
    _refuse(run(RECLAIM, params))


DEMAND_ARRAYS = ("demands", "skus", "locations", "quantities")


def _refuse(refused: Sequence[Refusal]) -> None:
    unclaimed = [row for row in refused if row.problem == "unclaimed"]
    if unclaimed:
        raise NotAllocated(items=items(unclaimed, "allocated"))
    if refused:
        raise Shortage(items=items(refused, "on_hand"))
