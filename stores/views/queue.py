"""Which store, today's queue, finding an order, and everything else a clerk needs a page for."""

from hashlib import sha256

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oms.core.clock import now
from oms.core.permissions import Permission
from oms.core.qr import qr_svg
from oms.core.web import PageRequest, htmx, page
from stores.deadlines import UNDO
from stores.hours import week_of
from stores.scanner import DIGITS, LETTERS, read_scan, verdict_on
from stores.selectors import (
    TABS,
    collected_today,
    newest_pickup,
    pickup_find,
    pickup_rows,
    put_back_queue,
    queue_counts,
    store_queue,
    stores_of,
)
from stores.services.answers import Answer
from stores.services.lookup import pickup_identify
from stores.status import HandOverAnswer
from stores.views.base import PROOF, STORE, CounterRequest, at_store, frame, go
from stores.views.cards import cards_of, put_back_card
from stores.views.goods import goods_named
from stores.views.moments import moment_of, show, url_of

NEW_ORDER = "new-order"


@require_http_methods(["GET", "POST"])
@page(Permission.ORDERS_FULFIL)
def choose_store(request: PageRequest) -> HttpResponseBase:
    """For clerks of several stores: where they work today."""
    stores = stores_of(request.actor)
    if request.method == "POST":
        store = stores.filter(pk=_number(request.POST.get("store"))).first()
        if store is not None:
            request.session[STORE] = store.pk
            return redirect("counter")
    return render(request, "stores/choose_store.html", {"stores": stores})


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


@require_GET
@at_store
def queue(request: CounterRequest) -> HttpResponseBase:
    """Today's work in four tabs. Asked by htmx, only what changed, with a sound on a new order."""
    home = reverse("counter")
    leave = request.GET.get("leave")
    if htmx(request) and leave is not None:
        # A moment has been shown long enough; only the counter's own pages follow one.
        return go(request, leave if leave.startswith(home) else home)
    tab = request.GET.get("tab", "")
    if tab not in TABS:
        tab = TABS[0]
    counts = queue_counts(request.location)
    if tab == "put_back":
        tasks = put_back_queue(request.location, actor=request.actor)
        cards = [put_back_card(task) for task in tasks]
    else:
        cards = cards_of(store_queue(request.location, tab, actor=request.actor))
    newest = newest_pickup(request.location)
    context = {"tab": tab, "counts": counts, "cards": cards, "location": request.location}
    body = render_to_string("stores/queue_body.html", context, request)
    seen = sha256(body.encode()).hexdigest()[:12]
    if htmx(request) and request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    context |= {"body": body, "seen": seen, "newest": newest}
    if not htmx(request):
        return render(request, "stores/queue.html", frame(request, "queue", **context))
    response = render(request, "stores/queue_live.html", context)
    if newest > _number(request.GET.get("newest")):
        response["HX-Trigger"] = NEW_ORDER
    return response


@require_POST
@at_store
def scan(request: CounterRequest) -> HttpResponseBase:
    """Whatever was scanned or typed: one hit opens, everything else is answered in full screen."""
    text = read_scan(request.POST.get("code", ""))
    # A QR of letters may be the note of goods that came; a typed number is an order's.
    goods = goods_named(request, text) if text.isalpha() else None
    if goods is not None:
        return go(request, goods)
    answer = pickup_identify(text, location=request.location, actor=request.actor)
    if answer.code is HandOverAnswer.OK and answer.pickup is not None:
        request.session[PROOF] = {str(answer.pickup.uid): answer.proof.value}
        return go(request, url_of(answer.pickup))
    if answer.code is HandOverAnswer.AMBIGUOUS:
        return go(request, _several(text, answer))
    return show(request, moment_of(answer))


def _several(text: str, answer: Answer) -> str:
    uids = ",".join(str(pickup.uid) for pickup in answer.pickups)
    return reverse("counter-find") + "?" + urlencode({"code": text, "of": uids})


@require_GET
@at_store
def find(request: CounterRequest) -> HttpResponseBase:
    """One box for names, numbers, phones and e-mails, answered while typing."""
    text = request.GET.get("code", "").strip()
    uids = [uid for uid in request.GET.get("of", "").split(",") if uid]
    if uids:
        rows = pickup_rows(request.actor).filter(location=request.location, uid__in=uids)
        found = list(rows.order_by("-pk"))
    else:
        found = list(pickup_find(text, location=request.location, actor=request.actor))
    context = {"text": text, "cards": cards_of(found), "location": request.location}
    if htmx(request):
        return render(request, "stores/find_results.html", context)
    return render(request, "stores/find.html", frame(request, "find", **context))


@require_GET
@at_store
def more(request: CounterRequest) -> HttpResponseBase:
    """Today's hand-overs, the store's own facts, the scanner test, another store."""
    hand_overs = collected_today(request.location, actor=request.actor)
    context = {
        "hand_overs": hand_overs,
        "undoable_from": now() - UNDO,
        "week": week_of(request.location),
        "several": stores_of(request.actor).count() > 1,
    }
    return render(request, "stores/more.html", frame(request, "more", **context))


@require_http_methods(["GET", "POST"])
@at_store
def scanner(request: CounterRequest) -> HttpResponseBase:
    """Does this scanner type what it reads? Two test codes, and what came of them."""
    typed = request.POST.get("code", "").strip()
    context = {
        "tests": [
            {"code": LETTERS, "qr": qr_svg(LETTERS), "label": _("Letters")},
            {"code": DIGITS, "qr": qr_svg(DIGITS), "label": _("Digits")},
        ],
        "typed": typed,
        "verdict": verdict_on(typed) if typed else None,
        "scan_url": reverse("counter-scanner"),
        "scan_target": "#scanner",
    }
    template = "stores/scanner_result.html" if htmx(request) else "stores/scanner.html"
    return render(request, template, frame(request, "more", **context))


def done(request: HttpRequest, words: str) -> None:
    """A line of news on the next page."""
    messages.success(request, words)
