"""The ledger's months: a partition each, made before it begins.

A month that is over is never written again: it can be vacuumed once, moved to cheaper disks, or
detached and kept elsewhere, and what is written today meets small indexes however old the ledger.
"""

from datetime import UTC, date, datetime

from django.db import connection, transaction

from oms.core.clock import now

# So long may beat be away before the ledger has no month to write to.
YEARS_AHEAD = 1
KNOWN = """
SELECT child.relname FROM pg_inherits
JOIN pg_class AS child ON child.oid = inhrelid
WHERE inhparent = 'inventory_stockmovement'::regclass
"""
# Attached rather than created in place: the ledger can be written to meanwhile.
CREATE = """
CREATE TABLE {name} (LIKE inventory_stockmovement INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE inventory_stockmovement ATTACH PARTITION {name}
    FOR VALUES FROM ('{start}') TO ('{end}')
"""


@transaction.atomic
def partitions_ensure(since: datetime | None = None) -> list[str]:
    """Make the partitions of this month and a year that follows; the new ones' names.

    `since`: and of every month from then on, for a ledger that is brought along. Months are of UTC.
    Waits for nobody longer than the lock time-out, and may run at any time.
    """
    made = []
    with connection.cursor() as cursor:
        cursor.execute(KNOWN)
        known = {row[0] for row in cursor.fetchall()}
        month = _month(since or now())
        present = _month(now())
        last = present.replace(year=present.year + YEARS_AHEAD)
        while month <= last:
            name, following = f"inventory_stockmovement_{month:%Y_%m}", _following(month)
            if name not in known:
                cursor.execute(CREATE.format(name=name, start=_start(month), end=_start(following)))
                made.append(name)
            month = following
    return made


def _month(moment: datetime) -> date:
    return moment.astimezone(UTC).date().replace(day=1)


def _following(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _start(month: date) -> str:
    return datetime(month.year, month.month, 1, tzinfo=UTC).isoformat()
