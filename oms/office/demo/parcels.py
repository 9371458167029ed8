"""Orders that are shipped: how they come in and what becomes of them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from inventory.models import Location
from oms.core.actors import Actor
from oms.office.demo.world import TRIES, Lines, World
from oms.orders.models import FulfilmentLine, FulfilmentOrder
from oms.orders.requests import OrderRequest
from oms.orders.services.changes import order_cancel
from oms.orders.services.fulfilment import (
    fulfilment_decline,
    fulfilment_pick,
    fulfilment_pick_all,
    fulfilment_ready,
    fulfilment_ship,
    fulfilment_start,
)
from oms.orders.services.placement import PlacedOrder
from oms.orders.status import FULFILMENT_OPEN, CancelReason, FulfilmentStatus

CARRIERS = ("own", "own", "own", "BRT", "GLS")
SPLIT = 0.10
CANCELLED = 0.06
PARTLY_CANCELLED = 0.04
DECLINED = 0.05


def begun(pk: int, actor: Actor) -> None:
    """Somebody begins to pick."""
    fulfilment_start(pk, actor=actor)


def picked(pk: int, actor: Actor) -> None:
    """Everything is picked."""
    fulfilment_pick_all(pk, actor=actor)


def packed(pk: int, actor: Actor) -> None:
    """The parcel waits for the carrier."""
    fulfilment_ready(pk, actor=actor)


def sent(pk: int, actor: Actor) -> None:
    """The parcel left."""
    fulfilment_ship(pk, carrier="BRT", tracking_number=f"BRT77{pk:08d}", actor=actor)


class Parcels:
    """The life of shipped orders. `follow` says what becomes of one."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.timeline = world.timeline
        self.rng = world.rng
        sold = [article for article in world.articles if article.is_sold]
        self.goods = sold
        self.in_warehouse = world.shelves.at(world.warehouse.code, sold, least=40)
        shippers = [one.code for one in world.locations.values() if one.ships]
        self.store_only = [
            article
            for article in world.shelves.store_only
            if any(world.shelves.at(code, [article], least=2) for code in shippers)
        ]

    def eshop(self, moment: datetime) -> None:
        """A customer orders in the e-shop at `moment`."""
        self._follow_at(moment, lambda: self._eshop(split=self.world.chance(SPLIT)))

    def split(self, moment: datetime) -> None:
        """An order that no single place can fulfil."""
        self._follow_at(moment, lambda: self._eshop(split=True))

    def waits(self, moment: datetime, *steps: Callable[[int, Actor], object]) -> None:
        """An order in two parts, of which one goes through `steps` at once; then both wait."""

        def begin() -> None:
            for _ in range(TRIES):
                placed = self._eshop(split=True)
                if placed is None:
                    return
                if len(placed.fulfilment_orders) > 1:
                    break
                # One place had all of it after all: an order like any other.
                self.follow(placed)
            else:
                return
            work = placed.fulfilment_orders[0]
            for step in steps:
                step(work.pk, self.world.staff.of(work.location))

        self.timeline.at(moment, begin)

    def phone(self, moment: datetime) -> None:
        """Customer service takes an order on the phone."""
        actor = self.world.staff.office
        self._follow_at(moment, lambda: self._place("phone", actor, "link"))

    def till(self, moment: datetime, store: str) -> None:
        """A clerk orders for a customer who stands in the store and pays there."""
        actor = self.world.staff.stores[store]
        self._follow_at(moment, lambda: self._place("till", actor, "card", provider="in_store"))

    def _follow_at(self, moment: datetime, place: Callable[[], PlacedOrder | None]) -> None:
        def begin() -> None:
            placed = place()
            if placed is not None:
                self.follow(placed)

        self.timeline.at(moment, begin)

    def _eshop(self, *, split: bool) -> PlacedOrder | None:
        return self._place("eshop", self.world.staff.shop, "", split=split)

    def _place(
        self,
        channel: str,
        actor: Actor,
        means: str,
        *,
        provider: str = "external",
        split: bool = False,
    ) -> PlacedOrder | None:
        world = self.world
        person = self.rng.choice(world.customers)
        number = next(world.numbers)
        payment = world.payment(provider, means)
        coupon = "WELCOME10" if channel == "eshop" and world.chance(0.08) else ""

        def request() -> OrderRequest:
            return OrderRequest(
                channel=world.channels[channel],
                lines=self._apart() if split else world.basket(self.goods, 5),
                contact=person.contact,
                method="ship",
                address=person.address,
                external_id=f"CV-{number}" if channel == "eshop" else None,
                payment=payment,
                coupon=coupon,
                customer_reference=person.reference,
                placed_by=actor.user,
            )

        return world.place(request, actor=actor)

    def _apart(self) -> Lines:
        """Goods that lie in different places."""
        return self.world.basket(self.store_only, 1) + self.world.basket(
            self.world.shelves.warehouse_only, 2
        )

    def follow(self, placed: PlacedOrder) -> None:
        """Let the order meet its fate: most are picked and shipped."""
        fate = self.rng.random()
        order_id = placed.order.pk
        if fate < CANCELLED:
            self._later_cancel(placed)
            return
        if fate < CANCELLED + PARTLY_CANCELLED and len(placed.lines) > 1:
            line = self.rng.choice(placed.lines)
            wanted = {line.pk: line.quantity}
            self._customer_cancels(order_id, wanted, CancelReason.CUSTOMER)
        self.work(placed.fulfilment_orders)

    def work(self, fulfilment_orders: Sequence[FulfilmentOrder]) -> None:
        """Each location does its part, or says that it cannot."""
        for fulfilment_order in fulfilment_orders:
            location = fulfilment_order.location
            # Most people pick at once and say so; some say first that they begin.
            action = self._start if self.world.chance(0.25) else self._pick
            if location.pk != self.world.warehouse.pk and self.world.chance(DECLINED):
                action = self._decline
            self._after(location, action, fulfilment_order, 25, 420)

    def _later_cancel(self, placed: PlacedOrder) -> None:
        reason = self.rng.choice(
            (CancelReason.CUSTOMER, CancelReason.CUSTOMER, CancelReason.FRAUD, CancelReason.MISTAKE)
        )
        self._customer_cancels(placed.order.pk, None, reason)

    def _customer_cancels(
        self, order_id: int, lines: dict[int, int] | None, reason: CancelReason
    ) -> None:
        actor = self.world.staff.office

        def cancel() -> None:
            order_cancel(order_id, reason=reason, actor=actor, lines=lines)

        self.timeline.after(self.world.warehouse, cancel, 5, 20)

    def _after(
        self,
        location: Location,
        action: Callable[[int, Location], None],
        fulfilment_order: FulfilmentOrder,
        *minutes: int,
    ) -> None:
        self.timeline.after(location, lambda: action(fulfilment_order.pk, location), *minutes)

    def _decline(self, pk: int, location: Location) -> None:
        if self._is_open(pk):
            fulfilment_decline(pk, reason="not_found", actor=self.world.staff.of(location))

    def _start(self, pk: int, location: Location) -> None:
        if not self._is_open(pk):
            return
        fulfilment_start(pk, actor=self.world.staff.of(location))
        self.timeline.after(location, lambda: self._pick(pk, location), 5, 40)

    def _pick(self, pk: int, location: Location) -> None:
        """Pick everything; now and then the first item, and the rest a little later."""
        if not self._is_open(pk):
            return
        actor = self.world.staff.of(location)
        lines = list(FulfilmentLine.objects.filter(fulfilment_order=pk).order_by("pk"))
        partly = len(lines) > 1 and not lines[0].picked and self.world.chance(0.15)
        units = {line.pk: line.quantity for line in (lines[:1] if partly else lines)}
        fulfilment_pick(pk, picked=units, actor=actor)
        self.timeline.after(
            location, lambda: (self._pick if partly else self._pack)(pk, location), 10, 90
        )

    def _pack(self, pk: int, location: Location) -> None:
        if not self._is_open(pk):
            return
        if self.world.chance(0.3):
            fulfilment_ready(pk, actor=self.world.staff.of(location))
        self.timeline.after(location, lambda: self._ship(pk, location), 20, 200)

    def _ship(self, pk: int, location: Location) -> None:
        if not self._is_open(pk):
            return
        carrier = self.rng.choice(CARRIERS)
        tracking = f"{carrier.upper()}{self.rng.randint(10**9, 10**10 - 1)}"
        fulfilment_ship(
            pk,
            carrier=carrier,
            tracking_number=tracking,
            actor=self.world.staff.of(location),
        )

    def _is_open(self, pk: int) -> bool:
        """The customer may have cancelled it meanwhile."""
        status = FulfilmentOrder.objects.values_list("status", flat=True).get(pk=pk)
        return FulfilmentStatus(status) in FULFILMENT_OPEN
