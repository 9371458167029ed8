"""What can be sold, and where."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

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
UNITS = OFFERED.format(there="stock.there", location="stock.location_id")
# One scan for all the SKUs, however many there are; OFFSET 0 keeps the planner from reading whole
# locations when many of those are asked about.
SHELVES = f"""
    (
        SELECT stock.sku_id, stock.location_id, {THERE} AS there
        FROM inventory_stock AS stock
        WHERE stock.sku_id = ANY(ARRAY(SELECT part_id FROM parts WHERE {{which}})) {{here}} OFFSET 0
    ) AS stock
    LEFT JOIN policy AS shelf ON shelf.sku_id = stock.sku_id"""  # noqa: S608 - constants only
PLAIN = "part_id = sku_id"
IN_KITS = "part_id <> sku_id"
# A kit is there as often as its scarcest component allows, where all of them are kept. What is no
# kit goes straight into its answer: grouping many figures once more costs as much as finding them,
# and joining them to `parts` may find them once for every SKU: the planner takes two columns that
# are nearly always equal for two that seldom are.
AVAILABILITY = f"""
WITH {PARTS}, {{policy}}
SELECT stock.sku_id, array_agg(stock.location_id), array_agg(({UNITS})::integer)
FROM {SHELVES.replace("{which}", PLAIN)}
GROUP BY stock.sku_id
UNION ALL
SELECT sku_id, array_agg(location_id), array_agg(units)
FROM (
    SELECT parts.sku_id, stock.location_id, MIN(GREATEST(
        {UNITS} / parts.per_unit - {KEPT_OF_KIT.format(location="stock.location_id")}, 0)
        )::integer AS units
    FROM {SHELVES.replace("{which}", IN_KITS)}
        JOIN parts ON parts.part_id = stock.sku_id AND parts.part_id <> parts.sku_id
        LEFT JOIN policy AS own ON own.sku_id = parts.sku_id
    GROUP BY parts.sku_id, stock.location_id, parts.parts
    HAVING COUNT(*) = parts.parts) AS kit
GROUP BY sku_id
"""  # noqa: S608 - constants only
HERE = "AND stock.location_id = ANY(%(locations)s::bigint[])"
# Up to so many figures the statement is prepared. The plan it is given then expects a handful, and
# for a hundred thousand it would be wrong: those are planned each time, for what is asked.
BASKET, USUAL_PLACES = 500, 50
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
    skus = list(sku_ids)
    places = None if location_ids is None else list(location_ids)
    params |= {"skus": array(skus)}
    if places is not None:
        params["locations"] = array(places)
    statement = STATEMENTS[proposed, places is not None]
    rows: Sequence[tuple[int, list[int], list[int]]]
    if len(skus) * (USUAL_PLACES if places is None else len(places)) <= BASKET:
        rows = fetch_rows(statement, params)
    else:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            rows = cursor.fetchall()
    return {sku_id: dict(zip(places, units, strict=True)) for sku_id, places, units in rows}


def locations_visible(actor: Actor, permission: Permission) -> ScopedQuerySet[Location]:
    """The locations `actor` may reach with `permission`."""
    visible: ScopedQuerySet[Location] = Location.objects.visible_to(actor, permission)
    return visible
