"""The statements of the audit of stock, and of its repair."""

from inventory.locks import STOCK_FOR_UPDATE

# One statement, so one snapshot: exact however many orders are being placed meanwhile. One pass
# over every table and one aggregate: the ledger counts for, the stock rows against, and what is
# not nought has drifted. All that has not falls into one group, which only counts. A sum more over
# the ledger costs more than counting the smaller tables by themselves.

# To be put `here`: of these alone.
PAIRS = """
            WHERE (sku_id, location_id) IN (
                SELECT * FROM unnest(%(skus)s::bigint[], %(locations)s::bigint[]))"""
BALANCE = """
    entry AS NOT MATERIALIZED (
        SELECT sku_id, location_id, on_hand, allocated, held, unavailable,
            0 AS claimed, 0 AS kept, 0 AS aside, 1 AS movements
        FROM inventory_stockmovement {here}
        UNION ALL
        SELECT sku_id, location_id, -on_hand, -allocated, -held, -unavailable,
            -allocated, -held, -unavailable, 0
        FROM inventory_stock {here}
        UNION ALL
        SELECT sku_id, location_id, 0, 0, 0, 0, quantity, 0, 0, 0
        FROM inventory_allocation {here}
        UNION ALL
        SELECT sku_id, location_id, 0, 0, 0, 0, 0, quantity, 0, 0
        FROM inventory_hold {here}
        UNION ALL
        SELECT sku_id, location_id, 0, 0, 0, 0, 0, 0, units, 0
        FROM (SELECT * FROM inventory_disposition WHERE ended_at IS NULL) AS aside {here}),
    balance AS NOT MATERIALIZED (
        SELECT sku_id, location_id, SUM(on_hand) AS on_hand, SUM(allocated) AS allocated,
            SUM(held) AS held, SUM(unavailable) AS unavailable, SUM(claimed) AS claimed,
            SUM(kept) AS kept, SUM(aside) AS aside, SUM(movements) AS movements
        FROM entry GROUP BY sku_id, location_id)"""

AUDIT = f"""
WITH {BALANCE.format(here="")},
    judged AS NOT MATERIALIZED (
        SELECT *, (on_hand <> 0)::integer + (allocated <> 0)::integer + (held <> 0)::integer
            + (unavailable <> 0)::integer + (claimed <> 0)::integer + (kept <> 0)::integer
            + (aside <> 0)::integer AS figures
        FROM balance),
    told AS (
        SELECT CASE WHEN figures > 0 THEN sku_id END AS sku_id,
            CASE WHEN figures > 0 THEN location_id END AS location_id,
            SUM(figures) AS figures, SUM(movements) AS movements,
            SUM(on_hand) AS on_hand, SUM(allocated) AS allocated,
            SUM(held) AS held, SUM(unavailable) AS unavailable, SUM(claimed) AS claimed,
            SUM(kept) AS kept, SUM(aside) AS aside
        FROM judged GROUP BY 1, 2),
    counted AS (
        SELECT (SELECT COUNT(*) FROM inventory_stock) AS stock_rows,
            COALESCE(SUM(movements), 0)::bigint AS movements,
            (SELECT COUNT(*) FROM inventory_allocation) AS allocations,
            COALESCE(SUM(figures), 0)::bigint AS figures
        FROM told),
    listed AS (
        SELECT sku_id, location_id, figure.*
        FROM (SELECT * FROM told WHERE sku_id IS NOT NULL
                ORDER BY sku_id, location_id LIMIT %(limit)s) AS told
            LEFT JOIN inventory_stock AS stock USING (sku_id, location_id)
            CROSS JOIN LATERAL (VALUES
                ('on_hand', 'movements', stock.on_hand, told.on_hand),
                ('allocated', 'movements', stock.allocated, told.allocated),
                ('held', 'movements', stock.held, told.held),
                ('unavailable', 'movements', stock.unavailable, told.unavailable),
                ('allocated', 'allocations', stock.allocated, told.claimed),
                ('held', 'holds', stock.held, told.kept),
                ('unavailable', 'dispositions', stock.unavailable, told.aside)
            ) AS figure(figure, source, recorded, difference)
        WHERE figure.difference <> 0)
SELECT counted.*, listed.sku_id, listed.location_id, sku.code, location.code, listed.figure,
    listed.source, COALESCE(listed.recorded, 0),
    (COALESCE(listed.recorded, 0) + listed.difference)::bigint
FROM counted LEFT JOIN listed ON TRUE
    LEFT JOIN catalog_sku AS sku ON sku.id = listed.sku_id
    LEFT JOIN inventory_location AS location ON location.id = listed.location_id
ORDER BY sku.code, location.code, listed.figure, listed.source DESC
LIMIT %(limit)s
"""  # noqa: S608 - constants only

# The groups of a million stock rows fit, in each of PostgreSQL's parallel workers; and a ledger of
# years takes longer than any request may.
ROOM = """
SELECT set_config('work_mem', '256MB', true), set_config('statement_timeout', '1h', true)"""

AROUND = """
SELECT pair.sku_id, pair.location_id, movement.recorded_at, movement.kind, movement.on_hand,
    movement.allocated, movement.held, movement.unavailable, movement.cause, movement.actor
FROM unnest(%(skus)s::bigint[], %(locations)s::bigint[]) AS pair(sku_id, location_id)
    CROSS JOIN LATERAL (
        SELECT * FROM inventory_stockmovement AS movement
        WHERE movement.sku_id = pair.sku_id AND movement.location_id = pair.location_id
        ORDER BY id DESC LIMIT %(around)s) AS movement
ORDER BY movement.id DESC
"""
# Claims that the ledger does not bear out, and the other way round: here is where it happened.
DEMANDS = """
SELECT sku_id, location_id, source, demand
FROM (
    SELECT sku_id, location_id, 'allocations' AS source, demand, allocated AS units
    FROM inventory_stockmovement
    UNION ALL SELECT sku_id, location_id, 'holds', demand, held FROM inventory_stockmovement
    UNION ALL SELECT sku_id, location_id, 'allocations', demand, -quantity FROM inventory_allocation
    UNION ALL SELECT sku_id, location_id, 'holds', demand, -quantity FROM inventory_hold
    ) AS entry
WHERE demand IS NOT NULL AND (sku_id, location_id) IN (
    SELECT * FROM unnest(%(skus)s::bigint[], %(locations)s::bigint[]))
GROUP BY sku_id, location_id, source, demand HAVING SUM(units) <> 0
ORDER BY demand
"""

# A stock row that is gone is made again by the ledger, which is all that knows of it.
REMAKE = f"""
WITH {BALANCE.format(here=PAIRS)}
INSERT INTO inventory_stock
    (sku_id, location_id, on_hand, allocated, held, unavailable, safety_stock)
SELECT sku_id, location_id, GREATEST(on_hand, 0), 0, 0, 0, 0
FROM balance
WHERE NOT EXISTS (
    SELECT FROM inventory_stock AS stock
    WHERE stock.sku_id = balance.sku_id AND stock.location_id = balance.location_id)
ORDER BY sku_id, location_id
ON CONFLICT (sku_id, location_id) DO NOTHING
"""  # noqa: S608 - constants only
LOCK = f"""
SELECT stock.id FROM inventory_stock AS stock
WHERE (stock.sku_id, stock.location_id) IN (
    SELECT * FROM unnest(%(skus)s::bigint[], %(locations)s::bigint[]))
{STOCK_FOR_UPDATE}
"""  # noqa: S608 - constants only
# A balance is the ledger less the stock row, or the claims less it: so `claimed - allocated` is
# what the ledger lacks of the claims.
REPAIR = f"""
WITH {BALANCE.format(here=PAIRS)},
    wrong AS MATERIALIZED (
        SELECT * FROM balance
        WHERE on_hand <> 0 OR allocated <> 0 OR held <> 0 OR unavailable <> 0
            OR claimed <> 0 OR kept <> 0 OR aside <> 0),
    moved AS (
        UPDATE inventory_stock AS stock
        SET allocated = stock.allocated + wrong.claimed, held = stock.held + wrong.kept,
            unavailable = stock.unavailable + wrong.aside
        FROM wrong
        WHERE stock.sku_id = wrong.sku_id AND stock.location_id = wrong.location_id
            AND (wrong.claimed <> 0 OR wrong.kept <> 0 OR wrong.aside <> 0)),
    booked AS (
        INSERT INTO inventory_stockmovement
            (sku_id, location_id, kind, on_hand, allocated, held, unavailable,
             cause, reason, actor)
        SELECT sku_id, location_id, entry.kind, entry.on_hand, entry.allocated, entry.held,
            entry.unavailable, %(cause)s, '', %(actor)s
        FROM wrong CROSS JOIN LATERAL (VALUES
            ('adjusted', -on_hand, 0, 0, 0),
            (CASE WHEN claimed > allocated THEN 'allocated' ELSE 'released' END,
                0, claimed - allocated, 0, 0),
            (CASE WHEN kept > held THEN 'held' ELSE 'unheld' END, 0, 0, kept - held, 0),
            (CASE WHEN aside > unavailable THEN 'disposed' ELSE 'undisposed' END,
                0, 0, 0, aside - unavailable)
            ) AS entry(kind, on_hand, allocated, held, unavailable)
        WHERE (entry.on_hand, entry.allocated, entry.held, entry.unavailable) <> (0, 0, 0, 0)
        ORDER BY sku_id, location_id)
SELECT COUNT(*) FROM wrong
"""  # noqa: S608 - constants only
