"""What changed since: the SKUs and locations whose availability may be another now.

The feed reads what was really written, whoever wrote it: the ledger for all that moves stock
(orders, holds, syncs, counts, transfers), and `AvailabilityChange` for all that does not (rules,
safety stock, kits, locations, SKUs). Rows are found by the number of their transaction. A round
begins by noting the *horizon*, `pg_snapshot_xmin(pg_current_snapshot())`: every transaction below
it is over. What is not seen in this round is above the horizon, where the next round begins, so a
change that commits late is not missed. What is above the horizon and seen already comes twice:
at least once, never less.

A round goes through the SKUs by id, a page at a time. `available` is read after the page was
found, so it is never older than the change.
"""

from collections.abc import Collection
from dataclasses import dataclass

from inventory.errors import CursorExpired
from inventory.selectors.availability import availability_by_sku
from oms.core.sql import fetch_rows


@dataclass(frozen=True, slots=True)
class Position:
    """Where a reader stands: `since` is the horizon it has seen; None: all of it is new.

    Within a round `horizon` is where the next one begins, `after` the last SKU id read.
    """

    since: int | None = None
    horizon: int | None = None
    after: int = 0


@dataclass(frozen=True, slots=True)
class ChangedSku:
    """The code of a SKU and, per location id that may have changed, the units available now."""

    code: str
    at: dict[int, int]


@dataclass(frozen=True, slots=True)
class ChangePage:
    """`position` is where to go on; `more`: at once, for this round has not ended."""

    changes: list[ChangedSku]
    position: Position
    more: bool


# Numbers ahead of this cluster's come with a database that was dumped and restored: they are old.
HEARD = """
    SELECT sku_id, NULL::bigint AS category_id, location_id FROM inventory_stockmovement
    WHERE transaction >= %(since)s::bigint
        AND transaction < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    UNION
    SELECT sku_id, category_id, location_id FROM inventory_availabilitychange
    WHERE transaction >= %(since)s::bigint
        AND transaction < pg_snapshot_xmax(pg_current_snapshot())::text::bigint"""
# A location alone concerns what it keeps; a category all below it; a component its kits.
CHANGED = f"""
WITH heard AS MATERIALIZED ({HEARD}),
    touched AS (
        SELECT sku_id, location_id FROM heard WHERE sku_id IS NOT NULL
        UNION
        SELECT sku.id, heard.location_id
        FROM heard
            JOIN catalog_category AS above ON above.id = heard.category_id
            JOIN catalog_category AS category ON starts_with(category.path, above.path)
            JOIN catalog_product AS product ON product.category_id = category.id
            JOIN catalog_sku AS sku ON sku.product_id = product.id
        UNION
        SELECT stock.sku_id, heard.location_id
        FROM heard JOIN inventory_stock AS stock ON stock.location_id = heard.location_id
        WHERE heard.sku_id IS NULL AND heard.category_id IS NULL),
    pairs AS (
        SELECT sku_id, location_id FROM touched WHERE sku_id > %(after)s::bigint
        UNION
        SELECT part.kit_id, touched.location_id
        FROM touched JOIN catalog_kitcomponent AS part ON part.component_id = touched.sku_id
        WHERE part.kit_id > %(after)s::bigint),
    paged AS (
        SELECT sku_id, bool_or(location_id IS NULL) AS everywhere,
            array_agg(location_id) FILTER (WHERE location_id IS NOT NULL) AS places
        FROM pairs GROUP BY sku_id ORDER BY sku_id LIMIT %(limit)s::integer + 1)
"""  # noqa: S608 - constants only
# The first round: everything that is sold.
ALL = """
WITH paged AS (
    SELECT id AS sku_id, TRUE AS everywhere, NULL::bigint[] AS places FROM catalog_sku
    WHERE id > %(after)s::bigint AND status = 'active'
    ORDER BY id LIMIT %(limit)s::integer + 1)
"""
PAGE = """
SELECT (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint),
    paged.sku_id, sku.code, sku.status = 'active', paged.everywhere, paged.places
FROM (SELECT) AS always
    LEFT JOIN paged ON TRUE LEFT JOIN catalog_sku AS sku ON sku.id = paged.sku_id
ORDER BY paged.sku_id
"""


def changes_since(
    position: Position,
    *,
    channel: str,
    locations: Collection[int],
    active: Collection[int],
    limit: int,
) -> ChangePage:
    """The next page: at most `limit` SKUs. Two queries. Raises CursorExpired.

    `locations` are those the reader may see, `active` those of them that sell: elsewhere 0 is
    available, as of a SKU that is sold no more. The first round leaves out what is not kept.
    """
    first_round = position.since is None
    params = {"after": position.after, "limit": limit} | (
        {} if first_round else {"since": position.since}
    )
    rows = fetch_rows((ALL if first_round else CHANGED) + PAGE, params)
    if position.since is not None and position.since > rows[0][0]:
        # Not of this database: numbers begin anew when it is dumped and restored.
        raise CursorExpired
    horizon = position.horizon if position.horizon is not None else rows[0][0]
    found = [row[1:] for row in rows if row[1] is not None]
    page, more = found[:limit], len(found) > limit
    sold = [sku_id for sku_id, _code, is_sold, _everywhere, _places in page if is_sold]
    units = (
        availability_by_sku(sold, location_ids=active, channel=channel) if sold and active else {}
    )
    changes = []
    for sku_id, code, _is_sold, everywhere, places in page:
        if code is None:  # deleted since
            continue
        here = units.get(sku_id, {})
        if not first_round:
            told = locations if everywhere else set(places).intersection(locations)
            here = {location_id: here.get(location_id, 0) for location_id in told}
        if here:
            changes.append(ChangedSku(code, here))
    following = Position(position.since, horizon, page[-1][0]) if more else Position(since=horizon)
    return ChangePage(changes, following, more)
