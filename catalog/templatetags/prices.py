"""Filters for prices and their changes."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import template

from catalog.pricing.explain import unit_price_words
from oms.core.formats import MINUS, NOTHING, format_percent

register = template.Library()


@register.filter
def unit_price(amount: Any, currency: str) -> str:
    """A unit price with all its decimals; a dash for none."""
    number = _number(amount)
    return NOTHING if number is None else unit_price_words(number, currency)


@register.filter
def signed_percent(percent: Any) -> str:
    """ "+4.2 %" and "−4.2 %"; a dash for none."""
    number = _number(percent)
    if number is None:
        return NOTHING
    rounded = round(number, 1)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return f"{sign}{format_percent(abs(rounded))}"


@register.filter
def is_beyond(percent: Any, limit: int) -> bool:
    """Whether a change is larger than `limit` per cent either way."""
    number = _number(percent)
    return number is not None and abs(number) > int(limit or 0)


def _number(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


@register.filter
def grouped_options(widget: Any, chosen: Any) -> list[tuple[str, list[dict[str, Any]], int]]:
    """The optgroups of a choice widget as (group, options, number), ticked where chosen."""
    picked = {str(value) for value in chosen or ()}
    groups = []
    for number, (name, options) in enumerate(widget.choices):
        entries = [
            {"value": value, "label": label, "chosen": str(value) in picked}
            for value, label in options
        ]
        groups.append((str(name), entries, number))
    return groups
