"""The ledger's statements. Each locks, checks, and changes all or nothing, in one round trip.

All share a shape: `given` or `wanted` (the parameters as rows) → `locked` (the stock rows, in the
one order, as they are after the wait) → `refused` (what is wrong, under the lock) → the changes,
each `WHERE NOT EXISTS (SELECT FROM refused)` → the refused rows as the answer. The guards stand on
the locked rows and not on the target of the UPDATE: that is matched against the version from
before the wait first, and would refuse units that came free while waiting. So would the check
constraints: what goes down is set to a figure of the locked row, not taken off the target's.
"""

from inventory.locks import CLAIM_FOR_UPDATE, STOCK_FOR_UPDATE, STOCK_QUEUE

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

LOCKED_AVAILABLE = f"""{STOCK_QUEUE},
    locked AS MATERIALIZED (
        SELECT stock.id, stock.sku_id, stock.location_id, queued.quantity,
            stock.on_hand - stock.allocated - stock.held - stock.safety_stock
                - stock.unavailable AS available
        FROM queued JOIN inventory_stock AS stock USING (sku_id, location_id)
        {STOCK_FOR_UPDATE}),
    refused AS MATERIALIZED (
        SELECT 'short' AS problem, need.sku_id, need.location_id, need.quantity AS wanted,
            GREATEST(COALESCE(locked.available, 0), 0) AS there
        FROM need LEFT JOIN locked USING (sku_id, location_id)
        WHERE COALESCE(locked.available, 0) < need.quantity)"""  # noqa: S608 - constants only

ALLOCATE = f"""
WITH {WANTED},
    {LOCKED_AVAILABLE},
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
"""  # noqa: S608 - constants only

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
            claim.sku_id, claim.location_id, stock.id AS stock_id, stock.on_hand, stock.allocated,
            given.quantity * claim.per_unit AS quantity
        FROM given
            JOIN inventory_allocation AS claim
                ON claim.demand = given.demand AND claim.demanded_id = given.sku_id
                    AND claim.location_id = given.location_id
            JOIN inventory_stock AS stock
                ON stock.sku_id = claim.sku_id AND stock.location_id = claim.location_id
        {CLAIM_FOR_UPDATE}),
    need AS (
        SELECT stock_id, sku_id, location_id, on_hand, allocated,
            SUM(quantity)::integer AS quantity
        FROM locked GROUP BY stock_id, sku_id, location_id, on_hand, allocated),
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
        SET allocated = need.allocated - need.quantity,
            on_hand = need.on_hand - need.quantity * %(taken)s::integer
        FROM need
        WHERE stock.id = need.stock_id AND NOT EXISTS (SELECT FROM refused)),
    shrunk AS (
        UPDATE inventory_allocation AS claim SET quantity = locked.claimed - locked.quantity
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
"""  # noqa: S608 - constants only

LOCK_WANTED = f"""
WITH {WANTED}
SELECT 'locked', '', '', 0, 0
FROM need JOIN inventory_stock AS stock USING (sku_id, location_id)
{STOCK_FOR_UPDATE}
"""  # noqa: S608 - constants only

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
"""  # noqa: S608 - constants only

ADJUST = f"""
WITH given AS (
        SELECT * FROM unnest(%(skus)s::bigint[], %(locations)s::bigint[], %(deltas)s::integer[],
                %(reasons)s::text[], %(references)s::text[], %(kinds)s::text[])
            WITH ORDINALITY
            AS row(sku_id, location_id, delta, reason, source_reference, kind, position)),
    need AS (
        SELECT sku_id, location_id, SUM(delta)::integer AS delta
        FROM given GROUP BY sku_id, location_id),
    missing AS MATERIALIZED (
        SELECT sku_id, location_id, delta FROM need
        WHERE NOT EXISTS (
            SELECT FROM inventory_stock AS stock
            WHERE stock.sku_id = need.sku_id AND stock.location_id = need.location_id)),
    -- Nothing locks while a row is missing: it would be made, and so locked, after later ones.
    locked AS MATERIALIZED (
        SELECT stock.id, stock.sku_id, stock.location_id, stock.on_hand, need.delta
        FROM need JOIN inventory_stock AS stock USING (sku_id, location_id)
        WHERE NOT EXISTS (SELECT FROM missing)
        {STOCK_FOR_UPDATE}),
    refused AS MATERIALIZED (
        SELECT 'missing' AS problem, sku_id, location_id, -delta AS wanted, 0 AS there
        FROM missing
        UNION ALL
        SELECT 'booked', given.sku_id, given.location_id, given.delta, 0
        FROM given JOIN inventory_sourcereference ON reference = source_reference
        UNION ALL
        SELECT 'short', sku_id, location_id, -delta, on_hand
        FROM locked WHERE on_hand + delta < 0),
    moved AS (
        UPDATE inventory_stock AS stock SET on_hand = locked.on_hand + locked.delta
        FROM locked
        WHERE stock.id = locked.id AND locked.delta <> 0 AND NOT EXISTS (SELECT FROM refused)),
    booked AS (
        INSERT INTO inventory_stockmovement
            (sku_id, location_id, kind, on_hand, allocated, held, unavailable,
             cause, reason, actor, source_reference)
        SELECT sku_id, location_id, kind, delta, 0, 0, 0,
            %(cause)s, reason, %(actor)s, source_reference
        FROM given WHERE delta <> 0 AND NOT EXISTS (SELECT FROM refused)
        ORDER BY position),
    referenced AS (
        INSERT INTO inventory_sourcereference (reference)
        SELECT source_reference FROM given
        WHERE delta <> 0 AND source_reference IS NOT NULL AND NOT EXISTS (SELECT FROM refused)
        ORDER BY source_reference)
{REFUSED}
"""  # noqa: S608 - constants only

# In the lock order: a new row is locked as it is inserted.
ADD_STOCK = """
INSERT INTO inventory_stock
    (sku_id, location_id, on_hand, allocated, held, unavailable, safety_stock)
SELECT DISTINCT sku_id, location_id, 0, 0, 0, 0, 0
FROM unnest(%(skus)s::bigint[], %(locations)s::bigint[]) AS row(sku_id, location_id)
ORDER BY sku_id, location_id
ON CONFLICT (sku_id, location_id) DO NOTHING
"""

STAGE = """
CREATE TEMPORARY TABLE stock_counted (
    sku_id bigint NOT NULL, location_id bigint NOT NULL, quantity integer NOT NULL,
    safety_stock integer, PRIMARY KEY (sku_id, location_id)) ON COMMIT DROP
"""
STAGE_COPY = "COPY stock_counted (sku_id, location_id, quantity, safety_stock) FROM STDIN"

COUNTED = """
SELECT COUNT(*) FILTER (WHERE difference <> 0), COUNT(*) FILTER (WHERE difference = 0),
    COALESCE(SUM(difference) FILTER (WHERE difference > 0), 0)::bigint,
    COALESCE(-SUM(difference) FILTER (WHERE difference < 0), 0)::bigint,
    COUNT(*) FILTER (WHERE quantity < needed)
FROM compared"""

COUNT = f"""
WITH compared AS MATERIALIZED (
        SELECT stock.id, stock.sku_id, stock.location_id, counted.quantity,
            stock.allocated + stock.unavailable AS needed,
            counted.quantity - stock.on_hand AS difference, counted.safety_stock,
            COALESCE(counted.safety_stock, stock.safety_stock) <> stock.safety_stock AS rebuffered
        FROM stock_counted AS counted
            JOIN inventory_stock AS stock USING (sku_id, location_id)
        {STOCK_FOR_UPDATE}),
    moved AS (
        UPDATE inventory_stock AS stock
        SET on_hand = compared.quantity,
            safety_stock = COALESCE(compared.safety_stock, stock.safety_stock)
        FROM compared
        WHERE stock.id = compared.id AND (compared.difference <> 0 OR compared.rebuffered)),
    booked AS (
        INSERT INTO inventory_stockmovement
            (sku_id, location_id, kind, on_hand, allocated, held, unavailable,
             cause, reason, actor)
        SELECT sku_id, location_id, 'counted', difference, 0, 0, 0, %(cause)s, '', %(actor)s
        FROM compared WHERE difference <> 0
        ORDER BY sku_id, location_id)
{COUNTED}
"""  # noqa: S608 - constants only

COUNT_PREVIEW = f"""
WITH compared AS (
        SELECT counted.quantity, COALESCE(stock.allocated + stock.unavailable, 0) AS needed,
            counted.quantity - COALESCE(stock.on_hand, 0) AS difference
        FROM unnest(%(skus)s::bigint[], %(locations)s::bigint[], %(quantities)s::integer[])
                AS counted(sku_id, location_id, quantity)
            LEFT JOIN inventory_stock AS stock USING (sku_id, location_id))
{COUNTED}
"""  # noqa: S608 - constants only
