"""Proof that the stock figures are the sums of their movements, on the whole database."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from inventory.services import audit_statements as statements
from oms.core.actors import Actor
from oms.core.jobs import JobRun, job_start
from oms.core.models import Job
from oms.core.sql import array

KIND = "inventory.stock_audit"
AROUND_EACH = 5
# On a page.
LISTED = 500


@dataclass(frozen=True, slots=True)
class Around:
    """A movement of a stock row that drifted: its newest are told, newest first."""

    recorded_at: datetime
    kind: str
    on_hand: int
    allocated: int
    held: int
    unavailable: int
    cause: str
    actor: str


@dataclass(frozen=True, slots=True)
class Drift:
    """A figure of one stock row that is not the sum of its `source`: movements, allocations, holds
    or dispositions.

    `demands` are those whose claim and movements do not agree.
    """

    sku: str
    location: str
    figure: str
    source: str
    recorded: int
    proved: int
    around: tuple[Around, ...] = field(default=(), compare=False)
    demands: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class StockAudit:
    """What was looked at and what does not add up; `drift` holds the first of `drift_count`."""

    stock_rows: int
    movements: int
    allocations: int
    drift_count: int
    drift: tuple[Drift, ...]
    # (SKU id, location id) of what is listed.
    pairs: frozenset[tuple[int, int]] = frozenset()

    @property
    def clean(self) -> bool:
        return not self.drift_count

    def as_dict(self) -> dict[str, Any]:
        """Safe for JSON."""
        told = asdict(self) | {"clean": self.clean, "pairs": sorted(self.pairs)}
        for drift in told["drift"]:
            for movement in drift["around"]:
                movement["recorded_at"] = movement["recorded_at"].isoformat()
        return told


def audit_start(*, actor: Actor) -> Job:
    """Queue an audit of everything."""
    return job_start(KIND, title=_("Audit of stock"), actor=actor)


def audit_run(_job: JobRun) -> dict[str, Any]:
    """The job of an audit: its result is `StockAudit.as_dict`."""
    return stock_audit(limit=LISTED).as_dict()


@transaction.atomic
def stock_audit(limit: int = 1000) -> StockAudit:
    """Compare every stock row with its movements, claims and dispositions, in one statement.

    Of what drifted, the first `limit` figures are told, each with the movements around it.
    """
    with connection.cursor() as cursor:
        cursor.execute(statements.ROOM)
        cursor.execute(statements.AUDIT, {"limit": limit})
        rows = cursor.fetchall()
    pairs = frozenset((row[4], row[5]) for row in rows if row[4] is not None)
    around, demands = _around(pairs)
    stock_rows, movements, allocations, drift_count = rows[0][:4]
    return StockAudit(
        stock_rows=stock_rows,
        movements=movements,
        allocations=allocations,
        drift_count=drift_count,
        drift=tuple(
            replace(
                Drift(*row[6:]),
                around=around[row[4], row[5]],
                demands=demands.get((row[4], row[5], row[9]), ()),
            )
            for row in rows
            if row[4] is not None
        ),
        pairs=pairs,
    )


def _around(
    pairs: Iterable[tuple[int, int]],
) -> tuple[dict[tuple[int, int], tuple[Around, ...]], dict[tuple[int, int, str], tuple[str, ...]]]:
    """The newest movements of each pair, and by pair and source the demands that disagree."""
    around: dict[tuple[int, int], list[Around]] = {pair: [] for pair in pairs}
    demands: dict[tuple[int, int, str], list[str]] = {}
    if not around:
        return {}, {}
    params: dict[str, Any] = {
        "skus": array(sku for sku, _location in around),
        "locations": array(location for _sku, location in around),
        "around": AROUND_EACH,
    }
    with connection.cursor() as cursor:
        cursor.execute(statements.AROUND, params)
        for sku, location, *movement in cursor.fetchall():
            around[sku, location].append(Around(*movement))
        cursor.execute(statements.DEMANDS, params)
        for sku, location, source, demand in cursor.fetchall():
            demands.setdefault((sku, location, source), []).append(str(demand))
    return (
        {pair: tuple(movements) for pair, movements in around.items()},
        {key: tuple(uids) for key, uids in demands.items()},
    )
