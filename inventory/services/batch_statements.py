"""The statements of the stock sync: staging, checking, and applying a batch as sets.

What a batch changes is computed as *differences* from one snapshot of stock and ledger together,
and applied as differences under the locks: whatever was sold between the snapshot and the lock has
moved the stock row by itself, so nothing has to stand still meanwhile.
"""

from inventory.locks import STOCK_FOR_UPDATE

STAGE = """
DROP TABLE IF EXISTS pg_temp.batch_row, pg_temp.batch_seen;
CREATE TEMPORARY TABLE batch_row (line integer NOT NULL, sku text, quantity text)
"""
STAGE_COPY = "COPY pg_temp.batch_row (line, sku, quantity) FROM STDIN (FORMAT csv)"
UNSTAGE = "DROP TABLE IF EXISTS pg_temp.batch_row, pg_temp.batch_seen"

# {sign} is what may stand before a quantity.
RESOLVE = """
CREATE TEMPORARY TABLE batch_seen AS
SELECT row.line, row.sku AS given, row.quantity AS text, sku.id AS sku_id,
    CASE WHEN row.quantity ~ '^\\s*{sign}[0-9]{{1,9}}\\s*$' THEN row.quantity::integer END
        AS quantity
FROM pg_temp.batch_row AS row
    LEFT JOIN catalog_sku AS sku ON sku.code = upper(btrim(row.sku))
"""
# As `catalog.gtin.shortest` writes them.
RESOLVE_GTINS = """
UPDATE pg_temp.batch_seen AS seen SET sku_id = sku.id
FROM catalog_sku AS sku
WHERE seen.sku_id IS NULL AND btrim(seen.given) ~ '^([0-9]{8}|[0-9]{12,14})$'
    AND sku.gtin <> '' AND sku.gtin = lpad(ltrim(btrim(seen.given), '0'),
        CASE WHEN length(ltrim(btrim(seen.given), '0')) <= 8 THEN 8
             WHEN length(ltrim(btrim(seen.given), '0')) <= 12 THEN 12
             WHEN length(ltrim(btrim(seen.given), '0')) = 13 THEN 13 ELSE 14 END, '0')
"""
ERRORS = """
WITH twice AS (
        SELECT sku_id, MIN(line) AS first FROM pg_temp.batch_seen
        WHERE sku_id IS NOT NULL GROUP BY sku_id HAVING COUNT(*) > 1),
    wrong AS (
        SELECT line, 'sku' AS field, given AS value,
            CASE WHEN sku_id IS NOT NULL THEN 'kit'
                 WHEN btrim(COALESCE(given, '')) = '' THEN 'missing' ELSE 'unknown_sku' END AS code
        FROM pg_temp.batch_seen
        WHERE sku_id IS NULL OR sku_id IN (SELECT kit_id FROM catalog_kitcomponent)
        UNION ALL
        SELECT seen.line, 'sku', seen.given, 'duplicate'
        FROM pg_temp.batch_seen AS seen JOIN twice USING (sku_id)
        WHERE seen.line > twice.first
            AND seen.sku_id NOT IN (SELECT kit_id FROM catalog_kitcomponent)
        UNION ALL
        SELECT line, 'quantity', text, 'bad_number'
        FROM pg_temp.batch_seen WHERE quantity IS NULL),
    kept AS (
        INSERT INTO inventory_batcherror (batch_id, line, field, code, value)
        SELECT %(batch)s, line, field, code, left(COALESCE(value, ''), 120)
        FROM wrong ORDER BY line, field),
    dropped AS (
        DELETE FROM pg_temp.batch_seen AS seen USING wrong WHERE seen.line = wrong.line)
SELECT COUNT(DISTINCT line) FROM wrong
"""

# Rows of the location that a full count does not name are counted as none.
COUNTED = """
WITH later AS (
        SELECT sku_id, SUM(on_hand)::integer AS units FROM inventory_stockmovement
        WHERE location_id = %(location)s AND recorded_at > %(as_of)s AND occurred_at > %(as_of)s
        GROUP BY sku_id),
    here AS (SELECT sku_id, on_hand FROM inventory_stock WHERE location_id = %(location)s)
SELECT sku_id,
    COALESCE(seen.quantity, 0) + COALESCE(later.units, 0) - COALESCE(here.on_hand, 0) AS difference
FROM pg_temp.batch_seen AS seen {join} JOIN here USING (sku_id) LEFT JOIN later USING (sku_id)
WHERE COALESCE(seen.quantity, 0) + COALESCE(later.units, 0) <> COALESCE(here.on_hand, 0)
"""
DIFFERENCES = {
    "full": COUNTED.format(join="FULL"),
    "partial": COUNTED.format(join="LEFT"),
    "delta": """
        SELECT sku_id, quantity AS difference FROM pg_temp.batch_seen WHERE quantity <> 0""",
}
ADD_STOCK = """
INSERT INTO inventory_stock
    (sku_id, location_id, on_hand, allocated, held, unavailable, safety_stock)
SELECT sku_id, %(location)s, 0, 0, 0, 0, 0 FROM pg_temp.batch_change ORDER BY sku_id
ON CONFLICT (sku_id, location_id) DO NOTHING
"""
# On hand never falls below nothing: what a batch takes beyond it is told, not booked.
APPLY = f"""
WITH locked AS MATERIALIZED (
        SELECT stock.id, stock.sku_id, stock.location_id, stock.on_hand, stock.allocated,
            GREATEST(stock.on_hand + change.difference, 0) AS becomes,
            stock.on_hand + change.difference < 0 AS beyond
        FROM pg_temp.batch_change AS change
            JOIN inventory_stock AS stock
                ON stock.sku_id = change.sku_id AND stock.location_id = %(location)s
        {STOCK_FOR_UPDATE}),
    moved AS (
        UPDATE inventory_stock AS stock SET on_hand = locked.becomes
        FROM locked WHERE stock.id = locked.id AND locked.becomes <> locked.on_hand),
    booked AS (
        INSERT INTO inventory_stockmovement
            (sku_id, location_id, kind, on_hand, allocated, held, unavailable,
             cause, reason, actor, occurred_at)
        SELECT sku_id, location_id, %(kind)s, becomes - on_hand, 0, 0, 0,
            %(cause)s, '', %(actor)s, %(as_of)s
        FROM locked WHERE becomes <> on_hand ORDER BY sku_id, location_id)
SELECT COUNT(*) FILTER (WHERE becomes <> on_hand),
    COALESCE(SUM(becomes - on_hand) FILTER (WHERE becomes > on_hand), 0)::bigint,
    COALESCE(SUM(on_hand - becomes) FILTER (WHERE becomes < on_hand), 0)::bigint,
    COUNT(*) FILTER (WHERE becomes < allocated),
    COUNT(*) FILTER (WHERE beyond)
FROM locked
"""  # noqa: S608 - constants only
PREVIEW = """
SELECT COUNT(*),
    COALESCE(SUM(difference) FILTER (WHERE difference > 0), 0)::bigint,
    COALESCE(-SUM(difference) FILTER (WHERE difference < 0), 0)::bigint,
    COUNT(*) FILTER (
        WHERE COALESCE(stock.on_hand, 0) + difference < COALESCE(stock.allocated, 0)),
    COUNT(*) FILTER (WHERE COALESCE(stock.on_hand, 0) + difference < 0)
FROM pg_temp.batch_change AS change
    LEFT JOIN inventory_stock AS stock
        ON stock.sku_id = change.sku_id AND stock.location_id = %(location)s
"""
