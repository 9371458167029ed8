"""Deliveries of suppliers at the counter: what was ordered for this store. No costs here."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy, ngettext

from inventory.locks import purchase_for_update
from inventory.models import Location, PurchaseOrder
from inventory.selectors.purchasing import purchase_number, purchases_visible, with_sums
from inventory.services.deliveries import Delivery, ReceivedLine, purchase_receive
from inventory.services.tallies import tally_close
from inventory.status import PURCHASE_ARRIVING, ReceiptReason
from oms.core.actors import Actor
from oms.core.errors import NotFound
from oms.core.permissions import Permission
from stores.goods.base import Answer, Choice, Goods, KindWords, Wanted

LATER, DAMAGED = "later", "damaged"


class DeliveryIn:
    """On their way from a supplier."""

    key = "delivery"
    icon = "truck-loading"
    takes_more = True
    words = KindWords(
        heading=gettext_lazy("Delivery"),
        counted=gettext_lazy("Received:"),
        over=gettext_lazy(
            "More than was ordered: they are taken into stock, and the buyer is told"
        ),
        short=gettext_lazy("Where are they?"),
        finish=gettext_lazy("Take into stock"),
        done=gettext_lazy("Received"),
        choices=(
            Choice(LATER, gettext_lazy("Still to come")),
            Choice(DAMAGED, gettext_lazy("Damaged"), gettext_lazy("give them back to the driver")),
        ),
    )

    def waiting(self, location: Location, *, actor: Actor) -> Sequence[Goods]:
        rows = with_sums(_arriving(actor).filter(location=location))
        urgent_first = rows.order_by(F("expected_on").asc(nulls_last=True), "pk")
        return [_goods(one, units=one.units_open) for one in urgent_first]  # type: ignore[attr-defined]

    def get(self, uid: UUID, *, actor: Actor) -> Goods:
        order = _arriving(actor).filter(uid=uid).first()
        if order is None:
            raise NotFound
        lines = order.lines.select_related("sku").order_by("sku__code")
        return _goods(
            order,
            lines=[Wanted(line.sku, line.open, line.supplier_code) for line in lines if line.open],
        )

    def find(self, text: str, location: Location, *, actor: Actor) -> UUID | None:
        number = purchase_number(text)
        if number is None:
            return None
        found = _arriving(actor).filter(location=location, number=number)
        return found.values_list("uid", flat=True).first()

    def begin(self, goods: Goods, *, actor: Actor) -> None:
        """Nothing: counting what arrived changes nothing yet."""

    def finish(
        self, goods: Goods, answers: Mapping[int, Answer], *, reference: UUID, actor: Actor
    ) -> str:
        order = purchase_for_update(int(goods.number))
        counted = tally_close(goods.place, reference=reference)
        lines = {line.sku_id: line for line in order.lines.all()}
        damaged = {sku: one.units for sku, one in answers.items() if one.choice == DAMAGED}
        delivery = Delivery(
            uid=reference,
            lines=[
                ReceivedLine(
                    line.position,
                    counted.get(sku_id, 0),
                    damaged.get(sku_id, 0),
                    ReceiptReason.SURPLUS if counted.get(sku_id, 0) > line.open else "",
                )
                for sku_id, line in lines.items()
            ],
            unordered={sku: units for sku, units in counted.items() if sku not in lines},
            # Every line that is over was pointed at, in red, before this button.
            accept_over=True,
        )
        purchase_receive(order.number, delivery, actor=actor)
        units = sum(counted.values())
        return ngettext("%(n)d unit is in stock here.", "%(n)d units are in stock here.", units) % {
            "n": units
        }


def _arriving(actor: Actor) -> QuerySet[PurchaseOrder]:
    """Those of which something may come to us, where the actor handles stock."""
    rows = purchases_visible(actor, Permission.STOCK_HANDLE)
    return rows.filter(status__in=PURCHASE_ARRIVING, demand=None)


def _goods(order: PurchaseOrder, *, units: int = 0, lines: Sequence[Wanted] = ()) -> Goods:
    return Goods(
        kind=DeliveryIn.key,
        uid=order.uid,
        number=str(order.number),
        party=order.supplier.name,
        location=order.location,
        status=order.status,
        status_label=order.get_status_display(),
        units=units or sum(line.units for line in lines),
        due_on=order.expected_on,
        lines=lines,
    )
