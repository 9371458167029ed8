"""What the counter shows: the queue, what a search finds, the day's work."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    F,
    Func,
    Prefetch,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, NullIf

from catalog.selectors import kit_components
from inventory.models import Location
from inventory.selectors import locations_visible
from oms.core.actors import Actor
from oms.core.clock import now
from oms.core.permissions import Permission
from oms.notifications.models import Message
from oms.notifications.selectors import messages_about
from oms.orders.models import FIRST_NUMBER, FulfilmentLine
from oms.orders.status import FULFILMENT_OPEN
from stores.deadlines import UNDO
from stores.models import HandOver, Pickup, PutBack, PutBackLine
from stores.status import PickupStatus

TABS = ("to_pick", "ready", "overdue", "put_back")
# A list nobody scrolls through; beyond it, Find is faster.
QUEUE_ROWS = 60
FOUND_ROWS = 20
# Finished orders older than this are looked up in the back office.
RECENT = timedelta(days=30)
MIN_PHONE_DIGITS = 3
MIN_NAME = 2
PUT_BACK_LINES = Prefetch(
    "lines",
    PutBackLine.objects.select_related("order_line__sku")
    .defer("order_line__price_trace")
    .order_by("order_line__position"),
)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    to_pick: int
    ready: int
    overdue: int
    put_back: int

    @property
    def work(self) -> int:
        """What waits for a clerk, not for a customer."""
        return self.to_pick + self.put_back


def stores_of(
    actor: Actor, permission: Permission = Permission.ORDERS_FULFIL
) -> QuerySet[Location]:
    """The collecting locations this clerk works at."""
    stores: QuerySet[Location] = locations_visible(actor, permission).filter(
        is_active=True, collects=True
    )
    return stores


def pickup_rows(actor: Actor | None = None) -> QuerySet[Pickup]:
    """Pickups with what a card shows; two queries more for the items. None: unscoped."""
    rows: QuerySet[Pickup] = (
        Pickup.objects.visible_to(actor, Permission.ORDERS_FULFIL)
        if actor is not None
        else Pickup.objects.all()
    )
    return rows.select_related(
        "location", "fulfilment_order__order__channel", "fulfilment_order__picker"
    ).prefetch_related(
        Prefetch(
            "fulfilment_order__lines",
            FulfilmentLine.objects.select_related("order_line__sku")
            .defer("order_line__price_trace")
            .order_by("order_line__position"),
        )
    )


def pickup_get(uid: Any, *, actor: Actor) -> Pickup:
    """One pickup with all its page needs. Raises NotFound."""
    pickup: Pickup = pickup_rows(actor).get_visible(actor, Permission.ORDERS_FULFIL, uid=uid)  # type: ignore[attr-defined]
    return pickup


def _late(moment: datetime) -> Q:
    """Picking is past the promise, or the customer is past the deadline they were told."""
    return Q(status=PickupStatus.TO_PICK, fulfilment_order__promised_at__lt=moment) | Q(
        status=PickupStatus.READY, collect_by__lt=moment
    )


def queue_counts(location: Location) -> QueueCounts:
    """How much waits in each tab: two queries. What is overdue is also counted where it stands."""
    moment = now()
    sums = Pickup.objects.filter(
        location=location, status__in=[PickupStatus.TO_PICK, PickupStatus.READY]
    ).aggregate(
        to_pick=Count("pk", filter=Q(status=PickupStatus.TO_PICK)),
        ready=Count("pk", filter=Q(status=PickupStatus.READY)),
        overdue=Count("pk", filter=_late(moment)),
    )
    return QueueCounts(
        **sums, put_back=PutBack.objects.filter(location=location, done_at=None).count()
    )


def store_queue(location: Location, tab: str, *, actor: Actor) -> Sequence[Pickup]:
    """The cards of a tab of pickups, most urgent first. Constant queries."""
    rows = pickup_rows(actor).filter(location=location)
    if tab == "ready":
        rows = rows.filter(status=PickupStatus.READY).order_by("collect_by", "pk")
    elif tab == "overdue":
        rows = rows.filter(_late(now())).order_by(
            Coalesce("collect_by", "fulfilment_order__promised_at"), "pk"
        )
    else:
        rows = rows.filter(status=PickupStatus.TO_PICK).order_by(
            "fulfilment_order__promised_at", "pk"
        )
    return list(rows[:QUEUE_ROWS])


def put_back_queue(location: Location, *, actor: Actor) -> Sequence[PutBack]:
    """The cards of the tab of put-back tasks, oldest first. Constant queries."""
    tasks: QuerySet[PutBack] = PutBack.objects.visible_to(actor, Permission.ORDERS_FULFIL)
    return list(
        tasks.filter(location=location, done_at=None)
        .select_related("pickup__fulfilment_order__order", "pickup__fulfilment_order__picker")
        .prefetch_related(PUT_BACK_LINES)
        .order_by("created_at", "pk")[:QUEUE_ROWS]
    )


def loose_units(pickup: Pickup) -> Sequence[PutBack]:
    """Tasks to take cancelled units out of the pickup's bag that are not done yet."""
    open_tasks = pickup.put_backs.filter(whole=False, done_at=None)
    return list(open_tasks.prefetch_related(PUT_BACK_LINES).order_by("pk"))


def put_backs_undoable(pickup: Pickup) -> Sequence[PutBack]:
    """What was put back a moment ago and may have been a slip, newest first."""
    recent = pickup.put_backs.filter(done_at__gt=now() - UNDO)
    return list(recent.prefetch_related(PUT_BACK_LINES).order_by("-done_at"))


def newest_pickup(location: Location) -> int:
    """The id of the newest pickup, by which a page knows that an order came in."""
    newest = Pickup.objects.filter(location=location).order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0


def pickup_find(text: str, *, location: Location, actor: Actor) -> Sequence[Pickup]:
    """This store's orders that fit a number, a name, a phone's last digits or an e-mail.

    What still waits comes first; finished orders of the last 30 days only if nothing else fits.
    """
    fits = _fits(text.strip())
    if fits is None:
        return []
    rows = (
        pickup_rows(actor)
        .filter(location=location)
        .annotate(
            phone_digits=Func(
                F("fulfilment_order__order__phone"),
                Value(r"\D"),
                Value(""),
                Value("g"),
                function="regexp_replace",
                output_field=CharField(),
            )
        )
        .filter(fits)
    )
    waiting = [PickupStatus.TO_PICK, PickupStatus.READY, PickupStatus.EXPIRED]
    ready_first = Case(When(status=PickupStatus.READY, then=0), default=1)
    found = list(rows.filter(status__in=waiting).order_by(ready_first, "pk")[:FOUND_ROWS])
    if found:
        return found
    recent = rows.filter(created_at__gte=now() - RECENT).exclude(status__in=waiting)
    return list(recent.order_by("-created_at", "-pk")[:FOUND_ROWS])


def _fits(text: str) -> Q | None:
    """The condition a search text stands for; None when it is too short to mean anything."""
    order = "fulfilment_order__order__"
    if "@" in text:
        return Q(**{f"{order}email__iexact": text})
    digits = "".join(char for char in text if char.isdigit())
    if digits and len(digits) == len(text.replace(" ", "").lstrip("+#").replace("-", "")):
        fits = Q(**{f"{order}external_id": text})
        if len(digits) >= MIN_PHONE_DIGITS:
            fits |= Q(phone_digits__endswith=digits)
        number = _order_id(digits)
        return fits | Q(**{f"{order}id": number}) if number else fits
    if len(text) < MIN_NAME:
        return None
    fits = Q(**{f"{order}external_id__iexact": text}) | Q(deputy__icontains=text)
    # Every word somewhere in the name, in any order: "Rossi Anna" finds Anna Rossi.
    named = Q()
    for word in text.split():
        named &= Q(**{f"{order}name__icontains": word})
    return fits | named


def _order_id(digits: str) -> int | None:
    number = int(digits) if len(digits) <= 15 else 0
    return number - FIRST_NUMBER if number > FIRST_NUMBER else None


def pickup_elsewhere(text: str, *, location: Location) -> Pickup | None:
    """The pickup of an order number that waits at another store: only where, nothing else."""
    digits = text.strip().lstrip("#").replace(" ", "")
    order_id = _order_id(digits) if digits.isdigit() else None
    if order_id is None:
        return None
    return (
        Pickup.objects.filter(fulfilment_order__order=order_id)
        .exclude(location=location)
        .select_related("location")
        .order_by("pk")
        .first()
    )


def collected_today(location: Location, *, actor: Actor) -> Sequence[HandOver]:
    """Today's hand-overs by the store's clock, newest first, undone ones included."""
    local = now().astimezone(ZoneInfo(location.time_zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    visible = Pickup.objects.visible_to(actor, Permission.ORDERS_FULFIL).filter(location=location)
    return list(
        HandOver.objects.filter(pickup__in=visible, at__gte=midnight)
        .select_related("by", "undone_by", "pickup__fulfilment_order__order")
        .order_by("-at")[:QUEUE_ROWS]
    )


@dataclass(frozen=True, slots=True)
class Undoable:
    """A hand-over or, with `task`, a put-back. `name`: who has the goods, or would have had."""

    at: datetime
    pickup: UUID
    number: int
    name: str
    task: int | None


def undoable(location: Location, *, actor: Actor) -> Undoable | None:
    """What this clerk handed over or put back last here, while it can be undone; one query."""
    if actor.user is None:
        return None
    since, order = now() - UNDO, "pickup__fulfilment_order__order__"
    hand_overs = HandOver.objects.filter(
        pickup__location=location, by=actor.user, undone_at=None, at__gt=since
    ).values_list(
        "at",
        "pickup__uid",
        f"{order}number",
        Coalesce(NullIf("collected_by", Value("")), f"{order}name"),
        Value(None, BigIntegerField()),
    )
    put_backs = PutBack.objects.filter(
        location=location, done_by=actor.user, done_at__gt=since
    ).values_list("done_at", "pickup__uid", f"{order}number", f"{order}name", "pk")
    last = hand_overs.union(put_backs, all=True).order_by("-at").first()
    return Undoable(*last) if last else None


def last_message(pickup: Pickup, kind: str) -> Message | None:
    """The newest message of a kind about the pickup's order: was the customer told?"""
    order_id = str(pickup.fulfilment_order.order_id)
    return messages_about("order", order_id).filter(kind=kind).last()


def units_in_bags(location: Location) -> dict[int, int]:
    """SKU id → units that are picked for orders here: on hand still, but on no shelf. Two queries.

    Kits are the parts that lie in the bag.
    """
    lines = FulfilmentLine.objects.filter(
        fulfilment_order__location=location,
        fulfilment_order__status__in=FULFILMENT_OPEN,
        picked__gt=0,
    ).order_by()
    picked = dict(lines.values_list("order_line__sku").annotate(units=Sum("picked")))
    parts = kit_components(picked)
    units: Counter[int] = Counter()
    for sku_id, number in picked.items():
        for part, per_unit in parts.get(sku_id, [(sku_id, 1)]):
            units[part] += number * per_unit
    return dict(units)
