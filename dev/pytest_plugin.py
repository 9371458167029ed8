"""Lets `pytest` run by itself: services are up and configured before settings load.

Several runs may go on at once in one clone: each takes a slot, and a slot has
a test database and Redis databases of its own.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from dev import browser, environment, paths

SLOTS = 8
WORKERS_PER_SLOT = 16
_held: list[int] = []


def _take_slot() -> int:
    """A number no other run in this clone has; held until this process ends."""
    folder: Path = paths.local_folder()
    for slot in range(SLOTS):
        descriptor = os.open(folder / f"pytest-{slot}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            continue
        _held.append(descriptor)
        return slot
    paths.die(f"{SLOTS} test runs are going on in this clone already")


def _redis_database(url: str, number: int) -> str:
    return f"{url.rpartition('/')[0]}/{number}"


def _prepare() -> None:
    """Set the environment, in the main process and again in each xdist worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        own_redis = not os.environ.get("REDIS_URL")
        environment.prepare("test")
        slot = _take_slot()
        os.environ["OMS_TEST_SLOT"] = str(slot)
        os.environ.setdefault("TEST_DATABASE", f"test_oms_{slot}" if slot else "test_oms")
        # A server of the caller's own may have fewer databases, or share them.
        os.environ["OMS_TEST_OWN_REDIS"] = "1" if own_redis else ""
    if os.environ.get("OMS_TEST_OWN_REDIS"):
        slot = int(os.environ.get("OMS_TEST_SLOT", "0"))
        offset = int(worker.removeprefix("gw")) % (WORKERS_PER_SLOT - 1) + 1 if worker else 0
        url = _redis_database(os.environ["REDIS_URL"], slot * WORKERS_PER_SLOT + offset)
        os.environ["REDIS_URL"] = url
    found = browser.find()
    if found:
        os.environ["OMS_CHROMIUM"] = found


# At import, because pytest-django reads the settings before any hook of ours runs.
_prepare()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share a browser or race on purpose in one worker, in turn."""
    no_browser = pytest.mark.skip(reason="no Chromium found; see docs on browser tests")
    for item in items:
        for name in ("browser", "concurrency", "faults"):
            if item.get_closest_marker(name) and not item.get_closest_marker("xdist_group"):
                item.add_marker(pytest.mark.xdist_group(name))
        if item.get_closest_marker("browser") and not os.environ.get("OMS_CHROMIUM"):
            item.add_marker(no_browser)
