import threading
from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.db import connection
from rest_framework.test import APIClient

from oms.core import idempotency
from oms.core.clock import now
from oms.core.models import IdempotencyRecord, User
from tests.core import urls
from tests.core.factories import make_key

pytestmark = [pytest.mark.urls("tests.core.urls")]
URL = "/api/write/"


def write(client, key, body=None, **extra):
    return client.post(URL, body or {}, "json", headers={"Idempotency-Key": key}, **extra)


def client_with(token):
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.mark.django_db
def test_the_same_request_again_is_answered_byte_for_byte(api):
    first = write(api, "k1", {"name": "Ada"})
    again = write(api, "k1", {"name": "Ada"})
    assert first.status_code == again.status_code == HTTPStatus.CREATED
    assert first.content == again.content
    assert first["Location"] == again["Location"]
    assert first["Content-Type"] == again["Content-Type"]
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "body"), [(URL, {"name": "Bob"}), (f"{URL}?dry_run=1", {"name": "Ada"})]
)
def test_the_same_key_with_another_request_is_422(api, path, body):
    write(api, "k1", {"name": "Ada"})
    answer = api.post(path, body, "json", headers={"Idempotency-Key": "k1"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["code"] == "idempotency_key_reused"
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "\xe9t\xe9"])
def test_an_unusable_key_is_refused(api, key):
    answer = write(api, key)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "key", ["x" * 255, "order 7/2026 (web)", "3592d526-5673-4cbf-9eb2-9de705ea0946"]
)
def test_any_printable_key_is_good(api, key):
    assert write(api, key).status_code == HTTPStatus.CREATED


@pytest.mark.django_db
def test_callers_do_not_share_keys(api):
    _key, token = make_key("orders:write")
    assert write(api, "k1").json() != write(client_with(token), "k1").json()
    assert User.objects.count() == 2


@pytest.mark.django_db
def test_a_refused_request_changed_nothing_and_its_key_is_free(api):
    assert write(api, "k1", {"refuse": True}).status_code == HTTPStatus.CONFLICT
    assert not IdempotencyRecord.objects.exists()
    assert write(api, "k1", {"refuse": False}).status_code == HTTPStatus.CREATED


@pytest.mark.django_db
def test_answers_are_kept_thirty_days(api):
    first = write(api, "k1")
    with time_machine.travel(now() + idempotency.KEEP - timedelta(minutes=1)):
        assert idempotency.idempotency_prune() == 0
        assert write(api, "k1").content == first.content
    with time_machine.travel(now() + idempotency.KEEP + timedelta(minutes=1)):
        assert idempotency.idempotency_prune() == 1


def storm(keys, token):
    """Post each key at the same moment from a thread of its own; the answers."""
    start = threading.Barrier(len(keys))
    answers = []

    def post(key):
        client = client_with(token)
        start.wait(10)
        try:
            answers.append(write(client, key))
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_twenty_clients_with_one_key_have_one_effect():
    _key, token = make_key("orders:write")
    answers = storm(["k1"] * 20, token)
    made = [answer for answer in answers if answer.status_code == HTTPStatus.CREATED]
    others = [answer for answer in answers if answer.status_code != HTTPStatus.CREATED]
    assert User.objects.count() == 1
    assert made
    assert len({answer.content for answer in made}) == 1
    assert sum("Idempotent-Replayed" not in answer for answer in made) <= 1
    assert {answer.status_code for answer in others} <= {HTTPStatus.CONFLICT}
    assert {answer.json()["code"] for answer in others} <= {"idempotency_key_in_flight"}


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_control_without_the_guard_every_client_has_an_effect(monkeypatch):
    """Proves that the storm above is one."""
    monkeypatch.setattr("oms.core.api.views.idempotent", lambda *, perform, **_rest: perform())
    _key, token = make_key("orders:write")
    storm(["k1"] * 20, token)
    assert User.objects.count() == 20


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_while_the_first_still_runs_the_second_is_told_so():
    _key, token = make_key("orders:write")
    urls.entered.clear()
    urls.leave.clear()
    answers = []

    def first():
        answers.append(write(client_with(token), "k1", {"slow": True}))
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    try:
        assert urls.entered.wait(10)
        second = write(client_with(token), "k1", {"slow": True})
        assert second.status_code == HTTPStatus.CONFLICT
        assert second.json()["code"] == "idempotency_key_in_flight"
        assert second["Retry-After"] == "1"
    finally:
        urls.leave.set()
        thread.join()
    replay = write(client_with(token), "k1", {"slow": True})
    assert answers[0].status_code == HTTPStatus.CREATED
    assert replay.content == answers[0].content
    assert User.objects.count() == 1
