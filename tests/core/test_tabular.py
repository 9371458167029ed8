"""Tables people upload: every dialect of real life, and the files that want to do harm."""

import io
import zipfile
from decimal import Decimal

import pytest
import xlsxwriter

from oms.core.errors import InvalidInput
from oms.core.tabular import parse_decimal, parse_whole, read_table

TEXT = 'SKU;Unit price;Note\nA;1,50;"x; y"\n\nÀ;2;\n'


def read(data, *, max_rows=100):
    raw = data.encode() if isinstance(data, str) else data
    table = read_table(raw, "file", max_rows=max_rows)
    return table.header, list(table.rows)


def code_of(refused):
    return refused.value.issues[0].code


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"]
)
def test_encodings(encoding):
    header, rows = read(TEXT.encode(encoding))
    assert header == ["sku", "unit_price", "note"]
    assert rows == [
        (2, {"sku": "A", "unit_price": "1,50", "note": "x; y"}),
        (4, {"sku": "À", "unit_price": "2", "note": ""}),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters(mark):
    _header, rows = read(f"a{mark}b\r\n1{mark}2\r\n")
    assert rows == [(2, {"a": "1", "b": "2"})]


def test_line_that_names_the_delimiter():
    _header, rows = read("sep=;\na,x;b\n1;2\n")
    assert [cells for _row, cells in rows] == [{"a,x": "1", "b": "2"}]


def test_quotes_and_line_breaks_in_cells_keep_their_row_numbers():
    _header, rows = read('a,b\n"one\ntwo",x\nthree,y\n')
    assert [cells["a"] for _row, cells in rows] == ["one\ntwo", "three"]
    assert rows[-1][0] == 4


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "empty"),
        (" \n \n", "empty"),
        ("a,A\n1,2\n", "column_twice"),
        (",".join(f"abc{n}" for n in range(201)), "too_many_columns"),
        ("a\n1,2\n", "row_too_long"),
        ("a\n" + "1\n" * 101, "too_many_rows"),
        (b"\x00\x01\x02binary", "unknown_format"),
        (b"PK\x03\x04 not really a zip", "unreadable"),
        (b"x" * (10 * 1024 * 1024 + 1), "too_large"),
    ],
)
def test_refused_with_a_reason(data, code):
    with pytest.raises(InvalidInput) as refused:
        read(data)
    assert code_of(refused) == code


def sheet(rows, place=(0, 0)):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(place[0] + number, place[1], row)
    return file.getvalue()


def test_spreadsheet_numbers_read_as_people_see_them():
    header, rows = read(sheet([["SKU", "Amount"], ["A", 12.0], ["0123", 1.5], [7, 1.234]]))
    assert header == ["sku", "amount"]
    assert [tuple(cells.values()) for _row, cells in rows] == [
        ("A", "12"),
        ("0123", "1.5"),
        ("7", "1.2340"),
    ]
    assert [row for row, _cells in rows] == [2, 3, 4]


def test_cell_in_the_last_corner_is_refused_before_it_takes_all_memory():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        page.write(0, 0, "sku")
        page.write(1_048_575, 16_383, "x")
    with pytest.raises(InvalidInput) as refused:
        read(file.getvalue())
    assert code_of(refused) == "too_large"


def test_archive_that_unpacks_to_too_much_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (101 * 1024 * 1024))
    with pytest.raises(InvalidInput) as refused:
        read(file.getvalue())
    assert code_of(refused) == "too_large"


def test_archive_that_lies_about_its_size_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"a" * 1_000_000)
    lying = file.getvalue().replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(InvalidInput) as refused:
        read(lying)
    assert code_of(refused) == "unreadable"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"),
        ("12.50", "12.50"),
        ("12,50", "12.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1 234,5", "1234.5"),
        ("1'234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("−3,5", "-3.5"),
        (",5", "0.5"),
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
    ],
)
def test_numbers_as_people_write_them(text, number):
    assert parse_decimal(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "1,234", "1.234", "12,3.4,5", "1e5", "NaN", "inf", "--1", "1,2,34.5", "x", "€5"]
)
def test_doubtful_numbers_are_no_numbers(text):
    assert parse_decimal(text) is None


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("12.0", 12), ("12.5", None), ("1e3", None)]
)
def test_whole_numbers(text, number):
    assert parse_whole(text) == number
