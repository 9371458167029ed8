"""Counting goods at the counter: scans, numbers typed, and the end of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Sku
from inventory.scanning import sku_meant, skus_scanned
from inventory.services.tallies import tally_add, tally_set, tally_undo, tally_units
from oms.core.actors import Actor
from stores.errors import NotExpected, OverScan, WrongItem
from stores.goods import KINDS
from stores.goods.base import Answer, Goods


@dataclass(frozen=True, slots=True)
class Scan:
    """`code`: a GTIN or SKU; `units` more or less of it; `accept`: also what nobody expected."""

    code: str
    nonce: UUID
    units: int = 1
    accept: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of a SKU are counted now, of so many."""

    sku: Sku
    units: int
    expected: int


@transaction.atomic
def goods_scan(goods: Goods, scan: Scan, *, actor: Actor) -> Counted:
    """Count what was scanned; the same nonce counts once.

    Of goods in several conditions with one barcode it is the one that is still to come, else one
    of these goods. Raises UnknownBarcode, AmbiguousBarcode, WrongItem for a set, NotExpected, and
    OverScan where no more may be counted than there should be.
    """
    counted = tally_units(goods.place)
    to_come = {pk for pk, units in goods.expected.items() if counted.get(pk, 0) < units}
    sku = sku_meant(skus_scanned(scan.code), to_come, goods.expected.keys() | counted.keys())
    if sku.is_kit:
        raise WrongItem(
            _("%(name)s is a set. Scan its parts: they are counted.") % {"name": sku.full_name}
        )
    expected = goods.expected.get(sku.pk, 0)
    before = counted.get(sku.pk, 0)
    kind = KINDS[goods.kind]
    known = before or sku.pk in goods.expected
    if not known and not (scan.accept and kind.takes_more):
        raise NotExpected(
            _("This is %(name)s. Put it aside.") % {"name": sku.full_name}, sku=sku.code
        )
    if scan.units < 0 and before + scan.units < 0:
        return Counted(sku, before, expected)
    kind.begin(goods, actor=actor)
    units = tally_add(goods.place, sku.pk, scan.units, nonce=scan.nonce, actor=actor)
    _refuse_more(goods, sku, units, expected)
    return Counted(sku, units, expected)


@transaction.atomic
def goods_count(goods: Goods, sku: Sku, units: int, *, actor: Actor) -> Counted:
    """So many of a SKU there are: absolute, so safe to repeat. Raises OverScan."""
    expected = goods.expected.get(sku.pk, 0)
    _refuse_more(goods, sku, units, expected)
    KINDS[goods.kind].begin(goods, actor=actor)
    tally_set(goods.place, sku.pk, units, nonce=uuid4(), actor=actor)
    return Counted(sku, units, expected)


def goods_undo(goods: Goods, entry_id: int) -> None:
    """Take back the last scan or number."""
    tally_undo(goods.place, entry_id)


@transaction.atomic
def goods_finish(
    goods: Goods, answers: Mapping[int, Answer], *, reference: UUID, actor: Actor
) -> str:
    """Book what was counted; what happened, in a sentence. Raises AlreadyBooked, sent twice."""
    return KINDS[goods.kind].finish(goods, answers, reference=reference, actor=actor)


def _refuse_more(goods: Goods, sku: Sku, units: int, expected: int) -> None:
    if units > expected and not KINDS[goods.kind].takes_more:
        raise OverScan(
            _("%(name)s: all %(units)s are picked already. Put this one back.")
            % {"name": sku.full_name, "units": expected}
        )
