"""Jobs: long work with progress, as rows. Celery runs them; a sweep restarts what a dead one left.

A runner is a function `run(job: JobRun) -> dict` named in settings `JOB_RUNNERS`. It may run again
after a crash, so it must apply its work in one transaction or be able to resume. It reports
through the `JobRun` outside that transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.module_loading import import_string

from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import DomainError
from oms.core.models import Job
from oms.core.wake import wake_on_commit

log = structlog.get_logger(__name__)

STALE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
KEPT_ERRORS = 1000


class JobCancelled(Exception):
    """Raised inside a runner when somebody asked to stop; nothing more may be applied."""


class JobRun:
    """What a runner sees of its job: parameters, upload, and the way to report."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.params: dict[str, Any] = job.params
        self.upload = bytes(job.upload) if job.upload is not None else b""

    def progress(self, done: int, total: int) -> None:
        """Report progress and prove to be alive. Call outside transactions, every second or so.

        Raises JobCancelled when somebody pressed cancel, or when this worker was silent for so
        long that another one has taken the job over.
        """
        held = self._mine().update(done=done, total=total, heartbeat_at=now())
        if not held or self._mine().filter(cancel_requested=True).exists():
            raise JobCancelled

    def _mine(self) -> QuerySet[Job]:
        return _held(self.job)

    def errors(self, errors: Sequence[Mapping[str, Any]]) -> None:
        """Keep the row errors (at most 1,000 of them; the count is exact)."""
        self._mine().update(
            errors=[dict(error) for error in errors[:KEPT_ERRORS]], error_count=len(errors)
        )


class Runner(Protocol):
    def __call__(self, job: JobRun) -> dict[str, Any]: ...


@transaction.atomic
def job_start(
    kind: str,
    *,
    title: str,
    actor: Actor,
    params: Mapping[str, Any] | None = None,
    upload: bytes | None = None,
    upload_name: str = "",
) -> Job:
    """Queue a job of a kind in `JOB_RUNNERS`; a worker starts it after the commit."""
    if kind not in settings.JOB_RUNNERS:
        raise ValueError(f"No runner for job kind {kind}")
    job = Job.objects.create(
        kind=kind,
        title=title,
        params=dict(params or {}),
        upload=upload,
        upload_name=upload_name,
        created_by=actor.user,
    )
    audit_record("job.started", job, actor=actor, data={"kind": kind})
    wake_on_commit("oms.core.tasks.job_sweep")
    return job


@transaction.atomic
def job_cancel(job: Job, *, actor: Actor) -> None:
    """Ask a job to stop; one that has not begun is cancelled at once."""
    Job.objects.filter(pk=job.pk, status=Job.Status.QUEUED).update(
        status=Job.Status.CANCELLED, finished_at=now()
    )
    Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING).update(cancel_requested=True)
    audit_record("job.cancel_requested", job, actor=actor)


def jobs_run() -> int:
    """Run every job that waits, or whose worker died; the number run."""
    ran = 0
    while (job := _claim()) is not None:
        _run(job)
        ran += 1
    return ran


def _claim() -> Job | None:
    waiting = Q(status=Job.Status.QUEUED) | Q(
        status=Job.Status.RUNNING, heartbeat_at__lt=now() - STALE
    )
    for pk in Job.objects.filter(waiting).order_by("pk").values_list("pk", flat=True)[:20]:
        claimed = Job.objects.filter(waiting, pk=pk).update(
            status=Job.Status.RUNNING, heartbeat_at=now(), attempts=F("attempts") + 1
        )
        if claimed:
            return Job.objects.get(pk=pk)
    return None


def _run(job: Job) -> None:
    if job.attempts > MAX_ATTEMPTS:
        _finish(job, Job.Status.FAILED, {"detail": "The worker died too often on this job"})
        return
    try:
        result = runner_of(job.kind)(JobRun(job))
    except JobCancelled:
        _finish(job, Job.Status.CANCELLED, {})
    except DomainError as error:
        _finish(job, Job.Status.FAILED, {"code": error.code, "detail": str(error.detail)})
    except Exception:
        log.exception("job.failed", job=job.pk, kind=job.kind)
        _finish(job, Job.Status.FAILED, {"detail": "Unexpected error; the log has the details"})
    else:
        _finish(job, Job.Status.DONE, result)


def _held(job: Job) -> QuerySet[Job]:
    """The job's row, while the claim that `job` was read with is the latest one."""
    return Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, attempts=job.attempts)


def _finish(job: Job, status: Job.Status, result: dict[str, Any]) -> None:
    _held(job).update(status=status, result=result, finished_at=now(), heartbeat_at=now())


@cache
def runner_of(kind: str) -> Runner:
    """The runner settings name for `kind`."""
    runner: Runner = import_string(settings.JOB_RUNNERS[kind])
    return runner
