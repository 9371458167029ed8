"""Proof that the stock figures are the sums of their movements, on the whole database."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

# One statement, so one snapshot: exact however many orders are being placed meanwhile.
AUDIT = """
WITH ledger AS (
        SELECT sku_id, location_id, SUM(on_hand) AS on_hand, SUM(allocated) AS allocated,
            SUM(held) AS held, SUM(unavailable) AS unavailable, COUNT(*) AS movements
        FROM inventory_stockmovement GROUP BY sku_id, location_id),
    claims AS (
        SELECT sku_id, location_id, SUM(quantity) AS allocated, COUNT(*) AS allocations
        FROM inventory_allocation GROUP BY sku_id, location_id),
    holds AS (
        SELECT sku_id, location_id, SUM(quantity) AS held
        FROM inventory_hold GROUP BY sku_id, location_id),
    compared AS MATERIALIZED (
        SELECT sku_id, location_id, figure.*, stock.id AS stock_id
        FROM inventory_stock AS stock
            FULL JOIN ledger USING (sku_id, location_id)
            FULL JOIN claims USING (sku_id, location_id)
            FULL JOIN holds USING (sku_id, location_id)
            CROSS JOIN LATERAL (VALUES
                ('on_hand', 'movements', stock.on_hand, ledger.on_hand),
                ('allocated', 'movements', stock.allocated, ledger.allocated),
                ('held', 'movements', stock.held, ledger.held),
                ('unavailable', 'movements', stock.unavailable, ledger.unavailable),
                ('allocated', 'allocations', stock.allocated, claims.allocated),
                ('held', 'holds', stock.held, holds.held)
            ) AS figure(figure, source, recorded, proved)
        WHERE COALESCE(figure.recorded, 0) <> COALESCE(figure.proved, 0)),
    counted AS (
        SELECT (SELECT COUNT(*) FROM inventory_stock) AS stock_rows,
            (SELECT COALESCE(SUM(movements), 0) FROM ledger)::bigint AS movements,
            (SELECT COALESCE(SUM(allocations), 0) FROM claims)::bigint AS allocations)
SELECT counted.*, (SELECT COUNT(*) FROM compared), sku.code, location.code, compared.figure,
    compared.source, COALESCE(compared.recorded, 0), COALESCE(compared.proved, 0)::bigint
FROM counted
    LEFT JOIN (SELECT * FROM compared ORDER BY sku_id, location_id LIMIT %(limit)s) AS compared
        ON TRUE
    LEFT JOIN catalog_sku AS sku ON sku.id = compared.sku_id
    LEFT JOIN inventory_location AS location ON location.id = compared.location_id
ORDER BY sku.code, location.code, compared.figure, compared.source DESC
"""


@dataclass(frozen=True, slots=True)
class Drift:
    """A figure of one stock row that is not the sum of its `source`: movements, claims, holds."""

    sku: str
    location: str
    figure: str
    source: str
    recorded: int
    proved: int


@dataclass(frozen=True, slots=True)
class StockAudit:
    """What was looked at and what does not add up; `drift` holds the first of `drift_count`."""

    stock_rows: int
    movements: int
    allocations: int
    drift_count: int
    drift: tuple[Drift, ...]

    @property
    def clean(self) -> bool:
        return not self.drift_count

    def as_dict(self) -> dict[str, Any]:
        return {"clean": self.clean, **asdict(self)}


def stock_audit(limit: int = 1000) -> StockAudit:
    """Compare every stock row with its movements, allocations and holds, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(AUDIT, {"limit": limit})
        rows = cursor.fetchall()
    stock_rows, movements, allocations, drift_count = rows[0][:4]
    return StockAudit(
        stock_rows=stock_rows,
        movements=movements,
        allocations=allocations,
        drift_count=drift_count,
        drift=tuple(Drift(*row[4:]) for row in rows) if drift_count else (),
    )
