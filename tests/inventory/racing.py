"""Real threads with connections of their own, all starting at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import connection, models, transaction

from oms.core.sql import fetch_models

T = TypeVar("T")


def race(calls: Sequence[Callable[[], T]], *, threads: int) -> list[T | Exception]:
    """Run each call in a transaction of its own, `threads` at a time; results or exceptions."""
    barrier = Barrier(threads)

    def work(mine: Sequence[tuple[int, Callable[[], T]]]) -> list[tuple[int, T | Exception]]:
        done: list[tuple[int, T | Exception]] = []
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            for position, call in mine:
                try:
                    with transaction.atomic():
                        done.append((position, call()))
                except Exception as error:
                    done.append((position, error))
        finally:
            connection.close()
        return done

    numbered = list(enumerate(calls))
    with ThreadPoolExecutor(threads) as pool:
        parts = pool.map(work, [numbered[start::threads] for start in range(threads)])
        results = dict(pair for part in parts for pair in part)
    return [results[position] for position in range(len(calls))]


def unqueued(statement: str) -> str:
    """The statement without the queue before its locks, which would hide what a control does."""
    found = statement.replace("pg_current_xact_id_if_assigned() IS NULL", "FALSE")
    assert found != statement
    return found


def rows_without_lock(
    model: type[models.Model], where: str, params: dict[str, Any]
) -> list[models.Model]:
    """`lock_rows_where` without the lock, for controls that must fail."""
    return fetch_models(model, f"WHERE {where}", params)
