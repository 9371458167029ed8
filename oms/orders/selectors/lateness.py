"""What should have happened by now."""

from django.db.models import Q

from oms.core.clock import now
from oms.orders.status import FULFILMENT_UNREADY


def work_overdue() -> Q:
    """The fulfilment orders that should be ready by now and are not."""
    return Q(status__in=FULFILMENT_UNREADY, promised_at__lt=now())
