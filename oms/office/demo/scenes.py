"""What waits in the demo's stores at this very moment, whatever the hour of the load.

Chance alone would leave an empty counter to whoever loads the demo on a Sunday night. These
orders are placed at the moment that makes them what they are: late, overdue, just handed over.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from inventory.models import Location
from oms.office.demo.people import HOME_STORE
from oms.office.demo.pickups import Pickups
from oms.office.demo.world import World
from oms.orders.models import FulfilmentLine, Order
from oms.orders.services.changes import order_cancel
from oms.orders.services.placement import PlacedOrder
from oms.orders.status import CancelReason
from stores.deadlines import collect_by, expires_at
from stores.methods import CollectFromStock
from stores.models import Pickup
from stores.services.declining import pickup_decline
from stores.services.picking import pickup_count
from stores.status import DeclineReason

Step = tuple[datetime, Callable[[UUID], None]]
LOOK_BACK = timedelta(days=16)
HALF_HOUR = timedelta(minutes=30)


class Scenes:
    """Scenes of one store: `play` puts them on the timeline."""

    def __init__(self, world: World, pickups: Pickups, store: str) -> None:
        self.world = world
        self.pickups = pickups
        self.timeline = world.timeline
        self.store = store
        self.location: Location = world.locations[store]
        self.clerk = world.staff.stores[store]
        # Where nobody else works, the clerk is their own colleague.
        self.colleague = world.staff.manager if store == HOME_STORE else self.clerk
        self.present = world.timeline.present

    def play(self) -> None:
        """Orders in every state a clerk can meet."""
        minutes = self._ago
        for method, ago in (("collect", 4), ("reserve", 9), ("collect", 17), ("reserve", 26)):
            self._scene(method, minutes(ago))
        self._scene("collect", self._late(), channel="phone")
        self._scene("collect", minutes(48), (minutes(12), self._half_picked))
        for method, deputy in (("reserve", ""), ("collect", ""), ("collect", "Teresa Bassi")):
            ready = minutes(self.world.rng.randint(65, 200))
            self._scene(method, ready - timedelta(minutes=50), (ready, self._ready), deputy=deputy)
        for method in ("collect", "reserve"):
            ready = self._overdue()
            self._scene(method, ready - timedelta(minutes=40), (ready, self._ready))
        for method in ("reserve", "collect"):
            ready = self._just_expired()
            self._scene(method, ready - timedelta(minutes=40), (ready, self._ready))
        self._ready_then("collect", 6, self._hand_over)
        self._ready_then("reserve", 11, self._hand_over)
        self._ready_then("reserve", 20, self._hand_over_and_undo)
        self._ready_then("collect", 35, self._cancel)
        self._scene("reserve", minutes(300), (minutes(250), self._not_found))

    def _ready_then(self, method: str, ago: int, action: Callable[[UUID], None]) -> None:
        ready = self._ago(ago + 130)
        self._scene(
            method,
            ready - timedelta(minutes=45),
            (ready, self._ready),
            (self._ago(ago), action),
        )

    def _scene(
        self,
        method: str,
        placed_at: datetime,
        *steps: Step,
        channel: str = "eshop",
        deputy: str = "",
    ) -> None:
        def begin() -> None:
            placed = self.pickups.place(self.store, method, channel=channel, deputy=deputy)
            if placed is None:
                return
            uid = _uid(placed)
            for moment, action in steps:
                self.timeline.at(moment, _bound(action, uid))

        self.timeline.at(placed_at, begin)

    def _ready(self, uid: UUID) -> None:
        self.pickups.take(uid, self.clerk)
        self.pickups.ready(uid, self.clerk)

    def _half_picked(self, uid: UUID) -> None:
        """A colleague has begun: the first line is in the basket, the rest is not."""
        self.pickups.take(uid, self.colleague)
        line = FulfilmentLine.objects.filter(fulfilment_order__pickup__uid=uid).latest("pk")
        if line.quantity > 1 and not line.picked:
            pickup_count(uid, line_id=line.pk, units=line.quantity - 1, actor=self.colleague)

    def _hand_over(self, uid: UUID) -> None:
        self.pickups.hand_over(uid, self.clerk)

    def _hand_over_and_undo(self, uid: UUID) -> None:
        self.pickups.hand_over(uid, self.clerk)
        self.pickups.undo(uid, self.clerk)

    def _not_found(self, uid: UUID) -> None:
        """None of it is on the shelf."""
        for line in FulfilmentLine.objects.filter(fulfilment_order__pickup__uid=uid):
            pickup_decline(
                uid,
                line_id=line.pk,
                units=line.quantity,
                reason=DeclineReason.NOT_FOUND,
                actor=self.clerk,
            )

    def _cancel(self, uid: UUID) -> None:
        order = Order.objects.get(fulfilment_orders__pickup__uid=uid)
        order_cancel(order.pk, reason=CancelReason.CUSTOMER, actor=self.world.staff.office)

    def _ago(self, minutes: int) -> datetime:
        return self.present - timedelta(minutes=minutes)

    def _late(self) -> datetime:
        """A moment whose promise is over by now."""
        return self._latest(
            lambda placed: CollectFromStock().promise(self.location, placed) < self._ago(10)
        )

    def _overdue(self) -> datetime:
        """A moment of readiness whose deadline is over, but not the grace period."""
        return self._latest(lambda ready: collect_by(self.location, ready) < self.present)

    def _just_expired(self) -> datetime:
        """A moment of readiness whose grace period is just over."""
        return self._latest(
            lambda ready: expires_at(self.location, collect_by(self.location, ready)) < self.present
        )

    def _latest(self, fits: Callable[[datetime], bool]) -> datetime:
        moment = self.present - HALF_HOUR
        while not fits(moment) and moment > self.present - LOOK_BACK:
            moment -= HALF_HOUR
        return moment


def _uid(placed: PlacedOrder) -> UUID:
    return Pickup.objects.values_list("uid", flat=True).get(
        fulfilment_order=placed.fulfilment_orders[0]
    )


def _bound(action: Callable[[UUID], None], uid: UUID) -> Callable[[], None]:
    return lambda: action(uid)
