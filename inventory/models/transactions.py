"""The transaction a row was written in, for readers who must not miss what commits late."""

from typing import ClassVar

from django.db.models import BigIntegerField, Func


class CurrentTransaction(Func):
    """The number of the writing transaction: 64 bits, never reused, growing in order of *begin*.

    What matters is what it allows: everything below `pg_snapshot_xmin(pg_current_snapshot())` is
    over, so no row with a lower number can still appear. Keys of a sequence do not allow that: a
    lower one may commit after a higher one was read.
    """

    template = "(pg_current_xact_id()::text::bigint)"
    arity = 0
    output_field: ClassVar[BigIntegerField] = BigIntegerField()
