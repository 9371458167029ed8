"""Setting units aside at the counter, and what becomes of them."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Sku
from inventory.models import Disposition, Stock
from inventory.services.allocation import allocate
from oms.core.actors import user_actor
from oms.core.clock import now
from stores.services.set_aside import undoable_of
from tests.core.factories import make_user
from tests.inventory.dispositions import make_aside
from tests.inventory.factories import ACTOR, demand, make_kit
from tests.orders.factories import Shop, make_shop
from tests.stores.factories import make_clerk

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    shop = make_shop(2, units=10)
    Sku.objects.filter(pk=shop.skus[0].pk).update(name="Blue jacket")
    return shop


@pytest.fixture
def clerk(shop: Shop) -> Any:
    return make_clerk(shop.store)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def counter(clerk: Any) -> Client:
    return client_of(clerk)


def url(shop: Shop, name: str = "set-aside") -> str:
    return reverse(f"counter-{name}", args=[shop.skus[0].code])


def tap(**changes: Any) -> dict[str, Any]:
    return {"reason": "damaged", "units": 2, "nonce": uuid.uuid4()} | changes


def figures(shop: Shop) -> tuple[int, int]:
    stock = Stock.objects.get(sku=shop.skus[0], location=shop.store)
    return stock.on_hand, stock.unavailable


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_two_taps_and_an_undo(
    shop: Shop, counter: Client, django_assert_max_num_queries: Any
) -> None:
    assert "after 30 days" in text(counter.get(url(shop)))
    once = tap()
    page = text(counter.post(url(shop), once, follow=True))
    assert "2 units are set aside" in page
    assert "Set aside: 2" in page
    counter.post(url(shop), once)
    assert figures(shop) == (10, 2)
    aside = Disposition.objects.get()
    assert aside.expires_at is not None
    with django_assert_max_num_queries(26):
        page = text(counter.get(url(shop, "item")))
    assert "Set aside here" in page
    assert "Write off" not in page
    undo = reverse("counter-set-aside-put-back", args=[aside.uid])
    page = text(counter.post(undo, follow=True))
    assert "2 units are back on sale" in page
    assert undo not in page
    assert figures(shop) == (10, 0)


def test_the_list_of_the_store(shop: Shop, counter: Client) -> None:
    assert "Nothing is set aside" in text(counter.get(reverse("counter-set-aside-list")))
    mine = make_aside(shop.skus[0], shop.store, 3, note="window")
    make_aside(shop.skus[0], shop.warehouse, 1, note="elsewhere")
    page = text(counter.get(reverse("counter-set-aside-list")))
    assert "Blue jacket" in page
    assert "window" in page
    assert "elsewhere" not in page
    end = reverse("counter-set-aside-put-back", args=[mine.uid])
    assert counter.post(end, {"list": "1"}).url == reverse("counter-set-aside-list")
    gone = counter.post(end, {"list": "1"})
    assert gone.status_code == 409
    assert "Somebody was faster" in text(gone)


def test_writing_off_is_for_who_may_adjust_stock(shop: Shop, counter: Client) -> None:
    aside = make_aside(shop.skus[0], shop.store, 3)
    end = reverse("counter-set-aside-write-off", args=[aside.uid])
    assert counter.post(end).status_code == 404
    manager = client_of(make_user("store_manager", scope=shop.store))
    assert "Write off" in text(manager.get(url(shop, "item")))
    assert manager.post(end).status_code == 302
    assert figures(shop) == (7, 0)


def test_orders_that_would_lack_units_are_told_first(shop: Shop, counter: Client) -> None:
    allocate([demand(shop.skus[0], shop.store, 9)], cause="order 1", actor=ACTOR)
    once = tap()
    asked = counter.post(url(shop), once)
    assert asked.status_code == 409
    assert "1 unit that an order has claimed" in text(asked)
    assert figures(shop) == (10, 0)
    counter.post(url(shop), once | {"accept_shortage": "true"})
    assert figures(shop) == (10, 2)


def test_too_many_and_nothing_are_refused(shop: Shop, counter: Client) -> None:
    many = counter.post(url(shop), tap(units=11))
    assert many.status_code == 409
    assert "Only 10 units are on hand" in text(many)
    assert counter.post(url(shop), tap(units=0)).status_code == 422
    kit = make_kit({shop.skus[0]: 2})
    assert counter.get(reverse("counter-set-aside", args=[kit.code])).status_code == 404


def test_the_undo_is_ones_own_and_for_a_while(shop: Shop, clerk: Any, counter: Client) -> None:
    counter.post(url(shop), tap())
    aside = Disposition.objects.get()
    actor = user_actor(clerk)
    assert undoable_of([aside], actor=actor) == aside
    assert undoable_of([aside], actor=ACTOR) is None
    aside.created_at = now() - timedelta(minutes=16)
    assert undoable_of([aside], actor=actor) is None


def test_some_of_them_go_back(shop: Shop, counter: Client) -> None:
    aside = make_aside(shop.skus[0], shop.store, 5)
    way = reverse("counter-set-aside-part", args=[aside.uid])
    assert way in counter.get(reverse("counter-set-aside-list")).content.decode()
    page = counter.get(way)
    words = page.content.decode()
    assert "5 are set aside; the rest stays so" in words
    # Writing off is for who may adjust stock.
    assert "Write off" not in words
    back = reverse("counter-set-aside-put-back", args=[aside.uid])
    given = {"units": "2", "part": str(page.context["form"]["part"].value())}
    for _ in range(2):
        assert counter.post(back, given).status_code == 302
    assert figures(shop) == (10, 3)
    wrong = counter.post(back, {"units": "4", "part": str(uuid.uuid4())})
    assert (wrong.status_code, "Give 1 to 3 units" in wrong.content.decode()) == (422, True)
    assert counter.post(back, {"units": "3", "part": str(uuid.uuid4())}).status_code == 302
    assert figures(shop) == (10, 0)
    assert counter.get(way).status_code == 302
