import csv
from pathlib import Path

import pytest

from catalog.gtin import normal_gtin
from oms.core.errors import InvalidInput

VECTORS = Path(__file__).parents[3] / "shared/data/gs1_vectors/gs1_check_digit_vectors.csv"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("12345670", "12345670"),
        ("00000012345670", "12345670"),
        ("012345678905", "012345678905"),
        ("00012345678905", "012345678905"),
        ("978-0-471-11709-4", "9780471117094"),
    ],
)
def test_stored_in_the_shortest_standard_form(text, stored):
    assert normal_gtin(text) == stored


WRONG = ["", "1", "1234567", "1234567890", "12345678", "0" * 13, "\uff11" * 8]


@pytest.mark.parametrize("text", WRONG)
def test_refused(text):
    with pytest.raises(InvalidInput):
        normal_gtin(text)


def test_published_check_digit_vectors():
    if not VECTORS.exists():
        pytest.skip("the GS1 vectors are not on this machine")
    with VECTORS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"].startswith("GTIN")]
    assert len(rows) > 40
    for row in rows:
        # "Too long for an EAN-13" is a good GTIN-14.
        good = row["expected"].startswith(("valid", "invalid_length_for_ean13"))
        try:
            normal_gtin(row["code"])
        except InvalidInput:
            assert not good, row
        else:
            assert good, row
