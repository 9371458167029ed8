"""The B2B portal in a browser: a pasted list becomes an order; an agent orders for a company."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from oms.orders.models import Order
from tests.b2b.factories import Trade, make_trade
from tests.browser.conftest import Open
from tests.browser.gestures import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def trade(live_server: Any) -> Trade:
    """Three SKUs at 10.00 for company X, at 12.00 for anybody else."""
    del live_server
    return make_trade(3)


def check_out(page: Page, total: str) -> Order:
    """From the basket to the order, its answers checked on the way."""
    page.get_by_role("main").get_by_role("link", name="Go on to delivery").click()
    page.get_by_label("PO number").fill("PO 4711")
    page.get_by_role("button", name="Check the order").click()
    expect(page.get_by_text("PO 4711")).to_be_visible()
    page.get_by_role("button", name=f"Place the order for {total}").click()
    expect(page).to_have_url(re.compile("/placed/$"))
    return Order.objects.latest("pk")


def test_a_pasted_list_becomes_an_order_nobody_else_sees(trade: Trade, open_browser: Open) -> None:
    page = open_browser()
    sign_in(page, trade.anna.username)
    first, second, third = (sku.code for sku in trade.skus)
    rows = [(first, "2"), (second, "3"), ("NO-SUCH-SKU", "1"), (third, "1"), (first, "4")]
    page.get_by_role("link", name="Quick order").first.click()
    page.get_by_role("textbox", name="Paste").fill("\n".join("\t".join(row) for row in rows))
    page.get_by_role("button", name="Check prices and stock").click()

    expect(page.get_by_text("5 rows read")).to_be_visible()
    fix = page.locator(".fix-row")
    expect(fix).to_have_count(1)
    expect(fix.get_by_role("textbox", name="SKU, row 3")).to_have_value("NO-SUCH-SKU")
    expect(page.get_by_text("1 line put together from several rows")).to_be_visible()
    ready = page.locator(".lines-table tbody tr")
    expect(ready).to_have_count(3)
    expect(ready.filter(has_text=first)).to_contain_text("€10.00")
    expect(ready.filter(has_text=first).locator("s")).to_have_text("€12.00")
    expect(ready.filter(has_text=first)).to_contain_text("€60.00")

    page.get_by_role("button", name="Add 3 lines to the basket").click()
    page.get_by_role("textbox", name="SKU, row 3").fill("")
    page.locator(".to-fix").get_by_role("button", name="Check again").click()
    page.get_by_role("link", name="Open the basket").click()
    order = check_out(page, "€122.00")
    expect(page.get_by_role("main")).to_contain_text(str(order.number))
    assert {line.sku.code: line.quantity for line in order.lines.select_related("sku")} == {
        first: 6,
        second: 3,
        third: 1,
    }

    page.goto("/b2b/orders/")
    page.get_by_role("link", name=str(order.number)).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(str(order.number))
    stranger = open_browser(trade.yuri)
    with stranger.watch.expecting(404):  # type: ignore[attr-defined]
        stranger.goto(f"/b2b/orders/{order.number}/")
        expect(stranger.get_by_role("heading", level=1)).to_contain_text("not")
    stranger.goto("/b2b/orders/")
    expect(stranger.get_by_text(str(order.number))).to_have_count(0)


def test_an_agent_orders_for_a_company_named_on_every_page(
    trade: Trade, open_browser: Open
) -> None:
    page = open_browser(trade.agent)
    page.goto("/b2b/")
    page.get_by_role("button", name=trade.x.name).click()
    banner = page.get_by_role("status").filter(has_text="Ordering for")
    for path in ("/b2b/", "/b2b/catalog/", "/b2b/quick-order/", "/b2b/basket/"):
        page.goto(path)
        expect(banner).to_contain_text(trade.x.name)
    sku = trade.skus[0]
    page.goto("/b2b/catalog/")
    row = page.locator("tr, .goods-card").filter(has_text=sku.code).first
    expect(row).to_contain_text("€10.00")
    row.get_by_role("textbox").fill("5")
    row.get_by_role("textbox").press("Enter")
    bar = page.locator("#order-bar")
    expect(bar).to_contain_text("€50.00")
    bar.get_by_role("link", name="Check the order").click()
    order = check_out(page, "€61.00")
    assert order.placed_by == trade.agent
    page.goto(f"/b2b/orders/{order.number}/")
    expect(banner).to_contain_text(trade.x.name)
