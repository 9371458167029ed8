"""Figures of stock in tables: columns, badges and the links behind them."""

import re
from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.models import Sku
from inventory.models import Location, Stock
from inventory.status import MovementKind
from oms.core import formats
from oms.core.actors import Actor
from oms.core.links import link
from oms.core.tables import (
    NUMBER,
    QuantityColumn,
    TotalMixin,
    linked,
)
from oms.core.templatetags.ui import badge, icon


class FigureColumn(QuantityColumn):
    """A figure that leads to the movements behind it; a nought is quiet and leads nowhere."""

    def __init__(self, *args: Any, url: Any, **kwargs: Any) -> None:
        self.url = url
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any) -> str:  # type: ignore[override]
        text = formats.format_quantity(value)
        if not value:
            return format_html('<span class="nothing">{}</span>', text)
        return format_html('<a class="quiet-link" href="{}">{}</a>', self.url(record), text)

    def value(self, value: Any) -> Any:
        return value


class AvailableColumn(TotalMixin, tables.Column):
    """What can be sold: bold; red below 0."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", NUMBER)
        kwargs.setdefault("footer", self.footer_of)
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> SafeString:
        css = "stock-below" if value < 0 else "stock-free"
        return format_html('<strong class="{}">{}</strong>', css, formats.format_quantity(value))

    def value(self, value: Any) -> Any:
        return value


class SignedColumn(tables.Column):
    """A change: with its sign, and quiet where nothing changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", NUMBER)
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> SafeString:
        if not value:
            return format_html('<span class="nothing">{}</span>', formats.NOTHING)
        sign = "+" if value > 0 else ""
        return format_html("{}{}", sign, formats.format_quantity(value))

    def value(self, value: Any) -> Any:
        return value


def stock_state(*, short: bool, available: int) -> SafeString:
    """The state of stock as a badge: short, in stock, or out."""
    if short:
        return badge("short", _("Short"))
    return badge("in_stock") if available > 0 else badge("out", _("Nothing available"))


def kind_pill(kind: MovementKind) -> SafeString:
    """The kind of a movement as a badge."""
    return badge(kind, kind.label)


PURCHASE = re.compile(r"\bpurchase order (\d{1,18})\b")
TRANSFER = re.compile(r"\btransfer (\d{1,18})\b")
COUNT = re.compile(r"^count (\d{1,18})$")
PAGES = (
    (PURCHASE, "purchase-order-detail"),
    (TRANSFER, "transfer-detail"),
    (COUNT, "count-detail"),
)
NUMBERED = re.compile(r"\b(?:order|return) (?:of order )?(\d+)\b")


def cause_link(cause: str, actor: Actor) -> SafeString:
    """A movement's cause; a document of the stock's own leads to its page, another number to what
    the search finds for it, as far as these are for `actor`."""
    for pattern, name in PAGES:
        named = pattern.search(cause)
        if named is not None:
            return linked(cause, link(actor, name, named[1]), "quiet-link")
    found, search = NUMBERED.search(cause), link(actor, "search")
    url = f"{search}?{urlencode({'q': found[1]})}" if found and search else ""
    return linked(cause, url, "quiet-link")


def sku_url(record: Any) -> str:
    return reverse("stock-sku", args=[record.code])


def movements_url(figure: str = "") -> Any:
    def url(record: Stock) -> str:
        address = reverse("stock-movements", args=[record.sku.code, record.location.code])
        return f"{address}?figure={figure}" if figure else address

    return url


def dispositions_url(sku: Sku, location: Location | None = None) -> str:
    """What is set aside of a SKU, everywhere or at one location."""
    query = {"sku": sku.code} | ({"location": location.code} if location else {})
    return f"{reverse('disposition-list')}?{urlencode(query)}"


def aside_url(record: Stock) -> str:
    """What is set aside of a stock row."""
    return dispositions_url(record.sku, record.location)


def yes_or_nothing(value: bool) -> SafeString:
    if not value:
        return format_html('<span class="nothing">{}</span>', formats.NOTHING)
    # Positioned, or the hidden word would widen the page beyond a scrolled table.
    return format_html(
        '<span class="sign">{}<span class="visually-hidden">{}</span></span>',
        icon("check"),
        _("yes"),
    )
