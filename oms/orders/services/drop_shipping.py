"""Suppliers that send our customers' orders: their purchase orders follow the fulfilment orders."""

from collections import Counter
from collections.abc import Mapping

from catalog.selectors import kit_components
from inventory.models import Supplier
from inventory.services.drop_shipping import (
    Dispatch,
    DropShipment,
    drop_ship_cancel,
    drop_ship_dispatch,
    drop_ship_order,
)
from inventory.status import LocationKind
from oms.core.actors import Actor, system_actor
from oms.core.models import Event
from oms.orders.locks import order_for_update
from oms.orders.methods import method_of
from oms.orders.models import FulfilmentOrder, Order
from oms.orders.services.state import fulfilment_lines
from oms.orders.status import FulfilmentStatus

GIVEN_UP = (FulfilmentStatus.CANCELLED, FulfilmentStatus.DECLINED)


def drop_ships_keep(event: Event) -> None:
    """Let the suppliers that send something of this order be ordered from, or called off.

    Told by how the fulfilment orders are and not by what the event says: events that come twice,
    late, or after a later one do no harm.
    """
    about = event.payload["order"]
    if method_of(about["method"]).is_pickup:
        return
    theirs = FulfilmentOrder.objects.filter(order=about["id"], location__kind=LocationKind.SUPPLIER)
    if not theirs.exists():
        return
    order = order_for_update(about["id"])
    for work in theirs.select_related("location__supplier", "shipment").order_by("pk"):
        _keep(order, work, actor=system_actor("drop-ship"))


def _keep(order: Order, work: FulfilmentOrder, *, actor: Actor) -> None:
    supplier: Supplier | None = getattr(work.location, "supplier", None)
    if work.status in GIVEN_UP:
        drop_ship_cancel(work.uid, actor=actor)
    elif supplier is not None:
        wanted = DropShipment(
            demand=work.uid,
            supplier=supplier,
            location=work.location,
            units=_units(work),
            ship_to=_ship_to(order),
            reference=str(order.number),
            send_by=work.promised_at.astimezone(work.location.zone).date(),
        )
        drop_ship_order(wanted, actor=actor)
    if work.status == FulfilmentStatus.SHIPPED:
        parcel = work.shipment
        drop_ship_dispatch(work.uid, Dispatch(parcel.uid, parcel.tracking_number), actor=actor)


def _units(work: FulfilmentOrder) -> Mapping[int, int]:
    """SKU id → units; of a kit its components, which are what lies on the supplier's shelves."""
    lines = fulfilment_lines(work)
    kits = kit_components({line.order_line.sku_id for line in lines})
    units: Counter[int] = Counter()
    for line in lines:
        sku_id = line.order_line.sku_id
        for part, each in kits.get(sku_id, [(sku_id, 1)]):
            units[part] += each * line.quantity
    return units


def _ship_to(order: Order) -> dict[str, str]:
    names = ("name", "street", "postcode", "city", "country", "phone")
    return {name: getattr(order, name) for name in names}
