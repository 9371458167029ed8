"""The customer is here: the order's page, the payment, the hand-over, and taking it back."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from oms.core.audit import audit_trail
from oms.core.clock import now
from oms.core.errors import NotFound
from oms.core.formats import format_when
from oms.core.money import ZERO, format_money
from oms.notifications.services import message_resend
from oms.orders.services.payment import order_due
from stores.deadlines import EXTENSION_DAYS, UNDO
from stores.forms import HandOverForm, PayForm, PlaceForm
from stores.models import Pickup
from stores.notices import READY
from stores.selectors import last_message, loose_units, put_backs_undoable
from stores.services.answers import hand_over_of
from stores.services.ending import (
    pickup_extend,
    pickup_put_back,
    pickup_put_back_undo,
    pickup_reinstate,
    pickup_unextend,
)
from stores.services.handing import (
    HandOverRequest,
    pickup_hand_over,
    pickup_pay,
    pickup_pay_back,
    pickup_undo,
    taken_in_store,
)
from stores.status import HandOverAnswer, PickupStatus, Proof, UndoReason
from stores.story import story_of
from stores.views.base import PROOF, CounterRequest, frame, go, of_pickup
from stores.views.cards import items_of, pieces
from stores.views.declining import found_context
from stores.views.moments import Moment, answered, moment_of, show, url_of
from stores.views.picking import pick_page


@require_GET
@of_pickup
def pickup_page(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """The order's one page: what there is to do with it now."""
    if pickup.status == PickupStatus.TO_PICK:
        return pick_page(request, pickup)
    if pickup.status == PickupStatus.READY:
        ready = _ready_context(request, pickup)
        context = frame(request, "queue", **ready, **found_context(pickup))
        return render(request, "stores/hand_over.html", context)
    context = frame(request, "queue", **_finished_context(pickup), **found_context(pickup))
    return render(request, "stores/finished.html", context)


def _ready_context(request: CounterRequest, pickup: Pickup) -> Mapping[str, Any]:
    order = pickup.fulfilment_order.order
    items = items_of(pickup)
    paid_here = list(taken_in_store(order))
    return {
        "pickup": pickup,
        "order": order,
        "items": items,
        "loose": loose_units(pickup),
        "put_backs": put_backs_undoable(pickup),
        "due": order_due(order),
        "paid_here": paid_here,
        "nonce": uuid4(),
        "proof": _proof(request, pickup),
        "partly": "partly" in request.GET,
        "form": HandOverForm(),
        "place_form": PlaceForm.of(pickup),
        "message": last_message(pickup, READY),
        "just_ready": pickup.ready_at is not None and pickup.ready_at > now() - UNDO,
        "just_extended": pickup.extended_at is not None and pickup.extended_at > now() - UNDO,
        "extension_days": EXTENSION_DAYS,
        "late": pickup.collect_by is not None and pickup.collect_by < now(),
        **pieces(items),
    }


def _finished_context(pickup: Pickup) -> Mapping[str, Any]:
    hand_over = hand_over_of(pickup)
    return {
        "pickup": pickup,
        "order": pickup.fulfilment_order.order,
        "items": items_of(pickup),
        "hand_over": hand_over,
        "undo_until": hand_over.at + UNDO
        if hand_over is not None and hand_over.at > now() - UNDO
        else None,
        "task": pickup.put_backs.filter(whole=True).first(),
        "loose": loose_units(pickup),
        "put_backs": put_backs_undoable(pickup),
        "story": story_of(audit_trail(pickup)),
    }


def _proof(request: CounterRequest, pickup: Pickup) -> Proof:
    """What the customer showed when the order was opened."""
    value = request.session.get(PROOF, {}).get(str(pickup.uid), Proof.NAME)
    return Proof(value)


@require_POST
@of_pickup
@answered
def pay(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """Take what is due. A second tap, or a retry on a bad line, takes nothing more."""
    form = PayForm(request.POST)
    if not form.is_valid():
        raise NotFound
    means = form.cleaned_data["means"]
    tender = pickup_pay(
        pickup.uid, means=means, nonce=form.cleaned_data["nonce"], actor=request.actor
    )
    amount = format_money(tender.amount, tender.currency)
    text = _("In cash") if means == "cash" else _("By card")
    word = _("%(amount)s taken") % {"amount": amount}
    return show(request, Moment("ok", word, text, next_url=url_of(pickup)))


@require_POST
@of_pickup
@answered
def pay_back(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """The customer changed their mind after paying, before taking anything."""
    pickup_pay_back(pickup.uid, actor=request.actor)
    messages.success(request, _("Recorded: the money goes back to the customer."))
    return go(request, url_of(pickup))


@require_POST
@of_pickup
@answered
def hand_over(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """The tap that ends it; whatever stands in the way is said in full screen."""
    form = HandOverForm(request.POST)
    if not form.is_valid():
        raise NotFound
    named = pickup.deputy if form.cleaned_data["by_deputy"] else ""
    collected_by = form.cleaned_data["collected_by"] or named
    answer = pickup_hand_over(
        pickup.uid,
        request=HandOverRequest(
            nonce=form.cleaned_data["nonce"],
            proof=_proof(request, pickup),
            collected_by=collected_by,
            id_checked=form.cleaned_data["id_checked"],
            partly=form.cleaned_data["partly"],
        ),
        actor=request.actor,
    )
    if answer.code is not HandOverAnswer.OK:
        return show(request, moment_of(answer), status=409)
    request.session.pop(PROOF, None)
    units = pieces(items_of(pickup))["pieces"]
    who = collected_by or pickup.fulfilment_order.order.name
    text = ngettext("%(units)s item to %(who)s", "%(units)s items to %(who)s", units) % {
        "units": units,
        "who": who,
    }
    return show(request, Moment("ok", _("Handed over"), text, next_url=reverse("counter")))


@require_POST
@of_pickup
@answered
def undo(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """First tap: why? Second tap: done."""
    reason = request.POST.get("reason", "")
    if reason not in UndoReason.values:
        return _ask_why(request, pickup)
    refunded = list(taken_in_store(pickup.fulfilment_order.order))
    pickup_undo(pickup.uid, reason=UndoReason(reason), actor=request.actor)
    text = _("The goods are at the desk again.")
    if not refunded:
        return show(request, Moment("ok", _("Undone"), text, next_url=url_of(pickup)))
    currency = pickup.fulfilment_order.order.currency
    amount = format_money(sum((tender.amount for tender in refunded), ZERO), currency)
    text += " " + _("Give %(amount)s back.") % {"amount": amount}
    # Money has to change hands: this one stays until somebody says that it did.
    return show(
        request, Moment("warn", _("Undone"), text, url_of(pickup), _("The customer has the money"))
    )


def _ask_why(request: CounterRequest, pickup: Pickup) -> HttpResponse:
    context = {
        "pickup": pickup,
        "order": pickup.fulfilment_order.order,
        "items": items_of(pickup),
        "reasons": UndoReason.choices,
        "paid_here": list(taken_in_store(pickup.fulfilment_order.order)),
    }
    return render(request, "stores/undo.html", frame(request, "queue", undo=None, **context))


@require_POST
@of_pickup
@answered
def extend(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """One tap for more time."""
    return _kept(request, pickup_extend(pickup.uid, actor=request.actor))


@require_POST
@of_pickup
@answered
def unextend(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """Not longer after all."""
    return _kept(request, pickup_unextend(pickup.uid, actor=request.actor))


def _kept(request: CounterRequest, pickup: Pickup) -> HttpResponse:
    messages.success(request, _("Kept until %(when)s") % {"when": format_when(pickup.collect_by)})
    return go(request, url_of(pickup))


@require_POST
@of_pickup
@answered
def reinstate(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """The late customer is here, and so are the goods."""
    pickup_reinstate(pickup.uid, actor=request.actor)
    return go(request, url_of(pickup))


@require_POST
@of_pickup
@answered
def put_back(request: CounterRequest, pickup: Pickup, task: int) -> HttpResponseBase:
    """The goods lie on the shelf again."""
    done = pickup_put_back(pickup.uid, task_id=task, actor=request.actor)
    number = {"number": pickup.fulfilment_order.order}
    if done.whole:
        messages.success(request, _("Order %(number)s is put back") % number)
    else:
        messages.success(
            request, _("The cancelled units of order %(number)s are put back") % number
        )
    if "stay" in request.POST:
        return go(request, url_of(pickup))
    return go(request, reverse("counter") + "?tab=put_back")


@require_POST
@of_pickup
@answered
def put_back_undo(request: CounterRequest, pickup: Pickup, task: int) -> HttpResponseBase:
    """The goods are still at the desk."""
    pickup_put_back_undo(pickup.uid, task_id=task, actor=request.actor)
    messages.success(
        request,
        _("Order %(number)s is to be put back again") % {"number": pickup.fulfilment_order.order},
    )
    return go(request, url_of(pickup))


@require_POST
@of_pickup
@answered
def resend(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """Send the customer the ready message once more."""
    message = last_message(pickup, READY)
    if message is None:
        raise NotFound
    message_resend(message.uid, actor=request.actor)
    messages.success(request, _("The message goes out again"))
    return go(request, url_of(pickup))
