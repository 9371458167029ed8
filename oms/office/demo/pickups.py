"""Orders collected at a store: picked, waited for, handed over; or not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from inventory.errors import InsufficientStock
from inventory.hours import next_opening
from inventory.models import Location
from oms.core.actors import Actor, system_actor
from oms.office.demo.customers import FIRST, LAST
from oms.office.demo.world import World
from oms.orders.models import FulfilmentLine
from oms.orders.requests import OrderRequest
from oms.orders.services.changes import order_cancel
from oms.orders.services.fulfilment import fulfilment_pick
from oms.orders.services.placement import PlacedOrder
from oms.orders.status import CancelReason
from stores.models import Pickup, PutBack
from stores.services.declining import pickup_decline
from stores.services.ending import (
    pickup_expire_due,
    pickup_put_back,
    pickup_reinstate,
    pickup_remind_due,
)
from stores.services.handing import HandOverRequest, pickup_hand_over, pickup_pay, pickup_undo
from stores.services.picking import pickup_ready, pickup_scan, pickup_take
from stores.status import DeclineReason, PickupStatus, Proof, UndoReason

# What becomes of a pickup; the rest is collected.
CANCELLED_EARLY = 0.05
CANCELLED_READY = 0.03
DECLINED = 0.05
WRONG = (DeclineReason.NOT_FOUND, DeclineReason.DAMAGED, DeclineReason.MISMATCH)
NEVER_COLLECTED = 0.09
UNDONE = 0.03
DEPUTY = 0.08
SWEEP = timedelta(hours=12)
PLACES = tuple(f"{shelf}{number}" for shelf in "ABC" for number in range(1, 7))


class Pickups:
    """The life of click & collect orders, and the sweeps that end the forgotten ones."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.timeline = world.timeline
        self.rng = world.rng
        self.goods = {
            code: world.shelves.at(code, [a for a in world.articles if a.is_sold], least=3)
            for code, one in world.locations.items()
            if one.collects
        }
        self.given_up: set[int] = set()

    def order(self, moment: datetime, store: str, method: str, *, channel: str = "eshop") -> None:
        """Somebody orders for collection; what becomes of it is left to chance."""

        def place() -> None:
            placed = self.place(store, method, channel=channel)
            if placed is not None:
                self._follow(placed, store)

        self.timeline.at(moment, place)

    def place(
        self, store: str, method: str, *, channel: str = "eshop", deputy: str = ""
    ) -> PlacedOrder | None:
        """Place an order for collection now."""
        world = self.world
        person = self.rng.choice(world.customers)
        actor = world.staff.shop if channel == "eshop" else world.staff.office
        number = next(world.numbers)
        payment = world.payment() if method == "collect" else None
        if not deputy and world.chance(DEPUTY):
            deputy = f"{self.rng.choice(FIRST)} {self.rng.choice(LAST)}"

        def request() -> OrderRequest:
            return OrderRequest(
                channel=world.channels[channel],
                lines=world.basket(self.goods[store], 4),
                contact=person.contact,
                method=method,
                location=store,
                external_id=f"CV-{number}" if channel == "eshop" else None,
                payment=payment,
                customer_reference=person.reference,
                deputy=deputy,
                placed_by=actor.user,
            )

        return world.place(request, actor=actor)

    def _follow(self, placed: PlacedOrder, store: str) -> None:
        location, clerk = self.world.locations[store], self.world.staff.stores[store]
        uid = Pickup.objects.values_list("uid", flat=True).get(
            fulfilment_order=placed.fulfilment_orders[0]
        )
        fate = self.rng.random()
        if fate < CANCELLED_EARLY:
            self._cancels(placed.order.pk, location, 10, 45)
        elif fate < CANCELLED_EARLY + DECLINED:
            self.timeline.after(location, lambda: self.decline(uid, clerk), 15, 50)
            return
        ready = self.picking(uid, location, clerk)
        if fate > 1 - CANCELLED_READY:
            self.timeline.at(ready, lambda: self._cancels(placed.order.pk, location, 30, 600))
        elif fate < 1 - CANCELLED_READY - NEVER_COLLECTED:
            wait = self.rng.choice((30, 90, 200, 400, 700, 900, 1400))
            self.timeline.at(
                ready,
                lambda: self._comes(uid, location, clerk, wait + self.rng.randint(0, 60)),
            )

    def picking(self, uid: UUID, location: Location, clerk: Actor) -> datetime:
        """The clerk picks within the promised time; when it will be ready."""
        taken = self.timeline.after(location, lambda: self.take(uid, clerk), 6, 35)
        ready = taken + timedelta(minutes=self.rng.randint(4, 18))
        self.timeline.at(ready, lambda: self.ready(uid, clerk))
        return ready

    def take(self, uid: UUID, clerk: Actor) -> None:
        """Start picking, and now and then scan a first piece."""
        if self._status(uid) != PickupStatus.TO_PICK:
            return
        pickup_take(uid, actor=clerk)
        if self.world.chance(0.3):
            sku = self._lines(uid)[0].order_line.sku
            pickup_scan(uid, code=sku.gtin or sku.code, actor=clerk)

    def ready(self, uid: UUID, clerk: Actor) -> None:
        """Pick the rest and put the bag on a shelf."""
        if self._status(uid) != PickupStatus.TO_PICK:
            return
        lines = self._lines(uid)
        fulfilment_pick(
            lines[0].fulfilment_order_id,
            picked={line.pk: line.quantity for line in lines},
            actor=clerk,
        )
        pickup_ready(uid, place=self.rng.choice(PLACES), actor=clerk)

    def decline(self, uid: UUID, clerk: Actor) -> None:
        """One line cannot be found, is broken, or is something else; the rest is picked."""
        if self._status(uid) != PickupStatus.TO_PICK:
            return
        lines = self._lines(uid)
        pickup_decline(
            uid,
            line_id=lines[0].pk,
            units=lines[0].quantity,
            reason=self.rng.choice(WRONG),
            actor=clerk,
        )
        if len(lines) > 1:
            self.take(uid, clerk)
            self.ready(uid, clerk)

    def hand_over(self, uid: UUID, clerk: Actor, *, deputy: bool = False) -> None:
        """The customer comes: pays what is due, and takes the goods."""
        if self._status(uid) != PickupStatus.READY:
            return
        pickup = Pickup.objects.select_related("fulfilment_order__order").get(uid=uid)
        if pickup.pay_in_store:
            pickup_pay(uid, means=self.rng.choice(("cash", "card")), nonce=uuid4(), actor=clerk)
        pickup_hand_over(
            uid,
            request=HandOverRequest(
                nonce=uuid4(),
                proof=self.rng.choice((Proof.TOKEN, Proof.TOKEN, Proof.CODE, Proof.NAME)),
                collected_by=pickup.deputy if deputy else "",
                id_checked=bool(pickup.deputy),
                # Of an order in two parts, the customer takes what is there.
                partly=True,
            ),
            actor=clerk,
        )

    def _comes(self, uid: UUID, location: Location, clerk: Actor, minutes: int) -> None:
        def collect() -> None:
            self.hand_over(uid, clerk, deputy=True)
            if self.world.chance(UNDONE):
                self.undo(uid, clerk)
                self.timeline.after(location, lambda: self.hand_over(uid, clerk), 8, 20)

        self.timeline.after(location, collect, minutes)

    def undo(self, uid: UUID, clerk: Actor) -> None:
        """Take the hand-over of just now back."""
        if self._status(uid) == PickupStatus.COLLECTED:
            pickup_undo(uid, reason=self.rng.choice(list(UndoReason)), actor=clerk)

    def _cancels(self, order_id: int, location: Location, *minutes: int) -> None:
        def cancel() -> None:
            if Pickup.objects.filter(
                fulfilment_order__order=order_id,
                status__in=[PickupStatus.TO_PICK, PickupStatus.READY],
            ).exists():
                order_cancel(order_id, reason=CancelReason.CUSTOMER, actor=self.world.staff.office)

        self.timeline.after(location, cancel, *minutes)

    def sweeps(self, start: datetime) -> None:
        """What beat does in real life: remind and expire; and the clerks put back."""
        moment = start
        while moment <= self.timeline.present:
            self.timeline.at(moment, self.sweep)
            moment += SWEEP

    def sweep(self) -> None:
        """One round of reminders and expiries. The put-back tasks of today are left to do."""
        pickup_remind_due(actor=system_actor())
        pickup_expire_due(actor=system_actor())
        self._put_backs()

    def _put_backs(self) -> None:
        tasks = PutBack.objects.filter(done_at=None).exclude(pk__in=self.given_up)
        for task in tasks.select_related("pickup", "location"):
            self.given_up.add(task.pk)
            clerk = self.world.staff.stores[task.location.code]
            late = self.world.chance(0.12) and task.pickup.status == PickupStatus.EXPIRED
            action = self._late_customer if late and task.whole else self._put_back
            opening = next_opening(task.location, self.timeline.moment) or self.timeline.moment
            self.timeline.at(
                opening + timedelta(minutes=self.rng.randint(20, 150)),
                self._bound(action, task.pickup.uid, clerk),
            )

    def _bound(
        self, action: Callable[[UUID, Actor], None], uid: UUID, clerk: Actor
    ) -> Callable[[], None]:
        return lambda: action(uid, clerk)

    def _put_back(self, uid: UUID, clerk: Actor) -> None:
        for task in PutBack.objects.filter(pickup__uid=uid, done_at=None):
            pickup_put_back(uid, task_id=task.pk, actor=clerk)

    def _late_customer(self, uid: UUID, clerk: Actor) -> None:
        """Comes while the goods still stand at the desk, and pays what was refunded.

        Somebody else may have ordered the units meanwhile: then they go back to the shelf.
        """
        try:
            pickup_reinstate(uid, actor=clerk)
        except InsufficientStock:
            return self._put_back(uid, clerk)
        pickup = Pickup.objects.get(uid=uid)
        if not pickup.pay_in_store:
            pickup_pay(uid, means="card", nonce=uuid4(), actor=clerk)
        self.hand_over(uid, clerk)

    @staticmethod
    def _status(uid: UUID) -> str:
        return Pickup.objects.values_list("status", flat=True).get(uid=uid)

    @staticmethod
    def _lines(uid: UUID) -> list[FulfilmentLine]:
        lines = FulfilmentLine.objects.filter(fulfilment_order__pickup__uid=uid)
        return list(lines.select_related("order_line__sku").order_by("pk"))
