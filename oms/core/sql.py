"""Hand-written SQL on the hot path: statements that PostgreSQL plans once per connection.

Django binds parameters on the client, so every execution is parsed and planned anew, and its
inserts are compiled anew. Where a request does little else than a handful of statements, that is
most of the work; here parameters are bound on the server and statements prepared by psycopg.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar, cast

from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models.expressions import DatabaseDefault

M = TypeVar("M", bound=models.Model)
Value = Callable[[models.Model], Any]


@contextmanager
def prepared_cursor() -> Iterator[Any]:
    """A cursor that binds on the server; statements count and log like any other.

    Cast parameters (`%(skus)s::bigint[]`): the server must know their types to plan.
    """
    connection.ensure_connection()
    cursor = cast(Any, ServerBindingCursor)(connection.connection)
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with connection.wrap_database_errors, wrap(cursor) as wrapped:
        yield wrapped


def fetch_rows(statement: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Execute a prepared statement and return its rows."""
    with prepared_cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def array(values: Iterable[object]) -> str:
    """An array literal. As text its type never varies, so neither does the prepared statement."""
    return "{" + ",".join(map(str, values)) + "}"


def text_array(values: Iterable[str | None]) -> str:
    """An array literal of texts; None is NULL."""
    return array("NULL" if value is None else quoted(value) for value in values)


def quoted(value: str) -> str:
    """A text as an element of an array literal."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def rows_insert(rows: Sequence[M]) -> list[M]:
    """Insert new rows of one model in one prepared statement, and set what the database made.

    Like `bulk_create`, without its flexibility: no conflicts, no signals, no batches. A column with
    a database default is left to it when the first row leaves it.
    """
    if not rows:
        return []
    model = type(rows[0])
    left_out = frozenset(
        field.attname
        for field in model._meta.concrete_fields
        if isinstance(rows[0].__dict__.get(field.attname), DatabaseDefault)
    )
    plan = _plan(model, left_out)
    if len(rows) == 1:
        statement, params = plan.one, [value(rows[0]) for value in plan.values]
    else:
        statement = plan.many
        params = [[value(row) for row in rows] for value in plan.values]
    with prepared_cursor() as cursor:
        cursor.execute(statement, params)
        made = cursor.fetchall()
    for row, values in zip(rows, made, strict=True):
        for attname, value in zip(plan.returned, values, strict=True):
            setattr(row, attname, value)
        row._state.adding = False
        row._state.db = connection.alias
    return list(rows)


class _Plan:
    """The statements of one model: one row as VALUES, many as unnest'ed columns."""

    def __init__(self, model: type[models.Model], left_out: frozenset[str]) -> None:
        meta = model._meta
        made = {
            field.attname
            for field in meta.concrete_fields
            if field.generated or field.attname in left_out or isinstance(field, models.AutoField)
        }
        fields = [field for field in meta.concrete_fields if field.attname not in made]
        self.returned = [f.attname for f in meta.concrete_fields if f.attname in made]
        self.values = [_value_of(field) for field in fields]
        types = [str(field.db_type(connection)).partition("(")[0] for field in fields]
        columns = ", ".join(f'"{field.column}"' for field in fields)
        returning = ", ".join(
            f'"{field.column}"' for field in meta.concrete_fields if field.attname in made
        )
        head = f'INSERT INTO "{meta.db_table}" ({columns})'
        scalars = ", ".join(f"%s::{one}" for one in types)
        arrays = ", ".join(
            "%s::text[]::jsonb[]" if one == "jsonb" else f"%s::{one}[]" for one in types
        )
        self.one = f"{head} VALUES ({scalars}) RETURNING {returning}"
        self.many = f"{head} SELECT * FROM unnest({arrays}) RETURNING {returning}"  # noqa: S608


@cache
def _plan(model: type[models.Model], left_out: frozenset[str]) -> _Plan:
    return _Plan(model, left_out)


def _value_of(field: "models.Field[Any, Any]") -> Value:
    """How a field's value goes to the server."""
    name = field.attname
    if isinstance(field, models.JSONField):
        encoder = field.encoder
        return lambda row: json.dumps(getattr(row, name), cls=encoder)
    if isinstance(field, models.CharField | models.TextField):
        # A choice is an enum to psycopg: send the text it stands for.
        return lambda row: _text(getattr(row, name))
    if isinstance(field, models.DateTimeField) and (field.auto_now or field.auto_now_add):
        return lambda row: field.pre_save(row, True)
    return lambda row: getattr(row, name)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
