"""What can be sold, and where."""

from collections.abc import Iterable

from inventory.models import Location
from oms.core.actors import Actor
from oms.core.permissions import Permission, ScopedQuerySet
from oms.core.sql import array, fetch_rows

# A kit is there as often as its scarcest component allows, where all of them are kept.
AVAILABILITY = """
WITH parts AS (
    SELECT asked.sku_id, COALESCE(part.component_id, asked.sku_id) AS part_id,
        COALESCE(part.quantity, 1) AS per_unit,
        COUNT(*) OVER (PARTITION BY asked.sku_id) AS parts
    FROM (SELECT DISTINCT unnest(%(skus)s::bigint[]) AS sku_id) AS asked
        LEFT JOIN catalog_kitcomponent AS part ON part.kit_id = asked.sku_id)
SELECT parts.sku_id, stock.location_id,
    -- A hold counts no more from its deadline on, swept or not.
    MIN(GREATEST(stock.on_hand - stock.allocated - stock.held - stock.safety_stock
        - stock.unavailable + COALESCE((
            SELECT SUM(quantity) FROM inventory_hold AS hold
            WHERE hold.sku_id = stock.sku_id AND hold.location_id = stock.location_id
                AND hold.expires_at <= statement_timestamp()), 0), 0) / parts.per_unit)::integer
FROM parts CROSS JOIN LATERAL (
    -- OFFSET 0 keeps the planner from reading whole locations when many are asked about.
    SELECT * FROM inventory_stock AS here WHERE here.sku_id = parts.part_id {here} OFFSET 0
    ) AS stock
GROUP BY parts.sku_id, stock.location_id, parts.parts
HAVING COUNT(*) = parts.parts
"""


def availability(
    sku_ids: Iterable[int], *, location_ids: Iterable[int] | None = None
) -> dict[tuple[int, int], int]:
    """(SKU id, location id) → available units, never below 0; absent where nothing is kept.

    Kits: the minimum over their components. One query.
    """
    params = {"skus": array(sku_ids)}
    here = ""
    if location_ids is not None:
        here = "AND here.location_id = ANY(%(locations)s::bigint[])"
        params["locations"] = array(location_ids)
    rows = fetch_rows(AVAILABILITY.format(here=here), params)
    return {(sku_id, location_id): units for sku_id, location_id, units in rows}


def locations_visible(actor: Actor, permission: Permission) -> ScopedQuerySet[Location]:
    """The locations `actor` may reach with `permission`."""
    visible: ScopedQuerySet[Location] = Location.objects.visible_to(actor, permission)
    return visible
