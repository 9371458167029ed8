"""Downloads: safe to open, and exact."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from oms.core.export import export_csv, export_xlsx, safe_cell

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", " =1", "\uff1d1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_made_text(text):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["-12.50", "+5", "-1", -5, Decimal("-1.50"), "A-1", "plain"])
def test_plain_numbers_and_words_stay(value):
    assert safe_cell(value) == str(value)


def test_csv_reads_back():
    rows = [["A;1", Decimal("1.50"), None], ['say "x"', datetime(2026, 1, 2, tzinfo=UTC), True]]
    response = export_csv(["a", "b", "c"], rows, "liste è.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["a", "b", "c"],
        ["A;1", "1.50", ""],
        ['say "x"', "2026-01-02T00:00:00+00:00", "True"],
    ]
    assert "liste%20%C3%A8.csv" in response["Content-Disposition"]


def test_xlsx_keeps_numbers_as_numbers_and_formulas_as_text():
    rows = [["=1+1", Decimal("1.50"), "0123", 12345678901234567890]]
    data = b"".join(export_xlsx(["a", "b", "c", "d"], rows, "x.xlsx").streaming_content)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    assert sheet.to_python()[1] == ["=1+1", 1.5, "0123", "12345678901234567890"]
