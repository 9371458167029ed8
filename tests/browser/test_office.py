"""The back office in a browser: find, cancel, publish, collide; and all of it by keyboard."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Price
from catalog.status import PublicationStatus
from oms.core.models import User
from oms.orders.models import Order
from oms.orders.status import OrderStatus
from oms.orders.tracking import tracking_url
from tests.browser.conftest import Open
from tests.catalog.factories import (
    make_category,
    make_price_list,
    make_product,
    make_rule,
    make_sku,
)
from tests.core.factories import make_user
from tests.inventory.factories import figures
from tests.orders.factories import Shop, make_shop, place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop(live_server: Any) -> Shop:
    del live_server
    return make_shop(2)


@pytest.fixture
def olga(shop: Shop) -> User:
    del shop
    return make_user("operations_admin", first_name="Olga")


def test_the_link_to_the_customers_page_is_copied(
    shop: Shop, olga: User, open_browser: Open
) -> None:
    order = place(shop)
    page = open_browser(olga, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/office/orders/{order.number}/")
    page.get_by_role("button", name="Copy its link").click()
    expect(page.locator("#toasts").get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == tracking_url(order.pk)


def test_a_number_in_the_search_opens_the_order_which_is_cancelled_knowingly(
    shop: Shop, olga: User, open_browser: Open
) -> None:
    order = place(shop, 2)
    page = open_browser(olga)
    page.goto("/office/")
    page.keyboard.press("/")
    page.keyboard.type(str(order.number))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"/office/orders/{order.number}/")

    page.get_by_role("link", name="Cancel").first.click()
    expect(page.get_by_text("4 units go back on sale")).to_be_visible()
    expect(page.get_by_text("is not taken (card): it was authorised only")).to_be_visible()
    expect(page.get_by_text("ada@example.com is told")).to_be_visible()
    first = page.locator(".cancel-lines input").first
    first.fill("0")
    expect(page.get_by_text("2 units go back on sale")).to_be_visible()
    first.fill("2")
    expect(page.get_by_role("button", name="Cancel 4 units")).to_be_visible()
    page.get_by_role("button", name="Cancel 4 units").click()

    expect(page).to_have_url(f"/office/orders/{order.number}/")
    expect(page.locator(".page-head")).to_contain_text("Cancelled")
    assert Order.objects.get(pk=order.pk).status == OrderStatus.CANCELLED
    assert [figures(sku, shop.warehouse) for sku in shop.skus] == [(100, 0)] * 2


def confirm(page: Page, button: str) -> None:
    page.get_by_role("main").get_by_role("button", name=button, exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()


def test_a_draft_rule_is_previewed_published_and_taken_back(
    live_server: Any, open_browser: Open
) -> None:
    del live_server
    garden = make_category("Garden")
    sku = make_sku("SPADE-1", make_product(garden), name="Spade")
    make_price_list({sku: "20.00"})
    rule = make_rule("5", category=garden, status=PublicationStatus.DRAFT, name="Garden week")
    page = open_browser(make_user("pricing_admin"))
    page.goto(f"/office/discount-rules/{rule.uid}/")
    page.get_by_role("main").get_by_role("link", name="Change", exact=True).click()
    page.get_by_role("spinbutton", name="Value", exact=True).fill("25")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".sentence")).to_contain_text("25")
    changed = page.locator("table tbody tr").filter(has_text="SPADE-1")
    expect(changed).to_contain_text("20.00")
    expect(changed).to_contain_text("15.00")
    confirm(page, "Publish")
    expect(page.locator(".page-sub").first).to_contain_text("Active")
    rule.refresh_from_db()
    assert rule.status == PublicationStatus.ACTIVE
    confirm(page, "Take back")
    expect(page.locator(".page-sub").first).to_contain_text("Draft")


def test_two_people_in_one_price_list_are_told_of_each_other(
    shop: Shop, open_browser: Open
) -> None:
    sku = shop.skus[0]
    prices = make_price_list({sku: "20.00"}, status=PublicationStatus.DRAFT)
    hers = open_browser(make_user("pricing_admin", first_name="Paola"))
    his = open_browser(make_user("pricing_admin", first_name="Piero"))
    for page in (hers, his):
        page.goto(f"/office/prices/lists/{prices.code}/")
    for page, amount in ((his, "21.00"), (hers, "22.00")):
        page.locator(".price-cell").first.fill(amount)
    his.get_by_role("button", name="Save").click()
    expect(his.get_by_text("1 price changed").first).to_be_visible()

    with hers.watch.expecting(412):  # type: ignore[attr-defined]
        hers.get_by_role("button", name="Save").click()
        expect(hers.get_by_text("Piero changed this list")).to_be_visible()
    expect(hers.locator(".price-cell").first).to_have_value("22.00")
    hers.get_by_role("button", name="Save").click()
    expect(hers.get_by_text("1 price changed").first).to_be_visible()
    assert str(Price.objects.get(price_list=prices).amount).startswith("22.00")


# An outline around what has the focus; a row of a table shows a bar in its first cell instead.
FOCUS = """() => {
  const shown = (one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
      || style.boxShadow !== "none";
  };
  const focus = document.activeElement;
  return shown(focus.matches("tr") ? focus.cells[0] : focus);
}"""


def test_from_sign_in_to_an_order_without_a_mouse(
    shop: Shop, olga: User, open_browser: Open
) -> None:
    older, newer = place(shop), place(shop)
    page = open_browser()
    page.goto("/office/orders/")
    page.get_by_label("Username").focus()
    page.keyboard.type(olga.username)
    page.keyboard.press("Tab")
    page.keyboard.type("demo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Orders")).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    assert page.evaluate(FOCUS)
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)

    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("j")
    expect(page.locator("tr.is-current")).to_contain_text(str(newer.number))
    page.keyboard.press("j")
    expect(page.locator("tr.is-current")).to_contain_text(str(older.number))
    assert page.evaluate(FOCUS)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"/office/orders/{older.number}/")
