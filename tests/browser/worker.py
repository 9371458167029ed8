"""A real Celery worker beside the test, with a beat that ticks every second."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse, urlunparse

from django.db import connection

from oms.core.models import Heartbeat

STARTS_WITHIN = 90.0


@dataclass
class Worker:
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_worker(folder: Path) -> Worker:
    """Start one and wait until it has done its first task."""
    log = folder / "worker.log"
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "oms", "worker"]
    command += ["--pool=threads", "--concurrency=2", "--without-gossip", "--without-mingle"]
    command += ["--beat", f"--schedule={folder / 'schedule'}", "--loglevel=warning"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=os.environ | {"DATABASE_URL": _database_url(), "SWEEP_SECONDS": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    worker = Worker(process, log)
    try:
        eventually(lambda: _alive(worker), within=STARTS_WITHIN)
    except AssertionError:
        worker.stop()
        raise
    return worker


def _alive(worker: Worker) -> bool:
    assert worker.process.poll() is None, worker.log.read_text()
    return Heartbeat.objects.exists()


def _database_url() -> str:
    parts = urlparse(os.environ["DATABASE_URL"])
    return urlunparse(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


def eventually(done: Callable[[], object], *, within: float = 20.0) -> None:
    """Wait until `done` answers with something true."""
    end = time.monotonic() + within
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
