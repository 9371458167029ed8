"""Counting with a phone: one scan per unit, or a scan and a number; again, and booked."""

from typing import Any

import pytest
from playwright.sync_api import expect

from catalog.models import Sku
from inventory.models import CountLine, StockCount
from inventory.services.audit import stock_audit
from inventory.services.count_planning import CountPlan, count_plan
from inventory.status import CountBasis, CountStatus
from tests.browser.conftest import PHONE, Open
from tests.browser.gestures import Hand, answer
from tests.core.factories import make_user
from tests.inventory.factories import ACTOR
from tests.orders.factories import Shop, figures, make_shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GTINS = ("4006381333931", "5901234123457")


@pytest.fixture
def shop(live_server: Any) -> Shop:
    del live_server
    shop = make_shop(2)
    for sku, gtin in zip(shop.skus, GTINS, strict=True):
        Sku.objects.filter(pk=sku.pk).update(gtin=gtin)
    return shop


@pytest.fixture
def count(shop: Shop) -> StockCount:
    return count_plan(CountPlan(shop.store, CountBasis.EVERYTHING), actor=ACTOR)


def line_of(count: StockCount, sku: Sku) -> CountLine:
    return CountLine.objects.get(stock_count=count, sku=sku)


def test_two_phones_count_a_store(shop: Shop, count: StockCount, open_browser: Open) -> None:
    hands = [
        Hand(open_browser(make_user("clerk", scope=shop.store), viewport=PHONE, has_touch=True))
        for _ in range(2)
    ]
    first, second = shop.skus
    for hand in hands:
        hand.page.goto("/counter/more/")
        hand.tap(hand.page.get_by_role("link", name="Count the shelves"))
        hand.tap(hand.page.get_by_role("link", name="Everything"))
    hand, other = hands

    # Scans of both phones add up; the last is taken back.
    for units, one in enumerate((hand, other, hand), start=1):
        one.scan(GTINS[0])
        expect(one.page.locator(".pick-line.is-last .pick-count")).to_contain_text(f"{units}")
    assert line_of(count, first).first == 3
    hand.tap(hand.page.get_by_role("button", name="Undo"))
    expect(hand.page.locator(".pick-line.is-last .pick-count")).to_contain_text("2")
    assert line_of(count, first).first == 2

    # Without a scanner: a number. The other phone has not seen it, and is told.
    field = f"Units counted: {second.name}"
    hand.page.get_by_label(field).fill("99")
    hand.page.get_by_label(field).press("Enter")
    expect(hand.page.locator(".pick-line.is-last")).to_contain_text(second.name)
    other.page.get_by_label(field).fill("98")
    other.page.get_by_label(field).press("Enter")
    answer(other.page, "Counted meanwhile")
    assert line_of(count, second).first == 99

    # 2 of 100 is too far off: it is counted a second time, with one scan and a number.
    hand.start()
    hand.tap(hand.page.get_by_role("button", name="Finish: 2 lines counted"))
    moment = answer(hand.page, "Count again")
    hand.tap(moment.get_by_role("link", name="Count them again"))
    expect(hand.page.get_by_text("Count these once more")).to_be_visible()
    hand.scan(GTINS[0])
    expect(hand.page.locator(".pick-line.is-last .pick-count")).to_contain_text("1")
    field = f"Units counted: {first.name}"
    hand.page.get_by_label(field).fill("99")
    hand.page.get_by_label(field).press("Enter")
    expect(hand.page.locator(".pick-line.is-last .pick-count")).to_contain_text("99")
    hand.tap(hand.page.get_by_role("button", name="Finish: 2 lines counted"))
    answer(hand.page, "Counted")
    assert hand.used == (1, 3)
    count.refresh_from_db()
    assert count.status == CountStatus.POSTED
    assert [figures(sku, shop.store) for sku in shop.skus] == [(99, 0)] * 2
    assert stock_audit().clean


def test_what_is_not_on_the_list_is_said_and_added(
    shop: Shop, count: StockCount, open_browser: Open
) -> None:
    CountLine.objects.filter(stock_count=count, sku=shop.skus[1]).delete()
    clerk = make_user("clerk", scope=shop.store)
    page = open_browser(clerk, viewport=PHONE, has_touch=True)
    hand = Hand(page)
    page.goto(f"/counter/counts/{count.pk}/")
    hand.scan("12345670")
    answer(page, "Unknown barcode").get_by_role("button", name="Got it").click()
    hand.scan(GTINS[1])
    moment = answer(page, "Not on the list")
    hand.tap(moment.get_by_role("button", name="Add it, and count 1"))
    expect(page.get_by_label(f"Units counted: {shop.skus[1].name}")).to_have_value("1")
    assert line_of(count, shop.skus[1]).is_extra
