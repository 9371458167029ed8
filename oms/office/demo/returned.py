"""Goods that come back."""

from datetime import datetime, timedelta

from inventory.models import Location
from oms.office.demo.world import World
from oms.orders.models import FulfilmentOrder, OrderLine
from oms.orders.status import FulfilmentStatus
from oms.returns.models import ReturnReason
from oms.returns.services import ReturnedUnits, return_receive

# So long people look at what they got, and so long they may send it back.
AT_HOME = timedelta(days=1)
TERM = timedelta(days=14)


class Returns:
    """People who bring or send back some of what they got, as many whatever chance says."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.timeline = world.timeline

    def someone(self, moment: datetime) -> None:
        """Whoever got something of late returns it on the working day of `moment`."""
        self.timeline.at(moment, self._begin)

    def _begin(self) -> None:
        moment = self.timeline.moment
        got = (
            FulfilmentOrder.objects.filter(
                status__in=(FulfilmentStatus.SHIPPED, FulfilmentStatus.COLLECTED),
                finished_at__range=(moment - TERM, moment - AT_HOME),
                lines__order_line__returned=0,
                lines__order_line__fulfilled__gt=0,
            )
            .select_related("location")
            .order_by("pk")
            .distinct()
        )
        if not got:
            return
        work = self.world.rng.choice(got)
        # What was sent comes back to any place, what was collected to the same store.
        back = work.location
        if work.status == FulfilmentStatus.SHIPPED:
            back = self.world.rng.choice(list(self.world.locations.values()))
        self.timeline.after(back, lambda: self._receive(work.pk, back), 10, 90)

    def _receive(self, pk: int, location: Location) -> None:
        """Some or all of what one place sent or handed out comes back to `location`."""
        lines = list(
            OrderLine.objects.filter(fulfilment_lines__fulfilment_order=pk, returned=0)
            .exclude(fulfilled=0)
            .order_by("pk")
        )
        if not lines:
            return
        if self.world.chance(0.5):
            lines = lines[:1]
        reason = self.world.rng.choice(list(ReturnReason))
        return_receive(
            lines[0].order_id,
            lines={
                line.pk: ReturnedUnits(
                    quantity=line.fulfilled,
                    sellable=reason is not ReturnReason.DEFECTIVE,
                )
                for line in lines
            },
            location=location,
            reason=reason,
            actor=self.world.staff.of(location),
        )
        self.timeline.note("returns")
