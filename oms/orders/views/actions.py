"""What the office does to an order: cancel it, send a message again."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from oms.core.errors import DomainError, NotFound
from oms.core.permissions import Permission
from oms.core.web import PageRequest, page
from oms.notifications.selectors import messages_about
from oms.notifications.services import message_resend
from oms.orders.forms import CancelForm
from oms.orders.selectors.cancelling import Consequences, cancel_consequences
from oms.orders.services.changes import order_cancel
from oms.orders.status import CancelReason
from oms.orders.views.orders import order_of


@page(Permission.ORDERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def order_cancel_page(request: HttpRequest, number: int) -> HttpResponse:
    """Choose units, see the consequences, then cancel. GET shows, only POST changes."""
    order = order_of(request, number, Permission.ORDERS_MANAGE)
    lines = list(order.lines.all())
    data = request.POST if request.method == "POST" else request.GET
    form = CancelForm(data if "reason" in data else None, lines=lines)
    consequences: Consequences | None = None
    problem: DomainError | None = None
    try:
        if not form.is_bound:
            consequences = cancel_consequences(order, None)
        elif form.is_valid() and form.units:
            if request.method == "POST":
                return _cancel(request, order.pk, number, form)
            consequences = cancel_consequences(order, form.units)
    except DomainError as error:
        problem = error
    context = {
        "order": order,
        "form": form,
        "consequences": consequences,
        "problem": problem,
        "nothing_chosen": form.is_bound and form.is_valid() and not form.units,
        "nothing_left": not form.lines,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "orders/order_cancel.html", context, status=status)


def _cancel(request: HttpRequest, order_id: int, number: int, form: CancelForm) -> HttpResponse:
    order = order_cancel(
        order_id,
        reason=CancelReason(form.cleaned_data["reason"]),
        actor=cast(PageRequest, request).actor,
        lines=form.units,
    )
    units = sum(form.units.values())
    messages.success(
        request,
        ngettext(
            "%(n)d unit cancelled; the customer is told",
            "%(n)d units cancelled; the customer is told",
            units,
        )
        % {"n": units}
        if order.email
        else ngettext("%(n)d unit cancelled", "%(n)d units cancelled", units) % {"n": units},
    )
    return redirect("order-detail", number=number)


@page(Permission.ORDERS_MANAGE)
@require_POST
def order_message_resend(request: HttpRequest, number: int, uid: UUID) -> HttpResponse:
    """Send one of the order's messages once more."""
    order = order_of(request, number, Permission.ORDERS_MANAGE)
    message = messages_about("order", str(order.pk)).filter(uid=uid).first()
    if message is None:
        raise NotFound
    message_resend(message.uid, actor=cast(PageRequest, request).actor)
    messages.success(
        request, _("On its way again to %(recipient)s") % {"recipient": message.recipient}
    )
    return redirect("order-detail", number=number)
