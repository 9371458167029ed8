"""A kept connection is looked at before each request: asking over it would cost a round trip."""

import time

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_silent_connection_is_used_without_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()

    def asked(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("The server was asked")

    monkeypatch.setattr(connection.connection, "cursor", asked)
    assert connection.is_usable()


def test_a_connection_that_the_server_ended_is_not_usable() -> None:
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()
    until = time.monotonic() + 5
    while connection.is_usable() and time.monotonic() < until:
        time.sleep(0.01)
    assert not connection.is_usable()
    connection.close()
    connection.ensure_connection()
    assert connection.is_usable()


def test_a_connection_that_we_closed_is_not_usable() -> None:
    connection.ensure_connection()
    connection.connection.close()
    assert not connection.is_usable()
    connection.close()
