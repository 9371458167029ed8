"""How amounts are stored."""

from typing import Any

from django.db import models

from oms.core.money import AMOUNT_DIGITS, AMOUNT_PLACES


def amount_field(verbose_name: Any = None, **options: Any) -> "models.DecimalField[Any, Any]":
    """A money column: 14 digits, 4 decimals (unit prices may be finer than the currency)."""
    return models.DecimalField(
        verbose_name, max_digits=AMOUNT_DIGITS, decimal_places=AMOUNT_PLACES, **options
    )
