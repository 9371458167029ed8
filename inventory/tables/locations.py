"""The table of locations."""

from typing import ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from inventory.hours import is_open
from inventory.models import Location
from inventory.tables.figures import yes_or_nothing
from oms.core import formats
from oms.core.clock import now
from oms.core.tables import (
    CodeColumn,
    LinkColumn,
    QuantityColumn,
    Table,
)
from oms.core.templatetags.ui import badge


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
            '<a class="stock-below" href="{}?location={}">{}</a>',
            reverse("shortage-list"),
            record.code,
            formats.format_quantity(record.shortages),  # type: ignore[attr-defined]
        )


def opening_badge(location: Location) -> SafeString:
    """Open or closed at this moment; inactive where it takes no orders."""
    if not location.is_active:
        return badge("inactive")
    if is_open(location, now()):
        return badge("active", pgettext("opening hours", "Open"))
    return badge("inactive", _("Closed"))
