"""What to order of whom: demand from the ledger, positions, and the proposals they come to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import groupby

from inventory.models import Location, Supplier, SupplierItem
from inventory.reorder import Demand, Policy, Proposal, Terms, propose
from oms.core.clock import now
from oms.core.money import round_money
from oms.core.sql import fetch_rows

MAX_DAYS = 730

# One pass over the location's movements of those days: days are the location's own. A SKU that
# came later than the first day is counted from the day it came: before, it could not be sold.
REORDER = """
WITH offered AS (
    SELECT DISTINCT ON (item.sku_id) item.id, item.sku_id
    FROM inventory_supplieritem AS item
        JOIN inventory_supplier AS supplier ON supplier.id = item.supplier_id
        JOIN catalog_sku AS sku ON sku.id = item.sku_id
    WHERE supplier.is_active AND sku.status = 'active'
    ORDER BY item.sku_id, item.preferred DESC, item.id),
daily AS (
    SELECT sku_id, (recorded_at AT TIME ZONE %(zone)s::text)::date AS day,
        -SUM(on_hand) AS units
    FROM inventory_stockmovement
    WHERE location_id = %(location)s::bigint AND recorded_at >= %(since)s::timestamptz
        AND kind IN ('shipped', 'sold', 'transferred_out') AND on_hand < 0
    GROUP BY 1, 2),
demand AS (
    SELECT sku_id, SUM(units)::bigint AS units, SUM(units * units)::bigint AS squares,
        COUNT(*) AS selling_days
    FROM daily GROUP BY sku_id),
arriving AS (
    SELECT sku_id, SUM(quantity)::bigint AS units FROM inventory_expectedsupply
    WHERE location_id = %(location)s::bigint GROUP BY sku_id),
begun AS (
    SELECT offered.sku_id, EXISTS (
            SELECT FROM inventory_stockmovement AS before
            WHERE before.sku_id = offered.sku_id AND before.location_id = %(location)s::bigint
                AND before.recorded_at < %(since)s::timestamptz) AS earlier,
        (SELECT MIN(first.recorded_at) FROM inventory_stockmovement AS first
            WHERE first.sku_id = offered.sku_id AND first.location_id = %(location)s::bigint
                AND first.recorded_at >= %(since)s::timestamptz) AS first_at
    FROM offered)
SELECT offered.id, COALESCE(demand.units, 0), COALESCE(demand.squares, 0),
    COALESCE(demand.selling_days, 0),
    CASE WHEN begun.earlier OR begun.first_at IS NULL THEN %(days)s::integer
        ELSE LEAST(%(days)s::integer, (%(now)s::timestamptz AT TIME ZONE %(zone)s::text)::date
            - (begun.first_at AT TIME ZONE %(zone)s::text)::date + 1) END,
    COALESCE(stock.on_hand - stock.allocated - stock.held - stock.safety_stock
        - stock.unavailable, 0),
    COALESCE(arriving.units, 0)
FROM offered JOIN begun USING (sku_id)
    LEFT JOIN demand USING (sku_id)
    LEFT JOIN arriving USING (sku_id)
    LEFT JOIN inventory_stock AS stock
        ON stock.sku_id = offered.sku_id AND stock.location_id = %(location)s::bigint
"""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A SKU to order of its supplier, with all that led to it."""

    item: SupplierItem
    demand: Demand
    proposal: Proposal
    available: int
    expected: int

    @property
    def value(self) -> Decimal:
        return self.item.cost * self.proposal.quantity


@dataclass(frozen=True, slots=True)
class SupplierSuggestions:
    """What to order of one supplier at once."""

    supplier: Supplier
    rows: list[Suggestion]

    @property
    def value(self) -> Decimal:
        total = sum((row.value for row in self.rows), Decimal(0))
        return round_money(total, self.supplier.currency)

    @property
    def below_minimum(self) -> bool:
        least = self.supplier.minimum_order_value
        return least is not None and self.value < least


def reorder_suggestions(
    location: Location, policy: Policy, *, days: int
) -> list[SupplierSuggestions]:
    """What `location` should order now, by supplier; `days` of history. Two queries.

    Of each active SKU the preferred supplier is asked (else the one entered first). What orders
    have claimed and is not there counts against the position: available is below zero then.
    """
    figures = _figures(location, days)
    rows = [row for row in _suggestions(figures, policy) if row.proposal.quantity]
    rows.sort(key=lambda row: (row.item.supplier.name, row.item.supplier_id, row.item.sku.code))
    return [
        SupplierSuggestions(group[0].item.supplier, group)
        for _supplier, found in groupby(rows, key=lambda row: row.item.supplier_id)
        for group in [list(found)]
    ]


Figures = dict[int, tuple[Demand, int, int]]


def _figures(location: Location, days: int) -> Figures:
    """Per supplier item: demand, available and expected units."""
    moment = now()
    # Whole days of the location's, today being the last.
    today = moment.astimezone(location.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    found = fetch_rows(
        REORDER,
        {
            "location": location.pk,
            "zone": location.time_zone,
            "since": today - timedelta(days=days - 1),
            "now": moment,
            "days": days,
        },
    )
    return {
        item: (Demand(units, squares, selling, max(span, 1)), available, expected)
        for item, units, squares, selling, span, available, expected in found
    }


def _suggestions(figures: Figures, policy: Policy) -> Iterator[Suggestion]:
    items = SupplierItem.objects.filter(pk__in=figures).select_related("supplier", "sku")
    for item in items:
        demand, available, expected = figures[item.pk]
        terms = Terms(
            lead_time=item.lead_time,
            lead_time_deviation=item.supplier.lead_time_spread,
            minimum=item.minimum_quantity,
            pack=item.pack_multiple,
        )
        proposal = propose(demand, terms, policy, position=available + expected)
        yield Suggestion(item, demand, proposal, available, expected)
