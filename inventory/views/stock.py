"""Stock by SKU, of one SKU, and of one SKU at one location with its ledger."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import KitComponent, Sku
from inventory.filters.stock import MovementFilter, StockFilter
from inventory.hours import local_day
from inventory.models import Shortage, Stock, StockMovement
from inventory.selectors import availability, locations_visible
from inventory.selectors.arrivals import Arrival, arrivals_of
from inventory.selectors.movements import balance_by_day, claims_of, since_first, with_balances
from inventory.selectors.stock import sku_totals, stock_sums, stock_visible, with_available
from inventory.selectors.transfers import in_transit_to
from inventory.tables.figures import cause_link, dispositions_url, movements_url, sku_url
from inventory.tables.shortages import shortage_url
from inventory.tables.stock import MovementTable, PlaceTable, StockTable
from oms.core.clock import now
from oms.core.errors import NotFound
from oms.core.formats import short_day
from oms.core.permissions import Permission, grants_for
from oms.core.web import ListPage, PageRequest, page

CHARTED_LOCATIONS = 24
# A chart of more would be a smear.
CHARTED_DAYS = 731


class StockList(ListPage):
    """Every SKU that is kept somewhere, with its figures over the locations one may see."""

    title = gettext_lazy("Stock")
    table_class = StockTable
    filterset_class = StockFilter
    template_name = "inventory/stock_list.html"
    export_name = "stock"

    @property
    def stock(self) -> QuerySet[Stock]:
        code = self.request.GET.get("location", "")
        locations = locations_visible(self.request.actor, Permission.STOCK_VIEW)
        return stock_visible(self.request.actor, locations.filter(code=code) if code else ())

    def rows(self) -> QuerySet[Any]:
        return sku_totals(self.stock)

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        # Of a filter as few columns as it takes: the figures of the rest would be summed in vain.
        return {"totals": stock_sums(self.stock.filter(sku__in=rows.order_by().values("pk")))}


@page(Permission.STOCK_VIEW)
def stock_sku(request: PageRequest, code: str) -> HttpResponseBase:
    """One SKU over the locations; a kit by what its components allow."""
    sku = sku_or_404(code)
    if sku.components.exists():
        return _kit_page(request, sku)
    return PlaceList.as_view(sku=sku)(request)


class PlaceList(ListPage):
    """The stock of one SKU, one row per location."""

    sku: Sku | None = None
    table_class = PlaceTable
    template_name = "inventory/stock_sku.html"

    def rows(self) -> QuerySet[Any]:
        return with_available(stock_visible(self.request.actor).filter(sku=self.sku))

    @property
    def title(self) -> str:  # type: ignore[override]
        return self.sku.full_name if self.sku else ""

    @property
    def export_name(self) -> str:  # type: ignore[override]
        return f"stock-{self.sku.code}" if self.sku else ""

    @cached_property
    def coming(self) -> Mapping[int, int]:
        """Location id → units in transit to it."""
        places = locations_visible(self.request.actor, Permission.STOCK_VIEW).order_by()
        skus = [self.sku.pk] if self.sku else []
        return {place: units for (_sku, place), units in in_transit_to(places, skus).items()}

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        sums = stock_sums(rows)
        adjustable = locations_visible(self.request.actor, Permission.STOCK_ADJUST)
        return {
            "totals": sums | {"free": sums["available"], "coming": sum(self.coming.values())},
            "coming": self.coming,
            "adjustable": frozenset(adjustable.values_list("pk", flat=True)),
        }

    def extra_context(self) -> Mapping[str, Any]:
        places = list(self.rows().order_by("-on_hand")[:CHARTED_LOCATIONS])
        adjustable = locations_visible(self.request.actor, Permission.STOCK_ADJUST)
        kept = {place.location_id for place in places}
        sums = stock_sums(self.rows())
        return {
            "sku": self.sku,
            "aside": dispositions_url(self.sku) if self.sku and sums["unavailable"] else "",
            "here": reverse("stock-sku-movements", args=[self.sku.code]) if self.sku else "",
            "sums": sums,
            "chart": place_chart(places),
            "more_places": [place for place in adjustable if place.pk not in kept],
            "arrivals": self.arrivals(),
        }

    def arrivals(self) -> list[tuple[Arrival, SafeString]]:
        """What is on its way to the locations one may see, each with the link of its cause."""
        if self.sku is None:
            return []
        visible = locations_visible(self.request.actor, Permission.STOCK_VIEW)
        return [
            (one, cause_link(one.cause, self.request.actor))
            for one in arrivals_of(self.sku, visible)
        ]


def place_chart(places: list[Stock]) -> dict[str, Any]:
    """What lies where: available, claimed, and set aside, of the locations with the most."""
    rows = [place for place in places if place.on_hand > 0]
    claimed = [min(row.on_hand, row.allocated + row.held) for row in rows]
    free = [max(0, row.available) for row in rows]
    aside = [
        max(0, row.on_hand - taken - left)
        for row, taken, left in zip(rows, claimed, free, strict=True)
    ]
    return {
        "kind": "stacked",
        "labels": [row.location.name for row in rows],
        "series": [
            {"label": _("Available"), "values": free, "tone": "green"},
            {"label": _("Allocated and held"), "values": claimed, "tone": "blue"},
            {"label": _("Safety stock and unavailable"), "values": aside, "tone": "grey"},
        ],
        "unit": _("units"),
    }


def _kit_page(request: PageRequest, kit: Sku) -> HttpResponse:
    locations = {
        location.pk: location
        for location in locations_visible(request.actor, Permission.STOCK_VIEW)
    }
    parts = KitComponent.objects.filter(kit=kit).select_related("component").order_by("pk")
    wanted = [kit.pk, *(part.component_id for part in parts)]
    units = availability(wanted, location_ids=locations)
    places: list[dict[str, Any]] = [
        {
            "location": location,
            "kits": units[kit.pk, pk],
            "parts": [units.get((part.component_id, pk), 0) for part in parts],
        }
        for pk, location in locations.items()
        if (kit.pk, pk) in units
    ]
    places.sort(key=lambda place: (-place["kits"], place["location"].name))
    context = {"sku": kit, "title": kit.full_name, "parts": parts, "places": places}
    context["total"] = sum(place["kits"] for place in places)
    return render(request, "inventory/stock_kit.html", context)


@page(Permission.STOCK_VIEW)
def stock_movements(request: PageRequest, code: str, location: str) -> HttpResponseBase:
    """One SKU at one location: figures, chart, who has claimed it, and every movement."""
    stock: Stock | None = (
        stock_visible(request.actor)
        .filter(sku=sku_or_404(code), location__code=location)
        .select_related("sku", "location")
        .first()
    )
    if stock is None:
        raise NotFound
    return MovementList.as_view(stock=stock)(request)


class MovementList(ListPage):
    """The ledger of one stock row, newest first, with the figures after each movement."""

    stock: Stock | None = None
    table_class = MovementTable
    filterset_class = MovementFilter
    template_name = "inventory/stock_movements.html"

    @property
    def row(self) -> Stock:
        if self.stock is None:
            raise NotFound
        return self.stock

    @property
    def title(self) -> str:  # type: ignore[override]
        return _("%(sku)s at %(location)s") % {
            "sku": self.row.sku.full_name,
            "location": self.row.location.name,
        }

    @property
    def export_name(self) -> str:  # type: ignore[override]
        return f"movements-{self.row.sku.code}-{self.row.location.code}"

    def rows(self) -> QuerySet[Any]:
        ledger = StockMovement.objects.filter(sku=self.row.sku_id, location=self.row.location_id)
        chosen = MovementFilter(self.request.GET, queryset=ledger, request=self.request)
        return with_balances(ledger, chosen.condition(self.row.location.zone))

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        # Holds and things set aside are rare: their columns come with them.
        shown = self.request.GET.get("figure", "")
        rare = [
            name
            for name in ("held", "unavailable")
            if name != shown and not getattr(self.row, name)
        ]
        return {"exclude": [*rare, *(f"{name}_after" for name in rare)]}

    def extra_context(self) -> Mapping[str, Any]:
        row = self.row
        return {
            "stock": row,
            "may_adjust": self._may(Permission.STOCK_ADJUST),
            "may_handle": self._may(Permission.STOCK_HANDLE),
            "aside_href": dispositions_url(row.sku, row.location),
            "chart": self._chart(),
            "shortage_url": self._shortage_url(),
            "claims": [
                (claim, cause_link(claim.cause, self.request.actor)) for claim in claims_of(row)
            ],
            "here": movements_url()(row),
            "sku_href": sku_url(row.sku),
            "location_href": reverse("location-detail", args=[row.location.code]),
        }

    def _may(self, permission: Permission) -> bool:
        grants = grants_for(self.request.actor, permission)
        return grants.everything or self.row.location_id in grants.scopes.get(
            "location", frozenset()
        )

    def _chart(self) -> dict[str, Any]:
        """Of the days that are filtered for, if any are."""
        chosen = MovementFilter(self.request.GET, queryset=StockMovement.objects.none()).form
        days = chosen.cleaned_data if chosen.is_valid() else {}
        return balance_chart(self.row, since=days.get("since"), until=days.get("until"))

    def _shortage_url(self) -> str:
        if not self.row.short:
            return ""
        item = Shortage.objects.filter(
            sku=self.row.sku_id, location=self.row.location_id, closed_at=None
        ).first()
        return shortage_url(item) if item else ""


def balance_chart(
    stock: Stock, *, since: date | None = None, until: date | None = None
) -> dict[str, Any]:
    """On hand and allocated at the end of each day: of the last 90, or from `since` to `until`."""
    today = local_day(stock.location, now())
    length = min((today - since).days + 1, CHARTED_DAYS) if since and since <= today else 90
    every = balance_by_day(stock, length)
    days = since_first([day for day in every if until is None or day.day <= until] or every)
    return {
        "kind": "line",
        "labels": [short_day(balance.day, today) for balance in days],
        "series": [
            {"label": _("On hand"), "values": [b.on_hand for b in days], "tone": "green"},
            {"label": _("Allocated"), "values": [b.allocated for b in days], "tone": "blue"},
        ],
        "unit": _("units"),
    }


def sku_or_404(code: str) -> Sku:
    """The SKU with this code; all who see stock may know that it exists."""
    sku = Sku.objects.select_related("product__category").filter(code=code.upper()).first()
    if sku is None:
        raise NotFound
    return sku


stock_list = page(Permission.STOCK_VIEW)(StockList.as_view())
