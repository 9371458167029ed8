"""A supplier that sends two of our customers what none of our own places has enough of."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from random import Random

from django.db.models import Max

from inventory.models import Location, Stock, Supplier
from inventory.services.batches import BatchHead, batch_receive
from inventory.services.suppliers import supplier_save
from inventory.status import BatchKind, LocationKind
from oms.core.actors import system_actor
from oms.core.clock import now
from oms.core.jobs import jobs_run
from oms.office.demo.suppliers import Purchasing
from oms.office.demo.world import World
from oms.orders.models import FulfilmentOrder
from oms.orders.requests import OrderLineRequest, OrderRequest
from oms.orders.services.fulfilment import fulfilment_pick_all, fulfilment_ship

SEED = 1_101
FIRM = "TATRA"
# So many more than any of our places has.
MORE = 3
FEED = system_actor("supplier's stock")


class DropShips:
    """One order that was sent, and one the supplier has just heard of."""

    def __init__(self, world: World, purchasing: Purchasing) -> None:
        self.world = world
        self.goods = [article.sku_id for article in purchasing.goods[FIRM]]
        self.rng = Random(SEED)  # noqa: S311 - a play, not a secret

    def play(self) -> None:
        """Put both on the timeline."""
        present = self.world.timeline.present
        self.world.timeline.at(present - timedelta(hours=54), partial(self._order, 1, sent=True))
        self.world.timeline.at(present - timedelta(hours=3), partial(self._order, 2))

    def _order(self, sequence: int, *, sent: bool = False) -> None:
        """The supplier's feed tells of the goods, and a customer wants all of them at once."""
        world, location = self.world, self._location()
        shelf = Stock.objects.filter(sku__in=self.goods, sku__status="active")
        scarce = (
            shelf.values("sku__code").annotate(most=Max("on_hand")).order_by("most", "sku__code")
        )
        code, units = scarce[0]["sku__code"], scarce[0]["most"] + MORE
        head = BatchHead(location, f"stock-{sequence}", sequence, BatchKind.FULL, now())
        batch_receive(head, [f"sku,quantity\n{code},{units}\n".encode()], actor=FEED)
        jobs_run()
        person = self.rng.choice(world.customers)
        payment = world.payment(means="card")

        def request() -> OrderRequest:
            return OrderRequest(
                channel=world.channels["phone"],
                lines=(OrderLineRequest(code, units),),
                contact=person.contact,
                method="ship",
                address=person.address,
                payment=payment,
                customer_reference=person.reference,
                placed_by=world.staff.office.user,
            )

        placed = world.place(request, actor=world.staff.office)
        if placed is not None and sent:
            (work,) = placed.fulfilment_orders
            world.timeline.at(now() + timedelta(hours=7), partial(self._send, work))

    def _location(self) -> Location:
        """Where the supplier ships from."""
        supplier = Supplier.objects.get(code=FIRM)
        if supplier.location is not None:
            return supplier.location
        location = Location.objects.create(
            code=FIRM,
            name=supplier.name,
            kind=LocationKind.SUPPLIER,
            ships=True,
            collects=False,
            street="ul. Magazynowa 4",
            postcode="34-400",
            city="Nowy Targ",
            country="PL",
            time_zone="Europe/Warsaw",
            latitude=Decimal("49.4775"),
            longitude=Decimal("20.0325"),
        )
        supplier_save(supplier, values={"location": location}, actor=self.world.staff.office)
        return location

    def _send(self, work: FulfilmentOrder) -> None:
        actor = self.world.staff.office
        fulfilment_pick_all(work.pk, actor=actor)
        fulfilment_ship(work.pk, carrier="GLS", tracking_number="GLS4410078213", actor=actor)
