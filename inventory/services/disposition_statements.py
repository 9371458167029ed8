"""The statements of goods set aside; their shape is told in `inventory.services.statements`."""

from inventory.locks import STOCK_FOR_UPDATE
from inventory.services.statements import REFUSED

SWEEP = 500

# `there`: on hand and not set aside yet. `free`: of these, what nobody has a claim on.
SET_ASIDE = f"""
WITH given AS (
        SELECT %(sku)s::bigint AS sku_id, %(location)s::bigint AS location_id,
            %(units)s::integer AS units),
    locked AS MATERIALIZED (
        SELECT stock.id, stock.sku_id, stock.location_id, stock.unavailable, given.units,
            stock.on_hand - stock.unavailable AS there,
            stock.on_hand - stock.unavailable - stock.allocated - stock.held AS free
        FROM given JOIN inventory_stock AS stock USING (sku_id, location_id)
        {STOCK_FOR_UPDATE}),
    refused AS MATERIALIZED (
        SELECT 'short' AS problem, given.sku_id, given.location_id, given.units AS wanted,
            GREATEST(COALESCE(locked.there, 0), 0) AS there
        FROM given LEFT JOIN locked USING (sku_id, location_id)
        WHERE COALESCE(locked.there, 0) < given.units
        UNION ALL
        SELECT 'claimed', sku_id, location_id, units, GREATEST(free, 0)
        FROM locked WHERE free < units AND units <= there AND NOT %(accept)s::boolean),
    moved AS (
        UPDATE inventory_stock AS stock SET unavailable = locked.unavailable + locked.units
        FROM locked
        WHERE stock.id = locked.id AND NOT EXISTS (SELECT FROM refused)),
    kept AS (
        INSERT INTO inventory_disposition
            (uid, sku_id, location_id, units, reason, note, expires_at, created_by,
             outcome, ended_by)
        SELECT %(uid)s::uuid, sku_id, location_id, units, %(reason)s::text, %(note)s::text,
            %(expires_at)s::timestamptz, %(actor)s::text, '', ''
        FROM locked WHERE NOT EXISTS (SELECT FROM refused)),
    booked AS (
        INSERT INTO inventory_stockmovement
            (sku_id, location_id, kind, on_hand, allocated, held, unavailable,
             cause, reason, actor, source_reference)
        SELECT sku_id, location_id, 'disposed', 0, 0, 0, units,
            %(cause)s::text, %(reason)s::text, %(actor)s::text, %(reference)s::text
        FROM locked WHERE NOT EXISTS (SELECT FROM refused)),
    referenced AS (
        INSERT INTO inventory_sourcereference (reference)
        SELECT %(reference)s::text FROM locked WHERE NOT EXISTS (SELECT FROM refused))
{REFUSED}
"""  # noqa: S608 - constants only

# {which} picks the dispositions, {lock} says how their stock rows lock: these first, so whoever
# changes a disposition has its stock row. What comes off is what the update returns, and it passes
# over those that ended during the wait: two who end the same one free its units once. Units that
# do not lie there any more (a count or a feed took them off) cannot be written off again.
END = """
WITH due AS MATERIALIZED (
        SELECT DISTINCT sku_id, location_id FROM inventory_disposition AS aside
        WHERE aside.ended_at IS NULL AND {which} {limit}),
    locked AS MATERIALIZED (
        SELECT stock.id, stock.sku_id, stock.location_id, stock.on_hand, stock.unavailable
        FROM due JOIN inventory_stock AS stock USING (sku_id, location_id)
        {lock}),
    ended AS (
        UPDATE inventory_disposition AS aside
        SET outcome = %(outcome)s::text, ended_by = %(actor)s::text,
            ended_at = %(now)s::timestamptz
        FROM locked
        WHERE aside.sku_id = locked.sku_id AND aside.location_id = locked.location_id
            AND aside.ended_at IS NULL AND {which}
        RETURNING aside.id, aside.uid, aside.sku_id, aside.location_id, aside.units,
            aside.reason, locked.id AS stock_id, locked.on_hand, locked.unavailable),
    moved AS (
        UPDATE inventory_stock AS stock
        SET unavailable = gone.unavailable - gone.units,
            on_hand = gone.on_hand - LEAST(gone.units, gone.on_hand) * %(taken)s::integer
        FROM (SELECT stock_id, on_hand, unavailable, SUM(units)::integer AS units
              FROM ended GROUP BY stock_id, on_hand, unavailable) AS gone
        WHERE stock.id = gone.stock_id),
    booked AS (
        INSERT INTO inventory_stockmovement
            (sku_id, location_id, kind, on_hand, allocated, held, unavailable,
             cause, reason, actor, source_reference)
        SELECT sku_id, location_id, %(kind)s::text, -LEAST(units, on_hand) * %(taken)s::integer,
            0, 0, -units, %(cause)s::text, reason, %(actor)s::text,
            'disposition:' || uid || ':end'
        FROM ended ORDER BY sku_id, location_id, id),
    referenced AS (
        INSERT INTO inventory_sourcereference (reference)
        SELECT 'disposition:' || uid || ':end' FROM ended ORDER BY 1)
SELECT id FROM ended ORDER BY id
"""
END_ONE = END.format(which="aside.uid = %(uid)s::uuid", limit="", lock=STOCK_FOR_UPDATE)
# The sweep passes over what somebody is changing right now: its next round is soon.
EXPIRE = END.format(
    which="aside.expires_at <= %(now)s::timestamptz",
    limit=f"LIMIT {SWEEP}",
    lock=f"{STOCK_FOR_UPDATE} SKIP LOCKED",
)
# Whose shelves were counted after the units were missed.
COUNTED_SHELVES = END.format(
    which="""aside.reason = 'missing' AND (aside.sku_id, aside.location_id) IN (
        SELECT * FROM unnest(%(skus)s::bigint[], %(locations)s::bigint[]))""",
    limit="",
    lock=STOCK_FOR_UPDATE,
)
COUNTED_LINES = END.format(
    which="""aside.reason = 'missing' AND aside.location_id = %(location)s::bigint AND EXISTS (
        SELECT FROM inventory_countline AS line
        WHERE line.stock_count_id = %(count)s::bigint AND line.sku_id = aside.sku_id
            AND COALESCE(line.second_at, line.first_at) > aside.created_at)""",
    limit="",
    lock=STOCK_FOR_UPDATE,
)
