"""The stock sync protocol: a location's feed sends batches, each applied once, in their order.

A batch is stored as it comes in, in pieces that any worker can read, and applied by a job
(`inventory.services.batch_work`).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from inventory.errors import BatchNotChecked, BatchReused, StaleBatch
from inventory.locks import batch_for_update, feed_for_update
from inventory.models import BatchChunk, Location, StockBatch, StockFeed
from inventory.status import BatchKind, BatchStatus
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import InvalidInput, Issue
from oms.core.jobs import job_start
from oms.core.models import Job
from oms.core.sql import fetch_rows

CHUNK = 1024 * 1024
IN_MEMORY = 2 * CHUNK
# Two clocks never agree quite.
CLOCK_SKEW = timedelta(minutes=5)
# So long a batch that was only checked can be applied.
CHECKED_FOR = timedelta(days=1)
POSITION = """
SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM inventory_stockmovement_id_seq
"""
KEEP = "COPY inventory_batchchunk (batch_id, position, data) FROM STDIN (FORMAT binary)"
KEEP_TYPES = ("int8", "int4", "bytea")


@dataclass(frozen=True, slots=True)
class BatchHead:
    """What a batch says of itself. `batch_id` is the sender's own name for it.

    `sequence` is None for one sent by hand: it has no place in the feed's numbers, and takes none.
    """

    location: Location
    batch_id: str
    sequence: int | None
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
    if head.as_of > now() + CLOCK_SKEW:
        raise InvalidInput([Issue("as_of", _("This moment is still to come"), "in_future")])
    if not head.dry_run:
        known = _known(head, digest)
        if known is not None:
            return known, False
        _advance(feed, head)
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
        ledger_position=fetch_rows(POSITION, [])[0][0],
        created_by=actor.label,
    )
    with connection.cursor() as cursor, cursor.copy(KEEP) as copy:
        copy.set_types(KEEP_TYPES)
        for position, data in enumerate(iter(lambda: file.read(CHUNK), b"")):
            copy.write_row((batch.pk, position, data))
    batch.job = _job(batch, actor)
    batch.save(update_fields=["job"])
    audit_record("stock.batch_received", batch, actor=actor, data={"kind": str(head.kind)})
    return batch, True


def _known(head: BatchHead, digest: str) -> StockBatch | None:
    known = StockBatch.objects.filter(
        location=head.location, batch_id=head.batch_id, dry_run=False
    ).first()
    if known is not None and (known.digest, known.kind, known.sequence) != (
        digest,
        head.kind,
        head.sequence,
    ):
        raise BatchReused
    return known


def _advance(feed: StockFeed, head: BatchHead) -> None:
    """The feed is where this batch is. Raises StaleBatch when it is further already."""
    absolute = head.kind != BatchKind.DELTA
    if (head.sequence is not None and head.sequence <= feed.sequence) or (
        absolute and feed.as_of is not None and head.as_of < feed.as_of
    ):
        raise StaleBatch(
            sequence=feed.sequence, as_of=feed.as_of.isoformat() if feed.as_of else None
        )
    if head.sequence is not None:
        feed.sequence = head.sequence
    if absolute:
        feed.as_of = head.as_of
    feed.save()


def _job(batch: StockBatch, actor: Actor) -> Job:
    return job_start(
        "inventory.stock_batch",
        title=_("Stock batch %(id)s of %(location)s")
        % {"id": batch.batch_id, "location": batch.location.code},
        params={"batch": str(batch.uid)},
        actor=actor,
    )


def batch_apply_checked(checked: StockBatch, *, actor: Actor) -> StockBatch:
    """Apply what a dry run checked, with the same rows; of rows with errors, the good ones.

    Raises BatchNotChecked when it is no finished dry run or its rows are not kept any more, and
    what `batch_receive` raises: the feed may have gone on since.
    """
    chunks = BatchChunk.objects.filter(batch=checked).order_by("position")
    if checked.status != BatchStatus.CHECKED or not chunks.exists():
        raise BatchNotChecked
    head = BatchHead(
        location=checked.location,
        batch_id=checked.batch_id,
        sequence=checked.sequence,
        kind=BatchKind(checked.kind),
        as_of=checked.as_of,
        # Who has seen the errors and says "apply" wants the rows without.
        keep_good=checked.keep_good or bool(checked.error_count),
    )
    pieces = chunks.values_list("data", flat=True).iterator(chunk_size=1)
    return batch_receive(head, map(bytes, pieces), actor=actor)[0]


@transaction.atomic
def batch_retry(batch: StockBatch, *, actor: Actor) -> StockBatch:
    """Start the job of a received batch again, when the last one was cancelled or failed.

    Without it the feed's next batch would bring this one along. Nothing happens when it is at
    work, or done.
    """
    batch = batch_for_update(batch)
    waits = batch.status == BatchStatus.RECEIVED and (batch.job is None or not batch.job.is_open)
    if waits:
        batch.job = _job(batch, actor)
        batch.save(update_fields=["job"])
        audit_record("stock.batch_retried", batch, actor=actor)
    return batch


def checked_batches_prune() -> int:
    """Forget the rows of dry runs that nobody applied; how many pieces."""
    old = BatchChunk.objects.filter(
        batch__status=BatchStatus.CHECKED, batch__finished_at__lt=now() - CHECKED_FOR
    )
    return int(old.delete()[0])
