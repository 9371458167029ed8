"""A pickup as the card, the pick list and the slips show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from catalog.models import Sku
from catalog.status import SkuCondition
from oms.core.clock import now
from oms.orders.models import OrderLine
from oms.orders.status import FulfilmentStatus
from stores.models import Pickup, PutBack
from stores.status import PickupStatus
from stores.views.moments import url_of


@dataclass(frozen=True, slots=True)
class Item:
    """One line, with its picture."""

    id: int
    name: str
    sku: str
    gtin: str
    options: str
    image_url: str
    quantity: int
    picked: int

    @property
    def missing(self) -> int:
        return self.quantity - self.picked

    @property
    def done(self) -> bool:
        return self.missing == 0


@dataclass(frozen=True, slots=True)
class Card:
    """The context of templates/ui/work_card.html."""

    pickup: Pickup
    url: str
    status: str
    status_label: str | Promise
    due: datetime | None
    late: bool
    number: int
    customer: str
    items: Sequence[Item]
    place: str
    note: str
    # The put-back task the card stands for, if any.
    task: PutBack | None = None


def item_of(line_id: int, order_line: OrderLine, quantity: int, picked: int) -> Item:
    sku = order_line.sku
    return Item(
        id=line_id,
        name=order_line.name,
        sku=sku.code,
        gtin=sku.gtin,
        options=", ".join(str(value) for value in (*_condition(sku), *sku.options.values())),
        image_url=sku.picture,
        quantity=quantity,
        picked=picked,
    )


def _condition(sku: Sku) -> Sequence[str]:
    """The name of a line is in the customer's language: this is in the clerk's."""
    return () if sku.condition == SkuCondition.NEW else (sku.get_condition_display(),)


def items_of(pickup: Pickup) -> list[Item]:
    lines = pickup.fulfilment_order.lines.all()
    return [item_of(line.pk, line.order_line, line.quantity, line.picked) for line in lines]


def card_of(pickup: Pickup) -> Card:
    work = pickup.fulfilment_order
    status, label, due = _state(pickup)
    return Card(
        pickup=pickup,
        url=url_of(pickup),
        status=status,
        status_label=label,
        due=due,
        late=due is not None and due < now(),
        number=work.order.number,
        customer=work.order.name,
        items=items_of(pickup),
        place=pickup.place,
        note=_note(pickup),
    )


def _state(pickup: Pickup) -> tuple[str, str | Promise, datetime | None]:
    """Status for the colour, its word, and the moment that matters in it."""
    work = pickup.fulfilment_order
    if pickup.status == PickupStatus.TO_PICK:
        if work.status in (FulfilmentStatus.PICKING, FulfilmentStatus.PICKED):
            return work.status, FulfilmentStatus(work.status).label, work.promised_at
        return pickup.status, PickupStatus.TO_PICK.label, work.promised_at
    if pickup.status == PickupStatus.READY:
        late = pickup.collect_by is not None and pickup.collect_by < now()
        label = _("Not collected") if late else _("Ready until")
        return "overdue" if late else pickup.status, label, pickup.collect_by
    return pickup.status, PickupStatus(pickup.status).label, None


def _note(pickup: Pickup) -> str:
    work = pickup.fulfilment_order
    notes = []
    if pickup.status == PickupStatus.TO_PICK and work.picker is not None:
        words = (
            _("%(name)s is picking")
            if work.status == FulfilmentStatus.PICKING
            else _("%(name)s picked it")
        )
        notes.append(words % {"name": work.picker.display_name})
    if pickup.needs_id:
        notes.append(_("Check the ID"))
    if pickup.deputy:
        notes.append(_("%(name)s may collect it") % {"name": pickup.deputy})
    return " · ".join(notes)


def cards_of(pickups: Sequence[Pickup]) -> list[Card]:
    return [card_of(pickup) for pickup in pickups]


def put_back_card(task: PutBack) -> Card:
    """The card of a task: what goes back, of an order that ended or of one that goes on."""
    pickup = task.pickup
    order = pickup.fulfilment_order.order
    return Card(
        pickup=pickup,
        url=url_of(pickup),
        status="to_put_back",
        status_label=_("To put back"),
        due=None,
        late=False,
        number=order.number,
        customer=order.name,
        items=[
            item_of(line.pk, line.order_line, line.quantity, line.quantity)
            for line in task.lines.all()
        ],
        place=pickup.place,
        note=_note(pickup) if task.whole else _("Only these: the rest stays in the bag"),
        task=task,
    )


def pieces(items: Sequence[Item]) -> dict[str, Any]:
    """How many pieces there are, and how many of them are picked."""
    return {
        "pieces": sum(item.quantity for item in items),
        "picked": sum(item.picked for item in items),
        "complete": bool(items) and all(item.done for item in items),
    }
