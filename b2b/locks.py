"""Locking companies: first in the global order, before baskets, orders and stock.

Whoever holds a company's row may spend its credit: exposure is read and an order added in one
piece, so that two buyers cannot both spend the last of it.
"""

from b2b.models import Basket, Company
from oms.core.errors import NotFound
from oms.core.locks import lock_rows


def company_for_update(company_id: int) -> Company:
    """The company, locked. Raises NotFound."""
    rows = lock_rows(Company.objects.filter(pk=company_id))
    if not rows:
        raise NotFound
    return rows[0]


def basket_for_update(user_id: int, company_id: int) -> Basket:
    """A person's basket for a company, locked; made if there is none."""
    Basket.objects.bulk_create(
        [Basket(user_id=user_id, company_id=company_id)], ignore_conflicts=True
    )
    return lock_rows(Basket.objects.filter(user_id=user_id, company_id=company_id))[0]
