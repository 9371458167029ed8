"""The audit of a ledger of ten million movements, beside one raw aggregate pass over it."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from benchmarks.shelves import make_shelves
from inventory.services.audit import stock_audit
from inventory.services.audit_statements import ROOM
from inventory.services.partitions import partitions_ensure
from oms.core.clock import now

NAME = "audit"
TARGET = "10,000,000 movements in ≤ 1.5 × one raw aggregate pass"

SKUS = 100_000
LOCATIONS = 10
PAIRS = 5
MONTHS = 10
ROUNDS = 3

# Units come in and some leave again, spread over the months; the sums are the stock rows' own.
MOVE = """
INSERT INTO inventory_stockmovement
    (sku_id, location_id, kind, on_hand, allocated, held, unavailable, cause, reason, actor,
     occurred_at, recorded_at)
SELECT stock.sku_id, stock.location_id, way.kind, way.units, 0, 0, 0, 'bench', '', 'bench', at, at
FROM inventory_stock AS stock
    CROSS JOIN (VALUES ('received', 3), ('adjusted', -2)) AS way(kind, units)
    CROSS JOIN LATERAL (SELECT %(until)s::timestamptz
        - make_interval(hours => ((stock.id * 7 + %(round)s * 131) %% %(hours)s)::integer) AS at
    ) AS moment
"""
RAW = """
SELECT SUM(movements), SUM(on_hand), SUM(allocated), SUM(held), SUM(unavailable) FROM (
    SELECT sku_id, location_id, SUM(on_hand) AS on_hand, SUM(allocated) AS allocated,
        SUM(held) AS held, SUM(unavailable) AS unavailable, COUNT(*) AS movements
    FROM inventory_stockmovement GROUP BY sku_id, location_id) AS ledger
"""


def run() -> dict[str, Any]:
    """Seconds for the whole audit; the ratio is of the times."""
    make_shelves(SKUS, LOCATIONS, units=0)
    partitions_ensure(since=now() - timedelta(days=31 * MONTHS))
    with connection.cursor() as cursor:
        for number in range(PAIRS):
            cursor.execute(MOVE, {"until": now(), "round": number, "hours": 24 * 30 * (MONTHS - 1)})
        cursor.execute("UPDATE inventory_stock SET on_hand = on_hand + %s", [PAIRS])
        cursor.execute("VACUUM ANALYZE inventory_stockmovement, inventory_stock")
    took: dict[str, list[float]] = {"ours": [], "raw": []}
    for _ in range(ROUNDS):
        for name, side in {"ours": ours, "raw": raw}.items():
            took[name].append(seconds(side))
    middle = {name: statistics.median(values) for name, values in took.items()}
    ratio = middle["ours"] / middle["raw"]
    return middle | {
        "ratio": ratio,
        "unit": "seconds for 10,000,000 movements of 1,000,000 stock rows",
        "met": ratio <= 1.5,
        "rounds": took,
    }


def seconds(side: Callable[[], int]) -> float:
    begun = time.perf_counter()
    assert side() == SKUS * LOCATIONS * PAIRS * 2
    return time.perf_counter() - begun


def ours() -> int:
    audit = stock_audit()
    assert audit.clean, audit.drift[:5]
    return audit.movements


def raw() -> int:
    """In as much memory as the audit takes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ROOM)
        cursor.execute(RAW)
        return int(cursor.fetchone()[0])
