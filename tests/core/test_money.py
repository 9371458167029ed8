from decimal import Decimal

import pytest
from django.utils import translation

from oms.core.money import exponent, format_money, round_money


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.005", "EUR", "0.01"),
        ("0.0049", "EUR", "0.00"),
        ("2.675", "EUR", "2.68"),  # binary floats would say 2.67
        ("-0.005", "EUR", "-0.01"),  # half up means away from zero on both sides
        ("1234.5", "JPY", "1235"),
        ("1234.49", "JPY", "1234"),
        ("0.0005", "KWD", "0.001"),
        ("1", "EUR", "1.00"),
    ],
)
def test_rounding_is_half_up_to_the_currencys_exponent(amount, currency, rounded):
    assert str(round_money(Decimal(amount), currency)) == rounded


@pytest.mark.parametrize(
    ("currency", "digits"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("PLN", 2), ("XXX", 2)]
)
def test_exponent_is_iso_4217s(currency, digits):
    assert exponent(currency) == digits


def test_rounded_lines_add_up_without_rounding_again():
    lines = [round_money(Decimal("0.335"), "EUR") for _ in range(3)]
    assert sum(lines) == Decimal("1.02")
    assert round_money(Decimal("0.335") * 3, "EUR") == Decimal("1.01")


@pytest.mark.parametrize(
    ("language", "text"), [("en", "€1,234.50"), ("it", "1.234,50 €"), ("pl", "1 234,50 €")]
)
def test_money_is_written_as_the_reader_writes_it(language, text):
    with translation.override(language):
        assert format_money(Decimal("1234.5"), "EUR").replace("\xa0", " ") == text
