"""Reads the tables people upload: CSV in the encodings and dialects of real life, and XLSX.

Everything about a file is distrusted: its size, what it unpacks to, its encoding. What cannot be
read is refused with words a person can act on, never half-read.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineWorkbook

from oms.core.errors import InvalidInput, Issue, Text

MAX_UNPACKED = 100 * 1024 * 1024
MAX_COLUMNS = 200
MAX_CELL = 100_000
MAX_ENTRIES = 1000
# A reader keeps a sheet as a full rectangle: one cell in the last corner would take all memory.
MAX_RECTANGLE = 5_000_000
CELL_REFERENCE = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
CHUNK = 1024 * 1024
MAX_WHOLE = 10**12
BLANKS = re.compile(r"[\s']")
NUMBER = re.compile(r"[+-]?(?=[.,]?[0-9])[0-9.,]{1,30}")
GROUPED = re.compile(r"[+-]?[0-9]{1,3}([.,][0-9]{3})+")
AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
DELIMITERS = ",;\t|"
ZIP_MAGIC = b"PK\x03\x04"
BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

Line = tuple[int, list[str]]
Row = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """`header` as normalised names; `rows` yields (row number as the sheet shows it, cells).

    Cells are stripped text; blank rows are left out; a row number of the first data row is 2.
    """

    header: list[str]
    rows: Iterator[Row]


def read_table(data: bytes, name: str, *, max_rows: int) -> Table:
    """The table in a CSV or XLSX file.

    Raises InvalidInput: too large, unreadable, no header, a column named twice. Reading `rows`
    raises InvalidInput past `max_rows` rows or at a row with more cells than the header.
    """
    if len(data) > settings.IMPORT_MAX_BYTES:
        raise _refused(
            _("The file is larger than %(limit)d MB")
            % {"limit": settings.IMPORT_MAX_BYTES // 1024 // 1024},
            "too_large",
        )
    if not data.strip():
        raise _refused(_("The file is empty"), "empty")
    lines = _xlsx_lines(data) if data.startswith(ZIP_MAGIC) else _csv_lines(data, name)
    first = next(((number, cells) for number, cells in lines if any(cells)), None)
    if first is None:
        raise _refused(_("The file is empty"), "empty")
    header = _header(first[1])
    return Table(header=header, rows=_rows(lines, header, max_rows))


def column_name(text: str) -> str:
    """A header cell as compared: lower case, blanks and hyphens as underscores."""
    return "_".join(text.strip().lower().replace("-", " ").replace("_", " ").split())


def parse_decimal(text: str) -> Decimal | None:
    """A number as people write it: `1234.5`, `1.234,50`, `1,234.50`, `1 234,5`; else None.

    One separator alone is the decimal one. Where it might as well group thousands (`1,234`,
    `1.234`) the answer is None: better to ask than to be wrong by a factor of a thousand.
    """
    bare = BLANKS.sub("", text).replace("\N{MINUS SIGN}", "-")
    if not NUMBER.fullmatch(bare) or AMBIGUOUS.fullmatch(bare):
        return None
    comma, point = bare.rfind(","), bare.rfind(".")
    decimal_mark = "," if comma > point else "."
    grouping = "." if decimal_mark == "," else ","
    if bare.count(decimal_mark) > 1:  # 1.234.567: no decimals at all
        if grouping in bare:
            return None
        return Decimal(bare.replace(decimal_mark, ""))
    whole, _mark, rest = bare.partition(decimal_mark)
    if grouping in rest or (grouping in whole and not GROUPED.fullmatch(whole)):
        return None
    return Decimal(f"{whole.replace(grouping, '') or '0'}.{rest or '0'}")


def parse_whole(text: str) -> int | None:
    """A whole number as people write it, `12` or `12.0`; None if it is none."""
    number = parse_decimal(text)
    if number is None or number != number.to_integral_value() or abs(number) >= MAX_WHOLE:
        return None
    return int(number)


def _header(cells: Sequence[str]) -> list[str]:
    header = [column_name(cell) for cell in cells]
    while header and not header[-1]:
        header.pop()
    if len(header) > MAX_COLUMNS:
        raise _refused(_("The file has too many columns"), "too_many_columns")
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise _refused(
            _("These columns stand in the file twice: %(names)s")
            % {"names": ", ".join(sorted(twice))},
            "column_twice",
        )
    return header


def _rows(lines: Iterator[Line], header: list[str], max_rows: int) -> Iterator[Row]:
    count = 0
    for number, cells in lines:
        if not any(cells):
            continue
        count += 1
        if count > max_rows:
            raise _refused(
                _("The file has more than %(limit)d rows; split it") % {"limit": max_rows},
                "too_many_rows",
            )
        if any(cells[len(header) :]):
            raise InvalidInput(
                [Issue("", _("This row has more cells than the header"), "row_too_long", number)]
            )
        padded = cells + [""] * (len(header) - len(cells))
        yield number, {key: cell for key, cell in zip(header, padded, strict=False) if key}


def _csv_lines(data: bytes, name: str) -> Iterator[Line]:
    text = _decoded(data)
    if "\0" in text:
        raise _refused(
            _("%(name)s is neither a CSV nor an XLSX file") % {"name": name}, "unknown_format"
        )
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    # Excel writes "sep=;" as a first line to say what separates the cells.
    if first_line.lower().startswith("sep=") and len(first_line) == 5:
        delimiter = first_line[4]
        text = text.replace(first_line, "", 1)
    else:
        delimiter = max(DELIMITERS, key=lambda mark: _outside_quotes(first_line, mark))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise InvalidInput(
            [
                Issue(
                    "",
                    _("This row cannot be read as CSV"),
                    "malformed_row",
                    reader.line_num or None,
                )
            ]
        ) from error


def _outside_quotes(line: str, mark: str) -> int:
    return sum(part.count(mark) for part in line.split('"')[::2])


def _decoded(data: bytes) -> str:
    encoding = next((name for bom, name in BOMS if data.startswith(bom)), "")
    # UTF-16 without a mark: every other byte of plain text is zero.
    if not encoding and data[:200].count(0) > len(data[:200]) // 4:
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    for attempt in (encoding,) if encoding else ("utf-8", "cp1252", "latin-1"):
        try:
            return data.decode(attempt)
        except UnicodeDecodeError:
            continue
    raise _refused(_("The file's text cannot be decoded"), "encoding")


def _xlsx_lines(data: bytes) -> Iterator[Line]:
    _check_zip(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = book.get_sheet_by_index(0)
        for number, cells in enumerate(sheet.iter_rows(), start=(sheet.start or (0, 0))[0] + 1):
            yield number, [_cell_text(cell) for cell in cells]
    except (CalamineError, OSError, ValueError) as error:
        raise _refused(_("The file cannot be read as a spreadsheet"), "unreadable") from error


def _check_zip(data: bytes) -> None:
    """Refuse what would unpack to too much, by what the archive declares and by what it holds."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES or sum(e.file_size for e in entries) > MAX_UNPACKED:
                raise _refused(_("The spreadsheet unpacks to too much data"), "too_large")
            for entry in entries:
                _check_entry(archive, entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, OSError) as error:
        raise _refused(_("The file cannot be read as a spreadsheet"), "unreadable") from error


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack once: more than was declared fails the checksum, and sheets show their extent."""
    is_sheet = entry.filename.startswith("xl/worksheets/")
    last_row = last_column = 0
    tail = b""
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            if not is_sheet:
                continue
            for letters, digits in CELL_REFERENCE.findall(tail + chunk):
                last_row = max(last_row, int(digits))
                last_column = max(last_column, _column_number(letters))
            tail = chunk[-32:]
    if last_row * last_column > MAX_RECTANGLE:
        raise _refused(
            _("The sheet has cells far outside its table; copy the table to a new file"),
            "too_large",
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _cell_text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        # Spreadsheets keep every number as a float: 12.0 is the code "12", and 15 digits are exact.
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        text = format(cell, ".15g")
        # Four decimals, so that nobody takes the point of 1.234 for one between thousands.
        return text + "0" if AMBIGUOUS.fullmatch(text) else text
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)[:MAX_CELL].strip()


def _refused(message: Text, code: str) -> InvalidInput:
    return InvalidInput([Issue("file", message, code)])
