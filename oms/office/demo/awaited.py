"""A count finds the last piece gone; the customer waits for the delivery that is on its way."""

from datetime import timedelta

from inventory.models import ExpectedSupply, Shortage, Stock
from oms.office.demo.articles import Article
from oms.office.demo.world import World
from oms.orders.selectors.shortages import affected_by
from oms.orders.services.shortages import shortage_back_order

CAUSE = "count 403"


class Awaited:
    """One order to be shipped, and nothing left anywhere that it could be shipped from."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.article: Article | None = None

    def play(self) -> None:
        """Put it on the timeline: the order some days ago, the count half an hour later."""
        begin = self.world.timeline.present - timedelta(hours=47)
        self.world.timeline.at(begin, self._order)
        self.world.timeline.at(begin + timedelta(minutes=31), self._count)

    def _order(self) -> None:
        """Of something of which only the warehouse has any, and that a supplier brings soon."""
        world = self.world
        here = world.warehouse
        due = ExpectedSupply.objects.filter(location=here, due_on__gt=world.timeline.moment.date())
        coming = dict(due.order_by("quantity").values_list("sku_id", "quantity"))
        left = {row.sku_id for row in Stock.objects.filter(location=here) if row.available > 0}
        others = Stock.objects.filter(location__ships=True, on_hand__gt=0).exclude(location=here)
        left -= set(others.values_list("sku_id", flat=True))
        goods = [
            one for one in world.articles if one.is_sold and one.sku_id in left & coming.keys()
        ]
        if not goods:
            return
        # So much that a piece is left for the customer when the safety stock is full again.
        self.article = article = max(goods, key=lambda one: coming[one.sku_id])
        world.sell(article, 1, world.customers[3])

    def _count(self) -> None:
        if self.article is None:
            return
        here, sku_id = self.world.warehouse, self.article.sku_id
        self.world.count_short(self.article, here, 1, cause=CAUSE)
        shortage = Shortage.objects.get(sku=sku_id, location=here, closed_at=None)
        for one in affected_by(shortage):
            if one.line and one.movable:
                shortage_back_order(
                    shortage.uid, line_id=one.line.pk, actor=self.world.staff.office
                )
                self.world.timeline.note("back-orders")
