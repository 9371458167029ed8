"""What both imports share: reading rows with progress, fingerprints, the confirmed plan."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from oms.core.actors import Actor, system_actor, user_actor
from oms.core.errors import Conflict, InvalidInput, Issue
from oms.core.jobs import JobRun
from oms.core.tabular import Table, read_table

R = TypeVar("R")
PROGRESS_EVERY = 1000
# How many changes a preview shows; the counts tell of all.
SAMPLE = 200


class PreviewOutdated(Conflict):
    """What would be applied is no longer what was shown."""

    code = "preview_outdated"
    title = _("Something changed since the preview: nothing was applied; look at it again")


def actor_of(job: JobRun) -> Actor:
    """Whoever started the job."""
    user = job.job.created_by
    return user_actor(user) if user is not None else system_actor("import")


def open_table(job: JobRun, *, required: tuple[str, ...], allowed: Callable[[str], bool]) -> Table:
    """The uploaded table. Raises InvalidInput for missing and unknown columns."""
    table = read_table(job.upload, job.job.upload_name, max_rows=settings.IMPORT_MAX_ROWS)
    issues = [
        Issue(name, _("The column %(name)s is missing") % {"name": name}, "column_missing", 1)
        for name in required
        if name not in table.header
    ]
    issues += [
        Issue(
            name,
            _("There is no column %(name)s: correct its name or take it out") % {"name": name},
            "column_unknown",
            1,
        )
        for name in table.header
        if name and not allowed(name)
    ]
    if issues:
        job.errors([issue.as_dict() for issue in issues])
        raise InvalidInput(issues)
    return table


def read_rows(
    job: JobRun, table: Table, parse: Callable[[int, dict[str, str]], R]
) -> tuple[list[R], list[Issue]]:
    """Every row parsed, and what was wrong with those that could not be."""
    rows: list[R] = []
    issues: list[Issue] = []
    for count, (number, cells) in enumerate(table.rows, start=1):
        try:
            rows.append(parse(number, cells))
        except InvalidInput as error:
            issues += error.issues
        if count % PROGRESS_EVERY == 0:
            job.progress(count, 0)
    return rows, issues


def report_issues(job: JobRun, issues: list[Issue]) -> None:
    """Keep the row errors, in the order of the file."""
    issues.sort(key=lambda issue: issue.row or 0)
    job.errors([issue.as_dict() for issue in issues])


def refuse_if_wrong(job: JobRun, issues: list[Issue]) -> None:
    """Unless the good rows are to be kept, one bad row refuses the file.

    Replacing everything by a file with errors would take away what the bad rows meant to set.
    """
    if issues and (job.params.get("replace") or not job.params.get("keep_good")):
        rows = len({issue.row for issue in issues})
        raise InvalidInput(
            issues, _("Nothing was applied: %(rows)d rows have errors") % {"rows": rows}
        )


def fingerprint(plan: Any) -> str:
    """What makes two plans the same: every change with its old and new value."""
    text = json.dumps(plan, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def check_confirmed(job: JobRun, plan: str) -> None:
    """Raise PreviewOutdated if a preview was confirmed and this is not what it showed."""
    shown = job.params.get("plan")
    if shown and shown != plan:
        raise PreviewOutdated
