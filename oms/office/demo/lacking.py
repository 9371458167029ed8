"""A count finds less than two customers were promised, and another place has what is missing."""

from datetime import timedelta
from functools import partial

from oms.office.demo.articles import Article
from oms.office.demo.customers import Person
from oms.office.demo.world import World
from oms.orders.models import FulfilmentOrder

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
        placed = world.sell(article, WANTED, who, home=where)
        if placed is not None:
            self.works += placed.fulfilment_orders

    def _count(self, article: Article) -> None:
        if not self.works:
            return
        place = self.works[0].location
        self.world.count_short(article, place, SHORT, cause="shelf check 402")
