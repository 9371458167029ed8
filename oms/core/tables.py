"""The base of every table (django-tables2) and the columns that recur.

A row with `data-href` opens its page on Enter; with `data-panel` a click opens the side panel:

    class Meta:
        row_attrs = {"data-href": lambda record: …, "data-panel": lambda record: …}

Totals in the footer are given, not summed over what happens to be on the page:
`OrderTable(rows, totals={"total": Decimal("…")})`.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oms.core import formats
from oms.core.templatetags.ui import badge, money

NUMBER: dict[str, dict[str, str]] = {
    "th": {"class": "num"},
    "td": {"class": "num"},
    "tf": {"class": "num"},
}


class Table(tables.Table):
    """Dense, sticky header and first column; `empty_*` say what an empty page is for."""

    empty_icon: ClassVar[str] = "inbox"
    empty_title: ClassVar[Any] = gettext_lazy("Nothing here yet")
    empty_help: ClassVar[Any] = ""
    # (URL name, label) of the next step, if there is one.
    empty_action: ClassVar[tuple[str, Any] | None] = None

    class Meta:
        template_name = "ui/table.html"
        attrs: ClassVar[dict[str, Any]] = {"class": "data-table"}
        default = formats.NOTHING

    def __init__(
        self, *args: Any, totals: Mapping[str, Any] | None = None, caption: str = "", **kwargs: Any
    ) -> None:
        self.totals = dict(totals or {})
        self.caption = caption
        super().__init__(*args, **kwargs)

    @property
    def empty_url(self) -> str:
        return reverse(self.empty_action[0]) if self.empty_action else ""

    @property
    def empty_label(self) -> str:
        return str(self.empty_action[1]) if self.empty_action else ""


class TotalMixin:
    """A footer from the table's `totals`, formatted like the cells."""

    def format_total(self, value: Any, table: Any) -> Any:
        return formats.format_quantity(value)

    def footer_of(self, bound_column: Any, table: Any) -> Any:
        totals = getattr(table, "totals", {})
        if bound_column.name not in totals:
            return ""
        return self.format_total(totals[bound_column.name], table)


class QuantityColumn(TotalMixin, tables.Column):
    """A whole or decimal number, right-aligned; `unit` is written after it."""

    def __init__(self, *args: Any, unit: str = "", **kwargs: Any) -> None:
        self.unit = unit
        kwargs.setdefault("attrs", NUMBER)
        kwargs.setdefault("footer", self.footer_of)
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> str:
        text = formats.format_quantity(value)
        return f"{text}\N{NO-BREAK SPACE}{self.unit}" if self.unit else text


class MoneyColumn(TotalMixin, tables.Column):
    """An amount with its currency: a code, or the record's attribute that names it."""

    def __init__(self, *args: Any, currency: str = "currency", **kwargs: Any) -> None:
        self.currency = currency
        kwargs.setdefault("attrs", NUMBER)
        kwargs.setdefault("footer", self.footer_of)
        super().__init__(*args, **kwargs)

    def currency_of(self, record: Any) -> str:
        if len(self.currency) == 3 and self.currency.isupper():
            return self.currency
        value = tables.A(self.currency).resolve(record, quiet=True)
        return str(value or "")

    def render(self, value: Any, record: Any) -> str:
        return money(value, self.currency_of(record))

    def format_total(self, value: Any, table: Any) -> Any:
        # A total is given as an amount in the column's currency, or as (amount, currency).
        amount, currency = value if isinstance(value, tuple) else (value, self.currency_of({}))
        return money(amount, currency)

    def value(self, value: Any) -> Any:
        return value


class NowColumn(MoneyColumn):
    """An amount as agreed, with what is left of it below where that is another: `now` names it.

    Exports show the first; give them a hidden column for the second. Of the totals, the first is
    given with its currency, the second as an amount.
    """

    def __init__(self, *args: Any, now: str, **kwargs: Any) -> None:
        self.now = now
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any) -> str:
        return self._both(value, getattr(record, self.now), self.currency_of(record))

    def format_total(self, value: Any, table: Any) -> Any:
        agreed, currency = value
        return self._both(agreed, table.totals.get(self.now, agreed), currency)

    def _both(self, agreed: Any, left: Any, currency: str) -> str:
        shown = money(agreed, currency)
        if left == agreed:
            return shown
        words = _("now %(amount)s") % {"amount": money(left, currency)}
        return format_html('{}<span class="cell-note">{}</span>', shown, words)


class WhenColumn(tables.Column):
    """A moment or day: short, full on hover."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"td": {"class": "when"}, "th": {"class": "when"}})
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> SafeString:
        return formats.time_element(value)

    def value(self, value: Any) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else value


class StatusColumn(tables.Column):
    """A status badge; the word is the model's own label where the field has choices."""

    def render(self, value: Any, record: Any, bound_column: Any) -> SafeString:
        # The accessor's raw value picks the look: `value` may already be the label.
        raw = tables.A(bound_column.accessor).resolve(record, quiet=True)
        label = value if str(value) != str(raw) else None
        return badge(raw, label)

    def value(self, value: Any) -> Any:
        return value


CODE = '<span class="code">{}</span>'


def linked(text: Any, url: str | None, style: str = "row-link") -> SafeString:
    """The text as a link; alone where there is no address for the reader."""
    if not url:
        return conditional_escape(text)
    return format_html('<a class="{}" href="{}">{}</a>', style, url, text)


class LinkColumn(tables.Column):
    """The record's name as a link. `url` makes the address from the record."""

    def __init__(
        self, *args: Any, url: Callable[[Any], str] | None = None, code: bool = False, **kwargs: Any
    ) -> None:
        self.url = url
        self.code = code
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any) -> SafeString:
        url = self.url(record) if self.url else record.get_absolute_url()
        return linked(format_html(CODE, value) if self.code else value, url)

    def value(self, value: Any) -> Any:
        return value


class CodeColumn(tables.Column):
    """A code (SKU, GTIN, order number) in the mono face."""

    def __init__(self, *args: Any, grouped: bool = False, **kwargs: Any) -> None:
        self.grouped = grouped
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> SafeString:
        if self.grouped:
            return formats.group_code(value)
        return format_html(CODE, value)

    def value(self, value: Any) -> Any:
        return value


class SelectColumn(tables.CheckBoxColumn):
    """Tick rows for the bulk bar; posts `selected=<pk>` with the form of id `bulk`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("accessor", "pk")
        kwargs.setdefault("orderable", False)
        kwargs.setdefault("exclude_from_export", True)
        kwargs.setdefault("attrs", {"th": {"class": "select"}, "td": {"class": "select"}})
        super().__init__(*args, **kwargs)

    @property
    def header(self) -> SafeString:
        return format_html(
            '<input type="checkbox" class="form-check-input" data-select-all aria-label="{}">',
            _("Select all rows on this page"),
        )

    def render(self, value: Any, bound_column: Any, record: Any) -> SafeString:
        return format_html(
            '<input type="checkbox" class="form-check-input" name="selected" value="{}"'
            ' form="bulk" aria-label="{}">',
            value,
            _("Select %(row)s") % {"row": record},
        )
