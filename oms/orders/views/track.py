"""An order's page for the customer who holds its signed link: no account, nothing to remember."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from oms.core.actors import Actor, ActorKind
from oms.core.clock import now
from oms.core.errors import DomainError, NotFound
from oms.orders.methods import method_of
from oms.orders.models import Order, OrderLine
from oms.orders.selectors.records import OrderRecord, orders_load
from oms.orders.services.changes import order_cancel_unpicked
from oms.orders.status import FULFILMENT_DONE, FulfilmentStatus, OrderStatus
from oms.orders.tracking import order_id_of

S = FulfilmentStatus


@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest, token: str) -> HttpResponse:
    """Where the order is; and cancelling it while nobody has picked anything."""
    order_id = order_id_of(token)
    order = Order.objects.select_related("channel").filter(pk=order_id).first()
    if order is None:
        raise NotFound
    asking = False
    problem: DomainError | None = None
    if request.method == "POST":
        if request.POST.get("sure") == "yes":
            try:
                order_cancel_unpicked(order.pk, actor=customer_actor())
            except DomainError as error:
                problem = error
            else:
                messages.success(request, _("Your order is cancelled."))
                return redirect("track", token=token)
        else:
            asking = True
    (record,) = orders_load([order])
    response = render(request, "track/order.html", _context(record, asking, problem))
    # The link is the key: no cache may keep it. That no other site's log does is the site-wide
    # Referrer-Policy "same-origin"; "no-referrer" would break the CSRF check of the form.
    patch_cache_control(response, private=True, no_store=True)
    response["X-Robots-Tag"] = "noindex"
    return response


def customer_actor() -> Actor:
    """Whoever holds the link."""
    return Actor(kind=ActorKind.CUSTOMER, label="customer")


def _context(record: OrderRecord, asking: bool, problem: DomainError | None) -> dict[str, Any]:
    order = record.order
    title, text, tone, icon = state_words(record)
    cancellable = is_cancellable(record)
    return {
        "order": order,
        "record": record,
        "title": title,
        "text": text,
        "tone": tone,
        "state_icon": icon,
        "steps": progress_steps(record),
        "works": [one for one in record.work or () if one.fulfilment_order.status != S.CANCELLED],
        "waiting": _waiting_lines(record),
        "pickup": method_of(order.method).is_pickup,
        "cancellable": cancellable,
        "asking": asking and cancellable,
        "problem": problem,
        "now": now(),
        "retailer_name": settings.RETAILER_NAME,
    }


def is_cancellable(record: OrderRecord) -> bool:
    """Whether a look at the order allows to cancel it; the service decides under the lock."""
    statuses = {work.fulfilment_order.status for work in record.work or ()}
    return record.order.status == OrderStatus.OPEN and statuses <= {S.OPEN, S.CANCELLED}


def state_words(record: OrderRecord) -> tuple[str, str, str, str]:
    """Title, sentence, tone and icon of where the order is."""
    order = record.order
    pickup = method_of(order.method).is_pickup
    statuses = {work.fulfilment_order.status for work in record.work or ()} - {S.CANCELLED}
    place = next((work.fulfilment_order.location.name for work in record.work or ()), "")
    if order.status == OrderStatus.CANCELLED:
        return (
            _("Cancelled"),
            _("Nothing will come. What you had paid is given back to you."),
            "grey",
            "circle-off",
        )
    waiting = _waiting_lines(record)
    if waiting and not statuses:
        return (
            _("Waiting for goods"),
            _("What you ordered is not there yet. We send it as soon as it comes."),
            "amber",
            "clock-hour-4",
        )
    if statuses and statuses <= FULFILMENT_DONE and not waiting:
        if pickup:
            return (_("Collected"), _("You have your goods. Enjoy them!"), "green", "circle-check")
        return (_("On its way"), _("Your parcel left us."), "green", "truck-delivery")
    if pickup and statuses == {S.READY}:
        return (
            _("Ready to collect"),
            _("Your goods wait for you at %(place)s. Bring the code we sent you.")
            % {"place": place},
            "green",
            "shopping-bag-check",
        )
    if statuses & FULFILMENT_DONE:
        return (_("Partly on its way"), _("The rest follows."), "blue", "truck-delivery")
    if statuses == {S.OPEN}:
        return (_("Order received"), _waiting(pickup, place), "blue", "circle-check")
    return (_("Being prepared"), _waiting(pickup, place), "blue", "basket")


def _waiting_lines(record: OrderRecord) -> list[OrderLine]:
    return [line for line in record.lines or () if line.back_ordered]


def _waiting(pickup: bool, place: str) -> str:
    if pickup:
        return _("We write to you as soon as it is ready at %(place)s.") % {"place": place}
    return _("We write to you as soon as it leaves.")


def progress_steps(record: OrderRecord) -> list[dict[str, str]]:
    """The steps of `ui/steps.html`; none for a cancelled order."""
    order = record.order
    if order.status == OrderStatus.CANCELLED:
        return []
    pickup = method_of(order.method).is_pickup
    statuses = {work.fulfilment_order.status for work in record.work or ()} - {S.CANCELLED}
    done = bool(statuses) and statuses <= FULFILMENT_DONE and not _waiting_lines(record)
    ready = done or bool(statuses) and statuses <= FULFILMENT_DONE | {S.READY}
    begun = ready or bool(statuses - {S.OPEN})
    labels = [_("Received"), _("Being prepared")]
    labels += [_("Ready"), _("Collected")] if pickup else [_("On its way")]
    reached = [True, begun, ready, done] if pickup else [True, begun, done]
    current = max(index for index, yes in enumerate(reached) if yes)
    return [
        {
            "label": label,
            "state": "done"
            if index < current or (done and index == current)
            else "current"
            if index == current
            else "todo",
        }
        for index, label in enumerate(labels)
    ]
