"""Stock as business buyers see it: what can be shipped, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.models import Location
from inventory.selectors import availability_by_sku
from oms.core.formats import format_quantity

# Below this many packs the exact figure is shown: it decides whether an order can be filled.
FEW_PACKS = 5


@dataclass(frozen=True, slots=True)
class StockWord:
    """`status` picks the badge (in_stock, low, out)."""

    status: str
    text: str | Promise


def shippable(sku_ids: Iterable[int], *, channel: str) -> dict[int, int]:
    """SKU id → units the channel may sell from the locations that ship, together; two queries."""
    ids = list(sku_ids)
    if not ids:
        return {}
    locations = Location.objects.filter(is_active=True, ships=True).values_list("id", flat=True)
    totals = dict.fromkeys(ids, 0)
    units = availability_by_sku(ids, location_ids=locations, channel=channel)
    for sku_id, here in units.items():
        totals[sku_id] = sum(here.values())
    return totals


def stock_word(available: int, pack: int, *, wanted: int = 0) -> StockWord:
    """The words for `available` units of a SKU sold in packs of `pack`, if `wanted` are asked."""
    if available < pack:
        return StockWord("out", _("Out of stock"))
    if available < max(pack * FEW_PACKS, wanted):
        left = ngettext("%(n)s left", "%(n)s left", available)
        return StockWord("low", left % {"n": format_quantity(available)})
    return StockWord("in_stock", _("In stock"))
