"""A count finds nothing left of what two customers want; they take something else, one has it."""

from datetime import timedelta
from functools import partial

from catalog.services.substitutes import sku_substitutes_set, substitute_codes
from inventory.models import Shortage, Stock
from oms.office.demo.articles import Article
from oms.office.demo.customers import Person
from oms.office.demo.world import World
from oms.orders.selectors.shortages import affected_by
from oms.orders.services.shortages import shortage_substitute

CAUSE = "shelf check 404"
WANTED = 2


class Replaced:
    """Two orders of an article that has a stand-in: one is replaced, the other waits for that."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.article: Article | None = None

    def play(self) -> None:
        """Put it on the timeline two days ago: the count before anybody else orders it."""
        at, present = self.world.timeline.at, self.world.timeline.present
        at(present - timedelta(hours=50, minutes=56), self._choose)
        for ago, person in zip((55, 54), self.world.customers[4:6], strict=True):
            at(present - timedelta(hours=50, minutes=ago), partial(self._order, person))
        at(present - timedelta(hours=50, minutes=53), self._count)
        at(present - timedelta(hours=50, minutes=44), self._replace)

    def _choose(self) -> None:
        """Something that lies in the warehouse alone, with others of its category beside it."""
        world = self.world
        idle = Stock.objects.filter(location=world.warehouse, allocated=0, held=0)
        left = {row.sku_id for row in idle if row.available >= 2 * WANTED}
        goods = [one for one in world.shelves.warehouse_only if one.sku_id in left]
        for article in reversed(goods):
            like = [
                one
                for one in world.articles
                if one.sku_id in left
                and one.row.category == article.row.category
                and not (one is article or one.row.components)
            ]
            if like:
                like.sort(key=lambda one: abs(one.price - article.price))
                codes = [one.code for one in like[:3]]
                sku_substitutes_set(article.sku_id, codes, actor=world.staff.office)
                self.article = article
                return

    def _order(self, person: Person) -> None:
        if self.article is not None:
            self.world.sell(self.article, WANTED, person, accepts_substitutes=True)

    def _count(self) -> None:
        if self.article is not None:
            here, units = self.world.warehouse, 2 * WANTED
            self.world.count_short(self.article, here, units, cause=CAUSE)

    def _replace(self) -> None:
        """The first of them gets the first stand-in."""
        shortage = Shortage.objects.filter(cause=CAUSE, closed_at=None).first()
        if shortage is None:
            return
        for one in affected_by(shortage):
            if one.line and one.order and one.order.accepts_substitutes and one.unpicked:
                shortage_substitute(
                    shortage.uid,
                    line_id=one.line.pk,
                    sku=substitute_codes([shortage.sku_id])[shortage.sku_id][0],
                    actor=self.world.staff.office,
                )
                self.world.timeline.note("substitutes")
                return
