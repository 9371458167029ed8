"""The main job in a browser: an order by REST, picked, told, paid, handed over; or given up."""

import uuid
from typing import Any

import pytest
from playwright.sync_api import expect

from catalog.models import Sku
from inventory.models import StockMovement
from inventory.services.audit import stock_audit
from inventory.status import MovementKind
from oms.core.models import User
from oms.notifications.models import Message
from oms.orders.models import Order
from oms.orders.status import OrderStatus, PaymentStatus
from stores.codes import pickup_code, pickup_token
from stores.models import Pickup, PutBack
from stores.status import PickupStatus, UndoReason
from tests.browser.conftest import PHONE, Open
from tests.browser.gestures import Hand, answer, sign_in
from tests.browser.qr import read_qr
from tests.browser.worker import Worker, eventually
from tests.concurrency.clients import post
from tests.core.factories import make_key, make_user
from tests.orders.factories import Shop, figures, make_shop
from tests.stores.factories import clerk_of, fresh, make_ready, overdue, pickup_of, reserve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GTINS = ("4006381333931", "5901234123457", "8001234567894")


@pytest.fixture
def shop(live_server: Any) -> Shop:
    """Three SKUs with barcodes, 100 units of each in the store."""
    del live_server
    shop = make_shop(3)
    for sku, gtin in zip(shop.skus, GTINS, strict=True):
        Sku.objects.filter(pk=sku.pk).update(gtin=gtin)
    return shop


@pytest.fixture
def clerk(shop: Shop) -> User:
    return make_user("clerk", scope=shop.store, username="carla", first_name="Carla")


def reserve_over_rest(base: str, shop: Shop) -> Pickup:
    """What the e-shop does: one of each, to be paid in the store."""
    _key, token = make_key("orders:write", bound_to=("channel", shop.channel))
    body = {
        "external_id": uuid.uuid4().hex,
        "method": "reserve",
        "location": shop.store.code,
        "lines": [{"sku": sku.code, "quantity": 1} for sku in shop.skus],
        "customer": {"name": "Ada Byron", "email": "ada@example.com", "language": "en"},
    }
    placed = post(base, "/api/v1/orders/", token, body)
    assert placed.status == 201, placed.body
    return pickup_of(Order.objects.get(number=placed.json["number"]))


def message(kind: str) -> Message:
    """The message of a kind, once the worker has sent it."""
    sent = Message.objects.filter(kind=f"stores/{kind}", status=Message.Status.SENT)
    eventually(sent.exists)
    return sent.get()


def pick(hand: Hand, pickup: Pickup) -> None:
    """Three scans and one tap, from the open pick list to the customer's message."""
    page = hand.page
    hand.start()
    for count, gtin in enumerate(GTINS, start=1):
        hand.scan(gtin)
        expect(page.locator(".pick-line.is-done")).to_have_count(count)
    hand.tap(page.get_by_role("button", name="Ready: tell Ada Byron"))
    answer(page, "Ready")
    assert hand.used == (3, 1)
    assert fresh(pickup).status == PickupStatus.READY


def take_and_hand_over(hand: Hand, pickup: Pickup) -> None:
    page = hand.page
    hand.tap(page.get_by_role("button", name="Take €36.60 by card"))
    answer(page, "€36.60 taken")
    hand.tap(page.get_by_role("button", name="Hand over 3 items"))
    answer(page, "Handed over")
    order = fresh(pickup).fulfilment_order.order
    assert (order.status, order.payment_status) == (OrderStatus.COMPLETED, PaymentStatus.PAID)


def test_from_the_rest_order_to_the_hand_over_and_back(
    shop: Shop, clerk: User, worker: Worker, open_browser: Open, live_server: Any
) -> None:
    pickup = reserve_over_rest(live_server.url, shop)
    assert [figures(sku, shop.store) for sku in shop.skus] == [(100, 1)] * 3
    message("order_placed")

    page = open_browser(viewport=PHONE, has_touch=True)
    hand = Hand(page)
    sign_in(page, clerk.username)
    card = page.get_by_role("link").filter(has_text="Ada Byron")
    expect(card).to_have_count(1)
    hand.tap(card)
    a_wrong_scan_is_named(hand)
    pick(hand, pickup)

    told = message("pickup_ready")
    token = the_mail_carries_code_and_qr(open_browser, told, pickup)

    expect(page.locator("#queue")).to_be_visible()  # the answer went away by itself
    hand.start()
    hand.scan(token)
    expect(page.get_by_text("The QR code is right")).to_be_visible()
    take_and_hand_over(hand, pickup)
    assert hand.used == (1, 2)  # one scan and one tap, and one more to take the money
    the_ledger_says_sold(shop)

    expect(page.locator(".undo")).to_contain_text("Handed over to Ada Byron")
    hand.start()
    hand.tap(page.get_by_role("button", name="Undo"))
    hand.tap(page.get_by_role("button", name=str(UndoReason.CHANGED_MIND.label)))
    answer(page, "Give €36.60 back")
    assert hand.used == (0, 2)
    assert fresh(pickup).status == PickupStatus.READY
    assert [figures(sku, shop.store) for sku in shop.skus] == [(100, 1)] * 3
    assert stock_audit().clean


def a_wrong_scan_is_named(hand: Hand) -> None:
    hand.scan("9780201379624")
    moment = answer(hand.page, "Unknown barcode")
    hand.tap(moment.get_by_role("button", name="Got it"))
    expect(moment).to_have_count(0)


def the_mail_carries_code_and_qr(open_browser: Open, told: Message, pickup: Pickup) -> str:
    """The office finds the message in the mailbox; what its QR holds, read as a camera would."""
    office = open_browser(make_user("operations_admin"))
    office.goto("/office/mailbox/")
    office.get_by_role("link", name=told.subject).click()
    mail = office.frame_locator("iframe.mail-frame")
    code = pickup_code(pickup.uid)
    expect(mail.get_by_text(f"{code[:4]} {code[4:]}").last).to_be_visible()
    picture = mail.locator("img[src^='data:image/png']").get_attribute("src")
    assert picture
    token = read_qr(office, picture)
    assert token == pickup_token(pickup.uid)
    return token


def the_ledger_says_sold(shop: Shop) -> None:
    assert [figures(sku, shop.store) for sku in shop.skus] == [(99, 0)] * 3
    sold = StockMovement.objects.filter(kind=MovementKind.SOLD)
    assert {row.sku_id for row in sold} == {sku.pk for sku in shop.skus}
    assert stock_audit().clean


def ready_over_rest(base: str, shop: Shop) -> Pickup:
    return make_ready(reserve_over_rest(base, shop), clerk_of(shop.store), place="B2")


def test_uncollected_goods_are_given_up_and_a_late_customer_is_served(
    shop: Shop, clerk: User, worker: Worker, open_browser: Open, live_server: Any
) -> None:
    late, never = (ready_over_rest(live_server.url, shop) for _ in range(2))
    for pickup in (late, never):
        overdue(pickup)
    eventually(lambda: fresh(late).status == fresh(never).status == PickupStatus.EXPIRED)

    assert {fresh(one).fulfilment_order.order.status for one in (late, never)} == {
        OrderStatus.CANCELLED
    }
    assert [figures(sku, shop.store) for sku in shop.skus] == [(100, 0)] * 3
    eventually(
        lambda: Message.objects.filter(kind="stores/pickup_expired", status="sent").count() == 2
    )

    page = open_browser(clerk, viewport=PHONE, has_touch=True)
    hand = Hand(page)
    page.goto("/counter/?tab=put_back")
    expect(page.locator("#queue a").filter(has_text="Ada Byron")).to_have_count(2)

    hand.scan(pickup_token(late.uid))
    moment = answer(page, "Not collected in time")
    hand.tap(moment.get_by_role("button", name="Serve the customer now"))
    take_and_hand_over(hand, late)
    the_other_is_put_back(hand, never)
    assert [figures(sku, shop.store) for sku in shop.skus] == [(99, 0)] * 3
    assert stock_audit().clean


def the_other_is_put_back(hand: Hand, pickup: Pickup) -> None:
    page = hand.page
    page.goto("/counter/?tab=put_back")
    hand.start()
    hand.tap(page.locator("#queue a").filter(has_text="Ada Byron"))
    hand.tap(page.get_by_role("button", name="shelf"))
    expect(page.locator("#queue a").filter(has_text="Ada Byron")).to_have_count(0)
    assert hand.used == (0, 2)
    assert PutBack.objects.get(pickup=pickup).done_at is not None


def test_scans_faster_than_the_line_are_all_picked(
    shop: Shop, clerk: User, open_browser: Open
) -> None:
    pickup = reserve(shop)
    page = open_browser(clerk, viewport=PHONE, has_touch=True)
    hand = Hand(page)
    page.goto(f"/counter/pickups/{pickup.uid}/")
    line = {"offline": False, "latency": 1500, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)
    for gtin in GTINS:
        hand.scan(gtin)
    expect(page.locator(".pick-line.is-done")).to_have_count(3, timeout=15_000)


def test_every_refusal_says_why_and_what_to_do(
    shop: Shop, clerk: User, open_browser: Open, live_server: Any
) -> None:
    other = make_shop(1)
    to_pick = reserve_over_rest(live_server.url, shop)
    elsewhere = reserve(other)
    page = open_browser(clerk, viewport=PHONE, has_touch=True)
    hand = Hand(page)
    page.goto("/counter/")
    for code, word in (
        (pickup_token(to_pick.uid), "Not ready yet"),
        (pickup_token(elsewhere.uid), "Another store"),
        (pickup_token(uuid.uuid4()), "Not found"),
    ):
        hand.scan(code)
        moment = answer(page, word)
        moment.get_by_role("button", name="Got it").click()
        expect(moment).to_have_count(0)
