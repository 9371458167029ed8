"""Today's figures. Every function is one query, whatever the number of orders or locations."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Min, Q, Sum

from inventory.selectors.shortages import open_shortages
from oms.core.actors import Actor
from oms.core.clock import now, retailer_zone
from oms.core.models import Event, Job
from oms.core.permissions import Permission
from oms.notifications.models import Message
from oms.orders.models import FulfilmentOrder, Order
from oms.orders.selectors.lateness import work_overdue
from oms.orders.status import FULFILMENT_OPEN, FulfilmentStatus

UNPICKED = (FulfilmentStatus.OPEN, FulfilmentStatus.PICKING)
TROUBLE_DAYS = 7
# An event older than this while the system is idle means that nobody delivers.
LATE_EVENT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Sales:
    """One currency's day: what its orders are worth now, which is nothing where cancelled."""

    currency: str
    today: Decimal
    yesterday: Decimal
    orders_today: int
    orders_yesterday: int


@dataclass(frozen=True, slots=True)
class Work:
    """What waits at the locations; `oldest` is the promise that is broken the longest."""

    to_pick: int
    overdue: int
    ready: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the system could not do by itself."""

    dead_events: int
    late_events: int
    failed_jobs: int
    failed_messages: int

    @property
    def any(self) -> bool:
        return bool(
            self.dead_events or self.late_events or self.failed_jobs or self.failed_messages
        )


def day_start(moment: datetime) -> datetime:
    """Midnight of `moment`'s day, in the retailer's zone."""
    local = moment.astimezone(retailer_zone())
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def previous_day(midnight: datetime) -> datetime:
    """The midnight before; not 24 hours earlier, because a day may have 23 or 25."""
    return day_start(midnight - timedelta(hours=12))


def trouble_since() -> datetime:
    """The midnight from which failures count."""
    return day_start(now() - timedelta(days=TROUBLE_DAYS))


def event_is_late() -> Q:
    """The events that somebody should have delivered by now."""
    return Q(state=Event.State.PENDING, occurred_at__lt=now() - LATE_EVENT)


def sales_figures(actor: Actor) -> list[Sales]:
    """Orders and revenue of today and yesterday, the currency with most orders first."""
    today = day_start(now())
    is_today = Q(placed_at__gte=today)
    rows = (
        Order.objects.visible_to(actor, Permission.ORDERS_VIEW)
        .filter(placed_at__gte=previous_day(today))
        .values("currency")
        .annotate(
            today=Sum("current_total", filter=is_today, default=Decimal(0)),
            yesterday=Sum("current_total", filter=~is_today, default=Decimal(0)),
            orders_today=Count("id", filter=is_today),
            orders_yesterday=Count("id", filter=~is_today),
        )
    )
    found = [Sales(**row) for row in rows]
    return sorted(found, key=lambda sales: -(sales.orders_today + sales.orders_yesterday))


def work_figures(actor: Actor) -> Work:
    """Open fulfilment orders by what they wait for."""
    late = work_overdue()
    figures = (
        FulfilmentOrder.objects.visible_to(actor, Permission.ORDERS_VIEW)
        .filter(status__in=FULFILMENT_OPEN)
        .aggregate(
            to_pick=Count("id", filter=Q(status__in=UNPICKED)),
            overdue=Count("id", filter=late),
            ready=Count("id", filter=Q(status=FulfilmentStatus.READY)),
            oldest=Min("promised_at", filter=late),
        )
    )
    return Work(**figures)


def shortage_count(actor: Actor) -> int:
    """Shelves with less than orders have claimed, that nobody has solved yet."""
    return open_shortages(actor).count()


def trouble_figures() -> Trouble:
    """Events, jobs and messages that need a person; failures since `trouble_since` only."""
    since = trouble_since()
    events = Event.objects.exclude(state=Event.State.DELIVERED).aggregate(
        dead=Count("position", filter=Q(state=Event.State.DEAD)),
        late=Count("position", filter=event_is_late()),
    )
    jobs = Job.objects.filter(status=Job.Status.FAILED, finished_at__gte=since).count()
    messages = Message.objects.filter(status=Message.Status.FAILED, created_at__gte=since).count()
    return Trouble(events["dead"], events["late"], jobs, messages)
