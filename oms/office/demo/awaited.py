"""A count finds the last piece gone; the customer waits for a delivery, and it comes later."""

from datetime import timedelta

from django.db.models import Count

from inventory.models import ExpectedSupply, PurchaseOrder, Shortage, Stock
from inventory.services.purchasing import Confirmation, purchase_confirm
from inventory.status import PurchaseStatus
from oms.office.demo.articles import Article
from oms.office.demo.world import World
from oms.orders.selectors.shortages import affected_by
from oms.orders.services.shortages import shortage_back_order

CAUSE = "shelf check 403"
NOTHING_CAME = (PurchaseStatus.ORDERED, PurchaseStatus.CONFIRMED)
DELAY = timedelta(days=5)


class Awaited:
    """One order to be shipped, and nothing left anywhere that it could be shipped from."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.article: Article | None = None

    def play(self) -> None:
        """Put it on the timeline two days ago: the count before others order it, then the news."""
        begin = self.world.timeline.present - timedelta(hours=47)
        self.world.timeline.at(begin, self._order)
        self.world.timeline.at(begin + timedelta(minutes=1), self._count)
        self.world.timeline.at(begin + timedelta(hours=26), self._later)

    def _order(self) -> None:
        """Of something of which only the warehouse has any, and that a supplier brings soon."""
        world = self.world
        here = world.warehouse
        # Of one supplier, who has not sent any yet: what it says of the day is all there is to say.
        orders = PurchaseOrder.objects.filter(status__in=NOTHING_CAME)
        due = ExpectedSupply.objects.filter(location=here).order_by("sku_id")
        alone = due.values("sku_id").annotate(sources=Count("pk")).filter(sources=1)
        told = due.filter(source__in=orders.values("uid"), sku_id__in=alone.values("sku_id"))
        coming = dict(told.values_list("sku_id", "quantity"))
        idle = Stock.objects.filter(location=here, allocated=0, held=0)
        left = {row.sku_id for row in idle if row.available > 0}
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

    def _later(self) -> None:
        """The supplier needs some days more than it said."""
        if self.article is None:
            return
        supply = ExpectedSupply.objects.get(location=self.world.warehouse, sku=self.article.sku_id)
        if supply.due_on is None:
            return
        order = PurchaseOrder.objects.get(uid=supply.source)
        line = order.lines.get(sku=self.article.sku_id)
        said = Confirmation(line.position, due_on=supply.due_on + DELAY)
        purchase_confirm(order.number, [said], actor=self.world.staff.office)
        self.world.timeline.note("back-orders later")
