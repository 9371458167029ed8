"""Looking up an item on a phone, putting its figure right, and taking that back."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from catalog.models import Sku
from inventory.models import Stock
from tests.browser.conftest import PHONE, Open
from tests.browser.gestures import Hand, answer, sign_in
from tests.browser.inspection import Inspection
from tests.catalog.factories import make_price_list, make_sku
from tests.core.factories import make_user
from tests.inventory.dispositions import make_aside
from tests.inventory.factories import make_location, put
from tests.orders.factories import Shop, make_shop
from tests.stores.factories import reserve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GTIN = "4006381333931"


@pytest.fixture
def shop(live_server: Any) -> Shop:
    del live_server
    shop = make_shop(1, units=10)
    Sku.objects.filter(pk=shop.skus[0].pk).update(gtin=GTIN, name="Blue jacket")
    near = make_location(
        name="Via Torino", latitude=Decimal("45.47"), longitude=Decimal("9.20"), phone="02 1234"
    )
    with transaction.atomic():
        put(shop.skus[0], near, 3)
    return shop


def on_hand(shop: Shop) -> int:
    return Stock.objects.get(sku=shop.skus[0], location=shop.store).on_hand


def test_scan_look_adjust_and_undo(shop: Shop, open_browser: Open) -> None:
    make_user("clerk", scope=shop.store, username="carla", first_name="Carla")
    page = open_browser(viewport=PHONE, has_touch=True)
    hand = Hand(page)
    sign_in(page, "carla")
    page.get_by_role("link", name="More").click()
    page.get_by_role("link", name="Look up an item").click()
    expect(page.get_by_role("heading", name="Look up an item")).to_be_visible()
    page.wait_for_load_state()
    hand.start()
    hand.scan(GTIN)
    expect(page.get_by_role("heading", name="Blue jacket")).to_be_visible()
    assert hand.used == (1, 0)
    expect(page.get_by_text("€12.20")).to_be_visible()
    places = page.locator(".item-elsewhere .plain-row")
    expect(places.first).to_contain_text("Via Torino")
    expect(places.first).to_contain_text("open now")

    hand.tap(page.get_by_role("link", name="The figure is wrong"))
    page.get_by_label("How many units").fill("2")
    hand.tap(page.get_by_role("button", name=re.compile("^Missing")))
    expect(page.get_by_text("8 units are on hand now")).to_be_visible()
    assert on_hand(shop) == 8
    hand.tap(page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("Undone: the figure is as before")).to_be_visible()
    assert on_hand(shop) == 10

    look = Inspection(page, axe_on_phone=True)
    for path in (f"/counter/items/{shop.skus[0].code}/", "/counter/look-up/?code=blue"):
        look.look_at(path)
    look.look_at(f"/counter/items/{shop.skus[0].code}/adjust/")
    assert not look.found, look.report


def test_set_aside_and_back_on_sale(shop: Shop, open_browser: Open) -> None:
    """A scan and two taps; the undo is one more."""
    make_user("store_manager", scope=shop.store, username="marta", first_name="Marta")
    page = open_browser(viewport=PHONE, has_touch=True)
    hand = Hand(page)
    sign_in(page, "marta")
    page.goto("/counter/look-up/")
    hand.start()
    hand.scan(GTIN)
    hand.tap(page.get_by_role("link", name="Set aside"))
    hand.tap(page.get_by_role("button", name=re.compile("^Damaged")))
    expect(page.get_by_text("1 unit is set aside")).to_be_visible()
    assert hand.used == (1, 2)
    assert set_aside(shop) == (10, 1)
    hand.tap(page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("1 unit is back on sale")).to_be_visible()
    assert set_aside(shop) == (10, 0)

    make_aside(shop.skus[0], shop.store, 2)
    look = Inspection(page, axe_on_phone=True)
    for path in (f"/counter/items/{shop.skus[0].code}/", "/counter/set-aside/"):
        look.look_at(path)
    assert not look.found, look.report
    page.get_by_role("button", name="Write off").click()
    page.locator("#confirm").get_by_role("button", name="Write off").click()
    expect(page.get_by_text("2 units are written off")).to_be_visible()
    expect(page.get_by_text("Nothing is set aside")).to_be_visible()
    assert set_aside(shop) == (8, 0)


def test_one_barcode_in_two_conditions(shop: Shop, open_browser: Open) -> None:
    """Looking up says which it took, the other is a tap away; a pick list of both asks."""
    new = shop.skus[0]
    fields = {"product": new.product, "gtin": GTIN, "name": "Blue jacket", "condition": "used"}
    used = make_sku("USED", **fields)
    make_price_list({used: "6"})
    with transaction.atomic():
        put(used, shop.store, 3)
    make_user("clerk", scope=shop.store, username="carla", first_name="Carla")
    page = open_browser(viewport=PHONE, has_touch=True)
    hand = Hand(page)
    sign_in(page, "carla")
    page.goto("/counter/look-up/")
    hand.start()
    hand.scan(GTIN)
    expect(page.locator(".item-head")).to_contain_text("New")
    hand.tap(page.get_by_role("link", name="Used 3 here"))
    expect(page.locator(".item-head")).to_contain_text("Used")
    assert hand.used == (1, 1)
    look = Inspection(page, axe_on_phone=True)
    look.look_at("/counter/items/USED/")
    assert not look.found, look.report

    shop.skus = [new, used]
    pickup = reserve(shop)
    page.goto(f"/counter/pickups/{pickup.uid}/")
    hand.start()
    hand.scan(GTIN)
    answer(page, "Which one is it?")
    hand.tap(page.get_by_role("button", name="Used", exact=True))
    expect(page.locator(".pick-line.is-done")).to_contain_text("Blue jacket (used)")
    hand.scan(GTIN)
    expect(page.locator(".pick-line.is-done")).to_have_count(2)
    assert hand.used == (2, 1)


def set_aside(shop: Shop) -> tuple[int, int]:
    stock = Stock.objects.get(sku=shop.skus[0], location=shop.store)
    return stock.on_hand, stock.unavailable
