"""The job of a stock batch: staged by COPY, checked and compared as sets, booked all at once.

A worker that dies leaves the batch as it was; the job's sweep begins it anew. What is staged lies
in temporary tables of the worker's own connection and goes with it.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from inventory.batch_files import NotPlain, read_plain, read_rows
from inventory.locks import batch_for_update, feed_worked_alone
from inventory.models import BatchChunk, BatchError, StockBatch
from inventory.services import batch_statements as statements
from inventory.services.ledger import MAX_ACTOR, MAX_CAUSE
from inventory.status import BatchKind, BatchStatus, MovementKind
from oms.core.clock import now
from oms.core.dberrors import as_domain_error
from oms.core.errors import Busy, InvalidInput, Issue
from oms.core.jobs import JobRun
from oms.core.sql import fetch_rows

ATTEMPTS = 5
# The page of the job shows so many; the download has them all.
SHOWN_ERRORS = 1000
PIECE = (
    "SELECT data FROM inventory_batchchunk WHERE batch_id = %s::bigint AND position = %s::integer"
)
# A million rows are one statement: it may take longer, and sort more, than a page's.
ROOM = "SET LOCAL statement_timeout = '10min'; SET LOCAL work_mem = '64MB'"
FIGURES = ("changed", "units_up", "units_down", "shortages", "beyond_zero")


def batch_run(job: JobRun) -> dict[str, Any]:
    """The job of one batch: apply it, after those of its feed that came before it."""
    batch = StockBatch.objects.get(uid=UUID(job.params["batch"]))
    with feed_worked_alone(batch.location_id, waiting=lambda: job.progress(0, 0)):
        for one in _due(batch):
            _work_through(one, job)
    batch.refresh_from_db()
    return dict(batch.result)


def _due(batch: StockBatch) -> list[StockBatch]:
    waiting = StockBatch.objects.filter(status=BatchStatus.RECEIVED, dry_run=batch.dry_run)
    if batch.dry_run:
        return list(waiting.filter(pk=batch.pk))
    # A feed takes them in one at a time: their keys are their order.
    return list(waiting.filter(location=batch.location_id, pk__lte=batch.pk).order_by("pk"))


def _work_through(batch: StockBatch, job: JobRun) -> None:
    try:
        with connection.cursor() as cursor, _staging(cursor):
            rows = _stage(cursor, batch, job)
            job.progress(rows // 2, rows)
            _check(cursor, batch)
            job.progress(rows * 3 // 4, rows)
            _apply_patiently(batch, rows)
            job.progress(rows, rows)
    except InvalidInput as error:
        _refuse(batch, error)
    errors = BatchError.objects.filter(batch=batch).order_by("line", "field")
    job.errors(
        [
            {"row": one.line, "field": one.field, "code": one.code, "message": one.value}
            for one in errors[:SHOWN_ERRORS]
        ]
    )


@transaction.atomic
def _refuse(batch: StockBatch, error: InvalidInput) -> None:
    """A file that is no table of counts: said once, and never tried again."""
    for issue in error.issues:
        BatchError.objects.create(
            batch=batch,
            line=issue.row or 1,
            field=issue.field,
            code=issue.code,
            value=str(issue.message)[:120],
        )
    StockBatch.objects.filter(pk=batch.pk).update(
        status=BatchStatus.REFUSED,
        error_count=len(error.issues),
        result={"detail": str(error.issues[0].message)},
        finished_at=now(),
    )
    BatchChunk.objects.filter(batch=batch).delete()


@contextmanager
def _staging(cursor: Any) -> Iterator[None]:
    try:
        yield
    finally:
        cursor.execute(statements.UNSTAGE)


def _stage(cursor: Any, batch: StockBatch, job: JobRun) -> int:
    """The rows of the batch in this connection's own table; how many there are.

    Raises InvalidInput for a file that is no table, or has no rows: a full count of nothing would
    empty the location.
    """
    pieces = _Pieces(batch, job)
    try:
        _stage_plain(cursor, pieces)
    except (NotPlain, psycopg.DataError):
        _stage_rows(cursor, pieces)
    if not pieces.staged:
        raise InvalidInput([Issue("file", _("The file has no rows"), "bad_file", 1)])
    return pieces.staged


class _Pieces:
    """The stored pieces of a batch, read one by one; the job hears how far it is."""

    def __init__(self, batch: StockBatch, job: JobRun) -> None:
        self.batch, self.job = batch, job
        self.read = self.staged = 0

    def __iter__(self) -> Iterator[bytes]:
        self.read = self.staged = 0
        chunks = BatchChunk.objects.filter(batch=self.batch)
        for position in sorted(chunks.values_list("position", flat=True)):
            # As many rows as there would be if they went on as so far; half the work is staging.
            expected = self.staged * self.batch.size // self.read if self.read else 0
            self.job.progress(self.staged // 2, expected)
            data: bytes = fetch_rows(PIECE, [self.batch.pk, position])[0][0]
            self.read += len(data)
            yield data


def _stage_plain(cursor: Any, pieces: _Pieces) -> None:
    cursor.execute(statements.STAGE)
    plain = read_plain(pieces)
    delimiter = plain.delimiter.replace("\t", "\\t")
    statement = statements.STAGE_PLAIN.format(columns=", ".join(plain.columns), delimiter=delimiter)
    # Piece by piece: while a COPY goes on, the next cannot be read.
    for lines in plain.pieces:
        with transaction.atomic(), cursor.copy(statement) as copy:
            copy.write(lines)
        pieces.staged += lines.count(b"\n")


def _stage_rows(cursor: Any, pieces: _Pieces) -> None:
    cursor.execute(statements.STAGE)
    for block in read_rows(pieces):
        text = io.StringIO()
        csv.writer(text).writerows(block)
        with cursor.copy(statements.STAGE_ROWS) as copy:
            copy.write(text.getvalue().replace("\0", ""))
        pieces.staged += len(block)


@transaction.atomic
def _check(cursor: Any, batch: StockBatch) -> None:
    """Name the SKUs, and store what is wrong with rows. Nothing else is changed yet."""
    BatchError.objects.filter(batch=batch).delete()
    cursor.execute(ROOM)
    sign = "[+-]?" if batch.kind == BatchKind.DELTA else "[+]?"
    cursor.execute(statements.RESOLVE.format(sign=sign))
    cursor.execute("ANALYZE pg_temp.batch_seen")
    cursor.execute(statements.IS_FLAWED)
    unknown, flawed = cursor.fetchone()
    if unknown:
        cursor.execute("ANALYZE pg_temp.batch_row")
        cursor.execute(statements.RESOLVE_OTHERS)
    wrong = 0
    if flawed:
        cursor.execute(statements.ERRORS, {"batch": batch.pk})
        wrong = cursor.fetchone()[0]
    StockBatch.objects.filter(pk=batch.pk).update(error_count=wrong)


def _apply_patiently(batch: StockBatch, rows: int) -> None:
    """Apply it; orders on the same shelves may take longer than a lock waits, so ask again."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _apply(batch, rows)
        except OperationalError as error:
            if attempt == ATTEMPTS or not isinstance(as_domain_error(error), Busy):
                raise


@transaction.atomic
def _apply(batch: StockBatch, rows: int) -> None:
    batch = batch_for_update(batch)
    if batch.status != BatchStatus.RECEIVED:
        return
    batch.status = BatchStatus.REFUSED
    figures = [0] * len(FIGURES)
    if not batch.error_count or batch.keep_good or batch.dry_run:
        *figures, batch.first_movement, batch.last_movement = _book(batch)
        batch.status = BatchStatus.CHECKED if batch.dry_run else BatchStatus.APPLIED
    batch.result = {
        "rows": rows,
        "rows_with_errors": batch.error_count,
        **dict(zip(FIGURES, figures, strict=True)),
    }
    batch.finished_at = now()
    batch.save(update_fields=["status", "result", "first_movement", "last_movement", "finished_at"])
    if not batch.dry_run:
        # A batch that was only checked can still be applied.
        BatchChunk.objects.filter(batch=batch).delete()


def _book(batch: StockBatch) -> tuple[Any, ...]:
    """Its figures, and the first and the last number of its movements."""
    counted = batch.kind != BatchKind.DELTA
    params: dict[str, Any] = {
        "batch": batch.pk,
        "location": batch.location_id,
        # No count speaks of what is still to come, whatever the sender's clock says.
        "as_of": min(batch.as_of, batch.created_at),
        "position": batch.ledger_position,
        "kind": (MovementKind.COUNTED if counted else MovementKind.ADJUSTED).value,
        "cause": batch.cause[:MAX_CAUSE],
        "actor": batch.created_by[:MAX_ACTOR],
    }
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
        cursor.execute(
            "CREATE TEMPORARY TABLE batch_change ON COMMIT DROP AS "
            + statements.DIFFERENCES[batch.kind],
            params,
        )
        cursor.execute("ANALYZE pg_temp.batch_change")
        if batch.dry_run:
            cursor.execute(statements.PREVIEW, params)
        else:
            cursor.execute(statements.ADD_STOCK, params)
            cursor.execute(statements.APPLY, params)
        figures: tuple[Any, ...] = cursor.fetchone()
        if counted and not batch.dry_run:
            cursor.execute(statements.DRIFT, params)
        cursor.execute("DROP TABLE pg_temp.batch_change")
    return figures
