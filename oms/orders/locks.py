"""Locking orders: the order's row first; whoever holds it may change all that belongs to it.

Lines, fulfilment orders, pickups and tenders are only ever changed under their order's lock, so
one lock guards the whole aggregate, and stock rows come after it in the global order.
"""

from uuid import UUID

from django.db.models import QuerySet

from oms.core.errors import NotFound
from oms.core.locks import lock_rows, lock_rows_where, lock_unlocked_rows
from oms.core.sql import fetch_models
from oms.orders.models import BasketHold, FulfilmentOrder, Order, OrderLine

ORDER_OF_FULFILMENT = "id = (SELECT order_id FROM orders_fulfilmentorder WHERE id = %(id)s::bigint)"


def order_for_update(order_id: int) -> Order:
    """The order, locked. Raises NotFound."""
    return _locked("id = %(id)s::bigint", order_id)


def fulfilment_for_update(fulfilment_order_id: int) -> FulfilmentOrder:
    """The fulfilment order, read after its order was locked. Raises NotFound."""
    order = _locked(ORDER_OF_FULFILMENT, fulfilment_order_id)
    fulfilment_order = fetch_models(
        FulfilmentOrder,
        "WHERE orders_fulfilmentorder.id = %(id)s::bigint",
        {"id": fulfilment_order_id},
        related=("location",),
    )[0]
    fulfilment_order.order = order
    return fulfilment_order


def order_unless_held(order_id: int) -> Order | None:
    """The order, locked, unless somebody holds it: for sweeps, which come again."""
    rows = lock_unlocked_rows(Order.objects.filter(pk=order_id))
    return rows[0] if rows else None


def orders_waiting_for_update(lines: QuerySet[OrderLine]) -> list[Order]:
    """The orders of these lines, locked by primary key.

    The one place that locks several orders: whoever calls takes no lock after it.
    """
    return lock_rows(Order.objects.filter(pk__in=lines.values("order")))


def basket_hold_for_update(uid: UUID) -> BasketHold:
    """The held basket, locked; before any stock row. Raises NotFound."""
    rows = lock_rows(BasketHold.objects.select_related("channel").filter(uid=uid))
    if not rows:
        raise NotFound
    return rows[0]


def _locked(which: str, key: int) -> Order:
    rows = lock_rows_where(Order, which, {"id": key})
    if not rows:
        raise NotFound
    return rows[0]
