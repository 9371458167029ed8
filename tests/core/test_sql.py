"""Statements as Django writes them, prepared as PostgreSQL reads them."""

import uuid
from decimal import Decimal

import pytest
from django.db import DataError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from oms.core.clock import now
from oms.core.models import IdempotencyRecord, User
from oms.core.sql import fetch_models, fetch_rows, rows_insert

pytestmark = pytest.mark.django_db


def test_a_parameter_may_be_named_twice_and_in_any_order() -> None:
    statement = "SELECT %(b)s::integer - %(a)s::integer, %(b)s::integer %% 4"
    assert fetch_rows(statement, {"a": 2, "b": 7}) == [(5, 3)]


def test_parameters_may_go_by_position() -> None:
    assert fetch_rows("SELECT %s::text, %s::numeric", ["a", Decimal("1.50")]) == [
        ("a", Decimal("1.50"))
    ]


def test_without_parameters_names_are_not_needed() -> None:
    assert fetch_rows("SELECT 1", {}) == [(1,)]


def test_a_parameter_that_is_not_given_is_named() -> None:
    with pytest.raises(KeyError, match="missing"):
        fetch_rows("SELECT %(missing)s::integer", {"a": 1})


def test_statements_are_counted_like_any_other() -> None:
    with CaptureQueriesContext(connection) as queries:
        fetch_rows("SELECT %(a)s::integer", {"a": 1})
    assert [one["sql"] for one in queries] == ["SELECT $1::integer"]


def test_errors_are_djangos_and_spoil_the_transaction_as_always() -> None:
    with pytest.raises(DataError), transaction.atomic():
        fetch_rows("SELECT 1 / %s::integer", [0])
    with transaction.atomic():
        connection.needs_rollback = True
        with pytest.raises(TransactionManagementError):
            fetch_rows("SELECT 1", {})
        connection.needs_rollback = False


def test_what_watches_statements_sees_these_too() -> None:
    seen = []

    def watch(execute, statement, params, many, context):
        seen.append(params)
        return execute(statement, params, many, context)

    with connection.execute_wrapper(watch):
        assert fetch_rows("SELECT %(a)s::integer", {"a": 1}) == [(1,)]
    assert seen == [{"a": 1}]


def test_rows_are_written_as_they_are() -> None:
    key, moment = uuid.uuid4().hex, now()
    body = b'\x00"\\ \xc3\xa8'
    rows_insert(
        [
            IdempotencyRecord(
                principal='a "quoted" è\n',
                key=key,
                fingerprint="0" * 64,
                status=201,
                headers={"X": "y"},
                body=body,
                created_at=moment,
            )
        ]
    )
    record = IdempotencyRecord.objects.get(key=key)
    assert record.principal == 'a "quoted" è\n'
    assert bytes(record.body) == body
    assert record.headers == {"X": "y"}
    assert record.created_at == moment


def _user(**defer: tuple[str, ...]) -> User:
    made = User.objects.create(username="ada", first_name="Ada", last_login=now())
    (found,) = fetch_models(User, "WHERE id = %(id)s::bigint", {"id": made.pk}, **defer)
    return found


def test_a_row_is_the_model_that_the_orm_would_make_of_it() -> None:
    found = _user()
    expected = User.objects.get()
    assert found == expected
    assert not found._state.adding
    assert found._state.db == expected._state.db
    names = [field.attname for field in User._meta.concrete_fields]
    assert [found.__dict__[one] for one in names] == [expected.__dict__[one] for one in names]


def test_a_field_that_is_left_out_is_read_when_somebody_asks_for_it(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    found = _user(defer=("first_name", "last_login"))
    assert found.get_deferred_fields() == {"first_name", "last_login"}
    with django_assert_num_queries(1):
        assert found.first_name == "Ada"
    found.last_name = "Lovelace"
    found.save()
    assert User.objects.get().get_full_name() == "Ada Lovelace"
    assert User.objects.get().last_login is not None
