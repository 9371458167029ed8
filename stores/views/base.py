"""What every counter page stands on: who, at which store, and what the frame needs."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory.models import Location
from inventory.selectors.counts import counts_visible
from oms.core.errors import NotFound
from oms.core.permissions import Permission
from oms.core.web import PageRequest, page
from stores.deadlines import UNDO
from stores.goods import KINDS
from stores.goods.base import Goods
from stores.models import Pickup
from stores.selectors import pickup_get, queue_counts, stores_of, undoable

STORE = "counter_store"
# What the customer showed, by pickup uid: kept here, so that a page cannot claim it.
PROOF = "counter_proof"


class CounterRequest(PageRequest):
    """A clerk's request at one store."""

    location: Location


Answer = HttpResponseBase
StoreView = Callable[[CounterRequest], Answer]
CountView = Callable[..., Answer]
GoodsView = Callable[[CounterRequest, Goods], Answer]
PickupView = Callable[[CounterRequest, Pickup], Answer]

# Reading a camera picture takes WebAssembly; no page but the counter's may compile any.
_with_camera = csp_update({"script-src": ["'wasm-unsafe-eval'"]})


def at_store(view: StoreView) -> Callable[..., Answer]:
    """A page of the store this clerk works at now; with several and none chosen, ask first."""
    return _at_store(view, Permission.ORDERS_FULFIL)


def at_shelves(view: StoreView) -> Callable[..., Answer]:
    """As `at_store`, for those who handle its stock."""
    return _at_store(view, Permission.STOCK_HANDLE)


def _at_store(view: StoreView, permission: Permission) -> Callable[..., Answer]:
    @page(permission)
    @_with_camera
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
        asked = cast(CounterRequest, request)
        location = current_store(asked, permission)
        if location is None:
            return redirect("counter-store")
        enter(asked, location)
        return view(asked, *args, **kwargs)

    return opened


def of_goods(view: GoodsView) -> Callable[..., Answer]:
    """A page of goods to be counted; the store is where they are counted."""

    @page(Permission.STOCK_HANDLE)
    @_with_camera
    @wraps(view)
    def opened(request: HttpRequest, **kwargs: Any) -> Answer:
        asked = cast(CounterRequest, request)
        kind = KINDS.get(kwargs.pop("kind"))
        if kind is None:
            raise NotFound
        goods = kind.get(kwargs.pop("uid"), actor=asked.actor)
        enter(asked, goods.location)
        return view(asked, goods, **kwargs)

    return opened


def of_count(view: CountView) -> Callable[..., Answer]:
    """A page of one count of shelves; the store is the one that is counted."""

    @page(Permission.STOCK_HANDLE)
    @_with_camera
    @wraps(view)
    def opened(request: HttpRequest, **kwargs: Any) -> Answer:
        asked = cast(CounterRequest, request)
        visible = counts_visible(asked.actor, Permission.STOCK_HANDLE)
        count = visible.filter(pk=kwargs.pop("number")).first()
        if count is None:
            raise NotFound
        enter(asked, count.location)
        return view(asked, count, **kwargs)

    return opened


def of_pickup(view: PickupView) -> Callable[..., Answer]:
    """A page of one pickup the clerk may fulfil; the store is the pickup's own."""

    @page(Permission.ORDERS_FULFIL)
    @_with_camera
    @wraps(view)
    def opened(request: HttpRequest, **kwargs: Any) -> Answer:
        asked = cast(CounterRequest, request)
        pickup = pickup_get(kwargs.pop("uid"), actor=asked.actor)
        enter(asked, pickup.location)
        return view(asked, pickup, **kwargs)

    return opened


def enter(request: CounterRequest, location: Location) -> None:
    """The page is about this location: its name stands on top, its clock is the page's."""
    request.location = location
    timezone.activate(ZoneInfo(location.time_zone))


def current_store(request: PageRequest, permission: Permission) -> Location | None:
    """The chosen store, or the only one; None when the clerk has to choose."""
    stores = stores_of(request.actor, permission)
    chosen = request.session.get(STORE)
    if chosen is not None:
        found = stores.filter(pk=chosen).first()
        if found is not None:
            return found
    only = list(stores[:2])
    return only[0] if len(only) == 1 else None


def frame(request: CounterRequest, counter_tab: str = "", /, **more: Any) -> dict[str, Any]:
    """The context of templates/counter/base.html, and `more`.

    Pages of one order give `undo=None`: beside its own action, another order's undo misleads.
    """
    counts = more.get("counts") or queue_counts(request.location)
    if "undo" not in more:
        more["undo"] = undo_bar(request)
    return {
        "location": request.location,
        "counter_tab": counter_tab,
        "queue_count": counts.work,
        "scan_url": reverse("counter-scan"),
        "camera": True,
        **more,
    }


def undo_bar(request: CounterRequest) -> Mapping[str, Any] | None:
    """The clerk's last hand-over or put-back here, as long as it can be taken back."""
    last = undoable(request.location, actor=request.actor)
    if last is None:
        return None
    if last.task is None:
        text = _("Handed over to %(name)s") % {"name": last.name}
        url = reverse("counter-undo", args=[last.pickup])
    else:
        text = _("Back on the shelf: order %(number)s") % {"number": last.number}
        url = reverse("counter-put-back-undo", args=[last.pickup, last.task])
    return {"text": text, "url": url, "until": last.at + UNDO}


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to `url`, also from an htmx request."""
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return redirect(url)
