"""Reading the rows of a stock batch as they stream in: CSV or NDJSON, plain or gzipped.

Nothing here holds more than a block of rows. What a row says is checked later, by row, in SQL;
only a file that is no table at all is refused here.
"""

import codecs
import csv
import json
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice

from django.utils.translation import gettext as _

from inventory.imports import COLUMNS
from oms.core.errors import InvalidInput, Issue

# (line in the file, SKU or GTIN, quantity), all as text.
BatchRow = tuple[int, str, str]
BLOCK = 20_000
GZIP = b"\x1f\x8b"
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
        for data in _plain(chunks):
            text = rest + decoder.decode(data)
            *whole, rest = text.split("\n")
            for line in whole:
                number += 1
                yield line + "\n"
        rest += decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _bad(number + 1, _("The text is not UTF-8")) from error
    if rest:
        yield rest


def _plain(chunks: Iterable[bytes]) -> Iterator[bytes]:
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
