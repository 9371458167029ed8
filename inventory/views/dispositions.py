"""What is set aside: the list, setting aside at one shelf, and ending it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory.errors import AlreadyBooked, Shortage, ShortageUnconfirmed
from inventory.filters.dispositions import DispositionFilter
from inventory.forms.dispositions import EndForm, SetAsideForm
from inventory.models import Disposition, Location, Stock
from inventory.selectors import locations_visible
from inventory.selectors.dispositions import dispositions_visible
from inventory.services.dispositions import ENDINGS, Aside, disposition_end, set_aside
from inventory.status import DispositionOutcome, DispositionReason
from inventory.tables.dispositions import END_FORM, DispositionTable
from inventory.views.stock import sku_or_404
from oms.core.errors import InvalidInput, InvalidTransition, NotFound
from oms.core.permissions import Permission
from oms.core.web import ListPage, PageRequest, next_url, page

ENDED_ONLY = ("outcome", "ended_at", "ended_by")
OPEN_ONLY = ("expires_at", "end")


class DispositionList(ListPage):
    """Units set aside at the locations one may see, the newest first."""

    title = gettext_lazy("Set aside")
    table_class = DispositionTable
    filterset_class = DispositionFilter
    template_name = "inventory/disposition_list.html"
    export_name = "set-aside"

    def rows(self) -> QuerySet[Any]:
        return dispositions_visible(self.request.actor)

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        totals = {"units": rows.order_by().aggregate(units=Sum("units"))["units"] or 0}
        if {"ended", "outcome"} & set(self.request.GET):
            return {"totals": totals, "exclude": OPEN_ONLY}
        may = {
            outcome: frozenset(
                locations_visible(self.request.actor, permission).values_list("pk", flat=True)
            )
            for outcome, permission in ENDINGS.items()
        }
        exclude = ENDED_ONLY if any(may.values()) else (*ENDED_ONLY, "end")
        return {"totals": totals, "exclude": exclude, "may": may}

    def extra_context(self) -> Mapping[str, Any]:
        return {"end_form": END_FORM}


disposition_list = page(Permission.STOCK_VIEW)(require_safe(DispositionList.as_view()))


@page(Permission.STOCK_HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def disposition_new(request: PageRequest, code: str, location: str) -> HttpResponse:
    """How many units of one shelf, why, and until when."""
    sku = sku_or_404(code)
    if sku.components.exists():
        raise NotFound
    place: Location = locations_visible(request.actor, Permission.STOCK_HANDLE).get_visible(
        request.actor, Permission.STOCK_HANDLE, code=location
    )
    form = SetAsideForm(request.POST or None, location=place)
    context: dict[str, Any] = {"form": form, "sku": sku, "location": place}
    if form.is_valid() and _set_aside(request, form, sku.pk, context):
        return redirect("stock-movements", sku.code, place.code)
    stock = Stock.objects.filter(sku=sku, location=place).first()
    context["stock"] = stock or Stock(sku=sku, location=place)
    status = 422 if form.is_bound else 200
    return render(request, "inventory/disposition_form.html", context, status=status)


def _set_aside(
    request: PageRequest, form: SetAsideForm, sku_id: int, context: dict[str, Any]
) -> bool:
    data = form.cleaned_data
    aside = Aside(
        uid=data["uid"],
        sku_id=sku_id,
        location=form.location,
        units=data["units"],
        reason=DispositionReason(data["reason"]),
        expires_at=form.expires_at,
        note=data["note"],
        cause=data["note"] or _("by hand"),
    )
    try:
        done = set_aside(aside, accept_shortage=data["accept_shortage"], actor=request.actor)
    except ShortageUnconfirmed as refused:
        context["shortage"] = refused.data
    except Shortage as refused:
        there = refused.data["items"][0]["on_hand"]
        words = ngettext(
            "Only %(n)d unit lies there that is not set aside yet",
            "Only %(n)d units lie there that are not set aside yet",
            there,
        )
        form.add_error("units", words % {"n": there})
    except AlreadyBooked:
        messages.info(request, _("This was booked already; nothing was booked twice."))
        return True
    else:
        words = ngettext("%(n)d unit is set aside", "%(n)d units are set aside", done.units)
        messages.success(request, words % {"n": done.units})
        return True
    return False


def _ending(outcome: DispositionOutcome) -> Callable[..., HttpResponse]:
    def end(request: PageRequest, uid: UUID) -> HttpResponse:
        form = EndForm(request.POST)
        if not form.is_valid():
            return _part_page(request, uid, form)
        try:
            done = disposition_end(uid, outcome, actor=request.actor, **form.cleaned_data)
        except InvalidInput as refused:
            form.add_error("units", str(refused.issues[0].message))
            return _part_page(request, uid, form)
        except InvalidTransition:
            messages.error(request, _("Somebody was faster: it is not set aside any more"))
        else:
            messages.success(request, ENDED_WORDS[outcome](done.units) % {"n": done.units})
        return redirect(next_url(request, reverse("disposition-list")))

    return end


@page(Permission.STOCK_HANDLE)
@require_safe
def disposition_part(request: PageRequest, uid: UUID) -> HttpResponse:
    """Some of the units set aside: how many, and which way."""
    return _part_page(request, uid, EndForm())


def _part_page(request: PageRequest, uid: UUID, form: EndForm) -> HttpResponse:
    visible = Disposition.objects.select_related("sku", "location")
    found: Disposition = visible.get_visible(request.actor, Permission.STOCK_HANDLE, uid=uid)
    if not found.is_open:
        messages.error(request, _("Somebody was faster: it is not set aside any more"))
        return redirect("disposition-list")
    if not form.is_bound:
        form.initial = {"units": 1}
    form.fields["units"].widget.attrs["max"] = found.units
    may_write_off = locations_visible(request.actor, ENDINGS[W]).filter(pk=found.location_id)
    context = {
        "form": form,
        "aside": found,
        "sku": found.sku,
        "location": found.location,
        "may_write_off": may_write_off.exists(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "inventory/disposition_part.html", context, status=status)


# The numeral chooses the words, so they are made when it is known.
ENDED_WORDS: Mapping[DispositionOutcome, Callable[[int], str]] = {
    DispositionOutcome.PUT_BACK: lambda n: ngettext(
        "%(n)d unit is back on sale", "%(n)d units are back on sale", n
    ),
    DispositionOutcome.WRITTEN_OFF: lambda n: ngettext(
        "%(n)d unit is written off", "%(n)d units are written off", n
    ),
}
P = DispositionOutcome.PUT_BACK
W = DispositionOutcome.WRITTEN_OFF
disposition_put_back = page(ENDINGS[P])(require_POST(_ending(P)))
disposition_write_off = page(ENDINGS[W])(require_POST(_ending(W)))
