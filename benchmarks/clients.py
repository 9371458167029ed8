"""Both sides of a benchmark in turns, by many clients with connections of their own.

Clients are spread over processes, as those of a server are: in one they would wait for its
interpreter while they hold rows. Connections are kept, so a client has connected and its statements
are prepared before anything is counted.
"""

import multiprocessing
import statistics
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

from django.conf import settings
from django.db import connection

# A client: each step is one piece of work done, and the last is when there is no more of it.
Side = Callable[[], Generator[None]]

PROCESSES = 8
# psycopg prepares what it is given for the sixth time.
WARM_UP = 10
# A side may be a closure, which cannot be sent to a process that is started anew.
FORK = multiprocessing.get_context("fork")


def compare(
    sides: Mapping[str, Side], *, clients: int, seconds: float = 4.0, rounds: int = 3
) -> dict[str, Any]:
    """Medians of `ours` and `raw` per second; in turns, so that a noisy machine is so for both."""
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            rates[name].append(rate(side, clients=clients, seconds=seconds))
    result = {name: statistics.median(values) for name, values in rates.items()}
    return result | {"ratio": result["ours"] / result["raw"], "rounds": rates}


def rate(side: Side, *, clients: int, seconds: float = 4.0) -> float:
    """Pieces of work per second by so many clients at once, for so long or until there is none."""
    connection.close()
    processes = min(PROCESSES, clients)
    share = clients // processes
    start, results = FORK.Barrier(processes * share), FORK.Queue()
    work = (side, share, seconds, start, results)
    started = [FORK.Process(target=_process, args=work) for _ in range(processes)]
    for process in started:
        process.start()
    done = [results.get(timeout=120) for _ in range(processes * share)]
    for process in started:
        process.join()
    return sum(pieces for pieces, _ in done) / max(took for _, took in done)


def _process(
    side: Side, clients: int, seconds: float, start: Barrier, results: "Queue[tuple[int, float]]"
) -> None:
    def client(_number: int) -> tuple[int, float]:
        work = side()
        for _ in range(WARM_UP):
            next(work, None)
        start.wait(timeout=60)
        begun, pieces = time.perf_counter(), 0
        for _ in work:
            pieces += 1
            if time.perf_counter() - begun >= seconds:
                break
        work.close()
        connection.close()
        return pieces, time.perf_counter() - begun

    with ThreadPoolExecutor(clients) as pool:
        for result in pool.map(client, range(clients)):
            results.put(result)


def connection_options() -> dict[str, Any]:
    """How psycopg reaches the database that Django is on, with the same session settings."""
    chosen = settings.DATABASES["default"]
    return {
        "dbname": chosen["NAME"],
        "user": chosen["USER"],
        "password": chosen["PASSWORD"],
        "host": chosen["HOST"],
        "port": chosen["PORT"],
        "options": chosen["OPTIONS"]["options"],
    }
