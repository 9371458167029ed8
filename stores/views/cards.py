"""A pickup as the card, the pick list and the slips show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from oms.core.clock import now
from oms.orders.models import FulfilmentLine
from oms.orders.status import FulfilmentStatus
from stores.models import Pickup
from stores.status import PickupStatus
from stores.views.moments import url_of

ABSOLUTE = ("http://", "https://", "/", "data:")


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


def image_url(image: str) -> str:
    """The address of a SKU's picture: static files are named by their path."""
    if not image or image.startswith(ABSOLUTE):
        return image
    return static(image)


def item_of(line: FulfilmentLine) -> Item:
    sku = line.order_line.sku
    return Item(
        id=line.pk,
        name=line.order_line.name,
        sku=sku.code,
        gtin=sku.gtin,
        options=", ".join(str(value) for value in sku.options.values()),
        image_url=image_url(sku.image),
        quantity=line.quantity,
        picked=line.picked,
    )


def items_of(pickup: Pickup) -> list[Item]:
    return [item_of(line) for line in pickup.fulfilment_order.lines.all()]


def card_of(pickup: Pickup, *, put_back: bool = False) -> Card:
    work = pickup.fulfilment_order
    status, label, due = _state(pickup)
    if put_back:
        status, label, due = "to_put_back", _("To put back"), None
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
        notes.append(_("%(name)s is picking") % {"name": work.picker.display_name})
    if pickup.needs_id:
        notes.append(_("Check the ID"))
    if pickup.deputy:
        notes.append(_("%(name)s may collect it") % {"name": pickup.deputy})
    return " · ".join(notes)


def cards_of(pickups: Sequence[Pickup], *, put_back: bool = False) -> list[Card]:
    return [card_of(pickup, put_back=put_back) for pickup in pickups]


def pieces(items: Sequence[Item]) -> dict[str, Any]:
    """How many pieces there are, and how many of them are picked."""
    return {
        "pieces": sum(item.quantity for item in items),
        "picked": sum(item.picked for item in items),
        "complete": bool(items) and all(item.done for item in items),
    }
