"""What a clerk prints: the pick slip, and the label that goes on the bag."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from oms.core.qr import qr_svg
from stores.codes import bag_code
from stores.models import Pickup
from stores.views.base import CounterRequest, of_pickup
from stores.views.cards import items_of, pieces
from stores.views.moments import url_of


@require_GET
@of_pickup
def pick_slip(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """The list to walk the shelves with."""
    return render(request, "stores/pick_slip.html", _context(request, pickup))


@require_GET
@of_pickup
def bag_label(request: CounterRequest, pickup: Pickup) -> HttpResponseBase:
    """80 mm: whose it is, until when, and a QR that opens the order at the counter.

    Neither the customer's code nor their token: a label on a shelf must not hand out the bag.
    """
    return render(request, "stores/bag_label.html", _context(request, pickup))


def _context(request: CounterRequest, pickup: Pickup) -> Mapping[str, Any]:
    items = items_of(pickup)
    return {
        "pickup": pickup,
        "order": pickup.fulfilment_order.order,
        "location": request.location,
        "items": items,
        "qr": qr_svg(bag_code(pickup.pk)),
        "back_url": url_of(pickup),
        **pieces(items),
    }
