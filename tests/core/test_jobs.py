from datetime import timedelta

import pytest
import time_machine

from oms.core import jobs
from oms.core.actors import system_actor, user_actor
from oms.core.clock import now
from oms.core.errors import Conflict
from oms.core.jobs import JobCancelled, job_cancel, job_start, jobs_run
from oms.core.models import AuditEntry, Job
from tests.core.factories import make_user

pytestmark = pytest.mark.django_db
ran: list[str] = []


def count(job):
    """Reports ten steps; a test may ask for trouble by parameter."""
    ran.append(job.job.title)
    for step in range(1, 11):
        if step == 6 and job.params.get("cancel"):
            job_cancel(job.job, actor=system_actor())
        if step == 6 and job.params.get("die"):
            raise MemoryError("out of memory at ada@example.com")
        if step == 6 and job.params.get("refuse"):
            raise Conflict("The file is for another store")
        job.progress(step, 10)
    job.errors([{"row": row, "message": "bad"} for row in range(job.params.get("errors", 0))])
    return {"applied": 10, "upload": job.upload.decode()}


@pytest.fixture(autouse=True)
def runners(settings):
    settings.JOB_RUNNERS = {"test.count": f"{__name__}.count"}
    jobs.runner_of.cache_clear()
    ran.clear()
    yield
    jobs.runner_of.cache_clear()


def start(**params):
    return job_start("test.count", title="Count", actor=system_actor(), params=params)


def finished(job):
    jobs_run()
    return Job.objects.get(pk=job.pk)


def test_a_job_runs_once_with_its_upload_and_reports():
    user = make_user()
    job = job_start(
        "test.count",
        title="Count",
        actor=user_actor(user),
        upload=b"1;2",
        upload_name="stock.csv",
    )
    done = finished(job)
    assert (done.status, done.percent, done.total) == (Job.Status.DONE, 100, 10)
    assert done.result == {"applied": 10, "upload": "1;2"}
    assert done.created_by == user
    assert done.finished_at is not None
    assert jobs_run() == 0
    assert AuditEntry.objects.filter(action="job.started", object_id=str(job.pk)).exists()


def test_an_unknown_kind_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="No runner"):
        job_start("test.unknown", title="x", actor=system_actor())
    assert not Job.objects.exists()


def test_errors_are_counted_exactly_and_kept_up_to_a_thousand():
    done = finished(start(errors=1500))
    assert done.error_count == 1500
    assert len(done.errors) == jobs.KEPT_ERRORS


def test_cancel_before_it_begins():
    job = start()
    job_cancel(job, actor=system_actor())
    assert finished(job).status == Job.Status.CANCELLED
    assert not ran


def test_cancel_while_it_runs_stops_it_at_its_next_report():
    done = finished(start(cancel=True))
    assert done.status == Job.Status.CANCELLED
    assert done.done == 6
    assert AuditEntry.objects.filter(action="job.cancel_requested").count() == 1


def test_a_refusal_is_told_in_words_and_a_bug_is_not():
    refused, broken = start(refuse=True), start(die=True)
    jobs_run()
    refused.refresh_from_db()
    broken.refresh_from_db()
    assert refused.status == broken.status == Job.Status.FAILED
    assert refused.result == {"code": "conflict", "detail": "The file is for another store"}
    assert "ada@example.com" not in str(broken.result)


def test_a_job_whose_worker_died_runs_again():
    job = start()
    assert jobs._claim() == job
    assert jobs_run() == 0, "its worker may still be at it"
    with time_machine.travel(now() + jobs.STALE + timedelta(seconds=1)):
        assert jobs_run() == 1
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Job.Status.DONE, 2)


def test_a_worker_that_comes_back_late_has_lost_the_job():
    start()
    late = jobs._claim()
    assert late is not None
    with time_machine.travel(now() + jobs.STALE + timedelta(seconds=1)):
        second = jobs._claim()
    assert second is not None
    with pytest.raises(JobCancelled):
        jobs.JobRun(late).progress(1, 10)
    jobs._finish(late, Job.Status.FAILED, {})
    assert Job.objects.get().status == Job.Status.RUNNING
    jobs.JobRun(second).progress(1, 10)


def test_a_job_that_kills_its_workers_fails_in_the_end():
    job = start()
    moment = now()
    for _death in range(jobs.MAX_ATTEMPTS):
        with time_machine.travel(moment):
            assert jobs._claim() is not None
        moment += jobs.STALE + timedelta(seconds=1)
    with time_machine.travel(moment):
        jobs_run()
    job.refresh_from_db()
    assert job.status == Job.Status.FAILED
    assert "died too often" in job.result["detail"]
    assert not ran
