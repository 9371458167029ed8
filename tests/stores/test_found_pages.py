"""Found after all, as a clerk sees it: in the bar at once, on the page for some minutes."""

import pytest
from django.test import Client
from django.urls import reverse

from oms.core.actors import Actor
from oms.core.events import events_deliver
from oms.notifications.models import Message
from stores.models import Decline
from stores.services.found import pickup_found
from tests.orders.factories import Shop, make_shop
from tests.stores.factories import make_decline, make_ready, reserve
from tests.stores.test_pages import text_of
from tests.stores.test_replacing import accepting, replace, stand_ins

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    """Two SKUs at 12.20, a hundred of each in the store."""
    return make_shop(2)


def test_in_reach_at_once_and_from_the_page(shop: Shop, till: Client) -> None:
    pickup = reserve(shop, 2)
    lines = pickup.fulfilment_order.lines.order_by("order_line__position")
    for line in lines:
        address = reverse("counter-decline", args=[pickup.uid, line.pk])
        page = text_of(till.post(address, {"units": "1", "reason": "damaged"}, follow=True))
    first, last = Decline.objects.order_by("pk")
    assert f"Not there: 1 × {last.order_line.name}" in page
    assert page.count("Found it after all") == 1
    for one in (first, last):
        answer = till.post(reverse("counter-found", args=[pickup.uid, one.uid]), follow=True)
        words = f"Found after all: pick 1 × {one.order_line.name}."
        assert words in text_of(answer)
    assert "Not there:" not in text_of(answer)
    assert "0 of 4 picked" in text_of(answer)
    again = till.post(reverse("counter-found", args=[pickup.uid, last.uid]))
    assert again.status_code == 409
    assert "This was undone already" in text_of(again)


def test_too_few_leads_to_the_item(shop: Shop, till: Client, clerk: Actor) -> None:
    shop.skus = shop.skus[:1]
    one = make_decline(reserve(shop, 60), 60)
    reserve(shop, 50)
    answer = till.post(reverse("counter-found", args=[one.pickup.uid, one.uid]))
    assert answer.status_code == 409
    assert reverse("counter-item", args=[shop.skus[0].code]) in answer.content.decode()


def test_the_end_of_an_order_says_whether_it_is_final(shop: Shop, till: Client) -> None:
    shop.skus = shop.skus[:1]
    for method, final in (("collect", True), ("reserve", False)):
        pickup = reserve(shop, 1, method=method)
        line = pickup.fulfilment_order.lines.get()
        address = reverse("counter-decline", args=[pickup.uid, line.pk])
        assert ("cannot be undone" in text_of(till.get(address))) == final
        page = text_of(till.post(address, {"units": "1", "reason": "mismatch"}, follow=True))
        assert ("Not there: 1 ×" in page) != final


def test_ready_too(shop: Shop, till: Client, clerk: Actor) -> None:
    pickup = reserve(shop, 1)
    make_decline(pickup)
    make_ready(pickup, clerk)
    page = text_of(till.get(reverse("counter-pickup", args=[pickup.uid])))
    assert "Not there: 1 ×" in page


def test_the_customer_is_told(shop: Shop, clerk: Actor) -> None:
    (other,) = stand_ins(shop, 5)
    pickup = accepting(shop, 1)
    replace(pickup, other, clerk, 1)
    pickup_found(pickup.uid, decline=Decline.objects.get().uid, actor=clerk)
    events_deliver()
    told = Message.objects.latest("pk")
    assert told.kind == "stores/pickup_found"
    assert "there after all" in told.subject
    assert f"You get it instead of {other.name}" in told.text
    assert "You pay €24.40 in the store" in told.text
