import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.pasting import WantedRow, parse_text, read_quantity

CODES = st.text("ABCDEFGHKLMNPQRSTVWXYZ", min_size=3, max_size=8).map(lambda code: f"{code}-7")
LINES = st.lists(st.tuples(CODES, st.integers(1, 999)), min_size=1, max_size=40)


def read(text: str) -> list[tuple[str, int | None]]:
    return [(row.code, row.quantity) for row in parse_text(text)]


@pytest.mark.parametrize(
    "text",
    [
        "AB-1\t12\nCD-2\t3",
        "AB-1;12\r\nCD-2;3\r\n",
        "AB-1,12\nCD-2, 3",
        "AB-1 12\nCD-2   3",
        "AB-1\t12,0\nCD-2\t3.00",
        "SKU\tQty\nAB-1\t12\nCD-2\t3",
        "Codice;Descrizione;Quantità\nAB-1;Vite 4;12\nCD-2;Dado;3",
        "Ilość;Kod\n12;AB-1\n3;CD-2",
        "qty,part no.\n12,AB-1\n3,CD-2",
        '"AB-1","12"\n"CD-2","3"',
        "\ufeffAB-1\t12\n\n\nCD-2\t3\n",
        "AB-1 x12\nCD-2 ×3",
        "AB-1\tScrew, steel\t12 pcs\nCD-2\tNut\t3 pz",
        "AB-1;;12\nCD-2;;3",
    ],
)
def test_the_same_order_however_it_is_written(text):
    assert read(text) == [("AB-1", 12), ("CD-2", 3)]


def test_gtins_and_line_breaks_keep_their_row_numbers():
    rows = parse_text("\n8001234567895\t5\n\nAB-1\t2")
    assert [(row.row, row.code, row.quantity) for row in rows] == [
        (2, "8001234567895", 5),
        (4, "AB-1", 2),
    ]


@pytest.mark.parametrize(
    ("text", "quantity", "remarked"),
    [
        ("12", 12, False),
        ("012", 12, False),
        ("12,0", 12, False),
        ("12.000,00", 12000, False),
        ("12,000.00", 12000, False),
        ("1.200", 1200, True),
        ("1,200", 1200, True),
        ("1 200", 1200, False),
        ("1'200", 1200, False),
        ("1.200.000", 1200000, False),
        ("3,5", None, False),
        ("12.5", None, False),
        ("-3", None, False),
        ("1e3", None, False),
        ("=1+1", None, False),
        ("twelve", None, False),
        ("٣", None, False),
        ("99999999999", None, False),
        ("0", 0, False),
    ],
)
def test_quantities(text, quantity, remarked):
    read_as, remark = read_quantity(text)
    assert (read_as, bool(remark)) == (quantity, remarked)


def test_a_code_alone_is_one_unit_and_says_so():
    (row,) = parse_text("AB-1")
    assert (row.code, row.quantity) == ("AB-1", 1)
    assert row.note


def test_an_unreadable_quantity_is_kept_as_it_was_typed():
    assert parse_text("AB-1\tmany")[0] == WantedRow(1, "AB-1", None, "many", "")


def test_a_row_without_a_code_is_kept_to_be_named():
    assert parse_text("\t5")[0].code == ""


@given(LINES, st.sampled_from(["\t", ";", ",", " ", " ; ", "\t\t"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read(lines, separator, header):
    text = "\n".join(f"{code}{separator}{quantity}" for code, quantity in lines)
    if header and separator.strip():
        text = f"SKU{separator}Qty\n{text}"
    assert read(text) == lines


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_it(text):
    rows = parse_text(text)
    assert all(row.row >= 1 for row in rows)
    assert [row.row for row in rows] == sorted({row.row for row in rows})
    assert all(row.quantity is None or row.quantity >= 0 for row in rows)


@given(st.integers(0, 999_999_999), st.sampled_from([".", ",", " ", "'"]))
@settings(max_examples=100, deadline=None)
def test_grouped_thousands_are_never_read_as_less(number, separator):
    assert read_quantity(f"{number:,}".replace(",", separator))[0] == number
