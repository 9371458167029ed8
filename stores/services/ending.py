"""How a pickup goes on without the customer: reminder, expiry, cancellation, put-back; and back."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from oms.core.actors import Actor
from oms.core.audit import audit_record, audit_record_many
from oms.core.clock import now
from oms.core.errors import NotFound
from oms.orders.models import FulfilmentLine, FulfilmentOrder
from oms.orders.services.fulfilment import fulfilment_expire, fulfilment_reinstate
from stores.deadlines import AT_COUNTER, REMIND_BEFORE, UNDO, expires_at, extended
from stores.errors import AlreadyPutBack, NothingToUndo, NotReady, UndoTooLate
from stores.locks import due_for_update, pickup_for_update
from stores.models import Pickup, PutBack, PutBackLine
from stores.services.events import pickup_event
from stores.services.picking import pickup_move
from stores.status import PickupStatus

log = structlog.get_logger(__name__)

# The columns an extension changes, and its undo.
DEADLINE = ("collect_by", "expires_at", "extended_at", "extended_from")
# What became ready this recently needs no reminder yet.
REMIND_AFTER = timedelta(hours=12)


def pickup_expire_due(*, actor: Actor) -> int:
    """Give up what was not collected in time; how many. Safe to run twice at once.

    Each pickup is a transaction of its own: stock is freed, the order's units are cancelled, what
    was paid is given back, a put-back task appears, and the customer is told.
    """
    return _sweep(_expired, lambda pickup: _expire(pickup, actor=actor))


def pickup_remind_due(*, actor: Actor) -> int:
    """Remind customers whose deadline is near, once each; how many. Safe to run twice at once."""
    return _sweep(_to_remind, lambda pickup: _remind(pickup, actor=actor))


def _sweep(due: Callable[[], QuerySet[Pickup]], act: Callable[[Pickup], None]) -> int:
    """Claim and act on one due pickup after another; one that fails does not stop the others."""
    done = 0
    failed: set[int] = set()
    while True:
        with transaction.atomic():
            pickup = due_for_update(due(), skip=failed)
            if pickup is None:
                return done
            try:
                with transaction.atomic():
                    act(pickup)
            except Exception:
                log.exception("pickup.sweep_failed", pickup=pickup.pk)
                failed.add(pickup.fulfilment_order.order_id)
            else:
                done += 1


def _expired() -> QuerySet[Pickup]:
    due: QuerySet[Pickup] = Pickup.objects.filter(status=PickupStatus.READY, expires_at__lte=now())
    return due


def _expire(pickup: Pickup, *, actor: Actor) -> None:
    fulfilment_expire(pickup.fulfilment_order_id, actor=actor)
    pickup_move(pickup, PickupStatus.EXPIRED)
    pickup.save(update_fields=["status"])
    _bags_put_back([pickup])
    audit_record("pickup.expired", pickup, actor=actor)
    pickup_event("expired", pickup)


def _to_remind() -> QuerySet[Pickup]:
    moment = now()
    # Of the deadline as it is now: an extension is reminded of anew.
    not_yet = Q(reminded_at=None) | Q(reminded_at__lt=F("extended_at"))
    due: QuerySet[Pickup] = Pickup.objects.filter(
        not_yet,
        status=PickupStatus.READY,
        collect_by__gt=moment,
        collect_by__lte=moment + REMIND_BEFORE,
        ready_at__lte=moment - REMIND_AFTER,
    )
    return due


def _remind(pickup: Pickup, *, actor: Actor) -> None:
    pickup.reminded_at = now()
    pickup.save(update_fields=["reminded_at"])
    audit_record("pickup.reminded", pickup, actor=actor)
    pickup_event("reminder", pickup)


@transaction.atomic
def pickup_extend(uid: UUID, *, actor: Actor) -> Pickup:
    """The customer asked for more time: some opening days more. Raises NotReady."""
    pickup = pickup_for_update(uid, actor=actor)
    if pickup.status != PickupStatus.READY or pickup.collect_by is None:
        raise NotReady(status=pickup.status)
    previous = pickup.collect_by
    pickup.collect_by = extended(pickup.location, max(previous, now()))
    pickup.expires_at = expires_at(pickup.location, pickup.collect_by)
    pickup.extended_at, pickup.extended_from = now(), previous
    pickup.save(update_fields=DEADLINE)
    audit_record(
        "pickup.extended",
        pickup,
        actor=actor,
        data={"from": previous.isoformat(), "to": pickup.collect_by.isoformat()},
    )
    return pickup


@transaction.atomic
def pickup_unextend(uid: UUID, *, actor: Actor) -> Pickup:
    """Not longer after all: the deadline is what it was before the last extension.

    If that is over, the goods stay long enough for a customer who stands here. Raises NotReady,
    NothingToUndo, UndoTooLate.
    """
    pickup = pickup_for_update(uid, actor=actor)
    if pickup.status != PickupStatus.READY or pickup.collect_by is None:
        raise NotReady(status=pickup.status)
    if pickup.extended_at is None or pickup.extended_from is None:
        raise NothingToUndo(_("This was undone already"))
    if pickup.extended_at < now() - UNDO:
        raise UndoTooLate(_("The time to undo this is over"))
    later, pickup.collect_by = pickup.collect_by, pickup.extended_from
    before = expires_at(pickup.location, pickup.collect_by)
    pickup.expires_at = max(before, now() + AT_COUNTER)
    pickup.extended_at = pickup.extended_from = None
    pickup.save(update_fields=DEADLINE)
    audit_record(
        "pickup.unextended",
        pickup,
        actor=actor,
        data={"from": later.isoformat(), "to": pickup.collect_by.isoformat()},
    )
    return pickup


@transaction.atomic
def pickup_reinstate(uid: UUID, *, actor: Actor) -> Pickup:
    """A late customer came while the goods still lie at the desk: ready again, for today.

    What was refunded is due again. Raises AlreadyPutBack, InvalidTransition, and
    InsufficientStock when the goods were sold to somebody else meanwhile.
    """
    pickup = pickup_for_update(uid, actor=actor)
    task = pickup.put_backs.filter(whole=True).first()
    if task is not None and task.done_at is not None:
        raise AlreadyPutBack
    pickup_move(pickup, PickupStatus.READY)
    fulfilment_reinstate(pickup.fulfilment_order_id, actor=actor)
    if task is not None:
        task.delete()
    # The customer stands here; the deadline they were told is over and stays over.
    pickup.expires_at = now() + AT_COUNTER
    pickup.save(update_fields=["status", "expires_at"])
    audit_record("pickup.reinstated", pickup, actor=actor)
    return pickup


@transaction.atomic
def pickup_put_back(uid: UUID, *, task_id: int, actor: Actor) -> PutBack:
    """The goods lie on the shelf again. Raises NotFound, AlreadyPutBack."""
    pickup = pickup_for_update(uid, actor=actor)
    task: PutBack | None = pickup.put_backs.filter(pk=task_id).first()
    if task is None:
        raise NotFound
    if task.done_at is not None:
        raise AlreadyPutBack
    task.done_at = now()
    task.done_by = actor.user
    task.save(update_fields=["done_at", "done_by"])
    audit_record("pickup.put_back", pickup, actor=actor)
    return task


@transaction.atomic
def pickup_put_back_undo(uid: UUID, *, task_id: int, actor: Actor) -> PutBack:
    """The goods are still at the desk: the task is open again.

    Raises NotFound, NothingToUndo, UndoTooLate.
    """
    pickup = pickup_for_update(uid, actor=actor)
    task: PutBack | None = pickup.put_backs.filter(pk=task_id).first()
    if task is None:
        raise NotFound
    if task.done_at is None:
        raise NothingToUndo(_("This was undone already"))
    if task.done_at < now() - UNDO:
        raise UndoTooLate(_("The time to undo this is over"))
    task.done_at = task.done_by = None
    task.save(update_fields=["done_at", "done_by"])
    audit_record("pickup.put_back_undone", pickup, actor=actor)
    return task


def pickups_cancelled(fulfilment_orders: Sequence[FulfilmentOrder], *, actor: Actor) -> None:
    """The orders' side cancelled these: end their pickups, under the order's lock."""
    pickups = list(Pickup.objects.filter(fulfilment_order__in=fulfilment_orders).order_by("pk"))
    for pickup in pickups:
        pickup_move(pickup, PickupStatus.CANCELLED)
    Pickup.objects.bulk_update(pickups, ["status"])
    _bags_put_back(pickups)
    audit_record_many("pickup.cancelled", pickups, actor=actor)


def pickup_shrunk(
    fulfilment_order: FulfilmentOrder, units: Mapping[FulfilmentLine, int], *, actor: Actor
) -> None:
    """The orders' side cancelled units that lie in the bag of a pickup that goes on."""
    pickup = Pickup.objects.get(fulfilment_order=fulfilment_order)
    taken = {line.order_line_id: number for line, number in units.items()}
    _tasks_open({pickup: taken}, whole=False)
    audit_record("pickup.shrunk", pickup, actor=actor, data={"units": sum(taken.values())})


def _bags_put_back(pickups: Sequence[Pickup]) -> None:
    """What a clerk took off the shelf for these has to go back there."""
    by_work = {pickup.fulfilment_order_id: pickup for pickup in pickups}
    taken: dict[Pickup, dict[int, int]] = {}
    for line in FulfilmentLine.objects.filter(fulfilment_order__in=by_work, picked__gt=0):
        taken.setdefault(by_work[line.fulfilment_order_id], {})[line.order_line_id] = line.picked
    _tasks_open(taken, whole=True)


def _tasks_open(taken: Mapping[Pickup, Mapping[int, int]], *, whole: bool) -> None:
    """A task for each pickup with the units {order line id: units} that go back."""
    tasks = {
        pickup: PutBack(pickup=pickup, location_id=pickup.location_id, whole=whole)
        for pickup in taken
    }
    PutBack.objects.bulk_create(tasks.values())
    PutBackLine.objects.bulk_create(
        PutBackLine(task=tasks[pickup], order_line_id=line_id, quantity=units)
        for pickup, lines in taken.items()
        for line_id, units in lines.items()
    )
