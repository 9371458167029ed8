"""What may stand in for units that are missing: how many there are, and what they would cost."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from catalog.models import Sku, Substitute
from catalog.pricing import PricedLine
from catalog.status import SkuStatus
from inventory.selectors.availability import availability_by_sku
from oms.core.money import ZERO
from oms.orders.models import FulfilmentLine
from oms.orders.services.substituting import freed_value, stand_in_places, stand_in_prices


@dataclass(frozen=True, slots=True)
class Candidate:
    """A SKU that the catalogue names, `available` where it may come from. `units` of those asked
    for can be had, for `price` in all; `price` is None where there are none, or where the customer
    has no price for it. `saved`: by how much that is less than what they replace.
    """

    sku: Sku
    available: int
    units: int
    price: PricedLine | None
    saved: Decimal = ZERO


def has_substitutes(sku_id: int) -> bool:
    """Whether the catalogue names any that is still sold."""
    return _substitutes(sku_id).exists()


def candidates_for(line: FulfilmentLine, units: int) -> list[Candidate]:
    """What may stand in for `units` of the line, the best one first; nothing is kept of it.

    Four queries whatever the number of candidates.
    """
    work, replaced = line.fulfilment_order, line.order_line
    skus = [row.substitute for row in _substitutes(replaced.sku_id).select_related("substitute")]
    places = [one.pk for one in stand_in_places(work)]
    found = availability_by_sku(
        [sku.pk for sku in skus], location_ids=places, channel=work.order.channel.code
    )
    there = {sku.pk: sum(max(here, 0) for here in found.get(sku.pk, {}).values()) for sku in skus}
    had = {sku_id: min(units, most) for sku_id, most in there.items()}
    wanted = {sku_id: count for sku_id, count in had.items() if count}
    prices = stand_in_prices(work.order, replaced, wanted)
    saved = {
        sku_id: freed_value(work.order, replaced, had[sku_id]) - price.gross
        for sku_id, price in prices.items()
    }
    return [
        Candidate(sku, there[sku.pk], had[sku.pk], prices.get(sku.pk), saved.get(sku.pk, ZERO))
        for sku in skus
    ]


def _substitutes(sku_id: int) -> QuerySet[Substitute]:
    return Substitute.objects.filter(sku=sku_id, substitute__status=SkuStatus.ACTIVE)
