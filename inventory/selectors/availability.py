"""What can be sold, and where."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from inventory.models import AvailabilityRule, Location
from inventory.selectors.policy import KEPT_OF_KIT, OFFERED, policy_sql, proposal
from oms.core.actors import Actor
from oms.core.permissions import Permission, ScopedQuerySet
from oms.core.sql import array, fetch_rows

# What is asked for, by the SKUs that lie on shelves.
PARTS = """
    parts AS MATERIALIZED (
        SELECT asked.sku_id, COALESCE(part.component_id, asked.sku_id) AS part_id,
            COALESCE(part.quantity, 1) AS per_unit,
            COUNT(*) OVER (PARTITION BY asked.sku_id) AS parts
        FROM (SELECT DISTINCT unnest(%(skus)s::bigint[]) AS sku_id) AS asked
            LEFT JOIN catalog_kitcomponent AS part ON part.kit_id = asked.sku_id)"""
# Below 0 in a shortage. A hold counts no more from its deadline on, swept or not; and never
# against whoever has it.
THERE = """
    stock.on_hand - stock.allocated - stock.held - stock.safety_stock - stock.unavailable
    + CASE WHEN stock.held > 0 THEN COALESCE((
        SELECT SUM(quantity)::integer FROM inventory_hold AS hold
        WHERE hold.sku_id = stock.sku_id AND hold.location_id = stock.location_id
            AND (hold.expires_at <= statement_timestamp()
                OR hold.demand = %(own)s::uuid)), 0) ELSE 0 END"""
UNITS = f"""GREATEST(
    {OFFERED.format(there="stock.there", location="stock.location_id")} / parts.per_unit
    - {KEPT_OF_KIT.format(location="stock.location_id")}, 0)"""
# A kit is there as often as its scarcest component allows, where all of them are kept.
AVAILABILITY = f"""
WITH {PARTS}, {{policy}},
    offered AS (
        SELECT parts.sku_id, stock.location_id, MIN({UNITS})::integer AS units
        FROM parts
            LEFT JOIN policy AS shelf ON shelf.sku_id = parts.part_id
            LEFT JOIN policy AS own ON own.sku_id = parts.sku_id
            CROSS JOIN LATERAL (
                -- OFFSET 0 keeps the planner from reading whole locations when many are asked.
                SELECT stock.location_id, {THERE} AS there FROM inventory_stock AS stock
                WHERE stock.sku_id = parts.part_id {{here}} OFFSET 0) AS stock
        GROUP BY parts.sku_id, stock.location_id, parts.parts
        HAVING COUNT(*) = parts.parts)
SELECT sku_id, array_agg(location_id), array_agg(units) FROM offered GROUP BY sku_id
"""  # noqa: S608 - constants only
HERE = "AND stock.location_id = ANY(%(locations)s::bigint[])"
STATEMENTS = {
    (ruled, placed): AVAILABILITY.format(
        policy=policy_sql(proposed=ruled), here=HERE if placed else ""
    )
    for ruled in (False, True)
    for placed in (False, True)
}


def availability(
    sku_ids: Iterable[int],
    *,
    location_ids: Iterable[int] | None = None,
    channel: str | None = None,
) -> dict[tuple[int, int], int]:
    """(SKU id, location id) → available units, never below 0; absent where nothing is kept.

    Kits: the minimum over their components. One query. `channel` as in `availability_by_sku`.
    """
    found = availability_by_sku(sku_ids, location_ids=location_ids, channel=channel)
    return {
        (sku_id, location_id): units
        for sku_id, here in found.items()
        for location_id, units in here.items()
    }


def availability_by_sku(
    sku_ids: Iterable[int],
    *,
    location_ids: Iterable[int] | None = None,
    channel: str | None = None,
    holder: UUID | None = None,
) -> dict[int, dict[int, int]]:
    """SKU id → location id → available units, for many of both. One query.

    `channel` is the code of the channel that asks: its rules are applied, and those for every
    channel ("": those alone). None asks for what is there, whatever may be offered of it.
    What is held for the demand `holder` counts as available.
    """
    return _fetch(sku_ids, location_ids, {"channel": channel, "own": holder}, proposed=False)


def availability_with(
    rule: AvailabilityRule, sku_ids: Iterable[int], *, location_ids: Iterable[int], channel: str
) -> dict[int, dict[int, int]]:
    """`availability_by_sku` as it would be with `rule`, saved or not, as it stands. One query."""
    params = {
        "channel": channel,
        "own": None,
        "replaced": rule.pk or 0,
        "proposed": json.dumps([proposal(rule)] if rule.is_active else []),
    }
    return _fetch(sku_ids, location_ids, params, proposed=True)


def _fetch(
    sku_ids: Iterable[int],
    location_ids: Iterable[int] | None,
    params: dict[str, Any],
    *,
    proposed: bool,
) -> dict[int, dict[int, int]]:
    params |= {"skus": array(sku_ids)}
    if location_ids is not None:
        params["locations"] = array(location_ids)
    rows: Sequence[tuple[int, list[int], list[int]]] = fetch_rows(
        STATEMENTS[proposed, location_ids is not None], params
    )
    return {sku_id: dict(zip(places, units, strict=True)) for sku_id, places, units in rows}


def locations_visible(actor: Actor, permission: Permission) -> ScopedQuerySet[Location]:
    """The locations `actor` may reach with `permission`."""
    visible: ScopedQuerySet[Location] = Location.objects.visible_to(actor, permission)
    return visible
