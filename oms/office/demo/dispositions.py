"""Goods of the demo that are on record and not for sale: broken, missed, on show."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID, uuid4

from django.db.models import F

from inventory.models import Disposition, Stock
from inventory.services.dispositions import Aside, disposition_end, expiry_of, set_aside
from inventory.status import DispositionOutcome, DispositionReason
from oms.core.actors import Actor
from oms.office.demo.people import HOME_STORE, OTHER_STORE
from oms.office.demo.world import World

R, End = DispositionReason, DispositionOutcome
THIRD_STORE = "VR-BOR"
# Of shelves this full a few units are not missed by the orders of the story.
FULL = 10


class Scene(NamedTuple):
    """`ended`: how it ended, and how many days ago."""

    store: str
    reason: DispositionReason
    units: int
    days_ago: float
    note: str = ""
    ended: tuple[DispositionOutcome, float] | None = None


SCENES = (
    Scene(HOME_STORE, R.DAMAGED, 2, 3.2, "box crushed"),
    Scene(HOME_STORE, R.DISPLAY, 1, 20.5, "window on the canal"),
    Scene(HOME_STORE, R.MISSING, 1, 1.3),
    Scene(HOME_STORE, R.DAMAGED, 1, 9.4, "handle broken", (End.WRITTEN_OFF, 2.1)),
    Scene(HOME_STORE, R.MISSING, 2, 6.2, "", (End.PUT_BACK, 5.3)),
    Scene(OTHER_STORE, R.DISPLAY, 1, 11.6, "by the till"),
    Scene(OTHER_STORE, R.MISSING, 3, 2.4),
    Scene(THIRD_STORE, R.DAMAGED, 1, 0.4, "scratched"),
    Scene(THIRD_STORE, R.DISPLAY, 2, 8.3),
)


def dispositions_make(world: World) -> None:
    """What clerks of three stores set aside, and what became of some of it."""
    for number, scene in enumerate(SCENES):
        uid = uuid4()
        moment = world.timeline.present - timedelta(days=scene.days_ago)
        world.timeline.at(moment, partial(_aside, world, scene, uid, number))
        if scene.ended is not None:
            outcome, days_ago = scene.ended
            moment = world.timeline.present - timedelta(days=days_ago)
            world.timeline.at(moment, partial(_end, uid, outcome, world.staff.manager))


def _aside(world: World, scene: Scene, uid: UUID, number: int) -> None:
    location = world.locations[scene.store]
    full = Stock.objects.filter(
        location=location,
        on_hand__gte=F("allocated") + F("held") + F("unavailable") + F("safety_stock") + FULL,
    )
    skus: Iterable[int] = full.order_by("sku").values_list("sku", flat=True)[number : number + 1]
    for sku_id in skus:
        aside = Aside(
            uid=uid,
            sku_id=sku_id,
            location=location,
            units=scene.units,
            reason=scene.reason,
            expires_at=expiry_of(scene.reason),
            note=scene.note,
            cause="counter",
        )
        set_aside(aside, actor=world.staff.of(location))


def _end(uid: UUID, outcome: DispositionOutcome, actor: Actor) -> None:
    if Disposition.objects.filter(uid=uid, ended_at=None).exists():
        disposition_end(uid, outcome, actor=actor)
