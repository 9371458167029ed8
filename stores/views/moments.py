"""Every answer of the counter as a full-screen moment: one big word, one sentence, one action."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalog.status import SkuCondition
from inventory.errors import (
    AlreadyBooked,
    AmbiguousBarcode,
    CountMoved,
    NotOnCount,
    UnknownBarcode,
)
from oms.core.errors import Busy, DomainError, NotAuthenticated, NotFound, PermissionRefused
from oms.core.formats import format_due, format_when
from oms.core.money import format_money
from oms.core.web import htmx
from oms.orders.status import CancelReason
from stores.errors import OverScan, TakenByColleague, WrongItem
from stores.models import Pickup
from stores.services.answers import Answer
from stores.status import HandOverAnswer
from stores.views.base import CounterRequest

A = HandOverAnswer


@dataclass(frozen=True, slots=True)
class Moment:
    """`tone` is ok (leaves by itself, then `next_url` opens), warn or refused (stay)."""

    tone: str
    word: str
    text: str = ""
    action_url: str = ""
    action_label: str = ""
    action_method: str = "get"
    next_url: str = ""
    # What else may be meant: (address, label) of buttons that post there.
    choices: Sequence[tuple[str, str | Promise]] = ()


def show(request: CounterRequest, moment: Moment, *, status: int = 200) -> HttpResponse:
    """The moment over the page that asked; without JavaScript, as a page of its own."""
    part = htmx(request)
    template = "stores/moment.html" if part else "stores/moment_page.html"
    context = {"moment": moment, "location": request.location}
    # htmx swaps only what succeeded; the refusal is in the words.
    return render(request, template, context, status=200 if part else status)


def posted(request: CounterRequest) -> QueryDict:
    """What a scan sent. A moment's button posts no fields: what it stands for is in its address."""
    return request.POST if "code" in request.POST else request.GET


def answered(view: Callable[..., Any]) -> Callable[..., Any]:
    """Show what a service refuses as a moment, not as an error page or a toast."""

    @wraps(view)
    def watched(request: CounterRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return view(request, *args, **kwargs)
        except (NotFound, NotAuthenticated, PermissionRefused):
            raise
        except DomainError as error:
            return show(request, moment_of_error(error), status=error.status)

    return watched


def moment_of_error(error: DomainError) -> Moment:
    words = {
        WrongItem: _("Wrong item"),
        OverScan: _("One too many"),
        UnknownBarcode: _("Unknown barcode"),
        AlreadyBooked: _("Booked already"),
        CountMoved: _("Counted meanwhile"),
        NotOnCount: _("Not on the list"),
        TakenByColleague: _("Already being picked"),
        Busy: _("One moment"),
    }
    word = words.get(type(error), _("That did not work"))
    return Moment("warn" if isinstance(error, Busy) else "refused", word, str(error.detail))


def which_one(error: AmbiguousBarcode, url: str, **given: str) -> Moment:
    """One barcode, several conditions: a button for each posts to `url` what was `given`."""
    choices = [
        (f"{url}?{urlencode(given | {'code': one['sku']})}", SkuCondition(one["condition"]).label)
        for one in error.data["skus"]
    ]
    return Moment("warn", _("Which one is it?"), str(error.detail), choices=choices)


def moment_of(answer: Answer) -> Moment:
    """The moment of an answer that is not OK."""
    if answer.code is A.WRONG_STORE:
        return _wrong_store(answer)
    if answer.code is A.LOCKED:
        return Moment(
            "refused",
            _("Locked"),
            _("Too many wrong codes. For 15 minutes orders are found by name or number only."),
            reverse("counter-find"),
            _("Find by name or number"),
        )
    if answer.pickup is None:
        return Moment(
            "refused",
            _("Not found"),
            _("No order here fits. Check the code, or search by name or order number."),
            reverse("counter-find"),
            _("Search"),
        )
    return OF_PICKUP[answer.code](answer, answer.pickup)


def _wrong_store(answer: Answer) -> Moment:
    place = answer.location
    words = [place.name, place.street, place.city, place.phone] if place else []
    return Moment(
        "refused",
        _("Another store"),
        _("This order waits at %(place)s.") % {"place": ", ".join(filter(None, words))},
    )


def _not_ready(_answer: Answer, pickup: Pickup) -> Moment:
    promised = pickup.fulfilment_order.promised_at
    lines = pickup.fulfilment_order.lines.all()
    text = _("%(picked)s of %(all)s picked. Promised %(when)s, %(due)s.") % {
        "picked": number_format(sum(line.picked for line in lines)),
        "all": number_format(sum(line.quantity for line in lines)),
        "when": format_when(promised),
        "due": format_due(promised),
    }
    return Moment("warn", _("Not ready yet"), text, url_of(pickup), _("Pick it now"))


def _collected(answer: Answer, pickup: Pickup) -> Moment:
    text = ""
    if answer.hand_over is not None:
        text = _("%(when)s, handed over by %(name)s.") % {
            "when": format_when(timezone.localtime(answer.hand_over.at)).capitalize(),
            "name": answer.hand_over.by.display_name,
        }
    return Moment("refused", _("Already collected"), text, url_of(pickup), _("Show the order"))


def _cancelled(_answer: Answer, pickup: Pickup) -> Moment:
    reason = pickup.fulfilment_order.order.cancel_reason
    text = str(CancelReason(reason).label) + ". " if reason else ""
    text += _("There is nothing to hand over.")
    return Moment("refused", _("Cancelled"), text, url_of(pickup), _("Show the order"))


def _expired(_answer: Answer, pickup: Pickup) -> Moment:
    if pickup.put_backs.filter(whole=True, done_at__isnull=False).exists():
        return Moment(
            "refused",
            _("Too late"),
            _("It was not collected in time and the goods are back on the shelf."),
            url_of(pickup),
            _("Show the order"),
        )
    return Moment(
        "warn",
        _("Not collected in time"),
        _("The goods are still at the desk. The order can be made ready again."),
        reverse("counter-reinstate", args=[pickup.uid]),
        _("Serve the customer now"),
        "post",
    )


def _unpaid(answer: Answer, pickup: Pickup) -> Moment:
    amount = format_money(answer.due, pickup.fulfilment_order.order.currency)
    return Moment(
        "warn",
        _("Not paid"),
        _("%(amount)s is due before the goods leave.") % {"amount": amount},
        url_of(pickup),
        _("Take %(amount)s") % {"amount": amount},
    )


def _needs_id(_answer: Answer, pickup: Pickup) -> Moment:
    return Moment(
        "warn",
        _("Check the ID"),
        _("Look at an identity card and tick that you did."),
        url_of(pickup),
        _("Back to the order"),
    )


def _partly(answer: Answer, pickup: Pickup) -> Moment:
    text = _("Still being picked: %(names)s.") % {"names": ", ".join(answer.missing)}
    return Moment(
        "warn",
        _("Partly ready"),
        text,
        f"{url_of(pickup)}?partly=1",
        _("Hand over what is ready"),
    )


OF_PICKUP: dict[HandOverAnswer, Callable[[Answer, Pickup], Moment]] = {
    A.NOT_READY: _not_ready,
    A.ALREADY_COLLECTED: _collected,
    A.CANCELLED: _cancelled,
    A.EXPIRED: _expired,
    A.UNPAID: _unpaid,
    A.NEEDS_ID: _needs_id,
    A.PARTLY_READY: _partly,
}


def url_of(pickup: Pickup) -> str:
    return reverse("counter-pickup", args=[pickup.uid])
