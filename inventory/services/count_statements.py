"""The statements of counts: choosing what to count, fixing what should be there, and posting.

The lines a count is planned for are chosen as a set. Classes are the classic Pareto ones: SKUs by
the value of the units that left the location over some days, highest first; those that make the
first 80 % of it are A, up to 95 % B, the rest and whatever did not move C. A unit is valued at the
SKU's cost, without one at the average cost of the SKUs kept there, and if none has one at 1: then
the classes go by units.
"""

from inventory.locks import STOCK_FOR_UPDATE

SHARE_A, SHARE_B = 80, 95

# A SKU of another open count of the location is left to that one. What a shortage, a write-off
# or missing units make doubtful comes first, then what is worth most.
CANDIDATES = f"""
moved AS (
    SELECT sku_id,
        COALESCE(-SUM(on_hand) FILTER (WHERE kind IN ('shipped', 'sold', 'transferred_out')), 0)
            AS units,
        COALESCE(BOOL_OR(kind = 'adjusted'), FALSE) AS written_off
    FROM inventory_stockmovement
    WHERE location_id = %(location)s::bigint AND recorded_at >= %(since)s::timestamptz
        AND on_hand < 0
    GROUP BY sku_id),
kept AS (
    SELECT shelf.sku_id, sku.cost, category.path, COALESCE(moved.units, 0) AS units,
        COALESCE(stock.on_hand, 0) AS on_hand,
        COALESCE(stock.on_hand < stock.allocated + stock.unavailable, FALSE)
            OR COALESCE(moved.written_off, FALSE)
            OR EXISTS (
                SELECT FROM inventory_disposition AS aside
                WHERE aside.sku_id = shelf.sku_id AND aside.location_id = %(location)s::bigint
                    AND aside.ended_at IS NULL AND aside.reason = 'missing')
            AS doubtful
    FROM (SELECT sku_id FROM inventory_stock WHERE location_id = %(location)s::bigint
          UNION SELECT unnest(%(skus)s::bigint[])) AS shelf
        JOIN catalog_sku AS sku ON sku.id = shelf.sku_id
        JOIN catalog_product AS product ON product.id = sku.product_id
        JOIN catalog_category AS category ON category.id = product.category_id
        LEFT JOIN inventory_stock AS stock
            ON stock.sku_id = shelf.sku_id AND stock.location_id = %(location)s::bigint
        LEFT JOIN moved ON moved.sku_id = shelf.sku_id
    WHERE shelf.sku_id NOT IN (SELECT kit_id FROM catalog_kitcomponent)
        AND (sku.status = 'active' OR stock.on_hand > 0
             OR shelf.sku_id = ANY(%(skus)s::bigint[]))),
valued AS (
    SELECT *, COALESCE(cost, AVG(cost) OVER (), 1) AS unit_value FROM kept),
ranked AS (
    SELECT *, units * unit_value AS turnover,
        SUM(units * unit_value) OVER () AS whole,
        SUM(units * unit_value) OVER (
            ORDER BY units * unit_value DESC, sku_id ROWS UNBOUNDED PRECEDING) AS running
    FROM valued),
classed AS (
    SELECT *, CASE WHEN turnover = 0 THEN 'C'
        WHEN (running - turnover) * 100 < {SHARE_A} * whole THEN 'A'
        WHEN (running - turnover) * 100 < {SHARE_B} * whole THEN 'B' ELSE 'C' END AS abc_class
    FROM ranked),
before AS (
    SELECT line.sku_id,
        MAX(COALESCE(line.second_at, line.first_at)) FILTER (WHERE header.status = 'posted') AS at,
        BOOL_OR(header.status IN ('planned', 'counting', 'recount', 'to_approve')) AS busy
    FROM inventory_countline AS line
        JOIN inventory_stockcount AS header ON header.id = line.stock_count_id
    WHERE header.location_id = %(location)s::bigint
    GROUP BY line.sku_id),
fitting AS (
    SELECT classed.*, COALESCE(before.busy, FALSE) AS busy
    FROM classed LEFT JOIN before USING (sku_id)
    WHERE (NOT %(listed)s::boolean OR sku_id = ANY(%(skus)s::bigint[]))
        AND abc_class = ANY(%(classes)s::text[])
        AND starts_with(path, %(path)s::text)
        AND (NOT %(due_only)s::boolean OR before.at IS NULL OR before.at < CASE abc_class
            WHEN 'A' THEN %(due_a)s::timestamptz WHEN 'B' THEN %(due_b)s::timestamptz
            ELSE %(due_c)s::timestamptz END)),
chosen AS (
    SELECT * FROM fitting WHERE NOT busy
    ORDER BY doubtful DESC,
        CASE WHEN %(by_value)s::boolean THEN on_hand * unit_value ELSE turnover END DESC, sku_id
    LIMIT %(most)s::integer)"""  # noqa: S608 - constants only

PREVIEW = f"""
WITH {CANDIDATES}
SELECT COUNT(*), COALESCE(SUM(on_hand), 0)::bigint,
    COUNT(*) FILTER (WHERE abc_class = 'A'), COUNT(*) FILTER (WHERE abc_class = 'B'),
    COUNT(*) FILTER (WHERE abc_class = 'C'), COUNT(*) FILTER (WHERE doubtful),
    (SELECT COUNT(*) FROM fitting WHERE busy)
FROM chosen"""  # noqa: S608 - constants only

PLAN = f"""
WITH {CANDIDATES}
INSERT INTO inventory_countline
    (stock_count_id, sku_id, status, abc_class, is_extra, first_by, second_by, after_movement)
SELECT %(count)s::bigint, sku_id, 'to_count', abc_class, FALSE, '', '', 0
FROM chosen ORDER BY sku_id
RETURNING id"""  # noqa: S608 - constants only

# Two statements, here and for the posting: one that waited for its locks would still read the
# ledger as it was before the wait.
SHELVES = f"""
SELECT stock.sku_id, stock.on_hand FROM inventory_stock AS stock
WHERE stock.location_id = %(location)s::bigint AND stock.sku_id = ANY(%(skus)s::bigint[])
{STOCK_FOR_UPDATE}"""  # noqa: S608 - constants only

# Per shelf: the newest movement, and the units that came or went after the moment of the count.
LEDGER = """
SELECT shelf.sku_id,
    COALESCE((
        SELECT MAX(id) FROM inventory_stockmovement AS movement
        WHERE movement.sku_id = shelf.sku_id AND movement.location_id = %(location)s::bigint), 0),
    COALESCE((
        SELECT SUM(on_hand) FROM inventory_stockmovement AS movement
        WHERE movement.sku_id = shelf.sku_id AND movement.location_id = %(location)s::bigint
            AND recorded_at > %(at)s::timestamptz AND occurred_at > %(at)s::timestamptz
        ), 0)::integer
FROM unnest(%(skus)s::bigint[]) AS shelf(sku_id)"""

LOCK_LINES = f"""
SELECT stock.id FROM inventory_countline AS line
    JOIN inventory_stock AS stock
        ON stock.sku_id = line.sku_id AND stock.location_id = %(location)s::bigint
WHERE line.stock_count_id = %(count)s::bigint AND line.first IS NOT NULL
{STOCK_FOR_UPDATE}"""  # noqa: S608 - constants only

# `told_late`: recorded after the count, of a time before it (a feed's differences). The count has
# seen those units come and go already, so they are not found missing a second time.
# `outdone`: a later count of the same shelf is in the ledger; the newer one stands.
# On hand never falls below nothing: what a count takes beyond it is told, not booked.
POST = """
WITH counted AS (
        SELECT line.id, line.sku_id, line.difference, line.after_movement,
            COALESCE(line.second_at, line.first_at) AS counted_at,
            stock.id AS stock_id, stock.on_hand, stock.allocated + stock.unavailable AS needed
        FROM inventory_countline AS line
            JOIN inventory_stock AS stock
                ON stock.sku_id = line.sku_id AND stock.location_id = %(location)s::bigint
        WHERE line.stock_count_id = %(count)s::bigint AND line.first IS NOT NULL),
    judged AS MATERIALIZED (
        SELECT counted.*, CASE WHEN news.outdone THEN 0
            ELSE GREATEST(difference - news.told_late, -on_hand) END AS booked,
            NOT news.outdone AND difference - news.told_late < -on_hand AS beyond, news.outdone
        FROM counted CROSS JOIN LATERAL (
            SELECT COALESCE(SUM(movement.on_hand) FILTER (
                    WHERE movement.id > after_movement AND occurred_at <= counted_at
                        AND occurred_at < recorded_at), 0)::integer AS told_late,
                COALESCE(BOOL_OR(kind = 'counted' AND occurred_at > counted_at), FALSE) AS outdone
            FROM inventory_stockmovement AS movement
            WHERE movement.sku_id = counted.sku_id
                AND movement.location_id = %(location)s::bigint
                AND recorded_at >= %(since)s::timestamptz) AS news),
    moved AS (
        UPDATE inventory_stock AS stock SET on_hand = stock.on_hand + judged.booked
        FROM judged WHERE stock.id = judged.stock_id AND judged.booked <> 0),
    noted AS (
        INSERT INTO inventory_stockmovement
            (sku_id, location_id, kind, on_hand, allocated, held, unavailable,
             cause, reason, actor, source_reference, occurred_at)
        SELECT sku_id, %(location)s::bigint, 'counted', booked, 0, 0, 0,
            %(cause)s::text, '', %(actor)s::text, %(cause)s::text || ' line ' || id, counted_at
        FROM judged WHERE booked <> 0 ORDER BY sku_id),
    referenced AS (
        INSERT INTO inventory_sourcereference (reference)
        SELECT %(cause)s::text || ' line ' || id FROM judged WHERE booked <> 0 ORDER BY 1),
    written AS (
        UPDATE inventory_countline AS line SET booked = judged.booked
        FROM judged WHERE line.id = judged.id)
SELECT COUNT(*) FILTER (WHERE booked <> 0),
    COALESCE(SUM(booked) FILTER (WHERE booked > 0), 0)::bigint,
    COALESCE(-SUM(booked) FILTER (WHERE booked < 0), 0)::bigint,
    COUNT(*) FILTER (WHERE on_hand + booked < needed),
    COUNT(*) FILTER (WHERE beyond),
    COUNT(*) FILTER (WHERE outdone)
FROM judged"""
