"""Locations: list, one with its hours and stock, and the form."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.filters.locations import LocationFilter
from inventory.forms.locations import DAYS, LocationForm
from inventory.hours import is_always_open, is_open, local_day, next_opening, public_holidays
from inventory.models import Location, Stock, StockMovement
from inventory.selectors import locations_visible
from inventory.selectors.stock import location_totals, stock_sums
from inventory.selectors.transfers import in_transit_to
from inventory.services.locations import location_save
from inventory.tables.locations import LocationTable
from oms.core.clock import now
from oms.core.errors import NotFound
from oms.core.permissions import Permission
from oms.core.web import ListPage, PageRequest, page

RECENT = 12


class LocationList(ListPage):
    title = gettext_lazy("Locations")
    table_class = LocationTable
    filterset_class = LocationFilter
    template_name = "inventory/location_list.html"
    export_name = "locations"

    def rows(self) -> QuerySet[Any]:
        return location_totals(locations_visible(self.request.actor, Permission.STOCK_VIEW))

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        sums = stock_sums(Stock.objects.filter(location__in=rows.order_by().values("pk")))
        return {"totals": {"units": sums["on_hand"], "units_allocated": sums["allocated"]}}


@page(Permission.STOCK_VIEW)
def location_detail(request: PageRequest, code: str) -> HttpResponse:
    """Where it is, when it is open, what it keeps, and what moved last."""
    location = _visible(request, Permission.STOCK_VIEW, code)
    totals = location_totals(Location.objects.filter(pk=location.pk)).get()
    moment = now()
    movements = (
        StockMovement.objects.filter(location=location)
        .select_related("sku", "location")
        .order_by("-id")[:RECENT]
    )
    context = {
        "location": location,
        "totals": totals,
        "sums": stock_sums(Stock.objects.filter(location=location)),
        "hours": week_hours(location),
        "always_open": is_always_open(location),
        "open_now": is_open(location, moment),
        "opens": next_opening(location, moment),
        "movements": movements,
        "coming": sum(in_transit_to([location]).values()),
    }
    return render(request, "inventory/location_detail.html", context)


def week_hours(location: Location) -> list[dict[str, Any]]:
    """The hours of each weekday and of holidays; today's stands out."""
    today = local_day(location, now())
    holiday = today in public_holidays(location.country, today.year)
    current = "holiday" if holiday else str(today.isoweekday())
    return [
        {
            "label": label,
            "spans": location.opening_hours.get(key, []),
            "today": key == current,
        }
        for key, label in DAYS
    ]


@page(Permission.SETTINGS_MANAGE)
def location_edit(request: PageRequest, code: str) -> HttpResponse:
    location = _visible(request, Permission.STOCK_VIEW, code)
    return _form(request, location)


@page(Permission.SETTINGS_MANAGE)
def location_new(request: PageRequest) -> HttpResponse:
    return _form(request, Location())


def _form(request: PageRequest, location: Location) -> HttpResponse:
    known = location.code
    form = LocationForm(request.POST or None, instance=location)
    if form.is_valid():
        # The form has written to its own instance; the service compares with the row it locks.
        fresh = Location.objects.get(pk=location.pk) if location.pk else Location()
        saved = location_save(fresh, values=form.cleaned_data, actor=request.actor)
        messages.success(request, _("%(name)s is saved") % {"name": saved.name})
        return redirect("location-detail", saved.code)
    context = {"form": form, "location": location, "known": known}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/location_form.html", context, status=status)


def _visible(request: PageRequest, permission: Permission, code: str) -> Location:
    location: Location | None = (
        locations_visible(request.actor, permission).filter(code=code).first()
    )
    if location is None:
        raise NotFound
    return location


location_list = page(Permission.STOCK_VIEW)(LocationList.as_view())
