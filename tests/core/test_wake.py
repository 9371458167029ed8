import time
from types import SimpleNamespace

import pytest
from celery import Celery
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from oms.core import wake
from oms.core.models import Event
from tests.core.factories import add_event

TASK = "oms.core.tasks.event_deliver"


@pytest.fixture
def sent(monkeypatch):
    tasks = []
    monkeypatch.setattr(
        wake.current_app, "send_task", lambda task, **options: tasks.append((task, options))
    )
    return tasks


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_woken_after_the_commit_not_before(sent):
    with transaction.atomic():
        wake.wake_on_commit(TASK)
        assert not sent
    assert [task for task, _options in sent] == [TASK]


@pytest.mark.django_db(transaction=True)
def test_nobody_is_woken_for_what_was_rolled_back(sent):
    with transaction.atomic():
        wake.wake_on_commit(TASK)
        transaction.set_rollback(True)
    assert not sent


@pytest.mark.django_db(transaction=True)
def test_many_changes_in_one_window_are_one_wake_up_at_its_end(sent, monkeypatch):
    moment = 100.0
    monkeypatch.setattr(wake, "time", SimpleNamespace(monotonic=lambda: moment))
    for _change in range(10):
        add_event()
    assert [options["countdown"] for _task, options in sent] == [wake.WINDOW]
    moment += wake.WINDOW
    for _change in range(10):
        add_event()
    assert len(sent) == 2


@pytest.mark.django_db(transaction=True)
def test_each_task_has_a_window_of_its_own(sent):
    wake.wake_on_commit("a")
    wake.wake_on_commit("b")
    assert [task for task, _options in sent] == ["a", "b"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [ConnectionRefusedError, TimeoutError, ValueError])
def test_a_broker_that_is_down_never_fails_the_request(monkeypatch, error):
    def refuse(*_args, **_options):
        raise error("broker is down")

    monkeypatch.setattr(wake.current_app, "send_task", refuse)
    event = add_event()
    assert Event.objects.get(pk=event.pk).state == Event.State.PENDING


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_is_left_alone_for_a_while(monkeypatch):
    tries = []

    def refuse(*_args, **_options):
        tries.append(1)
        raise ConnectionRefusedError

    monkeypatch.setattr(wake.current_app, "send_task", refuse)
    monkeypatch.setattr(wake, "WINDOW", 0)
    for _change in range(20):
        add_event()
    assert len(tries) == 1


@pytest.mark.django_db(transaction=True)
def test_a_request_does_not_wait_for_a_broker_that_is_gone():
    """The real transport against a closed port."""
    app = Celery("gone", broker="redis://127.0.0.1:1/0")
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    start = time.monotonic()
    with pytest.raises(OperationalError):
        app.send_task(TASK, countdown=wake.WINDOW, ignore_result=True)
    assert time.monotonic() - start < 4
