"""Tables of the stock pages."""

import re
from typing import Any, ClassVar
from urllib.parse import urlencode

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from inventory.hours import is_open
from inventory.models import Location, Stock
from inventory.status import AdjustmentReason, MovementKind
from oms.core import formats
from oms.core.clock import now
from oms.core.tables import (
    NUMBER,
    CodeColumn,
    LinkColumn,
    QuantityColumn,
    Table,
    TotalMixin,
    WhenColumn,
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


NUMBERED = re.compile(r"\b(?:order|transfer|return|count) (?:of order )?(\d+)\b")


def cause_link(cause: str) -> SafeString:
    """A movement's cause; one with a number leads to what the search finds for it."""
    found = NUMBERED.search(cause)
    if found is None:
        return format_html("{}", cause)
    query = urlencode({"q": found[1]})
    return format_html('<a class="quiet-link" href="{}?{}">{}</a>', reverse("search"), query, cause)


def sku_url(record: Any) -> str:
    return reverse("stock-sku", args=[record.code])


class StockTable(Table):
    """Stock by SKU, over the locations one may see."""

    code = LinkColumn(url=sku_url, code=True, verbose_name=gettext_lazy("SKU"))
    name = tables.Column(attrs={"td": {"class": "wrap"}})
    available = AvailableColumn(verbose_name=gettext_lazy("Available"))
    on_hand = FigureColumn(url=sku_url, verbose_name=gettext_lazy("On hand"))
    allocated = FigureColumn(url=sku_url, verbose_name=gettext_lazy("Allocated"))
    held = FigureColumn(url=sku_url, verbose_name=gettext_lazy("Held"))
    unavailable = FigureColumn(url=sku_url, verbose_name=gettext_lazy("Unavailable"))
    safety_stock = QuantityColumn(verbose_name=gettext_lazy("Safety stock"))
    places = QuantityColumn(verbose_name=gettext_lazy("Locations"))
    state = tables.Column(accessor="available", verbose_name=gettext_lazy("State"), orderable=False)

    empty_icon = "packages"
    empty_title = gettext_lazy("No stock here")
    empty_help = gettext_lazy(
        "A SKU appears when its first units are counted, received or imported somewhere."
    )
    empty_action = ("stock-import", gettext_lazy("Import counted stock"))

    class Meta(Table.Meta):
        order_by = "code"
        row_attrs: ClassVar = {"data-href": sku_url}

    def render_state(self, record: Any) -> SafeString:
        return stock_state(short=record.is_short, available=record.available)

    def value_state(self, record: Any) -> str:
        if record.is_short:
            return str(_("Short"))
        return str(_("In stock") if record.available > 0 else _("Nothing available"))


def movements_url(figure: str = "") -> Any:
    def url(record: Stock) -> str:
        address = reverse("stock-movements", args=[record.sku.code, record.location.code])
        return f"{address}?figure={figure}" if figure else address

    return url


class PlaceTable(Table):
    """The stock of one SKU at each location."""

    location = LinkColumn(
        url=movements_url(),
        accessor="location__name",
        verbose_name=gettext_lazy("Location"),
        attrs={"td": {"class": "no-wrap"}},
    )
    free = AvailableColumn(verbose_name=gettext_lazy("Available"))
    on_hand = FigureColumn(url=movements_url("on_hand"))
    allocated = FigureColumn(url=movements_url("allocated"))
    held = FigureColumn(url=movements_url("held"))
    unavailable = FigureColumn(url=movements_url("unavailable"))
    safety_stock = QuantityColumn()
    state = tables.Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("State"))
    moved_at = WhenColumn(verbose_name=gettext_lazy("Last movement"))
    adjust = tables.Column(
        empty_values=(),
        orderable=False,
        exclude_from_export=True,
        verbose_name="",
        attrs={"td": {"class": "row-actions"}},
    )

    empty_icon = "packages"
    empty_title = gettext_lazy("Nowhere in stock")
    empty_help = gettext_lazy("No location you may see has ever kept this SKU.")

    class Meta(Table.Meta):
        order_by = ("-free", "location")
        row_attrs: ClassVar = {"data-href": movements_url()}

    def __init__(self, *args: Any, adjustable: frozenset[int] = frozenset(), **kwargs: Any) -> None:
        self.adjustable = adjustable
        super().__init__(*args, **kwargs)

    def render_state(self, record: Stock) -> SafeString:
        return stock_state(short=record.on_hand < record.allocated, available=record.available)

    def value_state(self, record: Stock) -> str:
        if record.on_hand < record.allocated:
            return str(_("Short"))
        return str(_("In stock") if record.available > 0 else _("Nothing available"))

    def render_adjust(self, record: Stock) -> SafeString | str:
        if record.location_id not in self.adjustable:
            return ""
        return format_html(
            '<a class="btn btn-ghost btn-sm" href="{}">{}{}</a>',
            reverse("stock-adjust", args=[record.sku.code, record.location.code]),
            icon("adjustments"),
            _("Adjust"),
        )


class MovementTable(Table):
    """The ledger of one SKU at one location, with the figures after each movement."""

    recorded_at = WhenColumn(verbose_name=gettext_lazy("When"), order_by=("id",))
    kind = tables.Column(orderable=False)
    on_hand = SignedColumn(orderable=False)
    on_hand_after = QuantityColumn(orderable=False, verbose_name=gettext_lazy("On hand after"))
    allocated = SignedColumn(orderable=False)
    allocated_after = QuantityColumn(orderable=False, verbose_name=gettext_lazy("Allocated after"))
    held = SignedColumn(orderable=False)
    held_after = QuantityColumn(orderable=False, verbose_name=gettext_lazy("Held after"))
    unavailable = SignedColumn(orderable=False)
    unavailable_after = QuantityColumn(
        orderable=False, verbose_name=gettext_lazy("Unavailable after")
    )
    cause = tables.Column(orderable=False, attrs={"td": {"class": "wrap"}})
    reason = tables.Column(orderable=False)
    actor = tables.Column(orderable=False)

    empty_icon = "history"
    empty_title = gettext_lazy("No movements")
    empty_help = gettext_lazy("Nothing has been received, allocated or counted here yet.")

    class Meta(Table.Meta):
        order_by = "-recorded_at"

    def render_kind(self, record: Any) -> SafeString:
        return kind_pill(MovementKind(record.kind))

    def value_kind(self, record: Any) -> str:
        return str(record.get_kind_display())

    def render_cause(self, value: str) -> SafeString:
        return cause_link(value)

    def value_cause(self, value: str) -> str:
        return value

    def render_reason(self, value: str) -> str:
        # Reasons of people come from the list; those of services and machines are free text.
        return str(dict(AdjustmentReason.choices).get(value, value))


class LocationTable(Table):
    code = CodeColumn()
    name = LinkColumn(url=lambda record: reverse("location-detail", args=[record.code]))
    kind = tables.Column()
    city = tables.Column()
    opening = tables.Column(
        empty_values=(), orderable=False, verbose_name=gettext_lazy("Now"), exclude_from_export=True
    )
    ships = tables.BooleanColumn(verbose_name=gettext_lazy("Ships"))
    collects = tables.BooleanColumn(verbose_name=gettext_lazy("Collects"))
    skus = QuantityColumn(verbose_name=gettext_lazy("SKUs in stock"))
    units = QuantityColumn(verbose_name=gettext_lazy("On hand"))
    units_allocated = QuantityColumn(verbose_name=gettext_lazy("Allocated"))
    shortages = QuantityColumn(verbose_name=gettext_lazy("Shortages"))

    empty_icon = "building-store"
    empty_title = gettext_lazy("No locations yet")
    empty_help = gettext_lazy("A location is a warehouse or store: anywhere stock can be.")
    empty_action = ("location-new", gettext_lazy("Add a location"))

    class Meta(Table.Meta):
        order_by = "name"
        row_attrs: ClassVar = {
            "data-href": lambda record: reverse("location-detail", args=[record.code])
        }

    def render_opening(self, record: Location) -> SafeString:
        return opening_badge(record)

    def render_ships(self, value: bool) -> SafeString:
        return yes_or_nothing(value)

    def render_collects(self, value: bool) -> SafeString:
        return yes_or_nothing(value)

    def value_ships(self, value: bool) -> str:
        return str(_("yes") if value else _("no"))

    value_collects = value_ships

    def render_shortages(self, record: Location) -> SafeString:
        if not record.shortages:  # type: ignore[attr-defined]
            return format_html('<span class="nothing">{}</span>', formats.NOTHING)
        return format_html(
            '<a class="stock-below" href="{}?location={}&amp;state=short">{}</a>',
            reverse("stock-list"),
            record.code,
            formats.format_quantity(record.shortages),  # type: ignore[attr-defined]
        )


def yes_or_nothing(value: bool) -> SafeString:
    if not value:
        return format_html('<span class="nothing">{}</span>', formats.NOTHING)
    # Positioned, or the hidden word would widen the page beyond a scrolled table.
    return format_html(
        '<span class="sign">{}<span class="visually-hidden">{}</span></span>',
        icon("check"),
        _("yes"),
    )


def opening_badge(location: Location) -> SafeString:
    """Open or closed at this moment; inactive where it takes no orders."""
    if not location.is_active:
        return badge("inactive")
    if is_open(location, now()):
        return badge("active", pgettext("opening hours", "Open"))
    return badge("inactive", _("Closed"))
