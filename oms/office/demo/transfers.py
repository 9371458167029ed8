"""Transfers between warehouse and stores, in every state, and what did not arrive."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from random import Random
from uuid import UUID, uuid4

from inventory.errors import InsufficientStock
from inventory.hours import local_day
from inventory.models import Location, Transfer
from inventory.models.transfers import FIRST_TRANSFER
from inventory.selectors import availability
from inventory.services.receiving import Arrival, transfer_receive, transfer_settle
from inventory.services.tallies import Place, tally_add
from inventory.services.transfers import (
    TransferRequest,
    transfer_cancel,
    transfer_pick,
    transfer_request,
    transfer_ship,
)
from inventory.status import DiscrepancyOutcome
from oms.core.actors import Actor
from oms.office.demo.people import HOME_STORE, OTHER_STORE
from oms.office.demo.places import WAREHOUSE
from oms.office.demo.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINES = 5
Step = tuple[timedelta, Callable[[UUID], None]]


class Transfers:
    """Stories of transfers: `play` puts them on the timeline, counted back from the present."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.present = world.timeline.present
        # Draws of their own: the orders of the demo stay what they are.
        self.rng = Random(FIRST_TRANSFER)  # noqa: S311 - a play, not a secret

    def play(self) -> None:
        """All of a month, and what waits at this moment."""
        for weeks, store in enumerate((HOME_STORE, OTHER_STORE, "TO-LIN", HOME_STORE), start=1):
            ago = weeks * 6 * DAY
            self._tell(
                WAREHOUSE.code, store, ago,
                (ago - 5 * HOUR, self._ship), (ago - 26 * HOUR, self._all_there),
            )  # fmt: skip
        self._tell(
            WAREHOUSE.code, OTHER_STORE, 9 * DAY,
            (9 * DAY - 4 * HOUR, self._ship),
            (8 * DAY, partial(self._receive, missing=1)),
            (6 * DAY, self._write_off),
        )  # fmt: skip
        self._tell(
            WAREHOUSE.code, HOME_STORE, 4 * DAY,
            (4 * DAY - 3 * HOUR, self._ship), (3 * DAY, partial(self._receive, missing=2, over=1)),
            note="Autumn display",
        )  # fmt: skip
        self._tell(WAREHOUSE.code, HOME_STORE, 2 * DAY, (30 * HOUR, self._ship))
        self._tell(OTHER_STORE, HOME_STORE, 30 * HOUR, (20 * HOUR, self._ship))
        self._tell(HOME_STORE, OTHER_STORE, 5 * HOUR, (HOUR, self._half_picked))
        self._tell(HOME_STORE, "TO-LIN", 3 * HOUR, note="For a customer who comes on Saturday")
        self._tell(WAREHOUSE.code, OTHER_STORE, 2 * HOUR)
        self._tell(WAREHOUSE.code, HOME_STORE, 3 * DAY, (3 * DAY - HOUR, self._cancel))

    def _tell(
        self, source: str, destination: str, ago: timedelta, *steps: Step, note: str = ""
    ) -> None:
        places = self.world.locations

        def begin() -> None:
            uid = self._request(places[source], places[destination], note)
            if uid is not None:
                for before, action in steps:
                    self.world.timeline.at(self.present - before, partial(action, uid))

        self.world.timeline.at(self.present - ago, begin)

    def _request(self, source: Location, destination: Location, note: str) -> UUID | None:
        units = self._free(source)
        if not units:
            return None
        expected_on = local_day(destination, self.world.timeline.moment + 2 * DAY)
        wanted = TransferRequest(source, destination, units, expected_on=expected_on, note=note)
        try:
            made = transfer_request(wanted, actor=self._at(destination))
        except InsufficientStock:
            return None
        self.world.timeline.note("transfers")
        return made.uid

    def _free(self, source: Location) -> Mapping[int, int]:
        """Some units of some SKUs that nobody has claimed there."""
        rng = self.rng
        sold = [one for one in self.world.articles if one.is_sold and not one.row.components]
        chosen = rng.sample(self.world.shelves.at(source.code, sold, least=6), LINES * 2)
        there = availability([one.sku_id for one in chosen], location_ids=[source.pk])
        most = {sku: units for (sku, _place), units in there.items() if units >= 3}
        return {sku: rng.randint(2, min(units, 8)) for sku, units in list(most.items())[:LINES]}

    def _at(self, location: Location) -> Actor:
        return self.world.staff.stores.get(location.code, self.world.staff.picker)

    def _ship(self, uid: UUID) -> None:
        transfer = _one(uid)
        transfer_pick(uid, actor=self._at(transfer.source))
        transfer_ship(uid, actor=self._at(transfer.source))

    def _half_picked(self, uid: UUID) -> None:
        transfer = _one(uid)
        actor = self._at(transfer.source)
        transfer_pick(uid, actor=actor)
        line = transfer.lines.order_by("pk").first()
        if line is not None:
            place = Place(uid, transfer.source_id)
            tally_add(place, line.sku_id, line.requested - 1, nonce=uuid4(), actor=actor)

    def _all_there(self, uid: UUID) -> None:
        self._receive(uid)

    def _receive(self, uid: UUID, *, missing: int = 0, over: int = 0) -> None:
        """All of it, but for some units of the first line and one too many of the last."""
        transfer = _one(uid)
        lines = list(transfer.lines.order_by("pk"))
        received = {line.sku_id: line.shipped for line in lines}
        received[lines[0].sku_id] -= missing
        received[lines[-1].sku_id] += over
        arrival = Arrival(
            uuid4().hex, received, missing={lines[0].sku_id: missing} if missing else {}
        )
        transfer_receive(uid, arrival, actor=self._at(transfer.destination))

    def _write_off(self, uid: UUID) -> None:
        transfer_settle(
            uid,
            outcome=DiscrepancyOutcome.WRITTEN_OFF,
            note="Not found on the lorry",
            actor=self.world.staff.office,
        )

    def _cancel(self, uid: UUID) -> None:
        transfer_cancel(uid, actor=self.world.staff.office)


def _one(uid: UUID) -> Transfer:
    return Transfer.objects.select_related("source", "destination").get(uid=uid)
