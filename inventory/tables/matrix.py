"""The table of the stock matrix: a column per location."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import django_tables2 as tables
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.models import Location
from inventory.selectors.matrix import figures_of, sold_per_day
from inventory.tables.figures import sku_url
from oms.core import formats
from oms.core.tables import NUMBER, QuantityColumn, Table

# Days of cover below which somebody should reorder, and from which there is plenty.
LOW, PLENTY = 7, 28


def heat_of(available: int, per_day: float) -> tuple[str, int | None]:
    """A cell's look, and the days its units last; None where nothing sells."""
    days = int(max(available, 0) / per_day) if per_day else None
    if available <= 0:
        return "out", days
    if days is None:
        return "", None
    if days < LOW:
        return "low", days
    return ("plenty" if days >= PLENTY else ""), days


class SkuColumn(tables.Column):
    """Code and, below it, the name."""

    def render(self, value: str, record: Any) -> SafeString:
        return format_html(
            '<a class="row-link" href="{}"><span class="code">{}</span></a>'
            '<span class="matrix-name" title="{}">{}</span>',
            sku_url(record),
            value,
            record.full_name,
            record.full_name,
        )

    def value(self, value: str) -> str:
        return value


class PlaceColumn(QuantityColumn):
    """One location: a figure that leads to its movements, coloured by how long it lasts."""

    def __init__(self, location: Location) -> None:
        self.location = location
        super().__init__(
            accessor="cells",
            empty_values=(),
            orderable=False,
            verbose_name=location.code,
            attrs=NUMBER | {"th": {"class": "num", "title": location.name}},
        )

    def render(self, record: Any, table: "MatrixTable") -> SafeString:  # type: ignore[override]
        units = table.figures(record).get(self.location.pk)
        if units is None:
            return format_html('<span class="nothing">{}</span>', formats.NOTHING)
        available = table.available(record).get(self.location.pk, 0)
        look, days = heat_of(available, table.per_day.get((record.pk, self.location.pk), 0.0))
        address = reverse("stock-movements", args=[record.code, self.location.code])
        if table.figure in ("on_hand", "allocated"):
            address = f"{address}?figure={table.figure}"
        return format_html(
            '<a class="heat{}" href="{}">{}{}</a>',
            f" heat-{look}" if look else "",
            address,
            formats.format_quantity(units),
            "" if days is None else format_html("<small>{}</small>", _("%(n)d d") % {"n": days}),
        )

    def value(self, record: Any, table: "MatrixTable") -> int | None:
        return table.figures(record).get(self.location.pk)


class MatrixTable(Table):
    code = SkuColumn(verbose_name=gettext_lazy("SKU"))
    total = QuantityColumn(
        accessor="cells", empty_values=(), orderable=False, verbose_name=gettext_lazy("Total")
    )

    empty_icon = "packages"
    empty_title = gettext_lazy("No stock here")
    empty_help = gettext_lazy(
        "A SKU appears when its first units are counted, received or imported somewhere."
    )

    class Meta(Table.Meta):
        order_by = "code"
        attrs: ClassVar = {"class": "data-table matrix"}

    def __init__(
        self, *args: Any, figure: str, locations: Sequence[Location], **kwargs: Any
    ) -> None:
        self.figure = figure
        self.per_day: Mapping[tuple[int, int], float] = {}
        self._figures: dict[tuple[int, str], dict[int, int]] = {}
        columns = [(f"at_{place.pk}", PlaceColumn(place)) for place in locations]
        super().__init__(*args, extra_columns=columns, **kwargs)

    def before_render(self, request: HttpRequest) -> None:
        self.per_day = sold_per_day(row.record.pk for row in self.paginated_rows)

    def figures(self, record: Any) -> dict[int, int]:
        return self._of(record, self.figure)

    def available(self, record: Any) -> dict[int, int]:
        return self._of(record, "available")

    def render_total(self, record: Any) -> SafeString:
        total = formats.format_quantity(self.value_total(record))
        return format_html("<strong>{}</strong>", total)

    def value_total(self, record: Any) -> int:
        return sum(self.figures(record).values())

    def _of(self, record: Any, figure: str) -> dict[int, int]:
        # An export passes by hundreds of thousands of rows: only the present one is kept.
        key = (record.pk, figure)
        if key not in self._figures:
            if len(self._figures) > 1000:
                self._figures.clear()
            self._figures[key] = figures_of(record, figure)
        return self._figures[key]
