"""Transfers at the counter: those that arrive here, and those to send from here."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy, ngettext

from inventory.locks import transfer_for_update
from inventory.models import Location, Transfer
from inventory.selectors import locations_visible
from inventory.selectors.transfers import (
    on_their_way_to,
    to_send_from,
    transfer_number,
    units_lost,
    with_lines,
    with_units,
)
from inventory.services.receiving import Arrival, transfer_receive
from inventory.services.tallies import tally_close
from inventory.services.transfers import transfer_pick, transfer_ship
from inventory.status import TRANSFER_ON_ITS_WAY, TRANSFER_TO_SEND
from oms.core.actors import Actor
from oms.core.errors import NotFound
from oms.core.permissions import Permission
from stores.goods.base import Answer, Choice, Goods, KindWords, Wanted

LATER, MISSING, DAMAGED = "later", "missing", "damaged"


class TransferIn:
    """On their way to this store."""

    key = "transfer"
    icon = "truck-delivery"
    takes_more = True
    words = KindWords(
        heading=gettext_lazy("Transfer"),
        counted=gettext_lazy("Received:"),
        over=gettext_lazy("More than was sent: they are taken into stock, and head office is told"),
        short=gettext_lazy("Where are they?"),
        finish=gettext_lazy("Take into stock"),
        done=gettext_lazy("Received"),
        choices=(
            Choice(LATER, gettext_lazy("Still to come")),
            Choice(MISSING, gettext_lazy("Missing"), gettext_lazy("nothing more comes")),
            Choice(DAMAGED, gettext_lazy("Damaged"), gettext_lazy("put them aside")),
        ),
    )

    def waiting(self, location: Location, *, actor: Actor) -> Sequence[Goods]:
        # What is reported as lost waits for head office, not for this store.
        rows = with_units(_handled(on_their_way_to(location), actor))
        return [
            _goods(self.key, one, one.destination, one.source.name, one.on_the_way - one.lost)  # type: ignore[attr-defined]
            for one in rows
            if one.on_the_way > one.lost  # type: ignore[attr-defined]
        ]

    def get(self, uid: UUID, *, actor: Actor) -> Goods:
        found = _handled(Transfer.objects.filter(uid=uid), actor, end="destination")
        transfer = with_lines(found.filter(status__in=TRANSFER_ON_ITS_WAY)).first()
        if transfer is None:
            raise NotFound
        lost = units_lost(transfer)
        lines = [
            Wanted(line.sku, line.in_transit - lost.get(line.pk, 0), _reported(lost.get(line.pk)))
            for line in transfer.lines.all()
            if line.in_transit
        ]
        return _goods(self.key, transfer, transfer.destination, transfer.source.name, lines=lines)

    def find(self, text: str, location: Location, *, actor: Actor) -> UUID | None:
        return _found(_handled(on_their_way_to(location), actor), text)

    def begin(self, goods: Goods, *, actor: Actor) -> None:
        """Nothing: counting what arrived changes nothing yet."""

    def finish(
        self, goods: Goods, answers: Mapping[int, Answer], *, reference: UUID, actor: Actor
    ) -> str:
        transfer_for_update(goods.uid)
        counted = tally_close(goods.place, reference=reference)
        transfer_receive(
            goods.uid,
            Arrival(
                reference=str(reference),
                received=counted,
                missing=_chosen(answers, MISSING),
                damaged=_chosen(answers, DAMAGED),
            ),
            actor=actor,
        )
        units = sum(counted.values())
        return ngettext("%(n)d unit is in stock here.", "%(n)d units are in stock here.", units) % {
            "n": units
        }


class TransferOut:
    """To pick and send from this store."""

    key = "send"
    icon = "package-export"
    takes_more = False
    words = KindWords(
        heading=gettext_lazy("Send"),
        counted=gettext_lazy("Picked:"),
        over=gettext_lazy("More than was asked for"),
        short=gettext_lazy("Not picked: they stay here and are free again"),
        finish=gettext_lazy("Hand to the driver"),
        done=gettext_lazy("Sent"),
    )

    def waiting(self, location: Location, *, actor: Actor) -> Sequence[Goods]:
        rows = _handled(to_send_from(location), actor, end="source")
        return [
            _goods(self.key, one, one.source, one.destination.name, one.requested)  # type: ignore[attr-defined]
            for one in with_units(rows)
        ]

    def get(self, uid: UUID, *, actor: Actor) -> Goods:
        found = _handled(Transfer.objects.filter(uid=uid), actor, end="source")
        transfer = with_lines(found.filter(status__in=TRANSFER_TO_SEND)).first()
        if transfer is None:
            raise NotFound
        lines = [Wanted(line.sku, line.requested) for line in transfer.lines.all()]
        return _goods(self.key, transfer, transfer.source, transfer.destination.name, lines=lines)

    def find(self, text: str, location: Location, *, actor: Actor) -> UUID | None:
        return _found(_handled(to_send_from(location), actor, end="source"), text)

    def begin(self, goods: Goods, *, actor: Actor) -> None:
        transfer_pick(goods.uid, actor=actor)

    def finish(
        self, goods: Goods, answers: Mapping[int, Answer], *, reference: UUID, actor: Actor
    ) -> str:
        transfer_for_update(goods.uid)
        counted = tally_close(goods.place, reference=reference)
        transfer_ship(goods.uid, units=counted, actor=actor)
        units = sum(counted.values())
        return ngettext(
            "%(n)d unit is on its way to %(place)s.",
            "%(n)d units are on their way to %(place)s.",
            units,
        ) % {"n": units, "place": goods.party}


def _handled(
    rows: QuerySet[Transfer], actor: Actor, *, end: str = "destination"
) -> QuerySet[Transfer]:
    """Those of which the actor handles stock at this very end."""
    here = locations_visible(actor, Permission.STOCK_HANDLE).order_by()
    return rows.filter(**{f"{end}__in": here}).select_related("source", "destination")


def _found(rows: QuerySet[Transfer], text: str) -> UUID | None:
    number = transfer_number(text)
    return rows.filter(number=number).values_list("uid", flat=True).first() if number else None


def _goods(
    key: str,
    transfer: Transfer,
    location: Location,
    party: str,
    units: int = 0,
    *,
    lines: Sequence[Wanted] = (),
) -> Goods:
    return Goods(
        kind=key,
        uid=transfer.uid,
        number=str(transfer.number),
        party=party,
        location=location,
        status=transfer.status,
        status_label=transfer.get_status_display(),
        units=units or sum(line.units for line in lines),
        due_on=transfer.expected_on,
        note=transfer.note,
        lines=lines,
    )


def _reported(units: int | None) -> str:
    if not units:
        return ""
    words = ngettext(
        "%(n)d is reported missing or damaged",
        "%(n)d are reported missing or damaged",
        units,
    )
    return words % {"n": units}


def _chosen(answers: Mapping[int, Answer], choice: str) -> dict[int, int]:
    return {
        sku_id: answer.units
        for sku_id, answer in answers.items()
        if answer.choice == choice and answer.units
    }
