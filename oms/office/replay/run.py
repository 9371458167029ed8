"""Running a replay with several workers: days in order, each day's customers side by side."""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from datetime import time as clock_time
from itertools import groupby
from zlib import crc32

import django
from django.db import connections

from oms.office.replay.driver import Driver, Tally, connection_counter
from oms.office.replay.reader import Invoice

Progress = Callable[[int], None]
_driver: Driver | None = None


def _start(sku_ids: dict[str, int]) -> None:
    global _driver  # noqa: PLW0603 - one per worker process, made once
    django.setup()
    _driver = Driver(sku_ids)


def _worker() -> Driver:
    if _driver is None:
        raise RuntimeError("The worker was not started")
    _driver.tally = Tally()
    return _driver


def _ship(moment: datetime, share: int, of: int) -> Tally:
    driver = _worker()
    driver.ship_before(moment, share=share, of=of)
    return driver.tally


def _drive(invoices: Sequence[Invoice]) -> Tally:
    driver = _worker()
    with connection_counter(driver):
        for invoice in invoices:
            try:
                driver.run(invoice)
            except Exception as error:
                driver.tally.problems.append(f"{invoice.number}: {type(error).__name__}: {error}")
                raise
    return driver.tally


def replay(
    invoices: Sequence[Invoice], *, sku_ids: dict[str, int], workers: int, progress: Progress
) -> tuple[Tally, float]:
    """Drive the invoices; the tally and the seconds it took.

    A day's orders ship when the next day begins, so that a credit on the same day is a cancellation
    and a later one a return. One customer's invoices always go to one worker, in order.
    """
    connections.close_all()  # a forked connection would be shared
    total = Tally()
    start = time.perf_counter()
    with ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("fork"),
        initializer=_start,
        initargs=(sku_ids,),
    ) as pool:
        for day, todays in _days(invoices):
            midnight = datetime.combine(day, clock_time(), tzinfo=UTC)
            shipping = [pool.submit(_ship, midnight, share, workers) for share in range(workers)]
            for shipped in shipping:
                total.add(shipped.result())
            driving = [pool.submit(_drive, share) for share in _shares(todays, workers)]
            for driven in driving:
                total.add(driven.result())
            progress(sum(len(invoice.rows) for invoice in todays))
    return total, time.perf_counter() - start


def _days(invoices: Sequence[Invoice]) -> Iterator[tuple[date, list[Invoice]]]:
    for day, todays in groupby(invoices, key=lambda invoice: invoice.at.date()):
        yield day, list(todays)


def _shares(invoices: Sequence[Invoice], workers: int) -> list[list[Invoice]]:
    shares: list[list[Invoice]] = [[] for _ in range(workers)]
    for invoice in invoices:
        shares[crc32((invoice.customer or invoice.number).encode()) % workers].append(invoice)
    return [share for share in shares if share]
