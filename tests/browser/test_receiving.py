"""Receiving a transfer on a phone: the note's QR, one scan per unit, the end."""

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from catalog.models import Sku
from inventory.models import Transfer, TransferDiscrepancy
from inventory.selectors.transfers import transfer_code
from inventory.services.audit import stock_audit
from inventory.status import TransferStatus
from tests.browser.conftest import PHONE, Open
from tests.browser.gestures import Hand, answer
from tests.core.factories import make_user
from tests.inventory.transfers import shipped
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
def transfer(shop: Shop) -> Transfer:
    one, two = shop.skus
    return shipped(shop.warehouse, shop.store, {one: 3, two: 6})


def status(transfer: Transfer) -> str:
    return str(Transfer.objects.get(pk=transfer.pk).status)


def test_a_transfer_is_received_scan_by_scan(
    shop: Shop, transfer: Transfer, open_browser: Open
) -> None:
    page = open_browser(make_user("clerk", scope=shop.store), viewport=PHONE, has_touch=True)
    hand = Hand(page)
    page.goto("/counter/")
    hand.tap(page.get_by_role("link", name="Receive"))
    expect(page.get_by_text("From ")).to_have_count(1)

    hand.start()
    hand.scan(transfer_code(transfer))
    first = page.locator(".pick-line").filter(has_text=GTINS[0])
    second = page.locator(".pick-line").filter(has_text=GTINS[1])
    expect(first).to_be_visible()
    for count in range(1, 4):
        hand.scan(GTINS[0])
        expect(first.locator(".pick-count")).to_contain_text(f"{count} of 3")
    # A scan too many is told, and taken back with one tap.
    hand.scan(GTINS[0])
    answer(page, "One too many")
    page.keyboard.press("Escape")
    hand.tap(page.get_by_role("button", name="Undo"))
    expect(first.locator(".pick-count")).to_contain_text("3 of 3")
    # A carton is counted and typed, not scanned six times.
    second.locator("input[name=units]").fill("4")
    second.locator("input[name=units]").press("Enter")
    expect(second.locator(".pick-count")).to_contain_text("4 of 6")
    assert figures(shop.skus[0], shop.store) == (100, 0)

    page.get_by_role("link", name="That is all").click()
    expect(page.get_by_text("Where are they?")).to_be_visible()
    page.get_by_label("Missing").check()
    page.get_by_role("button", name="Take into stock: 7 units").click()
    answer(page, "Received")

    expect(page.locator("nav.goods-tabs")).to_be_visible()
    assert [figures(sku, shop.store) for sku in shop.skus] == [(103, 0), (104, 0)]
    assert status(transfer) == TransferStatus.PARTLY_RECEIVED
    assert TransferDiscrepancy.objects.get().units == 2
    assert stock_audit().clean


def test_scans_wait_for_the_line_and_count_once(
    shop: Shop, transfer: Transfer, open_browser: Open
) -> None:
    """The server hears a scan and its answer is lost: it is sent again and counted once."""
    page = open_browser(make_user("clerk", scope=shop.store), viewport=PHONE, has_touch=True)
    hand = Hand(page)
    page.goto(f"/counter/goods/transfer/{transfer.uid}/")
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()
        route.abort()

    page.route("**/scan/", lose_the_first_answer)
    for _time in range(3):
        hand.scan(GTINS[0])
        page.wait_for_timeout(150)
    first = page.locator(".pick-line").filter(has_text=GTINS[0])
    expect(first.locator(".pick-count")).to_contain_text("3 of 3")
    assert lost
    # The lost answer is a fault of the line, and what this is about.
    watch = page.watch  # type: ignore[attr-defined]
    watch.faults[:] = [
        fault for fault in watch.faults if "ERR_FAILED" not in fault and "sendError" not in fault
    ]
