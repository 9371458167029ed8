"""A worker killed anywhere in a stock batch: nothing is half applied, and it is applied once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.stack import PATIENCE, Stack
from tests.faults.sync_sender import UNITS, WRONG

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.xdist_group("faults")]
WORKER = "tests.faults.sync_worker"


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
    yield servers
    servers.stop_processes()


def units(stack: Stack, code: str) -> set[int]:
    rows = stack.rows(
        "SELECT stock.on_hand FROM inventory_stock AS stock JOIN inventory_location AS location"
        f" ON location.id = stock.location_id WHERE location.code = '{code}'"
    )
    return {row[0] for row in rows}


def of_batch(code: str) -> str:
    return (
        "batch_id IN (SELECT batch.id FROM inventory_stockbatch AS batch JOIN inventory_location"
        f" AS location ON location.id = batch.location_id WHERE location.code = '{code}')"
    )


def send(stack: Stack, code: str) -> None:
    assert stack.run("-m", "tests.faults.sync_sender", code).wait(PATIENCE) == 0, stack.log()


def check(stack: Stack, code: str) -> None:
    """Applied once: each SKU has one more, each wrong row is stored once, the ledger agrees."""
    stack.wait(lambda: not stack.count("core_job", "status IN ('queued', 'running')"), "the job")
    assert not stack.count("core_job", "status <> 'done'"), stack.log()
    assert units(stack, code) == {UNITS + 1}
    assert stack.count("inventory_stockmovement", "kind = 'adjusted' AND on_hand = 1") % 3 == 0
    assert stack.count("inventory_batcherror", of_batch(code)) == WRONG
    assert not stack.count("inventory_batchchunk")
    assert stack.run("manage.py", "audit_stock").wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("point", "before"),
    [
        ("staging", UNITS),
        ("storing errors", UNITS),
        ("before the commit", UNITS),
        ("after the commit", UNITS + 1),
    ],
)
def test_a_worker_killed_in_a_sync(stack: Stack, tmp_path: Path, point: str, before: int) -> None:
    code, mark = f"L{len(point)}", tmp_path / "mark"
    send(stack, code)
    worker = stack.worker(app=WORKER, FAULT_POINT=point, FAULT_MARK=str(mark))
    stack.wait(mark.exists, f"the halt at {point}")
    stack.kill(worker)
    assert units(stack, code) == {before}
    assert stack.count("core_job", "status = 'running'") == 1, "the kill came too late to matter"
    # Two children: the sweep may give the batch to both.
    stack.worker(app=WORKER)
    check(stack, code)


def test_two_workers_on_one_batch(stack: Stack) -> None:
    """Leases of a second: what one works at, the other takes for dead."""
    send(stack, "TWO")
    for _ in range(2):
        stack.worker(app=WORKER)
    check(stack, "TWO")
