"""Costs as people read them: `{% load costs %}`."""

from typing import Any

from babel.numbers import format_decimal
from django import template

from oms.core.formats import NOTHING, locale

register = template.Library()


@register.filter
def unit_cost(value: Any, currency: str = "") -> str:
    """What a unit costs, with all the decimals it has: costs are finer than money."""
    if value is None:
        return NOTHING
    text = format_decimal(value, format="#,##0.00##", locale=locale())
    return f"{text}\N{NO-BREAK SPACE}{currency}" if currency else text
