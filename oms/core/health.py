"""`/healthz`: this process answers. `/readyz`: everything it needs answers too. `/metrics`."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from kombu.exceptions import OperationalError as BrokerDown
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client import REGISTRY as PROCESS_REGISTRY
from prometheus_client.multiprocess import MultiProcessCollector

from oms.core.clock import now
from oms.core.models import Event, Heartbeat, Job

BEAT = "beat"
BEAT_MAX_AGE = timedelta(seconds=60)


def healthz(_request: HttpRequest) -> HttpResponse:
    """Alive: touches nothing else, so that a restart is asked for only when it would help."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """200 when database, migrations, broker and beat (through a worker) are all well, else 503."""
    checks: dict[str, Callable[[], bool]] = {
        "database": _database,
        "migrations": _migrations,
        "broker": _broker,
        "beat": _beat,
    }
    result: dict[str, bool] = {}
    for name, check in checks.items():
        try:
            result[name] = check()
        except (DatabaseError, BrokerDown, OSError):
            result[name] = False
    return JsonResponse(result, status=200 if all(result.values()) else 503)


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


@cache
def _migrated_once() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise DatabaseError("unapplied migrations")


def _migrations() -> bool:
    _migrated_once()  # only success is cached: code and schema of one process do not part
    return True


def _broker() -> bool:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return True


def _beat() -> bool:
    return Heartbeat.objects.filter(name=BEAT, at__gt=now() - BEAT_MAX_AGE).exists()


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, for whoever sends `Authorization: Bearer $METRICS_TOKEN`; else 404."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not constant_time_compare(given, token):
        return HttpResponse(status=404)
    registry = PROCESS_REGISTRY
    if settings.PROMETHEUS_MULTIPROC:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    backlog = (
        f"oms_events_pending {Event.objects.filter(state=Event.State.PENDING).count()}\n"
        f"oms_events_dead {Event.objects.filter(state=Event.State.DEAD).count()}\n"
        f"oms_jobs_open {Job.objects.filter(status__in=['queued', 'running']).count()}\n"
    )
    return HttpResponse(
        generate_latest(registry) + backlog.encode(), content_type=CONTENT_TYPE_LATEST
    )
