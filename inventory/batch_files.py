"""Reading the rows of a stock batch as they stream in: CSV or NDJSON, plain or gzipped.

Nothing here holds more than a block of rows. What a row says is checked later, by row, in SQL;
only a file that is no table at all is refused here.

A file that is nothing but SKUs and quantities needs no reading: PostgreSQL takes its lines as they
are (`read_plain`). Any other is read row by row (`read_rows`), which takes a few times as long.
"""

import codecs
import csv
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from inventory.imports import COLUMNS
from oms.core.errors import InvalidInput, Issue

# (line in the file, SKU or GTIN, quantity), all as text.
BatchRow = tuple[int, str, str]
BLOCK = 20_000
GZIP = b"\x1f\x8b"
MAX_LINE = 1024 * 1024
# A gzip of a few megabytes may unpack to anything.
MAX_BYTES = 2 * 1024**3


def read_rows(chunks: Iterable[bytes]) -> Iterator[list[BatchRow]]:
    """The rows in blocks of at most `BLOCK`.

    The first byte tells: "{" begins NDJSON, anything else is a CSV header. Raises InvalidInput for
    a header without SKU or quantity, a line that is no JSON object, and text that is not UTF-8.
    """
    lines = _lines(chunks)
    first = next(lines, "")
    rows = _ndjson(first, lines) if first.lstrip().startswith("{") else _csv(first, lines)
    while block := list(islice(rows, BLOCK)):
        yield block


class NotPlain(Exception):
    """The file says more, or otherwise, than `read_plain` can leave to PostgreSQL."""


@dataclass(frozen=True, slots=True)
class PlainRows:
    """Lines of a CSV of two columns without quotes: one line is one row, the first is line 2."""

    columns: tuple[str, ...]
    delimiter: str
    # In pieces that end with a line.
    pieces: Iterator[bytes]


def read_plain(chunks: Iterable[bytes]) -> PlainRows:
    """The rows as they are. Raises NotPlain, at once or while they are read, when it takes more
    to read them; InvalidInput for gzip data that is damaged or too large."""
    data = _unpacked(chunks)
    start = next(data, b"")
    # A header is short; one that is not is not plain.
    head, _end, rest = start.removeprefix(codecs.BOM_UTF8).partition(b"\n")
    header = head.decode("utf-8", "replace")
    delimiter = max(",;\t|", key=header.count)
    names = [name.strip().lower() for name in header.split(delimiter)]
    wanted = {alias: name for name in ("sku", "quantity") for alias in COLUMNS[name]}
    columns = tuple(wanted.get(name, "") for name in names)
    if sorted(columns) != ["quantity", "sku"]:
        raise NotPlain
    return PlainRows(columns, delimiter, _whole_lines(rest, data))


def _whole_lines(rest: bytes, data: Iterator[bytes]) -> Iterator[bytes]:
    for piece in data:
        lines, end, rest = (rest + piece).rpartition(b"\n")
        if end:
            yield _checked(lines + end)
        if len(rest) > MAX_LINE:
            raise NotPlain
    if rest:
        yield _checked(rest if rest.endswith(b"\n") else rest + b"\n")


def _checked(lines: bytes) -> bytes:
    # A quote may hold a line's end, a backslash may end a COPY, a NUL is no text.
    if any(mark in lines for mark in (b'"', b"\\", b"\0")):
        raise NotPlain
    return lines


def _csv(header: str, lines: Iterator[str]) -> Iterator[BatchRow]:
    delimiter = max(",;\t|", key=header.count)
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
    sku, quantity = (_column(names, name) for name in ("sku", "quantity"))
    reader = csv.reader(lines, delimiter=delimiter)
    last = max(sku, quantity)
    try:
        for cells in reader:
            if len(cells) > last:
                yield reader.line_num + 1, cells[sku], cells[quantity]
            elif cells:
                # What is missing is nothing, and refused as such by its row.
                short = [*cells, *[""] * (last + 1)]
                yield reader.line_num + 1, short[sku], short[quantity]
    except csv.Error as error:
        raise _bad(reader.line_num + 1, str(error)) from error


def _column(names: list[str], wanted: str) -> int:
    for alias in COLUMNS[wanted]:
        if alias in names:
            return names.index(alias)
    message = _("The column “%(name)s” is missing") % {"name": wanted}
    raise InvalidInput([Issue(wanted, message, "missing_column", 1)])


def _ndjson(first: str, lines: Iterator[str]) -> Iterator[BatchRow]:
    number = 0
    for number, line in enumerate((line for part in ([first], lines) for line in part), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield number, str(row["sku"]), str(row["quantity"])
        except (ValueError, TypeError, KeyError) as error:
            raise _bad(number, _("Send one object with “sku” and “quantity” a line")) from error


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    rest, number = "", 0
    try:
        for data in _unpacked(chunks):
            text = rest + decoder.decode(data)
            *whole, rest = text.split("\n")
            if len(rest) > MAX_LINE:
                raise _bad(number + len(whole) + 1, _("This line is too long for a row"))
            for line in whole:
                number += 1
                yield line + "\n"
        rest += decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _bad(number + 1, _("The text is not UTF-8")) from error
    if rest:
        yield rest


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    unpack: zlib._Decompress | None = None
    for number, chunk in enumerate(chunks):
        if number == 0 and chunk.startswith(GZIP):
            unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        waiting = chunk
        while waiting:
            try:
                data = unpack.decompress(waiting, 2**20) if unpack else waiting
            except zlib.error as error:
                raise _bad(1, _("The gzip data is damaged")) from error
            waiting = unpack.unconsumed_tail if unpack else b""
            size += len(data)
            if size > MAX_BYTES:
                raise _bad(1, _("The batch is too large: send it in parts"))
            yield data
    if unpack is not None and not unpack.eof:
        raise _bad(1, _("The gzip data ends too early"))


def _bad(line: int, message: str) -> InvalidInput:
    return InvalidInput([Issue("file", message, "bad_file", line)])
