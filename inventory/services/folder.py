"""The watched folder: files that a location's system drops become batches of its feed.

`<STOCK_FOLDER>/<location code>/full-000123-20261122T093000Z.csv`: kind, sequence and the moment of
the count (UTC), then `.csv` or `.ndjson`, each also `.gz`. A sender writes under another name and
renames, or simply writes: a file counts once it has not changed for `SETTLED`.

The file's name is its batch id, so a pass can end anywhere and the next one goes on: a file is
received first, and moved only by a pass that finds its batch finished, to `done` or `refused`, with
`<name>.errors.csv` beside it when something was wrong. Everything is opened relative to the
location's own folder and without following links.
"""

import csv
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.db import transaction

from inventory.models import Location, StockBatch
from inventory.services.batches import CHUNK, BatchHead, batch_receive
from inventory.status import BatchKind, BatchStatus
from oms.core.actors import system_actor
from oms.core.audit import audit_record
from oms.core.errors import DomainError, InvalidInput, Issue
from oms.core.export import safe_cell

log = structlog.get_logger(__name__)

SETTLED = timedelta(seconds=10)
DONE, REFUSED = "done", "refused"
ENDINGS = (".csv", ".ndjson", ".csv.gz", ".ndjson.gz")
NAME = re.compile(
    r"(full|partial|delta)-([0-9]{1,18})-([0-9]{8}T[0-9]{6}Z)\.(?:csv|ndjson)(?:\.gz)?"
)
HEADER = ("line", "field", "code", "value")
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
# Not blocking: a pipe in the place of a file would otherwise be waited for.
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
ACTOR = system_actor("stock folder")

ErrorRow = tuple[Any, str, str, str]


@dataclass(slots=True)
class FolderPass:
    """What one pass did, in files."""

    received: int = 0
    waiting: int = 0
    done: int = 0
    refused: int = 0


class _StillChanging(Exception):
    """Somebody writes to the file: another pass will take it."""


def stock_folder_pass(root: Path) -> FolderPass:
    """Go through the folder once: receive what is new, put away what is finished.

    May run at any time, and twice at once.
    """
    seen = FolderPass()
    locations = {location.code: location for location in Location.objects.all()}
    with os.scandir(root) as entries:
        codes = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    for code in codes:
        try:
            with _opened(root / code) as folder:
                _Folder(folder, locations.get(code), seen).go_through()
        except OSError:
            # A folder nobody may write to, or a link in its place, must not stop the others.
            log.exception("stock_folder.unusable", location=code)
    return seen


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    folder = os.open(path, FOLDER)
    try:
        yield folder
    finally:
        os.close(folder)


class _Folder:
    """One location's folder, open."""

    def __init__(self, folder: int, location: Location | None, seen: FolderPass) -> None:
        self.folder, self.location, self.seen = folder, location, seen

    def go_through(self) -> None:
        names = [name for name in os.listdir(self.folder) if name.endswith(ENDINGS)]
        # By sequence: an older batch that came second would be refused.
        for name in sorted(names, key=_place):
            if name.startswith("."):
                continue
            try:
                self._take(name)
            except _StillChanging:
                # Those after it in the feed wait for it.
                self.seen.waiting += 1
                break
            except FileNotFoundError:
                # Another pass was faster.
                continue

    def _take(self, name: str) -> None:
        state = os.stat(name, dir_fd=self.folder, follow_symlinks=False)
        if not stat.S_ISREG(state.st_mode):
            self._refuse(name, "not_a_file", "This is no plain file")
        elif time.time() - state.st_mtime < SETTLED.total_seconds():
            raise _StillChanging
        else:
            self._receive(name)

    def _receive(self, name: str) -> None:
        if self.location is None:
            return self._refuse(name, "unknown_location", "No location has this folder's name")
        known = StockBatch.objects.filter(
            location=self.location, batch_id=name, dry_run=False
        ).first()
        if known is not None and known.status == BatchStatus.RECEIVED:
            self.seen.waiting += 1
            return None
        try:
            # One that is known is compared: another file may have got its name.
            batch, created = batch_receive(
                _head(name, self.location), self._pieces(name), actor=ACTOR
            )
        except DomainError as error:
            return self._refuse(name, error.code, str(error.detail))
        if created:
            self.seen.received += 1
            return None
        return self._put_away(name, batch)

    def _pieces(self, name: str) -> Iterator[bytes]:
        file = os.open(name, READ, dir_fd=self.folder)
        try:
            before = os.fstat(file)
            if not stat.S_ISREG(before.st_mode):
                raise _StillChanging
            while piece := os.read(file, CHUNK):
                yield piece
            after = os.fstat(file)
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise _StillChanging
        finally:
            os.close(file)

    def _put_away(self, name: str, batch: StockBatch) -> None:
        errors = batch.errors.order_by("line", "field")
        rows = errors.values_list("line", "field", "code", "value")
        if batch.status == BatchStatus.APPLIED:
            self._move(name, DONE, rows.iterator(chunk_size=2000) if rows.exists() else None)
            self.seen.done += 1
        else:
            self._move(name, REFUSED, rows.iterator(chunk_size=2000))
            self.seen.refused += 1

    @transaction.atomic
    def _refuse(self, name: str, code: str, message: str) -> None:
        """It never became a batch: said beside the file, and in the audit."""
        if self.location is not None:
            data = {"file": name, "code": code}
            audit_record("stock.file_refused", self.location, actor=ACTOR, data=data)
        self._move(name, REFUSED, iter([("", "file", code, message)]))
        self.seen.refused += 1

    def _move(self, name: str, where: str, errors: Iterator[ErrorRow] | None) -> None:
        with suppress(FileExistsError):
            os.mkdir(where, dir_fd=self.folder)
        target = os.open(where, FOLDER, dir_fd=self.folder)
        try:
            kept = name
            while _exists(kept, target):
                kept = f"{time.time_ns()}-{name}"
            if errors is not None:
                # Before the move: a pass that ends between them writes it once more.
                _write_errors(f"{kept}.errors.csv", target, errors)
            os.rename(name, kept, src_dir_fd=self.folder, dst_dir_fd=target)
        finally:
            os.close(target)


def _place(name: str) -> tuple[int, str]:
    found = NAME.fullmatch(name)
    return (int(found[2]) if found else -1, name)


def _head(name: str, location: Location) -> BatchHead:
    """What the name says. Raises InvalidInput when it cannot be read."""
    found = NAME.fullmatch(name)
    try:
        if found is None:
            raise ValueError(name)
        as_of = datetime.strptime(found[3], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        words = "Name it like full-000123-20261122T093000Z.csv: kind, sequence, moment in UTC"
        raise InvalidInput([Issue("file", words, "bad_name")]) from error
    return BatchHead(location, name, int(found[2]), BatchKind(found[1]), as_of)


def _exists(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _write_errors(name: str, folder: int, rows: Iterator[ErrorRow]) -> None:
    descriptor = os.open(name, WRITE, 0o640, dir_fd=folder)
    with open(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows([safe_cell(cell) for cell in row] for row in rows)
