"""One shortage: its orders in order of promise, and what can be done about each."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory.models import Shortage, Stock
from inventory.selectors.shortages import expected_here, shortages_visible
from inventory.tables.figures import cause_link
from oms.core.errors import Conflict, InvalidInput, NotFound
from oms.core.formats import format_when
from oms.core.permissions import Permission, grants_for
from oms.core.web import PageRequest, page
from oms.orders.errors import ShortageSolved
from oms.orders.methods import method_of
from oms.orders.models import FulfilmentLine, FulfilmentOrder
from oms.orders.selectors.shortages import affected_by, works_visible
from oms.orders.selectors.substitutes import candidates_for, has_substitutes
from oms.orders.services.shortages import (
    shortage_back_order,
    shortage_cancel,
    shortage_resource,
    shortage_resource_all,
    shortage_substitute,
)
from oms.orders.status import PaymentStatus
from oms.orders.tables import promise_tone

MONEY_TAKEN = (PaymentStatus.PAID, PaymentStatus.PARTLY_REFUNDED)


@page(Permission.STOCK_VIEW)
@require_safe
def shortage_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Why it is short, who waits for it, what may come, and the ways out."""
    actor = cast(PageRequest, request).actor
    shortage = _shortage(request, uid, Permission.STOCK_VIEW)
    affected = affected_by(shortage) if shortage.closed_at is None else []
    visible = works_visible(affected, actor)
    may_act = grants_for(actor, Permission.ORDERS_MANAGE)
    context = {
        "shortage": shortage,
        "stock": Stock.objects.get(sku=shortage.sku_id, location=shortage.location_id),
        "cause": cause_link(shortage.cause, actor),
        "rows": [
            {
                "one": one,
                "visible": one.work is None or one.work.pk in visible,
                "method": method_of(one.work.method) if one.work else None,
                "tone": promise_tone(one.work.promised_at, one.work.status) if one.work else "",
            }
            for one in affected
        ],
        "movable": sum(one.movable for one in affected),
        "expected": expected_here(shortage),
        "replaceable": has_substitutes(shortage.sku_id),
        "may_act": may_act.everything
        or shortage.location_id in may_act.scopes.get("location", frozenset()),
    }
    return render(request, "orders/shortage_detail.html", context)


@page(Permission.ORDERS_MANAGE)
@require_POST
def resource(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a line lacks, or what all of them lack, comes from other locations."""
    shortage = _shortage(request, uid, Permission.ORDERS_MANAGE)
    actor = cast(PageRequest, request).actor
    if "line" not in request.POST:
        moved, left = shortage_resource_all(shortage.uid, actor=actor)
        if moved:
            words = ngettext(
                "%(n)d order comes from elsewhere", "%(n)d orders come from elsewhere", moved
            )
            messages.success(request, words % {"n": moved})
        if left:
            words = ngettext(
                "%(n)d order cannot come from elsewhere",
                "%(n)d orders cannot come from elsewhere",
                left,
            )
            messages.warning(request, words % {"n": left})
        return redirect("shortage-detail", uid=uid)
    try:
        works = shortage_resource(shortage.uid, line_id=_line(request), actor=actor)
    except Conflict as refused:
        messages.error(request, str(refused.title))
    else:
        places = ", ".join(work.location.name for work in works)
        messages.success(
            request,
            _("Order %(number)s: comes from %(places)s now")
            % {"number": works[0].order.number, "places": places},
        )
    return redirect("shortage-detail", uid=uid)


@page(Permission.ORDERS_MANAGE)
@require_POST
def back_order(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a line lacks waits for goods."""
    shortage = _shortage(request, uid, Permission.ORDERS_MANAGE)
    actor = cast(PageRequest, request).actor
    try:
        line = shortage_back_order(shortage.uid, line_id=_line(request), actor=actor)
    except Conflict as refused:
        messages.error(request, str(refused.title))
    else:
        day = {"number": line.order.number, "day": format_when(line.expected_on)}
        words = (
            _("Order %(number)s: what is missing waits for goods, expected %(day)s")
            if line.expected_on
            else _("Order %(number)s: what is missing waits for goods; no day is known")
        )
        messages.success(request, words % day)
    return redirect("shortage-detail", uid=uid)


@page(Permission.ORDERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def substitute(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What may stand in for what a line lacks, at which price; and sending one of it."""
    shortage = _shortage(request, uid, Permission.ORDERS_MANAGE)
    actor = cast(PageRequest, request).actor
    if request.method == "POST":
        try:
            new = shortage_substitute(
                shortage.uid, line_id=_line(request), sku=request.POST.get("sku", ""), actor=actor
            )
        except (Conflict, InvalidInput) as refused:
            messages.error(request, str(refused.detail))
        else:
            goods = {"number": new.order.number, "units": new.quantity, "name": new.name}
            messages.success(request, _("Order %(number)s: %(units)s × %(name)s instead") % goods)
        return redirect("shortage-detail", uid=uid)
    affected = affected_by(shortage) if shortage.closed_at is None else []
    wanted, visible = _line(request), works_visible(affected, actor)
    found = [one for one in affected if one.line and one.line.pk == wanted and one.work]
    if not found or cast(FulfilmentOrder, found[0].work).pk not in visible:
        messages.error(request, str(ShortageSolved.title))
        return redirect("shortage-detail", uid=uid)
    (one,) = found
    asked = one.order is not None and one.order.accepts_substitutes and one.unpicked
    context = {
        "shortage": shortage,
        "one": one,
        "paid": one.order is not None and one.order.payment_status in MONEY_TAKEN,
        "candidates": candidates_for(cast(FulfilmentLine, one.line), one.unpicked) if asked else [],
    }
    return render(request, "orders/shortage_substitute.html", context)


@page(Permission.ORDERS_MANAGE)
@require_POST
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a line lacks is cancelled."""
    shortage = _shortage(request, uid, Permission.ORDERS_MANAGE)
    actor = cast(PageRequest, request).actor
    try:
        order = shortage_cancel(shortage.uid, line_id=_line(request), actor=actor)
    except Conflict as refused:
        messages.error(request, str(refused.title))
    else:
        words = (
            _("Order %(number)s: cancelled what is missing; the customer is told")
            if order.email
            else _("Order %(number)s: cancelled what is missing")
        )
        messages.success(request, words % {"number": order.number})
    return redirect("shortage-detail", uid=uid)


def _shortage(request: HttpRequest, uid: UUID, permission: Permission) -> Shortage:
    rows = shortages_visible(cast(PageRequest, request).actor, permission)
    shortage = rows.select_related("sku__product__category", "location").filter(uid=uid).first()
    if shortage is None:
        raise NotFound
    return shortage


def _line(request: HttpRequest) -> int:
    text = (request.POST or request.GET).get("line", "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound
    return int(text)
