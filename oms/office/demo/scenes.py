"""What waits in the demo's stores at this very moment, whatever the hour of the load.

Chance alone would leave an empty counter to whoever loads the demo on a Sunday night. These
orders are placed at the moment that makes them what they are: late, overdue, just handed over.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from catalog.selectors import kit_components
from inventory.hours import is_open
from inventory.models import Location, Stock
from inventory.services.adjustment import StockChange, adjust
from inventory.status import AdjustmentReason, MovementKind
from oms.office.demo.people import HOME_STORE
from oms.office.demo.pickups import Pickups
from oms.office.demo.world import World
from oms.orders.models import FulfilmentLine, Order, OrderLine
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
# So long a bag waits at most in a scene; longer, and its deadline might be over.
WAITED_DAYS = 4
# From the order to the bag at the desk.
PICKING = timedelta(minutes=40)
CUSTOMERS = 8


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
        for method, ago in (("collect", 4), ("reserve", 9), ("collect", 17), ("reserve", 26)):
            self._scene(method, self._ago(ago))
        self._scene("collect", self._late(), channel="phone")
        for method, placed, begun in (("collect", 48, 12), ("reserve", 55, 8)):
            self._scene(method, self._ago(placed), (self._ago(begun), self._half_picked))
        for method, deputy in (("reserve", ""), ("collect", ""), ("collect", "Teresa Bassi")):
            self._ready_since(method, self._open(self._some_days()), deputy=deputy)
        for method in ("collect", "reserve"):
            self._ready_since(method, self._overdue())
            self._ready_since(method, self._just_expired())
        self._ready_then("collect", 6, self._hand_over)
        self._ready_then("reserve", 11, self._hand_over)
        self._ready_then("reserve", 20, self._hand_over_and_undo)
        self._ready_then("collect", 35, self._cancel)
        declined = self._open(self._some_days())
        self._scene("reserve", declined - PICKING, (declined, self._not_found))

    def fall_short(self) -> None:
        """A count finds nothing of what an order was promised."""
        self._scene("collect", self._open(120), (self._open(60), self._count_nothing))

    def _ready_since(self, method: str, ready: datetime, *steps: Step, deputy: str = "") -> None:
        self._scene(method, ready - PICKING, (ready, self._ready), *steps, deputy=deputy)

    def _ready_then(self, method: str, ago: int, action: Callable[[UUID], None]) -> None:
        since = self._open(ago + self._some_days())
        self._ready_since(method, since, (self._ago(ago), action))

    def _scene(
        self,
        method: str,
        placed_at: datetime,
        *steps: Step,
        channel: str = "eshop",
        deputy: str = "",
    ) -> None:
        def begin() -> None:
            # What a customer wanted may be gone: the next one wants something else.
            for _ in range(CUSTOMERS):
                placed = self.pickups.place(self.store, method, channel=channel, deputy=deputy)
                if placed is not None:
                    break
            else:
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

    def _count_nothing(self, uid: UUID) -> None:
        line = FulfilmentLine.objects.filter(fulfilment_order__pickup__uid=uid).first()
        sku_id = OrderLine.objects.get(fulfilment_lines=line).sku_id
        # Of a set the first part, of anything else itself.
        part = next((part for part, _n in kit_components([sku_id]).get(sku_id, [])), sku_id)
        stock = Stock.objects.get(sku=part, location=self.location)
        adjust(
            [
                StockChange(
                    part,
                    self.location.pk,
                    -stock.on_hand,
                    reason=AdjustmentReason.MISSING,
                    kind=MovementKind.COUNTED,
                )
            ],
            cause="count 399",
            actor=self.clerk,
        )

    def _cancel(self, uid: UUID) -> None:
        order = Order.objects.get(fulfilment_orders__pickup__uid=uid)
        order_cancel(order.pk, reason=CancelReason.CUSTOMER, actor=self.world.staff.office)

    def _some_days(self) -> int:
        """Minutes for which goods have been waiting: people come within days, not at once."""
        return self.world.rng.randint(70, 60 * 24 * WAITED_DAYS)

    def _ago(self, minutes: int) -> datetime:
        return self.present - timedelta(minutes=minutes)

    def _open(self, minutes: int) -> datetime:
        """A moment at least so many minutes ago at which the store was open."""
        before = self._ago(minutes)
        return self._latest_open(lambda then: then <= before)

    def _late(self) -> datetime:
        """A moment whose promise is over by now."""
        return self._latest(
            lambda placed: CollectFromStock().promise(self.location, placed) < self._ago(10)
        )

    def _overdue(self) -> datetime:
        """A moment of readiness whose deadline is over, but not the grace period."""
        return self._latest_open(lambda ready: collect_by(self.location, ready) < self.present)

    def _just_expired(self) -> datetime:
        """A moment of readiness whose grace period is just over."""
        return self._latest_open(
            lambda ready: expires_at(self.location, collect_by(self.location, ready)) < self.present
        )

    def _latest_open(self, fits: Callable[[datetime], bool]) -> datetime:
        return self._latest(lambda then: is_open(self.location, then) and fits(then))

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
