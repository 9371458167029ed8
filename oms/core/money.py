"""Money: `Decimal` plus a currency code, rounded in one place.

The rule, tested in `tests/core/test_money.py`: every line amount is rounded on its own, half up,
to the currency's exponent (ISO 4217); totals are sums of rounded lines, never rounded again.
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.core import get_global
from babel.numbers import format_currency
from django.utils.translation import get_language

ZERO = Decimal(0)
AMOUNT_DIGITS = 14
AMOUNT_PLACES = 4


@cache
def exponent(currency: str) -> int:
    """Number of decimals of `currency` (2 for EUR, 0 for JPY, 3 for KWD)."""
    fractions = get_global("currency_fractions")
    return int(fractions.get(currency, fractions["DEFAULT"])[0])


def round_money(amount: Decimal, currency: str) -> Decimal:
    """`amount` half up to the exponent of `currency`."""
    return amount.quantize(Decimal(1).scaleb(-exponent(currency)), rounding=ROUND_HALF_UP)


def format_money(amount: Decimal, currency: str, language: str | None = None) -> str:
    """`amount` as a reader of `language` (default: the active one) writes it."""
    return str(format_currency(amount, currency, locale=language or get_language() or "en"))
