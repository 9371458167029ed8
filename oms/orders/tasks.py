"""What beat starts for orders."""

from celery import shared_task

from oms.core.actors import system_actor
from oms.orders.services.backorders import back_orders_serve
from oms.orders.services.holding import basket_holds_prune
from oms.orders.services.redating import back_orders_overdue_redate


@shared_task
def basket_hold_prune() -> int:
    """Forget baskets that lapsed long ago; their stock came free at their deadline."""
    return basket_holds_prune()


@shared_task
def back_order_serve() -> int:
    """Put to work what waited for goods that are there now."""
    return back_orders_serve(actor=system_actor("beat"))


@shared_task
def back_order_redate() -> int:
    """Let what did not come on its day be expected when it is due now."""
    return back_orders_overdue_redate()
