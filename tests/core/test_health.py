from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from oms.core import health
from oms.core.clock import now
from oms.core.models import Heartbeat
from oms.core.tasks import beat_tick
from tests.core.factories import add_event

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.health_urls")]


@pytest.fixture
def broker(monkeypatch):
    """A broker that answers, without one."""
    monkeypatch.setattr(health, "_broker", lambda: True)


def test_alive_touches_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_ready_when_everything_answers(client, broker):
    beat_tick()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "migrations": True, "broker": True, "beat": True}


@pytest.mark.parametrize("age", [None, health.BEAT_MAX_AGE + timedelta(seconds=1)])
def test_not_ready_without_a_recent_tick_of_beat(client, broker, age):
    if age is not None:
        Heartbeat.objects.create(name=health.BEAT, at=now() - age)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["beat"] is False


def test_not_ready_without_a_broker(client, monkeypatch):
    def down():
        raise ConnectionRefusedError

    monkeypatch.setattr(health, "_broker", down)
    beat_tick()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["broker"] is False
    assert answer.json()["database"] is True


def test_not_ready_without_a_database(client, broker, monkeypatch):
    def down(*_args):
        raise DatabaseError("gone")

    monkeypatch.setattr(connection, "cursor", down)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] is False


def test_metrics_are_for_whoever_holds_the_token(client, settings):
    settings.METRICS_TOKEN = "let-me-in"
    add_event()
    assert client.get("/metrics").status_code == 404
    wrong = client.get("/metrics", headers={"Authorization": "Bearer nonsense"})
    assert wrong.status_code == 404
    answer = client.get("/metrics", headers={"Authorization": "Bearer let-me-in"})
    assert answer.status_code == 200
    assert b"oms_events_pending 1" in answer.content


def test_without_a_token_in_settings_there_are_no_metrics(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
