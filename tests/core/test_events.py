import threading
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction

from oms.core import events
from oms.core.actors import system_actor
from oms.core.clock import now
from oms.core.models import AuditEntry, Event, Heartbeat
from tests.core.factories import add_event, make_user

pytestmark = pytest.mark.django_db
seen: list[int] = []
poisoned: set[int] = set()


def handler(event):
    """Leaves a row per delivery, and refuses what the test calls poison."""
    seen.append(event.position)
    Heartbeat.objects.create(name=f"{event.position}:{len(seen)}", at=now())
    if event.position in poisoned:
        raise ValueError("poison for ada@example.com")


@pytest.fixture(autouse=True)
def handlers(settings):
    settings.EVENT_HANDLERS = {"test.happened": [f"{__name__}.handler"]}
    events.handlers_of.cache_clear()
    seen.clear()
    poisoned.clear()
    yield
    events.handlers_of.cache_clear()


def effects(event):
    """How many rows the deliveries of `event` left behind."""
    return Heartbeat.objects.filter(name__startswith=f"{event.position}:").count()


def test_an_event_is_delivered_once_with_its_effect():
    event = add_event()
    assert events.events_deliver() == 1
    assert events.events_deliver() == 0
    event.refresh_from_db()
    assert event.state == Event.State.DELIVERED
    assert event.delivered_at is not None
    assert effects(event) == 1


def test_an_event_nobody_handles_is_delivered():
    add_event("test.ignored")
    assert events.events_deliver() == 1


def test_what_is_rolled_back_did_not_happen():
    @transaction.atomic
    def fail():
        events.event_add("test.happened", aggregate="test", aggregate_id=uuid4(), payload={})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not Event.objects.exists()


def test_events_of_one_aggregate_come_in_order():
    first, second = uuid4(), uuid4()
    written = [add_event(aggregate_id=one).position for one in (first, second, first, second)]
    events.events_deliver()
    assert [p for p in seen if p in written[::2]] == written[::2]
    assert [p for p in seen if p in written[1::2]] == written[1::2]


def test_a_failing_event_holds_up_its_own_aggregate_only():
    sick, well = uuid4(), uuid4()
    poison, behind, other = (add_event(aggregate_id=one) for one in (sick, sick, well))
    poisoned.add(poison.position)
    assert events.events_deliver() == 1
    other.refresh_from_db()
    behind.refresh_from_db()
    assert other.state == Event.State.DELIVERED
    assert behind.state == Event.State.PENDING
    assert effects(poison) == 0, "a failed delivery leaves nothing behind"


def test_poison_ends_dead_after_five_attempts_and_what_waited_flows():
    aggregate = uuid4()
    poison, behind = add_event(aggregate_id=aggregate), add_event(aggregate_id=aggregate)
    poisoned.add(poison.position)
    moment = now()
    for _attempt in range(events.MAX_ATTEMPTS):
        with time_machine.travel(moment):
            events.events_deliver()
        moment += timedelta(minutes=5)
    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == (Event.State.DEAD, events.MAX_ATTEMPTS)
    assert "ValueError" in poison.last_error
    with time_machine.travel(moment):
        events.events_deliver()
    behind.refresh_from_db()
    assert behind.state == Event.State.DELIVERED
    assert seen.count(poison.position) == events.MAX_ATTEMPTS
    assert effects(poison) == 0


def test_attempts_come_ever_later():
    event = add_event()
    poisoned.add(event.position)
    waits = []
    with time_machine.travel(now(), tick=False) as clock:
        for _attempt in range(events.MAX_ATTEMPTS):
            events.events_deliver()
            event.refresh_from_db()
            waits.append(event.due_at - now())
            clock.move_to(event.due_at)
    assert waits == sorted(set(waits))


def test_a_dead_event_can_be_tried_again_and_that_is_audited():
    event = add_event()
    poisoned.add(event.position)
    moment = now()
    for _attempt in range(events.MAX_ATTEMPTS):
        with time_machine.travel(moment):
            events.events_deliver()
        moment += timedelta(minutes=5)
    alive = add_event()
    poisoned.clear()
    assert events.events_retry([event.position, alive.position], actor=system_actor()) == 1
    events.events_deliver()
    event.refresh_from_db()
    assert event.state == Event.State.DELIVERED
    assert effects(event) == 1
    assert AuditEntry.objects.get(action="event.retried").object_id == str(event.pk)


def test_a_worker_killed_between_claim_and_delivery_loses_nothing():
    event = add_event()
    assert events._claim(retries=False, limit=20) == [event.position]
    assert events.events_deliver() == 0, "the lease keeps others away"
    with time_machine.travel(now() + events.LEASE + timedelta(seconds=1)):
        assert events.events_deliver() == 1
    assert effects(event) == 1


def test_an_event_that_kills_its_workers_ends_dead():
    event = add_event()
    moment = now()
    for attempt in range(events.MAX_ATTEMPTS):
        with time_machine.travel(moment):
            assert events._claim(retries=attempt > 0, limit=1) == [event.position]
        moment += events.LEASE + timedelta(seconds=1)
    with time_machine.travel(moment):
        assert events.events_deliver() == 0
    event.refresh_from_db()
    assert event.state == Event.State.DEAD
    assert not seen


def test_one_that_failed_before_is_claimed_alone():
    sick, others = add_event(), [add_event() for _ in range(3)]
    poisoned.add(sick.position)
    events.events_deliver()
    with time_machine.travel(now() + timedelta(minutes=5)):
        assert events._claim(retries=True, limit=1) == [sick.position]
    assert others


def work():
    try:
        events.events_deliver()
    finally:
        connection.close()


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_workers_at_once_deliver_each_event_once_and_in_order():
    aggregates = [uuid4() for _ in range(8)]
    written = {one: [] for one in aggregates}
    for _turn in range(6):
        for one in aggregates:
            written[one].append(add_event(aggregate_id=one).position)
    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    work()
    assert not Event.objects.exclude(state=Event.State.DELIVERED).exists()
    assert sorted(seen) == sorted(p for positions in written.values() for p in positions)
    for positions in written.values():
        assert [p for p in seen if p in positions] == positions


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_control_without_the_mark_a_second_worker_delivers_again():
    """Takes the mark "delivered" away: the test above would see a second delivery."""
    user = make_user()
    events_before = [add_event(aggregate_id=user.uid) for _ in range(3)]
    for _worker in range(2):
        work()
        Event.objects.update(state=Event.State.PENDING, attempts=0, due_at=now())
    assert len(seen) == 2 * len(events_before)
