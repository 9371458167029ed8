"""Both sides of a benchmark in turns, by many clients with connections of their own."""

import statistics
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.db import connection

# Works until the moment given and returns how much it did.
Side = Callable[[float], int]


def compare(
    sides: Mapping[str, Side], *, clients: int, seconds: float = 4.0, rounds: int = 3
) -> dict[str, Any]:
    """Medians of `ours` and `raw` per second; in turns, so that a noisy machine is so for both."""
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            rates[name].append(_rate(side, clients, seconds))
    result = {name: statistics.median(values) for name, values in rates.items()}
    return result | {"ratio": result["ours"] / result["raw"], "rounds": rates}


def _rate(side: Side, clients: int, seconds: float) -> float:
    done = [0] * clients
    begun = time.perf_counter()
    until = begun + seconds

    def client(number: int) -> None:
        done[number] = side(until)
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - begun)


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
