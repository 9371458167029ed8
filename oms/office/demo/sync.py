"""What the tills and the warehouse sent: an evening count each day, not all of them right."""

from datetime import timedelta
from functools import partial
from random import Random

from django.db.models import F

from inventory.models import Location, Stock
from inventory.services.batches import BatchHead, batch_receive
from inventory.status import BatchKind
from oms.core.actors import system_actor
from oms.core.clock import now
from oms.core.jobs import jobs_run
from oms.office.demo.people import HOME_STORE, OTHER_STORE
from oms.office.demo.world import World

SEED = 326
EVENINGS = 5
# The feed of this store fell silent so many days ago.
SILENT, SILENT_FOR = OTHER_STORE, 3
COUNTED, OFF = 25, 3
# A count never takes what an order waits for.
SPARE = 5
FEED = system_actor("store system")


def feeds_send(world: World) -> None:
    """Put the evening counts of the warehouse and two stores on the timeline."""
    rng = Random(SEED)  # noqa: S311 - a play, not a secret
    for location in (world.warehouse, world.locations[HOME_STORE], world.locations[SILENT]):
        last = SILENT_FOR if location.code == SILENT else 0
        for number, day in enumerate(range(EVENINGS, last - 1, -1), 1):
            moment = world.timeline.present - timedelta(days=day, minutes=45)
            wrong = location.code == HOME_STORE and day == 2
            world.timeline.at(moment, partial(_evening, location, number, rng, wrong))


def _evening(location: Location, number: int, rng: Random, wrong: bool) -> None:
    there = list(
        Stock.objects.filter(location=location, on_hand__gt=F("allocated") + F("held") + SPARE)
        .order_by("pk")
        .values_list("sku__code", "on_hand")
    )
    counts = dict(rng.sample(there, min(COUNTED, len(there))))
    for code in rng.sample(sorted(counts), min(OFF, len(counts))):
        counts[code] += rng.choice((-2, -1, -1, 1))
    lines = [f"{code},{units}" for code, units in counts.items()]
    if wrong:
        lines += ["OLD-4711,3", "OLD-4712,many"]
    body = "\n".join(["sku,quantity", *lines, ""]).encode()
    head = BatchHead(location, f"evening-{number:03}", number, BatchKind.PARTIAL, now())
    batch_receive(head, [body], actor=FEED)
    jobs_run()
