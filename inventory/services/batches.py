"""The stock sync protocol: a location's feed sends batches, each applied once, in their order.

A batch is stored as it comes in, in pieces, and applied by a job: staged by COPY, checked and
compared as sets, and booked in one transaction or not at all. A worker that dies leaves the batch
as it was; the job's sweep begins it anew.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from inventory.batch_files import read_rows
from inventory.errors import BatchReused, StaleBatch
from inventory.locks import batch_for_update, feed_for_update, feed_worked_alone
from inventory.models import BatchChunk, BatchError, Location, StockBatch
from inventory.services import batch_statements as statements
from inventory.services.ledger import MAX_ACTOR, MAX_CAUSE
from inventory.status import BatchKind, BatchStatus, MovementKind
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.dberrors import as_domain_error
from oms.core.errors import Busy, InvalidInput, Issue
from oms.core.jobs import JobRun, job_start

CHUNK = 1024 * 1024
IN_MEMORY = 2 * CHUNK
# Two clocks never agree quite.
CLOCK_SKEW = timedelta(minutes=5)
ATTEMPTS = 5
# The page of the job shows so many; the download has them all.
SHOWN_ERRORS = 1000


@dataclass(frozen=True, slots=True)
class BatchHead:
    """What a batch says of itself. `batch_id` is the sender's own name for it."""

    location: Location
    batch_id: str
    sequence: int
    kind: BatchKind
    as_of: datetime
    dry_run: bool = False
    keep_good: bool = False


def batch_receive(
    head: BatchHead, chunks: Iterable[bytes], *, actor: Actor
) -> tuple[StockBatch, bool]:
    """Store a batch and have it applied; the batch, and whether it is new.

    The same batch id with the same content is the batch received before. Raises BatchReused for
    other content, StaleBatch for a sequence (or a count of a moment) that is behind the feed's,
    InvalidInput for a moment that is still to come.
    """
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        # A slow sender holds no lock.
        digest, size = _spool(chunks, file)
        return _store(head, file, digest, size, actor=actor)


def _spool(chunks: Iterable[bytes], file: IO[bytes]) -> tuple[str, int]:
    digest = hashlib.sha256()
    size = 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        if size > settings.STOCK_BATCH_MAX_BYTES:
            raise InvalidInput(
                [Issue("file", _("The batch is too large: send it in parts"), "too_large")]
            )
        file.write(chunk)
    file.seek(0)
    return digest.hexdigest(), size


@transaction.atomic
def _store(
    head: BatchHead, file: IO[bytes], digest: str, size: int, *, actor: Actor
) -> tuple[StockBatch, bool]:
    feed = feed_for_update(head.location)
    if not head.dry_run:
        known = StockBatch.objects.filter(
            location=head.location, batch_id=head.batch_id, dry_run=False
        ).first()
        if known is not None:
            if (known.digest, known.kind, known.sequence) != (digest, head.kind, head.sequence):
                raise BatchReused
            return known, False
        absolute = head.kind != BatchKind.DELTA
        if head.sequence <= feed.sequence or (
            absolute and feed.as_of is not None and head.as_of < feed.as_of
        ):
            raise StaleBatch(
                sequence=feed.sequence, as_of=feed.as_of.isoformat() if feed.as_of else None
            )
        feed.sequence = head.sequence
        feed.as_of = head.as_of if absolute else feed.as_of
    if head.as_of > now() + CLOCK_SKEW:
        raise InvalidInput([Issue("as_of", _("This moment is still to come"), "in_future")])
    batch = StockBatch.objects.create(
        location=head.location,
        batch_id=head.batch_id,
        sequence=head.sequence,
        kind=head.kind,
        as_of=head.as_of,
        dry_run=head.dry_run,
        keep_good=head.keep_good,
        digest=digest,
        size=size,
        created_by=actor.label,
    )
    for position, data in enumerate(iter(lambda: file.read(CHUNK), b"")):
        BatchChunk.objects.create(batch=batch, position=position, data=data)
    feed.save()
    batch.job = job_start(
        "inventory.stock_batch",
        title=_("Stock batch %(id)s of %(location)s")
        % {"id": batch.batch_id, "location": head.location.code},
        params={"batch": str(batch.uid)},
        actor=actor,
    )
    batch.save(update_fields=["job"])
    audit_record("stock.batch_received", batch, actor=actor, data={"kind": str(head.kind)})
    return batch, True


def batch_run(job: JobRun) -> dict[str, Any]:
    """The job of one batch: apply it, after those of its feed that came before it."""
    batch = StockBatch.objects.get(uid=UUID(job.params["batch"]))
    with feed_worked_alone(batch.location_id, waiting=lambda: job.progress(0, batch.size)):
        for one in _due(batch):
            _work_through(one, job)
    batch.refresh_from_db()
    return dict(batch.result)


def _due(batch: StockBatch) -> list[StockBatch]:
    waiting = StockBatch.objects.filter(status=BatchStatus.RECEIVED, dry_run=batch.dry_run)
    if batch.dry_run:
        return list(waiting.filter(pk=batch.pk))
    earlier = waiting.filter(location=batch.location_id, sequence__lte=batch.sequence)
    return list(earlier.order_by("sequence"))


def _work_through(batch: StockBatch, job: JobRun) -> None:
    try:
        with _staged(batch, job) as rows:
            _apply_patiently(batch, rows)
    except InvalidInput as error:
        _refuse(batch, error)
    errors = BatchError.objects.filter(batch=batch).order_by("line", "field")
    job.errors(
        [
            {"row": one.line, "field": one.field, "code": one.code, "message": one.value}
            for one in errors[:SHOWN_ERRORS]
        ]
    )


def _apply_patiently(batch: StockBatch, rows: int) -> None:
    """Apply it; orders on the same shelves may take longer than a lock waits, so ask again."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _apply(batch, rows)
        except OperationalError as error:
            if attempt == ATTEMPTS or not isinstance(as_domain_error(error), Busy):
                raise


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
def _staged(batch: StockBatch, job: JobRun) -> Iterator[int]:
    """The rows of the batch in this connection's own tables, good and named; how many there were.

    Errors of rows are stored with the batch. Nothing else is changed yet.
    """
    BatchError.objects.filter(batch=batch).delete()
    rows = 0
    with connection.cursor() as cursor:
        cursor.execute(statements.STAGE)
        try:
            job.progress(0, batch.size)
            for block in read_rows(_chunks(batch)):
                rows += len(block)
                text = io.StringIO()
                csv.writer(text).writerows(block)
                # Block by block: while a COPY goes on, the next piece cannot be read.
                with cursor.copy(statements.STAGE_COPY) as copy:
                    copy.write(text.getvalue().replace("\0", ""))
            sign = "[+-]?" if batch.kind == BatchKind.DELTA else "[+]?"
            cursor.execute(statements.RESOLVE.format(sign=sign))
            cursor.execute(statements.RESOLVE_GTINS)
            cursor.execute("ANALYZE pg_temp.batch_seen")
            job.progress(batch.size // 2, batch.size)
            cursor.execute(statements.ERRORS, {"batch": batch.pk})
            StockBatch.objects.filter(pk=batch.pk).update(error_count=cursor.fetchone()[0])
            yield rows
        finally:
            cursor.execute(statements.UNSTAGE)


def _chunks(batch: StockBatch) -> Iterator[bytes]:
    pieces = BatchChunk.objects.filter(batch=batch)
    for position in sorted(pieces.values_list("position", flat=True)):
        yield bytes(pieces.values_list("data", flat=True).get(position=position))


@transaction.atomic
def _apply(batch: StockBatch, rows: int) -> None:
    batch = batch_for_update(batch)
    if batch.status != BatchStatus.RECEIVED:
        return
    params: dict[str, Any] = {
        "location": batch.location_id,
        "as_of": batch.as_of,
        "kind": (MovementKind.ADJUSTED if batch.kind == "delta" else MovementKind.COUNTED).value,
        "cause": f"batch {batch.batch_id}"[:MAX_CAUSE],
        "actor": batch.created_by[:MAX_ACTOR],
    }
    batch.status = BatchStatus.REFUSED
    figures = (0, 0, 0, 0, 0)
    if not batch.error_count or batch.keep_good or batch.dry_run:
        with connection.cursor() as cursor:
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
            figures = cursor.fetchone()
            cursor.execute("DROP TABLE pg_temp.batch_change")
        batch.status = BatchStatus.CHECKED if batch.dry_run else BatchStatus.APPLIED
    names = ("changed", "units_up", "units_down", "shortages", "beyond_zero")
    batch.result = {
        "rows": rows,
        "rows_with_errors": batch.error_count,
        **dict(zip(names, figures, strict=True)),
    }
    batch.finished_at = now()
    batch.save(update_fields=["status", "result", "finished_at"])
    BatchChunk.objects.filter(batch=batch).delete()
