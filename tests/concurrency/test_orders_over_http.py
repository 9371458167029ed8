"""Orders under fire, through a real server on real connections."""

import json
import uuid
from collections import Counter
from functools import partial
from random import Random
from typing import Any

import pytest

from inventory.models import Allocation, Stock
from inventory.services import statements
from inventory.services.audit import stock_audit
from oms.core.models import Event, IdempotencyRecord
from oms.orders.models import Order
from tests.concurrency.clients import Answer, at_once, post
from tests.core.factories import make_key
from tests.orders.factories import Shop, make_shop

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ORDERS = "/api/v1/orders/"


def body(skus: list[str], quantity: int = 1) -> dict[str, Any]:
    return {
        "method": "ship",
        "lines": [{"sku": sku, "quantity": quantity} for sku in skus],
        "customer": {"name": "Ada Byron", "email": "ada@example.com"},
        "ship_to": {"street": "Via Dante 1", "city": "Milano", "country": "IT"},
        "payment": {"provider": "external", "means": "card", "token": uuid.uuid4().hex},
    }


def token_for(shop: Shop) -> str:
    _key, token = make_key("orders:write", bound_to=("channel", shop.channel))
    return token


def storm(base: str, shop: Shop, clients: int) -> Counter[int]:
    """200 orders of one unit each of the shop's one SKU."""
    token = token_for(shop)
    (sku,) = shop.skus
    answers = at_once(
        [partial(post, base, ORDERS, token, body([sku.code])) for _ in range(200)], clients
    )
    refused = [answer for answer in answers if answer.status == 409]
    assert all(answer.json["code"] == "insufficient_stock" for answer in refused)
    return Counter(answer.status for answer in answers)


def test_two_hundred_buyers_of_the_last_ten_units(server: str) -> None:
    shop = make_shop(1, units=10)
    statuses = storm(server, shop, clients=200)
    assert statuses == {201: 10, 409: 190}
    stock = Stock.objects.get(sku=shop.skus[0], location=shop.warehouse)
    assert (stock.on_hand, stock.allocated) == (10, 10)
    assert Order.objects.count() == 10
    assert stock_audit().clean


def test_without_the_guard_they_oversell(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same storm sells more than there is when the guard is taken away.

    A server in this process, because only here can the guard be taken away.
    """
    guarded = "WHERE COALESCE(locked.available, 0) < need.quantity"
    assert guarded in statements.ALLOCATE
    monkeypatch.setattr(statements, "ALLOCATE", statements.ALLOCATE.replace(guarded, "WHERE FALSE"))
    shop = make_shop(1, units=10)
    statuses = storm(live_server.url, shop, clients=20)
    assert statuses[201] > 10


def test_five_hundred_orders_of_five_lines_over_twenty_skus_never_deadlock(server: str) -> None:
    shop = make_shop(20, units=1000)
    token = token_for(shop)
    random = Random(7)
    codes = [sku.code for sku in shop.skus]
    answers = at_once(
        [partial(post, server, ORDERS, token, body(random.sample(codes, 5))) for _ in range(500)],
        16,
    )
    assert Counter(answer.status for answer in answers) == {201: 500}
    assert Allocation.objects.count() == 2500
    assert stock_audit().clean


def test_twenty_clients_with_one_key_make_one_order(server: str) -> None:
    shop = make_shop(1)
    token = token_for(shop)
    wanted = body([shop.skus[0].code])
    key = uuid.uuid4().hex
    calls = [partial(post, server, ORDERS, token, wanted, key) for _ in range(20)]
    answers: list[Answer] = at_once(calls, 20)
    placed = [answer for answer in answers if answer.status == 201]
    busy = [answer for answer in answers if answer.status == 409]
    assert placed
    assert len(placed) + len(busy) == 20
    assert {answer.json["code"] for answer in busy} <= {"idempotency_key_in_flight"}
    assert len({answer.body for answer in placed}) == 1
    assert Order.objects.count() == 1
    assert Event.objects.filter(type="order.placed").count() == 1
    again = post(server, ORDERS, token, wanted, key)
    assert (again.status, again.body) == (201, placed[0].body)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert json.loads(bytes(IdempotencyRecord.objects.get().body)) == again.json
