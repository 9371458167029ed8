"""Availability rules as SQL: which of them speaks for a SKU, everywhere and at a location.

The first match wins, in the order of `AvailabilityRule`. The order is a number, the *rank*, that
two rules for the same SKU and place never share (`availability_rule_once`; of the categories above
a SKU no two have paths of one length), so nothing is decided by the order of rows.

What is decided per location comes as a JSON object, location id → value: looking into it costs
nothing where there is none, and no plan can go wrong over how many rules there are.
"""

from typing import Any

from inventory.models import AvailabilityRule

# What an exclusion keeps back: no shelf holds more.
EVERYTHING = 2**31 - 1

ACTIVE = """
    SELECT effect, channel, category_id, sku_id, location_id, units, percent
    FROM inventory_availabilityrule
    WHERE is_active AND channel IN ('', %(channel)s::text) AND %(channel)s::text IS NOT NULL"""
# As if `proposed` were saved in the place of the rule `replaced`: for previews.
PROPOSED = f"""
    {ACTIVE} AND id <> %(replaced)s::bigint
    UNION ALL
    SELECT effect, channel, category_id, sku_id, location_id, units, percent
    FROM jsonb_populate_recordset(NULL::inventory_availabilityrule, %(proposed)s::jsonb)
    WHERE channel IN ('', %(channel)s::text)"""  # noqa: S608 - constants only

# Needs a CTE `parts` of (sku_id, part_id). Gives `policy`: per SKU what is kept back (`kept`, and
# `kept_at` by location) and the share relied on; `places`: the share by location alone.
POLICY = """
    named AS (SELECT sku_id AS of_sku FROM parts UNION SELECT part_id FROM parts),
    matched AS (
        SELECT of_sku, rule.*, 0 AS reach
        FROM named JOIN ({rules}) AS rule ON rule.sku_id = of_sku
        UNION ALL
        SELECT of_sku, rule.*, length(above.path)
        FROM ({rules}) AS rule
            JOIN catalog_category AS above ON above.id = rule.category_id
            JOIN (named JOIN catalog_sku AS sku ON sku.id = of_sku
                JOIN catalog_product AS product ON product.id = sku.product_id
                JOIN catalog_category AS category ON category.id = product.category_id)
                ON starts_with(category.path, above.path)),
    ranked AS (
        SELECT *, MIN(rank) FILTER (WHERE location_id IS NULL)
            OVER (PARTITION BY of_sku, effect = 'share') AS anywhere
        FROM (
            SELECT of_sku, effect, location_id,
                CASE effect WHEN 'exclude' THEN {everything} WHEN 'buffer' THEN units
                    ELSE percent END AS value,
                ((CASE
                    WHEN effect = 'exclude' THEN CASE WHEN category_id IS NULL THEN 2 ELSE 1 END
                    WHEN effect = 'buffer' AND category_id IS NULL
                        THEN CASE WHEN location_id IS NULL THEN 4 ELSE 3 END
                    WHEN effect = 'buffer' THEN 5
                    WHEN location_id IS NULL THEN 7 ELSE 6 END
                  * 2 + (channel = '')::integer) * 2 + (location_id IS NULL)::integer) * 256
                  + 255 - reach AS rank
            FROM matched) AS rule),
    policy AS (
        SELECT of_sku AS sku_id,
            MAX(value) FILTER (WHERE effect <> 'share' AND location_id IS NULL) AS kept,
            jsonb_object_agg(location_id, value)
                FILTER (WHERE effect <> 'share' AND location_id IS NOT NULL) AS kept_at,
            MAX(value) FILTER (WHERE effect = 'share' AND location_id IS NULL) AS share,
            jsonb_object_agg(location_id, value)
                FILTER (WHERE effect = 'share' AND location_id IS NOT NULL) AS share_at
        FROM (
            SELECT DISTINCT ON (of_sku, effect = 'share', location_id) *
            FROM ranked WHERE rank <= COALESCE(anywhere, rank)
            ORDER BY of_sku, effect = 'share', location_id, rank) AS best
        GROUP BY of_sku),
    places AS MATERIALIZED (
        SELECT jsonb_object_agg(location_id, percent) AS share_at
        FROM (
            SELECT DISTINCT ON (location_id) location_id, percent
            FROM ({rules}) AS rule
            WHERE effect = 'share' AND category_id IS NULL
            ORDER BY location_id, channel = '') AS rule)"""

# Of `there` units of a part at `location_id`, with its policy as `shelf`: what may be offered.
OFFERED = """
    GREATEST({there}::bigint - CASE WHEN shelf.kept_at IS NULL THEN COALESCE(shelf.kept, 0)
        ELSE COALESCE((shelf.kept_at ->> {location}::text)::integer, shelf.kept, 0) END, 0)
    * COALESCE(
        CASE WHEN shelf.share_at IS NOT NULL
            THEN (shelf.share_at ->> {location}::text)::integer END,
        CASE WHEN (SELECT share_at FROM places) IS NOT NULL
            THEN ((SELECT share_at FROM places) ->> {location}::text)::integer END,
        shelf.share, 100) / 100"""
# What is kept back of a kit itself, with its own policy as `own`: units of the kit.
KEPT_OF_KIT = """
    CASE WHEN parts.part_id = parts.sku_id THEN 0
        WHEN own.kept_at IS NULL THEN COALESCE(own.kept, 0)
        ELSE COALESCE((own.kept_at ->> {location}::text)::integer, own.kept, 0) END"""


def policy_sql(*, proposed: bool = False) -> str:
    """`POLICY` over the active rules of %(channel)s (NULL: no rules at all).

    `proposed`: over what they would be, with %(proposed)s (a JSON list of rules) and %(replaced)s.
    """
    return POLICY.format(rules=PROPOSED if proposed else ACTIVE, everything=EVERYTHING)


def proposal(rule: AvailabilityRule) -> dict[str, Any]:
    """The rule as a member of %(proposed)s."""
    return {
        "effect": rule.effect,
        "channel": rule.channel,
        "category_id": rule.category_id,
        "sku_id": rule.sku_id,
        "location_id": rule.location_id,
        "units": rule.units,
        "percent": rule.percent,
    }
