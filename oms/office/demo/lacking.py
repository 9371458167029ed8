"""A count finds less than two customers were promised, and another place has what is missing."""

from datetime import timedelta
from functools import partial

from inventory.models import Stock
from inventory.services.adjustment import StockChange, adjust
from inventory.status import AdjustmentReason, MovementKind
from oms.office.demo.articles import Article
from oms.office.demo.customers import Person
from oms.office.demo.world import World
from oms.orders.models import FulfilmentOrder
from oms.orders.requests import OrderLineRequest, OrderRequest
from oms.orders.services.placement import PlacedOrder

WANTED = 2
SHORT = 3
# So many lie in each of two places at least, so that what is missing could come from the other.
PLENTY = 9


class Lacking:
    """Two orders of one article from one place, and the count there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.works: list[FulfilmentOrder] = []

    def play(self) -> None:
        """Put it on the timeline: two orders some days ago, the count half an hour ago."""
        article = self._article()
        person, neighbour = self.world.customers[:2]
        for ago, contact in ((51, person), (50, neighbour)):
            moment = self.world.timeline.present - timedelta(hours=ago)
            self.world.timeline.at(moment, partial(self._order, article, contact, person))
        moment = self.world.timeline.present - timedelta(minutes=35)
        self.world.timeline.at(moment, partial(self._count, article))

    def _article(self) -> Article:
        """One that several shipping places have plenty of."""
        world = self.world
        shipping = [code for code, place in world.locations.items() if place.ships]
        sold = [one for one in world.articles if one.is_sold and not one.row.components]
        return next(
            one
            for one in sold
            if sum(bool(world.shelves.at(code, [one], least=PLENTY)) for code in shipping) > 1
        )

    def _order(self, article: Article, who: Person, where: Person) -> None:
        """To one address, so that both come from the place nearest to it."""
        world = self.world
        number = next(world.numbers)
        payment = world.payment(means="card")

        def request() -> OrderRequest:
            return OrderRequest(
                channel=world.channels["eshop"],
                lines=(OrderLineRequest(article.code, WANTED),),
                contact=who.contact,
                method="ship",
                address=where.address,
                external_id=f"CV-{number}",
                payment=payment,
                customer_reference=who.reference,
            )

        placed: PlacedOrder | None = world.place(request, actor=world.staff.shop)
        if placed is not None:
            self.works += placed.fulfilment_orders

    def _count(self, article: Article) -> None:
        if not self.works:
            return
        place = self.works[0].location
        stock = Stock.objects.get(sku=article.sku_id, location=place)
        change = StockChange(
            article.sku_id,
            place.pk,
            max(stock.allocated - SHORT, 0) - stock.on_hand,
            reason=AdjustmentReason.MISSING,
            kind=MovementKind.COUNTED,
        )
        adjust([change], cause="count 402", actor=self.world.staff.of(place))
