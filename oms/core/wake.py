"""Waking Celery after a commit, cheaply and without ever failing the request.

A wake-up is a hint. It is sent at most once per task name and `WINDOW` and process, to run at the
window's end, when every commit of the window is visible; if the broker is down it is dropped,
because the sweep delivers the same rows a few seconds later.
"""

import time
from threading import Lock

import structlog
from celery import current_app
from django.db import transaction

log = structlog.get_logger(__name__)

WINDOW = 0.2
# After a failure nobody is woken for so long: not every request should wait for a dead broker.
PAUSE = 5.0
_next_wake: dict[str, float] = {}
_guard = Lock()


def wake_on_commit(task: str) -> None:
    """Have a worker run `task` (a name, no arguments) shortly after the transaction commits."""
    transaction.on_commit(lambda: _wake(task))


def _wake(task: str) -> None:
    present = time.monotonic()
    with _guard:
        if present < _next_wake.get(task, 0.0):
            return
        _next_wake[task] = present + WINDOW
    try:
        current_app.send_task(task, countdown=WINDOW, ignore_result=True)
    except Exception as error:  # whatever the transport raises, the row is safe and will be swept
        with _guard:
            _next_wake[task] = time.monotonic() + PAUSE
        log.warning("wake.dropped", task=task, error=type(error).__name__)
