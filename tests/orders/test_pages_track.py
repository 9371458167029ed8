import pytest
from django.test import Client
from django.urls import reverse

from oms.orders.services.fulfilment import (
    fulfilment_pick_all,
    fulfilment_ship,
    fulfilment_start,
)
from oms.orders.tracking import tracking_token, tracking_url
from tests.orders.factories import ACTOR, Shop, figures, make_shop, place, place_ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop(1)


def url_of(order_id: int) -> str:
    return reverse("track", args=[tracking_token(order_id)])


def test_the_link_opens_the_order_without_an_account(shop: Shop) -> None:
    order = place(shop)
    assert tracking_url(order.pk).endswith(url_of(order.pk))
    page = Client().get(url_of(order.pk))
    text = page.content.decode()
    assert "Order received" in text
    assert str(order.number) in text
    assert "no-store" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex"
    for secret in ("ada@example.com", "1234567", "Via Dante"):
        assert secret not in text


@pytest.mark.parametrize("token", ["x", "MQ", "MQ:forged", "1:2:3", "%00"])
def test_a_forged_link_opens_nothing(shop: Shop, token: str) -> None:
    place(shop)
    assert Client().get(f"/track/{token}/").status_code == 404


def test_the_words_follow_the_goods(shop: Shop) -> None:
    order = place(shop)
    work = order.fulfilment_orders.get()
    url = url_of(order.pk)
    fulfilment_start(work.pk, actor=ACTOR)
    assert "Being prepared" in Client().get(url).content.decode()
    fulfilment_pick_all(work.pk, actor=ACTOR)
    fulfilment_ship(work.pk, carrier="own", tracking_number="JD01", actor=ACTOR)
    text = Client().get(url).content.decode()
    assert "On its way" in text
    assert "JD01" in text


def test_ready_to_collect_names_the_store_and_never_the_code(shop: Shop) -> None:
    order, _work = place_ready(shop, method="reserve", address=None)
    text = Client().get(url_of(order.pk)).content.decode()
    assert "Ready to collect" in text
    assert shop.store.name in text


def test_cancelling_is_asked_twice(shop: Shop) -> None:
    order = place(shop, 2)
    url = url_of(order.pk)
    asked = Client().post(url)
    assert "Cancel the whole order?" in asked.content.decode()
    order.refresh_from_db()
    assert order.status == "open"
    assert Client().post(url, {"sure": "yes"}).status_code == 302
    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == ("cancelled", "customer")
    assert figures(shop.skus[0], shop.warehouse) == (100, 0)
    assert "Cancelled" in Client().get(url).content.decode()


def test_nothing_is_cancelled_once_somebody_picks(shop: Shop) -> None:
    order = place(shop)
    work = order.fulfilment_orders.get()
    fulfilment_start(work.pk, actor=ACTOR)
    url = url_of(order.pk)
    assert "Cancel this order" not in Client().get(url).content.decode()
    page = Client().post(url, {"sure": "yes"})
    assert "already preparing" in page.content.decode()
    order.refresh_from_db()
    assert order.status == "open"


def test_the_form_is_protected_against_other_sites(shop: Shop) -> None:
    order = place(shop)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(url_of(order.pk), {"sure": "yes"}).status_code == 403
