"""Row locks of the catalogue. Nothing else is locked together with these."""

from catalog.models import DiscountRule, PriceList
from oms.core.errors import NotFound
from oms.core.locks import lock_rows


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
