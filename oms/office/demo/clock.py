"""Time travel for the loader: the past is lived through, not written into the rows afterwards.

Both clocks move together while `Travel` is entered: `oms.core.clock.now` (through Django's), and
the database's, because what is append-only (audit, stock movements, payments) gets its time from a
column default and can never be corrected later. The defaults of this database's columns are
exchanged inside the loader's own transaction and put back before it ends; nobody else sees it.
"""

from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any

from django.db import connection
from django.utils import timezone

DEFAULTS = """
    SELECT format('%I.%I', schema.nspname, relation.relname), quote_ident(attribute.attname),
        pg_get_expr(definition.adbin, definition.adrelid)
    FROM pg_attrdef AS definition
        JOIN pg_class AS relation ON relation.oid = definition.adrelid
        JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
        JOIN pg_attribute AS attribute
            ON attribute.attrelid = relation.oid AND attribute.attnum = definition.adnum
    WHERE schema.nspname = current_schema()
        AND lower(pg_get_expr(definition.adbin, definition.adrelid))
            IN ('statement_timestamp()', 'now()', 'clock_timestamp()')
    ORDER BY 1, 2
"""
SETTING = "oms.demo_now"
TRAVELLING = f"current_setting('{SETTING}')::timestamptz"


class Travel:
    """A context in which `to(moment)` says what time it is. Needs a transaction around it."""

    def __init__(self) -> None:
        self.moment = timezone.now()
        self._real_now: Callable[[], datetime] = timezone.now
        self._defaults: list[tuple[str, str, str]] = []

    def __enter__(self) -> "Travel":
        with connection.cursor() as cursor:
            cursor.execute(DEFAULTS)
            self._defaults = cursor.fetchall()
        self.to(self.moment)
        self._set_defaults(lambda _was: TRAVELLING)
        vars(timezone)["now"] = lambda: self.moment
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        vars(timezone)["now"] = self._real_now
        # After an error the transaction is rolled back, and the exchange with it.
        if kind is None:
            self._set_defaults(lambda was: was)

    def to(self, moment: datetime) -> None:
        """From here on it is `moment`."""
        self.moment = moment
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, moment.isoformat()])

    def _set_defaults(self, expression: Callable[[str], str]) -> None:
        statements: list[Any] = ["SET CONSTRAINTS ALL IMMEDIATE"]
        statements += [
            f"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {expression(was)}"
            for table, column, was in self._defaults
        ]
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
