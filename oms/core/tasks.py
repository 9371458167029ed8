"""Celery tasks of the core. Each is safe to run never, once, or twice at once."""

from celery import shared_task

from oms.core.clock import now
from oms.core.events import events_deliver
from oms.core.health import BEAT
from oms.core.idempotency import idempotency_prune as prune
from oms.core.jobs import jobs_run
from oms.core.models import Heartbeat


@shared_task
def beat_tick() -> None:
    """Prove that beat, the broker and a worker work together."""
    Heartbeat.objects.update_or_create(name=BEAT, defaults={"at": now()})


@shared_task
def event_deliver() -> int:
    return events_deliver()


@shared_task
def job_sweep() -> int:
    return jobs_run()


@shared_task
def idempotency_prune() -> int:
    return prune()
