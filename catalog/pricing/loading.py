"""Loads what the price engine needs: one query whatever the number of lines, lists and rules.

What cannot matter for the context is left in the database. That is only a saving: the engine checks
everything again, and prices the same from a complete load.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.audiences import EVERYONE
from catalog.pricing.eligibility import normal_coupon
from catalog.pricing.types import ListFacts, PriceContext, PriceData, RuleFacts, SkuFacts
from oms.core.sql import array, fetch_rows, text_array

# Each part answers with a JSON document: one round trip brings them all. `wanted` and the prices
# stand so that only lists that matter are looked into, however many there are.
FACTS = """
WITH RECURSIVE skus AS (
        SELECT sku.id, sku.code, sku.product_id, category.path, sku.tax_class_id
        FROM catalog_sku AS sku
        JOIN catalog_product AS product ON product.id = sku.product_id
        JOIN catalog_category AS category ON category.id = product.category_id
        WHERE sku.id = ANY(%(skus)s::bigint[])),
    buyer AS MATERIALIZED (
        SELECT kind, key FROM unnest(%(kinds)s::text[], %(keys)s::text[]) AS row(kind, key)),
    -- The lists for the buyer's audiences and their ancestors (UNION ends circles).
    wanted(id) AS (
        SELECT list.id FROM catalog_pricelist AS list
        WHERE %(complete)s::boolean OR (
            list.id IN (
                SELECT assigned.price_list_id FROM catalog_pricelistaudience AS assigned
                JOIN buyer ON assigned.kind = buyer.kind AND assigned.key = buyer.key)
            AND list.currency = %(currency)s::text
            AND (list.status = 'active' OR list.id = %(draft_list)s::bigint)
            AND (list.valid_from IS NULL OR list.valid_from <= %(at)s::timestamptz)
            AND (list.valid_to IS NULL OR list.valid_to > %(at)s::timestamptz))
        UNION
        SELECT list.parent_id FROM wanted JOIN catalog_pricelist AS list ON list.id = wanted.id
        WHERE list.parent_id IS NOT NULL)
SELECT
    -- The rate of the country, else the one for "everywhere else" (country '').
    (SELECT json_agg(json_build_array(
        skus.id, skus.code, skus.product_id, skus.path, tax.code,
        (SELECT rate.percent FROM catalog_taxrate AS rate
         WHERE rate.tax_class_id = tax.id AND rate.country IN (%(country)s::text, '')
         ORDER BY rate.country DESC LIMIT 1)))
     FROM skus JOIN catalog_taxclass AS tax ON tax.id = skus.tax_class_id)::text,
    (SELECT json_agg(json_build_array(
        list.id, list.code, list.name, list.version,
        list.status = 'active' OR list.id IS NOT DISTINCT FROM %(draft_list)s::bigint,
        list.priority, list.valid_from, list.valid_to, list.currency, list.tax_included,
        list.parent_id, list.adjustment_percent,
        ARRAY(SELECT CASE key WHEN '' THEN kind ELSE kind || ':' || key END
              FROM catalog_pricelistaudience WHERE price_list_id = list.id),
        (SELECT json_agg(json_build_array(sku_id, min_quantity, amount))
         FROM catalog_price
         WHERE price_list_id = list.id AND sku_id = ANY(%(skus)s::bigint[]))))
     FROM wanted JOIN catalog_pricelist AS list ON list.id = wanted.id)::text,
    (SELECT json_agg(json_build_array(
        rule.id, rule.uid, rule.name, rule.version,
        rule.status = 'active' OR rule.id IS NOT DISTINCT FROM %(draft_rule)s::bigint,
        rule.priority, rule.valid_from, rule.valid_to, rule.currency, rule.target,
        coalesce(category.path, ''), rule.product_id, rule.sku_id,
        ARRAY(SELECT excluded.path
              FROM catalog_discountrule_excluded_categories AS exclusion
              JOIN catalog_category AS excluded ON excluded.id = exclusion.category_id
              WHERE exclusion.discountrule_id = rule.id),
        ARRAY(SELECT exclusion.sku_id FROM catalog_discountrule_excluded_skus AS exclusion
              WHERE exclusion.discountrule_id = rule.id
                AND exclusion.sku_id = ANY(%(skus)s::bigint[])),
        rule.effect, rule.value, rule.stacking, rule.min_quantity, rule.min_line_value,
        rule.min_basket_value, rule.coupon,
        ARRAY(SELECT CASE key WHEN '' THEN kind ELSE kind || ':' || key END
              FROM catalog_discountruleaudience WHERE rule_id = rule.id)))
     FROM catalog_discountrule AS rule
     LEFT JOIN catalog_category AS category ON category.id = rule.category_id
     WHERE %(complete)s::boolean OR (
         (rule.status = 'active' OR rule.id = %(draft_rule)s::bigint)
         AND (rule.valid_from IS NULL OR rule.valid_from <= %(at)s::timestamptz)
         AND (rule.valid_to IS NULL OR rule.valid_to > %(at)s::timestamptz)
         AND rule.currency IN ('', %(currency)s::text)
         AND upper(rule.coupon) IN ('', %(coupon)s::text)
         AND EXISTS (SELECT FROM catalog_discountruleaudience AS assigned
                     JOIN buyer ON assigned.kind = buyer.kind AND assigned.key = buyer.key
                     WHERE assigned.rule_id = rule.id)
         AND (rule.target = 'everything' OR rule.sku_id = ANY(%(skus)s::bigint[])
              OR rule.product_id IN (SELECT product_id FROM skus)
              OR EXISTS (SELECT FROM skus WHERE starts_with(skus.path, category.path)))))::text
"""


def load_price_data(
    context: PriceContext,
    sku_ids: Iterable[int],
    *,
    complete: bool = False,
    draft_list: int | None = None,
    draft_rule: int | None = None,
) -> PriceData:
    """The facts for pricing `sku_ids` in `context`; one query.

    `complete` loads every list and rule, so that the trace tells of those passed over for being
    drafts, out of date or for somebody else. `draft_list` and `draft_rule` are taken as published:
    that is how a preview looks ahead.
    """
    audiences = {*context.audiences, EVERYONE}
    params: dict[str, Any] = {
        "skus": array(sorted(set(sku_ids))),
        "country": context.country,
        "currency": context.currency,
        "at": context.at,
        "coupon": normal_coupon(context.coupon),
        "kinds": text_array(str(audience.kind) for audience in audiences),
        "keys": text_array(str(audience.key) for audience in audiences),
        "complete": complete,
        "draft_list": draft_list,
        "draft_rule": draft_rule,
    }
    skus, lists, rules = fetch_rows(FACTS, params)[0]
    return PriceData(
        skus={row[0]: SkuFacts(*row) for row in _rows(skus)},
        lists=tuple(_list_of(row) for row in _rows(lists)),
        rules=tuple(_rule_of(row) for row in _rows(rules)),
        complete=complete,
    )


def _rows(document: str | None) -> list[list[Any]]:
    """The rows of a part; PostgreSQL writes every decimal with its places, so none is an int."""
    rows: list[list[Any]] = json.loads(document, parse_float=Decimal) if document else []
    return rows


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _list_of(row: list[Any]) -> ListFacts:
    row[6:8] = map(_moment, row[6:8])
    row[12:] = [frozenset(row[12]), _prices_of(row[13] or [])]
    return ListFacts(*row)


def _prices_of(rows: Iterable[list[Any]]) -> Mapping[int, tuple[tuple[int, Decimal], ...]]:
    breaks: dict[int, list[tuple[int, Decimal]]] = {}
    for sku, quantity, amount in rows:
        breaks.setdefault(sku, []).append((quantity, amount))
    return {sku: tuple(sorted(found)) for sku, found in breaks.items()}


def _rule_of(row: list[Any]) -> RuleFacts:
    row[6:8] = map(_moment, row[6:8])
    row[13:15] = [tuple(row[13]), frozenset(row[14])]
    row[21:] = [normal_coupon(row[21]), frozenset(row[22])]
    return RuleFacts(*row)
