"""The statements of the audit of stock, and of its repair."""

from inventory.locks import STOCK_FOR_UPDATE

# One statement, so one snapshot: exact however many orders are being placed meanwhile. One pass
# over the ledger and one aggregate: movements count for, the stock rows against, and what is not
# nought has drifted. Claims are counted apart: to sum them with the ledger costs each of its rows
# more, and few stock rows have any.

# To be put `here`: of these alone.
PAIRS = """
            WHERE (sku_id, location_id) IN (
                SELECT * FROM unnest(%(skus)s::bigint[], %(locations)s::bigint[]))"""
BALANCE = """
    ledger AS NOT MATERIALIZED (
        SELECT sku_id, location_id, SUM(on_hand) AS on_hand, SUM(allocated) AS allocated,
            SUM(held) AS held, SUM(unavailable) AS unavailable, SUM(movements) AS movements
        FROM (
            SELECT sku_id, location_id, on_hand, allocated, held, unavailable, 1 AS movements
            FROM inventory_stockmovement {here}
            UNION ALL
            SELECT sku_id, location_id, -on_hand, -allocated, -held, -unavailable, 0
            FROM inventory_stock {here}) AS entry
        GROUP BY sku_id, location_id),
    claims AS NOT MATERIALIZED (
        SELECT sku_id, location_id, SUM(allocated) AS allocated, SUM(held) AS held,
            SUM(unavailable) AS unavailable
        FROM (
            SELECT sku_id, location_id, quantity AS allocated, 0 AS held, 0 AS unavailable
            FROM inventory_allocation {here}
            UNION ALL
            SELECT sku_id, location_id, 0, quantity, 0 FROM inventory_hold {here}
            UNION ALL
            SELECT sku_id, location_id, 0, 0, units
            FROM (SELECT * FROM inventory_disposition WHERE ended_at IS NULL) AS aside {here}
            UNION ALL
            SELECT sku_id, location_id, -allocated, -held, -unavailable
            FROM (SELECT * FROM inventory_stock
                WHERE allocated <> 0 OR held <> 0 OR unavailable <> 0) AS stock {here}) AS entry
        GROUP BY sku_id, location_id)"""

AUDIT = f"""
WITH {BALANCE.format(here="")},
    -- What has not drifted, nearly all, is only counted: sorting or joining it takes longer.
    told AS MATERIALIZED (
        SELECT COALESCE(SUM(movements), 0)::bigint AS movements,
            array_agg(ROW(sku_id, location_id, on_hand, allocated, held, unavailable))
                FILTER (WHERE on_hand <> 0 OR allocated <> 0 OR held <> 0 OR unavailable <> 0)
                AS drifted
        FROM ledger),
    drifted AS (
        SELECT TRUE AS of_ledger, row.* FROM told
            CROSS JOIN LATERAL unnest(told.drifted) AS row(sku_id bigint, location_id bigint,
                on_hand bigint, allocated bigint, held bigint, unavailable bigint)
        UNION ALL
        SELECT FALSE, sku_id, location_id, 0, allocated, held, unavailable FROM claims
        WHERE allocated <> 0 OR held <> 0 OR unavailable <> 0),
    figures AS MATERIALIZED (
        SELECT sku_id, location_id, figure.figure,
            CASE WHEN of_ledger THEN 'movements' ELSE figure.claims END AS source,
            COALESCE(figure.recorded, 0) AS recorded, figure.difference
        FROM drifted
            LEFT JOIN inventory_stock AS stock USING (sku_id, location_id)
            CROSS JOIN LATERAL (VALUES
                ('on_hand', '', stock.on_hand, drifted.on_hand),
                ('allocated', 'allocations', stock.allocated, drifted.allocated),
                ('held', 'holds', stock.held, drifted.held),
                ('unavailable', 'dispositions', stock.unavailable, drifted.unavailable)
            ) AS figure(figure, claims, recorded, difference)
        WHERE figure.difference <> 0),
    counted AS (
        SELECT (SELECT COUNT(*) FROM inventory_stock) AS stock_rows, movements,
            (SELECT COUNT(*) FROM inventory_allocation) AS allocations,
            (SELECT COUNT(*) FROM figures) AS figures
        FROM told),
    listed AS (SELECT * FROM figures ORDER BY sku_id, location_id LIMIT %(limit)s)
SELECT counted.*, listed.sku_id, listed.location_id, sku.code, location.code, listed.figure,
    listed.source, listed.recorded, (listed.recorded + listed.difference)::bigint
FROM counted LEFT JOIN listed ON TRUE
    LEFT JOIN catalog_sku AS sku ON sku.id = listed.sku_id
    LEFT JOIN inventory_location AS location ON location.id = listed.location_id
ORDER BY sku.code, location.code, listed.figure, listed.source DESC
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

BALANCE_OF_PAIRS = f"""{BALANCE.format(here=PAIRS)},
    balance AS NOT MATERIALIZED (
        SELECT sku_id, location_id, COALESCE(ledger.on_hand, 0) AS on_hand,
            COALESCE(ledger.allocated, 0) AS allocated, COALESCE(ledger.held, 0) AS held,
            COALESCE(ledger.unavailable, 0) AS unavailable,
            COALESCE(claims.allocated, 0) AS claimed, COALESCE(claims.held, 0) AS kept,
            COALESCE(claims.unavailable, 0) AS aside
        FROM ledger FULL JOIN claims USING (sku_id, location_id))"""  # noqa: S608 - constants only

# A stock row that is gone is made again by the ledger, which is all that knows of it.
REMAKE = f"""
WITH {BALANCE_OF_PAIRS}
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
WITH {BALANCE_OF_PAIRS},
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
