"""Writes tables people download: CSV and XLSX, streamed, and safe to open in a spreadsheet.

A cell that a spreadsheet would take for a formula is given an apostrophe in front (OWASP, "CSV
injection"); plain numbers stay numbers. In XLSX every text is written as text, which no program
evaluates, so nothing is put in front of it.
"""

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO
from urllib.parse import quote

import xlsxwriter
from django.http import StreamingHttpResponse
from django.utils import timezone

# Full-width forms too: some spreadsheets fold them to the plain signs.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")  # noqa: RUF001
PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
# What a sheet can hold; numbers with more digits would lose some.
XLSX_ROWS = 1_048_575
XLSX_CELL = 32_767
EXACT_DIGITS = 15
BATCH = 500


def safe_cell(value: Any) -> str:
    """`value` as text for a CSV cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    # A blank in front does not stop a spreadsheet from reading a formula.
    if text.lstrip(" ").startswith(DANGEROUS) and not PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text


def export_csv(
    header: Sequence[str], rows: Iterable[Sequence[Any]], name: str
) -> StreamingHttpResponse:
    """A CSV download in UTF-8 (with the mark Excel needs), written as it is sent."""
    response = StreamingHttpResponse(
        _csv_chunks(header, rows), content_type="text/csv; charset=utf-8"
    )
    return _as_download(response, name)


def export_xlsx(
    header: Sequence[str], rows: Iterable[Sequence[Any]], name: str
) -> StreamingHttpResponse:
    """An XLSX download. The sheet is built in a temporary file, in bounded memory."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by _file_chunks when it is sent
    _write_book(file, header, rows)
    file.seek(0)
    response = StreamingHttpResponse(
        _file_chunks(file),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    return _as_download(response, name)


class _Echo:
    """A file that gives back what is written to it, for csv.writer."""

    def write(self, text: str) -> str:
        return text


def _csv_chunks(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    chunk = ["\ufeff", writer.writerow([safe_cell(cell) for cell in header])]
    for row in rows:
        chunk.append(writer.writerow([safe_cell(cell) for cell in row]))
        if len(chunk) >= BATCH:
            yield "".join(chunk)
            chunk = []
    yield "".join(chunk)


def _write_book(file: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(header):
            sheet.write_string(0, column, str(title), bold)
            sheet.set_column(column, column, max(12, min(40, len(str(title)) + 4)))
        number = 0
        for number, row in enumerate(rows, start=1):
            if number > XLSX_ROWS:
                break
            for column, value in enumerate(row):
                _write_cell(sheet, number, column, value)
        if number:
            sheet.autofilter(0, 0, min(number, XLSX_ROWS), max(0, len(header) - 1))


def _write_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal) and _is_exact(value):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        sheet.write_datetime(row, column, local.replace(tzinfo=None))
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value)
    else:
        sheet.write_string(row, column, str(value)[:XLSX_CELL])


def _is_exact(value: int | float | Decimal) -> bool:
    if isinstance(value, float):
        return value == value and abs(value) != float("inf")  # noqa: PLR0124 - not a NaN
    number = Decimal(value)
    return number.is_finite() and len(number.normalize().as_tuple().digits) <= EXACT_DIGITS


def _file_chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(64 * 1024):
            yield chunk


def _as_download(response: StreamingHttpResponse, name: str) -> StreamingHttpResponse:
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    return response
