"""Goods that come back."""

from inventory.models import Location
from oms.office.demo.world import World
from oms.orders.models import FulfilmentLine
from oms.returns.models import ReturnReason
from oms.returns.services import ReturnedUnits, return_receive


def goods_return(world: World, pk: int, location: Location) -> None:
    """Some or all of what one place sent or handed out comes back to `location`."""
    lines = [
        line.order_line
        for line in FulfilmentLine.objects.filter(fulfilment_order=pk)
        .select_related("order_line")
        .order_by("pk")
        if line.order_line.fulfilled > line.order_line.returned
    ]
    if not lines:
        return
    if world.chance(0.5):
        lines = lines[:1]
    reason = world.rng.choice(list(ReturnReason))
    return_receive(
        lines[0].order_id,
        lines={
            line.pk: ReturnedUnits(
                quantity=line.fulfilled - line.returned,
                sellable=reason is not ReturnReason.DEFECTIVE,
            )
            for line in lines
        },
        location=location,
        reason=reason,
        actor=world.staff.of(location),
    )
    world.timeline.note("returns")
