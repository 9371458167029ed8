"""Tables of the stock pages."""

from collections.abc import Mapping
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.tables import SkuNameColumn
from inventory.models import Stock
from inventory.status import AdjustmentReason, DispositionReason, MovementKind
from inventory.tables.figures import (
    AvailableColumn,
    FigureColumn,
    SignedColumn,
    aside_url,
    cause_link,
    kind_pill,
    movements_url,
    sku_url,
    stock_state,
)
from oms.core.formats import NOTHING, format_quantity
from oms.core.tables import (
    LinkColumn,
    QuantityColumn,
    Table,
    WhenColumn,
)
from oms.core.templatetags.ui import icon

REASONS = dict(AdjustmentReason.choices) | dict(DispositionReason.choices)


class StockTable(Table):
    """Stock by SKU, over the locations one may see."""

    code = LinkColumn(url=sku_url, code=True, verbose_name=gettext_lazy("SKU"))
    name = SkuNameColumn()
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
    unavailable = FigureColumn(url=aside_url)
    safety_stock = QuantityColumn()
    coming = QuantityColumn(
        empty_values=(), orderable=False, verbose_name=gettext_lazy("In transit to here")
    )
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

    def __init__(
        self,
        *args: Any,
        adjustable: frozenset[int] = frozenset(),
        coming: Mapping[int, int] | None = None,
        **kwargs: Any,
    ) -> None:
        self.adjustable = adjustable
        self.units_coming = coming or {}
        super().__init__(*args, **kwargs)

    def render_coming(self, record: Stock) -> SafeString | str:
        units = self.units_coming.get(record.location_id, 0)
        if not units:
            return format_html('<span class="nothing">{}</span>', NOTHING)
        return format_html(
            '<a class="quiet-link" href="{}?sku={}&amp;destination={}">{}</a>',
            reverse("transfer-list"),
            record.sku.code,
            record.location.code,
            format_quantity(units),
        )

    def value_coming(self, record: Stock) -> int:
        return self.units_coming.get(record.location_id, 0)

    def render_state(self, record: Stock) -> SafeString:
        return stock_state(short=bool(record.short), available=record.available)

    def value_state(self, record: Stock) -> str:
        if record.short:
            return str(_("Short"))
        return str(_("In stock") if record.available > 0 else _("Nothing available"))

    def render_adjust(self, record: Stock) -> SafeString | str:
        if record.location_id not in self.adjustable:
            return ""
        return format_html(
            '<a class="btn-icon" href="{}" title="{}" aria-label="{}">{}</a>',
            reverse("stock-adjust", args=[record.sku.code, record.location.code]),
            _("Adjust"),
            _("Adjust"),
            icon("adjustments"),
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
        return cause_link(value, self.request.actor)

    def value_cause(self, value: str) -> str:
        return value

    def render_reason(self, value: str) -> str:
        # Reasons of people come from the lists; those of services and machines are free text.
        return str(REASONS.get(value, value))


class SkuMovementTable(MovementTable):
    """The ledger of one SKU at all its locations; each leads to its balances there."""

    location = LinkColumn(
        url=movements_url(),
        accessor="location__name",
        orderable=False,
        verbose_name=gettext_lazy("Location"),
        attrs={"td": {"class": "no-wrap"}},
    )

    class Meta(MovementTable.Meta):
        sequence = ("recorded_at", "location", "...")
        exclude = ("on_hand_after", "allocated_after", "held_after", "unavailable_after")
