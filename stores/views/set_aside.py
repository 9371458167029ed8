"""Goods set aside at the counter: the tap on the reason does it, one on the list ends it."""

from collections.abc import Callable
from typing import cast
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.models import Sku
from inventory.errors import Shortage, ShortageUnconfirmed
from inventory.forms.dispositions import EndForm
from inventory.models import Disposition
from inventory.selectors.dispositions import set_aside_at
from inventory.services.dispositions import ENDINGS, disposition_end
from inventory.status import DispositionOutcome, DispositionReason
from oms.core.errors import InvalidInput, InvalidTransition, NotFound
from oms.core.permissions import Permission
from oms.core.web import page
from stores.forms import SetAsideForm
from stores.services.set_aside import ShelfAside, shelf_set_aside
from stores.services.shelf import may_adjust
from stores.views.base import CounterRequest, at_shelves, enter, frame, go
from stores.views.moments import Moment, answered, show
from stores.views.shelf import ask_first, item_facts, item_of, item_url, there_of, too_many

# What a thumb still scrolls through; the rest is in the office's list.
LISTED = 100
REASONS: tuple[tuple[DispositionReason, str, Promise], ...] = (
    (
        DispositionReason.DAMAGED,
        "mood-sad",
        gettext_lazy("They lie here and cannot be sold as they are"),
    ),
    (
        DispositionReason.MISSING,
        "zoom-question",
        gettext_lazy("They are on record and may turn up again"),
    ),
    (DispositionReason.DISPLAY, "building-store", gettext_lazy("They are on show")),
)


@require_http_methods(["GET", "POST"])
@at_shelves
@answered
def set_aside_page(request: CounterRequest, code: str) -> HttpResponseBase:
    """How many, and why; the tap on the reason does it."""
    sku = item_of(code)
    if sku.is_kit:
        raise NotFound
    form = SetAsideForm(request.POST or None)
    if form.is_valid():
        return _set_aside(request, sku, form)
    context = {
        **item_facts(request, sku),
        "form": form,
        "reasons": [
            (reason, icon_name, words, settings.DISPOSITION_DAYS[reason.value])
            for reason, icon_name, words in REASONS
        ],
        "nonce": uuid4(),
        "undo": None,
    }
    status = 422 if form.is_bound else 200
    return render(
        request, "stores/set_aside.html", frame(request, "more", **context), status=status
    )


def _set_aside(request: CounterRequest, sku: Sku, form: SetAsideForm) -> HttpResponseBase:
    data = form.cleaned_data
    wanted = ShelfAside(
        sku_id=sku.pk,
        location=request.location,
        reason=DispositionReason(data["reason"]),
        units=data["units"],
        nonce=data["nonce"],
    )
    try:
        done = shelf_set_aside(wanted, accept_shortage=data["accept_shortage"], actor=request.actor)
    except ShortageUnconfirmed as refused:
        return ask_first(request, sku, "counter-set-aside", wanted, refused)
    except Shortage as refused:
        there = there_of(refused)
        words = ngettext(
            "Only %(n)d unit is on hand and not set aside yet",
            "Only %(n)d units are on hand and not set aside yet",
            there,
        )
        return too_many(request, words % {"n": there})
    words = ngettext("%(n)d unit is set aside", "%(n)d units are set aside", done.units)
    messages.success(request, words % {"n": done.units})
    return go(request, item_url(sku))


@require_GET
@at_shelves
def set_aside_list(request: CounterRequest) -> HttpResponseBase:
    """Everything that is set aside at this store, the newest first."""
    context = {
        "asides": set_aside_at(request.location)[:LISTED],
        "may_write_off": may_adjust(request.location, actor=request.actor),
        "undo": None,
    }
    return render(request, "stores/set_aside_list.html", frame(request, "more", **context))


def _ending(outcome: DispositionOutcome) -> Callable[..., HttpResponseBase]:
    permission = ENDINGS[outcome]

    @require_POST
    @page(permission)
    @answered
    def end(request: HttpRequest, uid: UUID) -> HttpResponseBase:
        asked = cast(CounterRequest, request)
        visible = Disposition.objects.select_related("location", "sku")
        found: Disposition = visible.get_visible(asked.actor, permission, uid=uid)
        enter(asked, found.location)
        form = EndForm(asked.POST)
        if not form.is_valid():
            return _part_page(asked, found, form)
        try:
            found = disposition_end(uid, outcome, actor=asked.actor, **form.cleaned_data)
        except InvalidInput as refused:
            form.add_error("units", str(refused.issues[0].message))
            return _part_page(asked, found, form)
        except InvalidTransition as refused:
            moment = Moment("refused", _("Not set aside any more"), _("Somebody was faster."))
            return show(asked, moment, status=refused.status)
        messages.success(asked, ended_words(found, outcome))
        here = reverse("counter-set-aside-list")
        return go(asked, here if "list" in asked.POST else item_url(found.sku))

    return cast(Callable[..., HttpResponseBase], end)


@require_GET
@page(Permission.STOCK_HANDLE)
def set_aside_part(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Some of the units set aside: how many; the tap on what becomes of them does it."""
    asked = cast(CounterRequest, request)
    visible = Disposition.objects.select_related("location", "sku")
    found: Disposition = visible.get_visible(asked.actor, Permission.STOCK_HANDLE, uid=uid)
    enter(asked, found.location)
    return _part_page(asked, found, EndForm(initial={"units": 1}))


def _part_page(request: CounterRequest, found: Disposition, form: EndForm) -> HttpResponseBase:
    if not found.is_open:
        return go(request, item_url(found.sku))
    context = {
        **item_facts(request, item_of(found.sku.code)),
        "aside": found,
        "form": form,
        "back_url": item_url(found.sku),
        "may_write_off": may_adjust(request.location, actor=request.actor),
        "undo": None,
    }
    status = 422 if form.is_bound else 200
    return render(
        request, "stores/set_aside_part.html", frame(request, "more", **context), status=status
    )


def ended_words(disposition: Disposition, outcome: DispositionOutcome) -> str:
    units = disposition.units
    if outcome is DispositionOutcome.WRITTEN_OFF:
        words = ngettext("%(n)d unit is written off", "%(n)d units are written off", units)
    else:
        words = ngettext("%(n)d unit is back on sale", "%(n)d units are back on sale", units)
    return words % {"n": units}


set_aside_put_back = _ending(DispositionOutcome.PUT_BACK)
set_aside_write_off = _ending(DispositionOutcome.WRITTEN_OFF)
