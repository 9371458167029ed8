"""Row locks of the catalogue. SKUs lock last of all, after stock; nothing else together."""

from collections.abc import Iterable

from catalog.models import DiscountRule, PriceList, Sku
from oms.core.errors import NotFound
from oms.core.locks import lock_rows, require_transaction


def price_list_for_update(price_list_id: int) -> PriceList:
    """The locked list. Raises NotFound."""
    rows = lock_rows(PriceList.objects.filter(pk=price_list_id))
    if not rows:
        raise NotFound
    return rows[0]


def price_lists_for_update() -> None:
    """Lock every list: what parents and children owe each other is checked across lists."""
    lock_rows(PriceList.objects.all())


def discount_rule_for_update(rule_id: int) -> DiscountRule:
    """The locked rule. Raises NotFound."""
    rows = lock_rows(DiscountRule.objects.filter(pk=rule_id))
    if not rows:
        raise NotFound
    return rows[0]


def skus_for_change(sku_ids: Iterable[int]) -> list[Sku]:
    """The locked SKUs, in the one order, for changing what no key stands on.

    The strength an update takes anyway: orders that name the SKUs go on meanwhile.
    """
    require_transaction()
    skus = Sku.objects.filter(pk__in=list(sku_ids)).order_by("pk")
    return list(skus.select_for_update(no_key=True))
