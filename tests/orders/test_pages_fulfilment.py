from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from oms.core.clock import now
from oms.orders.models import FulfilmentOrder, Shipment
from oms.orders.services.fulfilment import fulfilment_ship
from oms.orders.tables import promise_tone
from tests.core.factories import make_user
from tests.orders.factories import ACTOR, figures, make_shop, place, place_ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("operations_admin"))
    return client


def test_the_most_urgent_work_comes_first(client: Client) -> None:
    shop = make_shop(1)
    later, sooner = place(shop), place(shop)
    FulfilmentOrder.objects.filter(order=sooner).update(promised_at=now() - timedelta(minutes=5))
    page = client.get(reverse("fulfilment-list"))
    rows = [row.record.order.number for row in page.context["table"].page.object_list]
    assert rows == [sooner.number, later.number]
    assert "tone-red" in page.content.decode()
    for query in ({"location": shop.warehouse.code}, {"q": later.number}, {"method": "ship"}):
        assert client.get(reverse("fulfilment-list"), query).status_code == 200
    elsewhere = client.get(reverse("fulfilment-list"), {"location": shop.store.code})
    assert not list(elsewhere.context["table"].page.object_list)


@pytest.mark.parametrize("sort", ["promised_at", "-promised_at"])
def test_finished_work_comes_last(client: Client, sort: str) -> None:
    shop = make_shop(1)
    finished, waiting = place_ready(shop)[1], place(shop)
    fulfilment_ship(finished.pk, carrier="own", actor=ACTOR)
    page = client.get(reverse("fulfilment-list"), {"status": ["open", "shipped"], "sort": sort})
    rows = [row.record.order_id for row in page.context["table"].page.object_list]
    assert rows == [waiting.pk, finished.order_id]


@pytest.mark.parametrize(
    ("minutes", "status", "tone"),
    [(-1, "open", "red"), (60, "picking", "amber"), (600, "open", ""), (-1, "shipped", "")],
)
def test_colours_of_promises(minutes: int, status: str, tone: str) -> None:
    assert promise_tone(now() + timedelta(minutes=minutes), status) == tone


def test_from_the_list_to_the_parcel(client: Client) -> None:
    shop = make_shop(1)
    order = place(shop, 2)
    work = order.fulfilment_orders.get()
    back = reverse("fulfilment-list")
    picked = client.post(reverse("fulfilment-pick", args=[work.uid]), {"next": back})
    assert picked["Location"] == back
    away = client.post(reverse("fulfilment-ready", args=[work.uid]), {"next": "https://evil.test/"})
    assert away["Location"] == reverse("order-detail", args=[order.number])
    form = client.get(reverse("fulfilment-ship", args=[work.uid]))
    assert "The parcel left" in form.content.decode()
    url = reverse("fulfilment-ship", args=[work.uid])
    assert client.post(url, {"carrier": "nobody"}).status_code == 422
    sent = client.post(url, {"carrier": "own", "tracking_number": "JD01"})
    assert sent.status_code == 302
    assert Shipment.objects.get().tracking_number == "JD01"
    assert figures(shop.skus[0], shop.warehouse) == (98, 0)
    again = client.post(url, {"carrier": "own"})
    assert again.status_code == 422
    assert Shipment.objects.count() == 1


def test_a_pickup_is_left_to_the_counter(client: Client) -> None:
    order = place(make_shop(1), method="reserve", address=None)
    work = order.fulfilment_orders.get()
    assert client.post(reverse("fulfilment-pick", args=[work.uid])).status_code == 409
    work.refresh_from_db()
    assert work.status == "open"


def test_a_clerk_sees_the_work_of_the_own_store_only() -> None:
    shop = make_shop(1)
    shipped = place(shop).fulfilment_orders.get()
    place(shop, method="reserve", address=None)
    clerk = Client()
    clerk.force_login(make_user("clerk", scope=shop.store))
    page = clerk.get(reverse("fulfilment-list"))
    rows = [row.record.location for row in page.context["table"].page.object_list]
    assert rows == [shop.store]
    for name in ("fulfilment-pick", "fulfilment-ready", "fulfilment-ship"):
        assert clerk.post(reverse(name, args=[shipped.uid])).status_code == 404
