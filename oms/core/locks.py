"""Row locks: the only shape of `SELECT … FOR UPDATE` in the project.

One order everywhere, so that no two transactions can wait for each other:
company → order → its lines and fulfilment orders → stock by (SKU, location). Within one kind,
rows lock by primary key. Each app's `locks.py` builds on `lock_rows`; nothing else may lock.
The wait is bounded by `lock_timeout` (settings) and surfaces as `Busy`.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models, transaction

from oms.core.sql import fetch_models

M = TypeVar("M", bound=models.Model)


class LockOutsideTransaction(RuntimeError):
    """A lock taken in autocommit would be released at once: a programming error."""


def lock_rows(queryset: models.QuerySet[M]) -> list[M]:
    """Lock the rows of `queryset` by primary key until the transaction ends, and return them.

    Only the rows themselves lock, not rows joined to them.
    """
    require_transaction()
    return list(queryset.order_by("pk").select_for_update(of=("self",)))


def lock_rows_where(model: type[M], where: str, params: Mapping[str, Any]) -> list[M]:
    """`lock_rows` of one model by a prepared statement (`oms.core.sql`); `where` is a condition."""
    require_transaction()
    return fetch_models(model, f"WHERE {where} ORDER BY {model._meta.pk.column} FOR UPDATE", params)


def lock_unlocked_rows(queryset: models.QuerySet[M]) -> list[M]:
    """Lock those rows of `queryset` that nobody holds, in its own order: for work queues."""
    require_transaction()
    return list(queryset.select_for_update(of=("self",), skip_locked=True))


def require_transaction() -> None:
    """Raise `LockOutsideTransaction` in autocommit mode."""
    if not transaction.get_connection().in_atomic_block:
        raise LockOutsideTransaction("Locks live as long as a transaction: open one first")


# The due events that no other worker is claiming, each the earliest pending one of its aggregate.
# No plan of it is slow, however wrong the statistics (the queue was vacuumed while empty, and then
# filled): the claim runs once and not for each row it is joined to, and the earliest of an
# aggregate is looked up by its index and not by joining the queue with itself.
CLAIM_EVENTS = """
    WITH due AS MATERIALIZED (
        SELECT position FROM core_event AS event
        WHERE state = 'pending' AND due_at <= %(now)s
          AND CASE WHEN %(retries)s THEN attempts > 0 ELSE attempts = 0 END
          AND position = (
              SELECT MIN(earlier.position) FROM core_event AS earlier
              WHERE earlier.aggregate_id = event.aggregate_id AND earlier.state = 'pending')
        ORDER BY position LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    UPDATE core_event SET attempts = attempts + 1, due_at = %(lease)s
    WHERE position = ANY(ARRAY(SELECT position FROM due))
    RETURNING position
"""
