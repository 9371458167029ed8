"""Events: facts written with the change that made them true (the outbox pattern).

Delivery is at least once and in order per aggregate. A broker message only wakes a worker; the
row is the record, and beat's sweep finds whatever a lost message left behind. An event's handlers
(settings `EVENT_HANDLERS`) run in one transaction with the mark "delivered", so what they write
happens exactly once however often the delivery is tried.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from oms.core.actors import Actor
from oms.core.audit import audit_record_many
from oms.core.clock import now
from oms.core.locks import CLAIM_EVENTS, lock_rows, lock_unlocked_rows, require_transaction
from oms.core.models import Event
from oms.core.sql import rows_insert
from oms.core.wake import wake_on_commit

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 5
# How long a claimed event is left alone: past it, its worker is taken for dead.
LEASE = timedelta(seconds=30)
BATCH = 20


def event_add(
    event_type: str, *, aggregate: str, aggregate_id: UUID, payload: Mapping[str, Any]
) -> Event:
    """Write an event in the current transaction; a worker is woken after the commit.

    `payload` is JSON-safe and carries what the readers need. Lock the aggregate's row first:
    that is what makes `position` order the order of commits.
    """
    require_transaction()
    event = Event(
        type=event_type,
        aggregate_type=aggregate,
        aggregate_id=aggregate_id,
        payload=dict(payload),
    )
    rows_insert([event])
    wake_on_commit("oms.core.tasks.event_deliver")
    return event


def events_deliver(limit: int = 10_000) -> int:
    """Deliver due events until none is left (or `limit`); the number delivered.

    An event that failed before is claimed alone: if it kills the worker, no neighbour is blamed.
    """
    delivered = 0
    while delivered < limit:
        positions = _claim(retries=True, limit=1) + _claim(retries=False, limit=BATCH)
        if not positions:
            break
        delivered += sum(_deliver(position) for position in positions)
    return delivered


def _claim(*, retries: bool, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM_EVENTS, {"lease": now() + LEASE, "now": now(), "retries": retries, "limit": limit}
        )
        return sorted(row[0] for row in cursor.fetchall())


def _deliver(position: int) -> bool:
    try:
        with transaction.atomic():
            rows = lock_unlocked_rows(
                Event.objects.filter(position=position, state=Event.State.PENDING)
            )
            if not rows:
                return False
            event = rows[0]
            if event.attempts > MAX_ATTEMPTS:
                event.state = Event.State.DEAD
                event.save(update_fields=["state"])
                log.error("event.dead", event_type=event.type, position=position)
                return False
            for handler in handlers_of(event.type):
                handler(event)
            event.state = Event.State.DELIVERED
            event.delivered_at = now()
            event.save(update_fields=["state", "delivered_at"])
    except Exception as error:
        log.exception("event.failed", position=position)
        _postpone(position, error)
        return False
    return True


def _postpone(position: int, error: Exception) -> None:
    event = Event.objects.only("attempts").get(position=position)
    given_up = event.attempts >= MAX_ATTEMPTS
    # Another worker may have delivered it since: what is delivered stays so.
    Event.objects.filter(position=position, state=Event.State.PENDING).update(
        last_error=f"{type(error).__name__}: {error}"[:2000],
        due_at=now() + timedelta(seconds=2**event.attempts),
        state=Event.State.DEAD if given_up else Event.State.PENDING,
    )


@cache
def handlers_of(event_type: str) -> tuple[Callable[[Event], None], ...]:
    """The handlers of an event type, in the order settings give them."""
    return tuple(import_string(path) for path in settings.EVENT_HANDLERS.get(event_type, ()))


@transaction.atomic
def events_retry(positions: Collection[int], *, actor: Actor) -> int:
    """Give dead events another five attempts each; the number that were dead.

    Later events of the same aggregates have gone ahead meanwhile: readers take the newest state.
    """
    events = lock_rows(Event.objects.filter(position__in=positions, state=Event.State.DEAD))
    Event.objects.filter(position__in=[event.position for event in events]).update(
        state=Event.State.PENDING, attempts=0, due_at=now()
    )
    audit_record_many("event.retried", events, actor=actor)
    if events:
        wake_on_commit("oms.core.tasks.event_deliver")
    return len(events)
