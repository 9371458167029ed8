"""Looking up an item at the counter, and putting its figure right."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from catalog.models import Sku
from inventory.models import Shortage, Stock, StockMovement
from inventory.services.allocation import allocate
from inventory.status import AdjustmentReason
from oms.core.actors import user_actor
from oms.core.clock import now
from stores.errors import AdjustmentTooLarge, NothingToUndo, UndoTooLate
from stores.look_up import elsewhere, price_at
from stores.services import shelf
from stores.services.shelf import (
    ShelfAdjustment,
    shelf_adjust,
    shelf_adjust_undo,
    shelf_undoable,
)
from tests.core.factories import make_user
from tests.inventory.factories import ACTOR, demand, make_kit, make_location, put
from tests.inventory.racing import race
from tests.orders.factories import Shop, make_shop
from tests.stores.factories import clerk_of, make_clerk

pytestmark = pytest.mark.django_db
R = AdjustmentReason


@pytest.fixture
def shop() -> Shop:
    shop = make_shop(2, units=10)
    Sku.objects.filter(pk=shop.skus[0].pk).update(gtin="4006381333931", name="Blue jacket")
    return shop


@pytest.fixture
def clerk(shop: Shop) -> Any:
    return make_clerk(shop.store)


@pytest.fixture
def counter(clerk: Any) -> Client:
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    return client


def change(shop: Shop, units: int = 1, reason: R = R.MISSING, nonce: Any = None) -> ShelfAdjustment:
    return ShelfAdjustment(shop.skus[0].pk, shop.store, reason, units, nonce or uuid.uuid4())


def on_hand(shop: Shop) -> int:
    return Stock.objects.get(sku=shop.skus[0], location=shop.store).on_hand


def item_url(shop: Shop, name: str = "item") -> str:
    return reverse(f"counter-{name}", args=[shop.skus[0].code])


class TestLookUp:
    def test_a_barcode_opens_the_item(self, shop: Shop, counter: Client) -> None:
        answer = counter.post(reverse("counter-look-up"), {"code": "4006381333931"})
        assert answer.url == item_url(shop)
        assert counter.post(reverse("counter-look-up"), {"code": "jacket"}).url == item_url(shop)
        assert counter.post(reverse("counter-look-up"), {"code": "no such"}).status_code == 404

    def test_words_are_answered_while_typing(self, shop: Shop, counter: Client) -> None:
        page = counter.get(reverse("counter-look-up"), {"code": "blue"}).content.decode()
        assert "Blue jacket" in page
        assert "10 here" in page
        assert "Which item?" in counter.get(reverse("counter-look-up")).content.decode()
        assert (
            "Nothing fits"
            in counter.get(reverse("counter-look-up"), {"code": "zzz"}).content.decode()
        )

    def test_price_figures_and_where_else(
        self, shop: Shop, counter: Client, django_assert_max_num_queries: Any
    ) -> None:
        near = make_location(latitude=Decimal("45.47"), longitude=Decimal("9.20"), phone="02 1")
        put(shop.skus[0], near, 3)
        with django_assert_max_num_queries(24):
            page = counter.get(item_url(shop)).content.decode()
        assert "€12.20" in page
        assert page.index(near.name) < page.index(shop.warehouse.name)
        assert "tel:02 1" in page
        assert counter.get(reverse("counter-item", args=["nope"])).status_code == 404

    def test_nearest_first_and_only_what_is_available(self, shop: Shop) -> None:
        sku = shop.skus[0]
        empty = make_location(latitude=Decimal("45.46"), longitude=Decimal("9.19"))
        put(sku, empty, 1)
        put(sku, empty, -1)
        unknown = make_location()
        put(sku, unknown, 2)
        supplier = make_location(kind="supplier")
        put(sku, supplier, 5)
        found = elsewhere(sku, shop.store)
        assert [one.location for one in found] == [shop.warehouse, unknown]
        assert found[0].distance_km == pytest.approx(125, abs=5)
        assert found[0].is_open

    def test_the_stores_own_price(self, shop: Shop) -> None:
        assert price_at(shop.skus[0], shop.store) == (Decimal("12.20"), Decimal("12.20"), "EUR")
        assert price_at(make_kit({shop.skus[0]: 1}), shop.store) is None

    def test_a_kit_is_looked_up_but_not_adjusted(self, shop: Shop, counter: Client) -> None:
        kit = make_kit({shop.skus[0]: 2})
        page = counter.get(reverse("counter-item", args=[kit.code])).content.decode()
        assert "The figure is wrong" not in page
        assert counter.get(reverse("counter-adjust", args=[kit.code])).status_code == 404


class TestAdjust:
    def test_each_reason_and_its_direction(self, shop: Shop, clerk: Any) -> None:
        actor = user_actor(clerk)
        for reason, after in ((R.FOUND, 12), (R.MISSING, 10), (R.DAMAGED, 8)):
            stock = shelf_adjust(change(shop, 2, reason), accept_shortage=False, actor=actor)
            assert stock.on_hand == after
        movement = StockMovement.objects.latest("id")
        assert (movement.reason, movement.actor) == ("damaged", actor.label)

    def test_a_second_tap_books_nothing(self, shop: Shop, clerk: Any) -> None:
        same = change(shop)
        for _ in range(2):
            shelf_adjust(same, accept_shortage=False, actor=user_actor(clerk))
        assert on_hand(shop) == 9

    def test_more_than_the_limit_is_for_who_may_adjust_stock(self, shop: Shop, clerk: Any) -> None:
        many = change(shop, settings.COUNTER_ADJUST_UNITS + 1)
        with pytest.raises(AdjustmentTooLarge):
            shelf_adjust(many, accept_shortage=False, actor=user_actor(clerk))
        manager = user_actor(make_user("store_manager", scope=shop.store))
        shelf_adjust(many, accept_shortage=False, actor=manager)
        assert on_hand(shop) == 10 - many.units

    def test_on_the_page(self, shop: Shop, counter: Client) -> None:
        assert "Missing" in counter.get(item_url(shop, "adjust")).content.decode()
        tap = {"reason": "missing", "units": 2, "nonce": uuid.uuid4()}
        page = counter.post(item_url(shop, "adjust"), tap, follow=True).content.decode()
        assert "8 units are on hand now" in page
        assert "Booked -2" in page
        undo = reverse("counter-adjust-undo", args=[tap["nonce"]])
        assert undo in page
        page = counter.post(undo, follow=True).content.decode()
        assert undo not in page
        assert on_hand(shop) == 10
        many = counter.post(item_url(shop, "adjust"), tap | {"units": 99})
        assert many.status_code == 422
        assert "At most 5 units at once" in many.content.decode()

    def test_orders_that_would_lack_units_are_told_first(self, shop: Shop, counter: Client) -> None:
        allocate([demand(shop.skus[0], shop.store, 9)], cause="order 1", actor=ACTOR)
        tap = {"reason": "missing", "units": 3, "nonce": uuid.uuid4()}
        asked = counter.post(item_url(shop, "adjust"), tap)
        assert asked.status_code == 409
        assert "2 units that orders have claimed would be missing" in asked.content.decode()
        assert on_hand(shop) == 10
        counter.post(item_url(shop, "adjust"), tap | {"accept_shortage": "true"})
        assert Shortage.objects.get(closed_at=None).units == 2

    def test_another_store_is_out_of_reach(self, shop: Shop) -> None:
        other = clerk_of(make_location(collects=True))
        with pytest.raises(Exception, match="may not"):
            shelf_adjust(change(shop), accept_shortage=False, actor=other)


class TestUndo:
    def test_a_movement_of_its_own_takes_it_back_once(self, shop: Shop, clerk: Any) -> None:
        actor, nonce = user_actor(clerk), uuid.uuid4()
        shelf_adjust(change(shop, 3, nonce=nonce), accept_shortage=False, actor=actor)
        found = shelf_undoable(shop.skus[0].pk, shop.store, actor=actor)
        assert found is not None
        assert found[1] == nonce
        shelf_adjust_undo(nonce, location=shop.store, actor=actor)
        assert on_hand(shop) == 10
        assert StockMovement.objects.filter(location=shop.store, on_hand=3).count() == 1
        assert shelf_undoable(shop.skus[0].pk, shop.store, actor=actor) is None
        with pytest.raises(NothingToUndo):
            shelf_adjust_undo(nonce, location=shop.store, actor=actor)

    def test_nobody_elses_and_not_too_late(
        self, shop: Shop, clerk: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nonce = uuid.uuid4()
        shelf_adjust(change(shop, nonce=nonce), accept_shortage=False, actor=user_actor(clerk))
        with pytest.raises(UndoTooLate):
            shelf_adjust_undo(nonce, location=shop.store, actor=clerk_of(shop.store))
        monkeypatch.setattr(shelf, "now", lambda: now() + timedelta(minutes=16))
        with pytest.raises(UndoTooLate):
            shelf_adjust_undo(nonce, location=shop.store, actor=user_actor(clerk))
        assert on_hand(shop) == 9


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_undone_twice_at_once_it_comes_back_once() -> None:
    shop = make_shop(1, units=10)
    actor, nonce = clerk_of(shop.store), uuid.uuid4()
    shelf_adjust(change(shop, 3, nonce=nonce), accept_shortage=False, actor=actor)
    results = race(
        [lambda: shelf_adjust_undo(nonce, location=shop.store, actor=actor)] * 4, threads=4
    )
    assert sum(isinstance(one, StockMovement) for one in results) == 1
    assert sum(isinstance(one, NothingToUndo) for one in results) == 3
    assert on_hand(shop) == 10
