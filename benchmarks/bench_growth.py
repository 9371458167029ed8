"""Ten thousand SKUs, a hundred thousand, a million, at ten locations each: does work grow too?

Nothing but the size differs. Units are taken off SKUs chosen at random among those made last;
"raw" is the speed at ten thousand, "ours" at a million.
"""

import random
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction

from benchmarks.shelves import make_shelves
from inventory.demand import Demand
from inventory.selectors import availability
from inventory.services.allocation import allocate
from oms.core.actors import system_actor

NAME = "growth"
TARGET = "10 k → 1 M SKUs × 10 locations: allocate and availability within 20 %"

SIZES = (10_000, 100_000, 1_000_000)
LOCATIONS = 10
LINES = 3
ASKED = 50
SECONDS = 3.0
ROUNDS = 5
ACTOR = system_actor("bench")


def run() -> dict[str, Any]:
    """Medians per second of both at each size; the worse ratio of last to first decides."""
    speeds: dict[str, dict[int, float]] = {"allocate": {}, "availability": {}}
    skus: list[int] = []
    places: list[int] = []
    for size in SIZES:
        made = make_shelves(size - len(skus), LOCATIONS, units=1_000_000)
        skus += made.skus
        places = [place.pk for place in made.locations]
        works: dict[str, Callable[[], None]] = {
            "allocate": lambda made=made, places=places: take(made.skus, places),
            "availability": lambda made=made, places=places: ask(made.skus, places),
        }
        for name, work in works.items():
            rate(work)
            speeds[name][size] = statistics.median(rate(work) for _round in range(ROUNDS))
    ratios = {name: by_size[SIZES[-1]] / by_size[SIZES[0]] for name, by_size in speeds.items()}
    return {
        "ours": speeds["allocate"][SIZES[-1]],
        "raw": speeds["allocate"][SIZES[0]],
        "ratio": min(ratios.values()),
        "unit": "three-line allocations/s at 1 M SKUs; raw: at 10 k"
        f" (availability of {ASKED} SKUs: {ratios['availability']:.2f})",
        "met": all(ratio >= 0.8 for ratio in ratios.values()),
        "speeds": speeds,
        "ratios": ratios,
    }


def rate(work: Callable[[], None]) -> float:
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        work()
        done += 1
    return done / (time.perf_counter() - begun)


def take(skus: list[int], places: list[int]) -> None:
    location = random.choice(places)
    demands = [Demand(uuid.uuid4(), sku, location, 1) for sku in random.sample(skus, LINES)]
    with transaction.atomic():
        allocate(demands, cause="order 100000", actor=ACTOR)


def ask(skus: list[int], places: list[int]) -> None:
    assert len(availability(random.sample(skus, ASKED), location_ids=places)) == ASKED * LOCATIONS
