"""Real threads with connections of their own, all starting at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from threading import Barrier, BrokenBarrierError
from typing import Any, ParamSpec, TypeVar

from django.db import connection, models, transaction

from oms.core.sql import fetch_models

T = TypeVar("T")
P = ParamSpec("P")


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


class Meeting:
    """Whoever has looked waits until `parties` have, or until a second is over.

    Behind a lock the others cannot look; without it all act on what they saw.
    """

    def __init__(self, parties: int = 2) -> None:
        self.barrier = Barrier(parties)

    def after(self, look: Callable[P, T]) -> Callable[P, T]:
        """`look`, which returns what it found when the others have looked too."""

        @wraps(look)
        def looked(*args: P.args, **more: P.kwargs) -> T:
            found = look(*args, **more)
            try:
                self.barrier.wait(timeout=1)
            except BrokenBarrierError:
                self.barrier.reset()
            return found

        return looked


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
