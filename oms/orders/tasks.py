"""What beat starts for orders."""

from celery import shared_task

from oms.orders.services.holding import basket_holds_prune


@shared_task
def basket_hold_prune() -> int:
    """Forget baskets that lapsed long ago; their stock came free at their deadline."""
    return basket_holds_prune()
