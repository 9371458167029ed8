"""A Celery worker that comes to a halt at one point of a stock batch, to be killed there.

`FAULT_POINT` names the point, `FAULT_MARK` the file that is made when it is reached.
"""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from tests.faults.worker import app  # isort: skip - it sets Django up

from inventory.services import batch_statements, batch_work
from oms.core import jobs

jobs.STALE = timedelta(seconds=1)
# The function after which the worker halts. `_book` ends before its transaction commits, and
# `_apply_patiently` after it, before the job is marked.
HALTS = {
    "staging": "_stage_plain",
    "before the commit": "_book",
    "after the commit": "_apply_patiently",
}


def halting(work: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(work)
    def halted(*args: Any) -> Any:
        work(*args)
        Path(os.environ["FAULT_MARK"]).touch()
        time.sleep(600)

    return halted


point = os.environ.get("FAULT_POINT", "")
if point in HALTS:
    setattr(batch_work, HALTS[point], halting(getattr(batch_work, HALTS[point])))
elif point == "storing errors":
    # In the middle of the statement: the server goes on with it, and finds nobody there.
    end = "SELECT COUNT(DISTINCT line) FROM wrong"
    assert end in batch_statements.ERRORS
    batch_statements.ERRORS = batch_statements.ERRORS.replace(
        end, "SELECT COUNT(DISTINCT line), pg_sleep(2) FROM wrong"
    )
    check = batch_work._check

    def marked(*args: Any) -> None:
        Path(os.environ["FAULT_MARK"]).touch()
        check(*args)

    batch_work._check = marked

__all__ = ["app"]
