"""A count finds the last piece of one thing gone; whoever collects takes something like it."""

from datetime import timedelta

from catalog.services.substitutes import sku_substitutes_set
from inventory.models import Stock
from oms.office.demo.articles import Article
from oms.office.demo.people import HOME_STORE
from oms.office.demo.world import World
from oms.orders.requests import OrderLineRequest, OrderRequest

CAUSE = "shelf check 405"
# So many of each lie in the store at least, so that something is left to take instead.
PLENTY = 3


class Missed:
    """One order to collect of two things, and one of them is not on the shelf."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = world.locations[HOME_STORE]
        self.article: Article | None = None

    def play(self) -> None:
        """Put it on the timeline: half an hour ago, the count before anybody else orders it."""
        at, present = self.world.timeline.at, self.world.timeline.present
        at(present - timedelta(minutes=29), self._order)
        at(present - timedelta(minutes=28), self._count)

    def _order(self) -> None:
        """Something with others of its category beside it, and something else."""
        world = self.world
        idle = Stock.objects.filter(location=self.store, allocated=0, held=0)
        left = {row.sku_id for row in idle if row.available >= PLENTY}
        goods = [a for a in world.articles if a.is_sold and a.sku_id in left]
        for article in goods:
            like = [
                one
                for one in goods
                if one.row.category == article.row.category and one is not article
            ]
            if like:
                break
        else:
            return
        like.sort(key=lambda one: abs(one.price - article.price))
        codes = [one.code for one in like[:3]]
        sku_substitutes_set(article.sku_id, codes, actor=world.staff.office)
        other = next(a for a in goods if a is not article and a not in like)
        person, number = world.customers[6], next(world.numbers)
        request = OrderRequest(
            channel=world.channels["eshop"],
            lines=tuple(OrderLineRequest(one.code, 1) for one in (other, article)),
            contact=person.contact,
            method="collect",
            location=HOME_STORE,
            external_id=f"CV-{number}",
            payment=world.payment(means="card"),
            customer_reference=person.reference,
            accepts_substitutes=True,
        )
        if world.place(lambda: request, actor=world.staff.shop) is not None:
            self.article = article

    def _count(self) -> None:
        if self.article is not None:
            self.world.count_short(self.article, self.store, 1, cause=CAUSE)
            self.world.timeline.note("lines to replace")
