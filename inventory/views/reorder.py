"""What to order now, why, and the press that makes draft orders of it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.forms.reorder import ReorderForm
from inventory.models import Location, SupplierItem
from inventory.reorder import Policy
from inventory.selectors import locations_visible
from inventory.selectors.reorder import Suggestion, SupplierSuggestions, reorder_suggestions
from inventory.services.purchasing import PurchaseRequest, WantedLine, purchases_create
from oms.core.errors import InvalidInput
from oms.core.formats import format_quantity
from oms.core.permissions import Permission, grants_for
from oms.core.tabular import parse_whole
from oms.core.web import PageRequest, page

# More rows than a person goes through at once: the rest comes when these are ordered.
SHOWN = 300
PREFIX = "units-"


@page(Permission.PURCHASING_VIEW)
def reorder_proposals(request: PageRequest) -> HttpResponse:
    """Proposals by supplier; quantities can be changed before they become orders."""
    places = locations_visible(request.actor, Permission.PURCHASING_VIEW)
    form = ReorderForm(request.GET, locations=places)
    may_manage = grants_for(request.actor, Permission.PURCHASING_MANAGE).any
    groups: list[SupplierSuggestions] = []
    context: dict[str, Any] = {"form": form, "may_manage": may_manage}
    if form.is_valid():
        location, policy = form.cleaned_data["location"], form.policy()
        if request.method == "POST" and may_manage:
            try:
                return _order(request, location)
            except InvalidInput as error:
                context["issues"] = [("", "", str(issue.message)) for issue in error.issues]
        groups = reorder_suggestions(location, policy, days=form.cleaned_data["days"])
        context |= {"location": location, "policy": policy}
    context |= {
        "groups": [_shown(request, group, context.get("policy")) for group in _first(groups)],
        "total": sum(len(group.rows) for group in groups),
        "shown": SHOWN,
    }
    status = 422 if "issues" in context or not form.is_valid() else 200
    return render(request, "inventory/reorder.html", context, status=status)


def _first(groups: Sequence[SupplierSuggestions]) -> list[SupplierSuggestions]:
    left, kept = SHOWN, []
    for group in groups:
        if left > 0:
            kept.append(SupplierSuggestions(group.supplier, group.rows[:left]))
            left -= len(group.rows)
    return kept


def _shown(
    request: PageRequest, group: SupplierSuggestions, policy: Policy | None
) -> dict[str, Any]:
    return {
        "group": group,
        "rows": [
            {
                "row": row,
                "name": f"{PREFIX}{row.item.pk}",
                "typed": request.POST.get(f"{PREFIX}{row.item.pk}", row.proposal.quantity),
                "why": why_steps(row, policy or Policy()),
            }
            for row in group.rows
        ],
    }


def _order(request: PageRequest, location: Location) -> HttpResponse:
    """Draft orders of the quantities sent, one for each supplier. Raises InvalidInput."""
    units = {
        int(name.removeprefix(PREFIX)): parse_whole(str(text)) or 0
        for name, text in request.POST.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX).isdecimal()
    }
    wanted = [pk for pk, quantity in units.items() if quantity]
    items = SupplierItem.objects.filter(pk__in=wanted, supplier__is_active=True)
    by_supplier: dict[Any, list[WantedLine]] = {}
    for item in items.select_related("supplier", "sku").order_by("supplier__name", "sku__code"):
        line = WantedLine(item.sku, units[item.pk], item.cost)
        by_supplier.setdefault(item.supplier, []).append(line)
    requests = [PurchaseRequest(one, location, lines) for one, lines in by_supplier.items()]
    made = purchases_create(requests, actor=request.actor)
    if not made:
        messages.info(request, _("Nothing was chosen"))
        return redirect(request.get_full_path())
    words = ngettext(
        "%(n)d draft is made; look at it and order",
        "%(n)d drafts are made; look at them and order",
        len(made),
    )
    messages.success(request, words % {"n": len(made)})
    if len(made) == 1:
        return redirect("purchase-order-detail", made[0].number)
    return redirect("purchase-order-list")


def why_steps(row: Suggestion, policy: Policy) -> list[dict[str, Any]]:
    """The terms of the formula with their figures (see ui/why.html)."""
    demand, proposal, item = row.demand, row.proposal, row.item
    sold = ngettext(
        "%(units)s units on %(n)s day of %(days)s",
        "%(units)s units on %(n)s days of %(days)s",
        demand.selling_days,
    ) % {"units": demand.units, "n": demand.selling_days, "days": demand.days}
    if demand.intermittent:
        sold = _("%(sold)s: it sells irregularly, so this is a rough guess") % {"sold": sold}
    days = _("%(n)s days")
    return [
        {"label": _("Demand a day, d"), "text": sold, "value": _short(proposal.mean)},
        {
            "label": _("Deviation of a day's demand, σd"),
            "value": _short(proposal.deviation),
        },
        {
            "label": _("Lead time, L"),
            "text": _("deviation σL %(n)s days") % {"n": item.supplier.lead_time_spread},
            "value": days % {"n": item.lead_time},
        },
        {
            "label": _("Safety stock, z·√(L·σd² + d²·σL²)"),
            "text": _("z = %(z)s for %(level)s %% service")
            % {"z": _short(proposal.z), "level": _short(policy.service * 100)},
            "value": _short(proposal.safety),
        },
        {
            "label": _("Reorder point, s = d·L + safety stock"),
            "text": _("%(lead)s while the goods are on their way")
            % {"lead": _short(proposal.lead_demand)},
            "value": format_quantity(proposal.reorder_point),
        },
        {
            "label": _("Position"),
            "text": _("%(available)s available + %(expected)s expected")
            % {
                "available": format_quantity(row.available),
                "expected": format_quantity(row.expected),
            },
            "value": format_quantity(proposal.position),
        },
        {
            "label": _("Order up to, S = s + lot"),
            "text": _("lot %(lot)s: %(days)s days of demand, at least %(least)s, in packs of %(n)s")
            % {
                "lot": format_quantity(proposal.lot),
                "days": policy.review_days,
                "least": format_quantity(item.minimum_quantity),
                "n": format_quantity(item.pack_multiple),
            },
            "value": format_quantity(proposal.order_up_to),
        },
        {
            "label": _("To order: S − position, in whole packs"),
            "value": format_quantity(proposal.quantity),
            "outcome": "result",
        },
    ]


def _short(value: float) -> str:
    return format_quantity(round(value, 2))
