"""Hand-written SQL on the hot path: statements that PostgreSQL plans once per connection.

Django binds parameters on the client, so every execution is parsed and planned anew, and its
inserts are compiled anew. Where a request does little else than a handful of statements, that is
most of the work; here parameters are bound on the server and statements prepared by psycopg.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, cast

import orjson
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.postgresql.base import CursorMixin
from django.db.models.base import ModelState
from django.db.models.expressions import DatabaseDefault
from django.utils.functional import Promise
from psycopg import RawCursor

M = TypeVar("M", bound=models.Model)


def fetch_rows(statement: str, params: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """Execute a prepared statement and return its rows; it counts and logs like any other.

    Cast parameters (`%(skus)s::bigint[]`): the server must know their types to plan.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    if database.connection is None:
        database.ensure_connection()
    cursor = getattr(database, "prepared_cursor", None)
    if cursor is None or cursor.closed or cursor.connection is not database.connection:
        # One for the life of the connection: making a cursor costs more than binding parameters.
        cursor = database.prepared_cursor = _Cursor(database.connection)
    if database.execute_wrappers or database.queries_logged:
        wrap = database.make_debug_cursor if database.queries_logged else database.make_cursor
        wrap(cursor).execute(statement, params)
    else:
        # What Django's wrapper would do, a tenth of all that Python does for a statement.
        database.validate_no_broken_transaction()
        with database.wrap_database_errors:
            cursor.execute(statement, params)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


class _Cursor(CursorMixin, RawCursor[tuple[Any, ...]]):
    """Takes parameters as Django writes them, and reads a statement for them once and for all.

    psycopg reads those of more than 4,096 characters anew each time.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        numbered, names = _numbered(query)
        values = [params[name] for name in names] if isinstance(params, Mapping) else params
        return super().execute(numbered, values, **options)


@cache
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with $1, $2… for its parameters, and their names in that order."""
    numbers: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        return f"${numbers.setdefault(found['name'] or str(len(numbers)), len(numbers) + 1)}"

    numbered = PARAMETER.sub(number, statement)
    return numbered.encode(), tuple(numbers)


PARAMETER = re.compile(r"%(?:%|\((?P<name>\w+)\)s|s)")


def fetch_models(
    model: type[M],
    where: str,
    params: Mapping[str, Any],
    *,
    related: tuple[str, ...] = (),
    defer: tuple[str, ...] = (),
) -> list[M]:
    """Rows of one model by a prepared statement; `where` is SQL from WHERE on.

    `related`: foreign keys that are never null, read with it; in `where` such a table goes by the
    name of the foreign key. `defer`: fields to leave out, of a related row "<foreign key>.<field>".
    """
    base, others = _selection(model, related, frozenset(defer))
    tables = [f'"{model._meta.db_table}"'] + [other.join for other in others]
    columns = ", ".join(one.columns for one in (base, *others))
    statement = f"SELECT {columns} FROM {' '.join(tables)} {where}"  # noqa: S608
    found = []
    for row in fetch_rows(statement, params):
        made = base.load(row)
        for other in others:
            other.key.set_cached_value(made, other.load(row))
        found.append(made)
    return found


class _Selected:
    """Columns of one model among those of a statement, from the index `start` on."""

    def __init__(
        self, model: type[models.Model], table: str, *, start: int, defer: frozenset[str]
    ) -> None:
        fields = [field for field in model._meta.concrete_fields if field.name not in defer]
        self.model = model
        # Of a related model: the foreign key that leads to it, and how it is joined.
        self.key: Any = None
        self.join = ""
        self.columns = ", ".join(f'"{table}"."{field.column}"' for field in fields)
        self.end = start + len(fields)
        self._place = slice(start, self.end)
        self._names = [field.attname for field in fields]
        self._converted = [
            (index, field.from_db_value)
            for index, field in enumerate(fields)
            if hasattr(field, "from_db_value")
        ]

    def load(self, row: Sequence[Any]) -> Any:
        values = list(row[self._place])
        for index, convert in self._converted:
            values[index] = convert(values[index], None, None)
        return row_loaded(self.model, self._names, values)


@cache
def _selection(
    model: type[models.Model], related: tuple[str, ...], defer: frozenset[str]
) -> tuple[_Selected, list[_Selected]]:
    table = model._meta.db_table
    base = _Selected(model, table, start=0, defer=defer)
    others: list[_Selected] = []
    for name in related:
        field = cast(Any, model._meta.get_field(name))
        target = field.related_model
        left_out = frozenset(one.partition(".")[2] for one in defer if one.startswith(f"{name}."))
        start = (others[-1] if others else base).end
        other = _Selected(target, name, start=start, defer=left_out)
        other.key = field
        other.join = (
            f'JOIN "{target._meta.db_table}" AS "{name}"'
            f' ON "{name}"."{target._meta.pk.column}" = "{table}"."{field.column}"'
        )
        others.append(other)
    return base, others


def row_loaded(model: type[M], names: Iterable[str], values: Iterable[Any]) -> M:
    """A stored row as `Model.from_db` makes it, at a fifth of the work: nobody hears its signals.

    Fields that are not among `names` are deferred: read when somebody asks for them.
    """
    made = model.__new__(model)
    made._state = ModelState()
    made.__dict__.update(zip(names, values, strict=True))
    _stored(made)
    return made


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
    a database default is left to it when the first row leaves it. Inside `rows_together` the rows
    wait for its end.
    """
    if not rows:
        return []
    together = _together.get()
    if together is not None:
        together.add(rows)
        return list(rows)
    plan = _plan_of(rows)
    made = fetch_rows(plan.statement + plan.returning, [plan.dump(rows)])
    for row, values in zip(rows, made, strict=True):
        for attname, value in zip(plan.made, values, strict=True):
            setattr(row, attname, value)
        _stored(row)
    return list(rows)


@contextmanager
def rows_together(keys: Mapping[type[models.Model], int]) -> Iterator[None]:
    """Write what `rows_insert` is given inside by one statement, at the end of the block.

    `keys` says of which models the keys are needed before that, and how many at most: they are
    taken from the sequences now, in one statement. Of other models, and of what the database makes
    of a row, nothing is known afterwards. An exception leaves all of it unwritten.
    """
    together = _Together(keys)
    token = _together.set(together)
    try:
        yield
    finally:
        _together.reset(token)
    together.write()


class _Together:
    """Rows that wait to be written, in the order they came."""

    def __init__(self, keys: Mapping[type[models.Model], int]) -> None:
        taken = fetch_rows(_keys_statement(tuple(keys)), list(keys.values()))[0]
        self._keys = {model: iter(found) for model, found in zip(keys, taken, strict=True)}
        self._waiting: list[Sequence[models.Model]] = []

    def add(self, rows: Sequence[models.Model]) -> None:
        keys = self._keys.get(type(rows[0]))
        if keys is not None:
            for row in rows:
                row.pk = next(keys)
        self._waiting.append(rows)

    def write(self) -> None:
        if not self._waiting:
            return
        plans = [_plan_of(rows) for rows in self._waiting]
        parts = ", ".join(f"part{n} AS ({plan.statement})" for n, plan in enumerate(plans))
        params = [plan.dump(rows) for plan, rows in zip(plans, self._waiting, strict=True)]
        fetch_rows(f"WITH {parts} SELECT", params)
        for rows in self._waiting:
            for row in rows:
                _stored(row)


_together: ContextVar[_Together | None] = ContextVar("rows_together", default=None)


@cache
def _keys_statement(of: tuple[type[models.Model], ...]) -> str:
    owners = (f"('{model._meta.db_table}', '{model._meta.pk.column}')" for model in of)
    # Their names never change: looking them up each time would cost more than the keys.
    names = ", ".join(f"pg_get_serial_sequence{owner}" for owner in owners)
    sequences = fetch_rows(f"SELECT {names}", [])[0]
    arrays = (
        f"ARRAY(SELECT nextval('{name}') FROM generate_series(1, %s::integer))"  # noqa: S608
        for name in sequences
    )
    return f"SELECT {', '.join(arrays)}"


class _Plan:
    """How rows of one model are inserted: as one JSON document, whatever their number."""

    def __init__(self, model: type[models.Model], made: tuple[str, ...]) -> None:
        everything = model._meta.concrete_fields
        fields = [field for field in everything if field.attname not in made]
        table = f'"{model._meta.db_table}"'
        columns = ", ".join(f'"{field.column}"' for field in fields)
        returned = ", ".join(f'"{field.column}"' for field in everything if field.attname in made)
        self.made = made
        self.statement = (
            f"INSERT INTO {table} ({columns}) "  # noqa: S608 - names from the model
            f"SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"
        )
        self.returning = f" RETURNING {returned or 'TRUE'}"
        self._columns = [field.column for field in fields]
        self._values = attrgetter(*(field.attname for field in fields))
        self._stamped = [
            field for field in fields if isinstance(field, models.DateTimeField) and field.auto_now
        ]

    def dump(self, rows: Iterable[models.Model]) -> str:
        documents = []
        for row in rows:
            for field in self._stamped:
                field.pre_save(row, add=True)
            documents.append(dict(zip(self._columns, self._values(row), strict=True)))
        return orjson.dumps(documents, default=_as_text).decode()


def _plan_of(rows: Sequence[models.Model]) -> _Plan:
    row = rows[0]
    left = tuple(name for name, value in row.__dict__.items() if isinstance(value, DatabaseDefault))
    return _plan(type(row), left, row.pk is None)


@cache
def _plan(model: type[models.Model], left: tuple[str, ...], keyless: bool) -> _Plan:
    made = tuple(
        field.attname
        for field in model._meta.concrete_fields
        if field.generated or field.attname in left or (field.primary_key and keyless)
    )
    return _Plan(model, made)


def _as_text(value: object) -> str:
    """What JSON has no word for, as PostgreSQL reads it."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, Decimal | Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be inserted")


def _stored(row: models.Model) -> None:
    row._state.adding = False
    row._state.db = DEFAULT_DB_ALIAS
