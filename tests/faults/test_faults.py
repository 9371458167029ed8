"""Whatever is killed, nothing acknowledged is lost and no effect happens twice.

The client's own journal of what was acknowledged is compared with the database: balances that
agree among themselves after a crash would not show that something is missing.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.faults.stack import PATIENCE, Stack

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.xdist_group("faults")]
REQUESTS = 100
PAUSE = 0.01


@pytest.fixture(scope="module")
def servers() -> Iterator[Stack]:
    stack = Stack()
    try:
        stack.start()
        yield stack
    finally:
        stack.destroy()


@pytest.fixture
def stack(servers: Stack) -> Iterator[Stack]:
    servers.empty()
    redis.Redis.from_url(servers.urls[1]).flushall()
    yield servers
    servers.stop_processes()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def acknowledged(journal: Path) -> list[int]:
    return [int(line) for line in lines(journal) if line.isdigit()]


def lines(journal: Path) -> list[str]:
    return journal.read_text(encoding="utf-8").split("\n") if journal.exists() else []


def drained(stack: Stack) -> bool:
    return not stack.count("core_event", "state <> 'delivered'") and not stack.count(
        "notifications_message", "status <> 'sent'"
    )


def check(stack: Stack, journal: Path, requests: int = REQUESTS) -> None:
    """All that was acknowledged is there, once; its effects too, in order."""
    numbers = acknowledged(journal)
    assert numbers == list(range(requests))
    kept = stack.rows("SELECT (payload->>'number')::int FROM core_event ORDER BY 1")
    assert [row[0] for row in kept] == numbers
    effects = stack.rows(
        "SELECT event.aggregate_id, event.position FROM core_auditentry AS effect"
        " JOIN core_event AS event ON event.position::text = effect.object_id"
        " WHERE effect.action = 'fault.effect' ORDER BY effect.id"
    )
    assert sorted(position for _aggregate, position in effects) == [
        row[0] for row in stack.rows("SELECT position FROM core_event ORDER BY 1")
    ]
    for aggregate in {aggregate for aggregate, _position in effects}:
        positions = [position for one, position in effects if one == aggregate]
        assert positions == sorted(positions)
    assert stack.count("notifications_message", "status = 'sent'") == requests


def test_a_worker_killed_in_mid_delivery(stack: Stack, journal: Path) -> None:
    worker = stack.worker()
    client = stack.client(journal, 0, REQUESTS, PAUSE)
    for share in (0.1, 0.5):
        wanted = int(REQUESTS * share)
        stack.wait(
            lambda wanted=wanted: stack.count("core_event", "state = 'delivered'") >= wanted,
            "delivery",
        )
        stack.kill(worker)
        assert stack.count("core_event", "state = 'pending'"), "the kill came too late to matter"
        worker = stack.worker()
    assert client.wait(PATIENCE) == 0
    stack.wait(lambda: drained(stack), "recovery")
    check(stack, journal)
    assert not [line for line in lines(journal) if line.startswith("retry")]


def test_a_flushed_broker(stack: Stack, journal: Path) -> None:
    """All wake-ups are lost; the control shows that, the sweep makes up for it."""
    assert stack.client(journal, 0, REQUESTS, 0).wait(PATIENCE) == 0
    redis.Redis.from_url(stack.urls[1]).flushall()
    control = stack.worker(beat=False)
    time.sleep(6)
    assert stack.count("core_event", "state = 'pending'") == REQUESTS
    stack.kill(control)
    stack.worker()
    stack.wait(lambda: drained(stack), "recovery")
    check(stack, journal)


def test_a_broker_that_is_gone(stack: Stack, journal: Path) -> None:
    """Requests are acknowledged as if nothing were; work goes on when the broker is back."""
    stack.worker()
    client = stack.client(journal, 0, REQUESTS, PAUSE)
    stack.wait(lambda: len(acknowledged(journal)) >= REQUESTS // 5, "some requests")
    stack.kill_valkey()
    assert client.wait(PATIENCE) == 0
    assert acknowledged(journal) == list(range(REQUESTS))
    assert not [line for line in lines(journal) if line.startswith("retry")]
    stack.restart_valkey()
    stack.wait(lambda: drained(stack), "recovery")
    check(stack, journal)


def test_a_database_that_is_restarted(stack: Stack, journal: Path) -> None:
    stack.worker()
    client = stack.client(journal, 0, REQUESTS, PAUSE)
    stack.wait(lambda: len(acknowledged(journal)) >= REQUESTS // 4, "some requests")
    stack.crash_postgres()
    before = len(acknowledged(journal))
    assert before < REQUESTS, "the crash came too late to matter"
    stack.restart_postgres()
    assert client.wait(PATIENCE) == 0
    assert [line for line in lines(journal) if line.startswith("retry")]
    stack.wait(lambda: drained(stack), "recovery")
    check(stack, journal)
