import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oms.orders.models import Customer, Order
from tests.orders.api import Api, order_body, shop_api
from tests.orders.factories import figures, make_channel, make_shop

pytestmark = pytest.mark.django_db

# Of the target of 25: with BEGIN and COMMIT, the key, the idempotency and a customer of ours.
STATEMENTS = 14


def test_a_shipped_order() -> None:
    shop = make_shop()
    api = shop_api(shop)
    body = order_body(
        shop,
        2,
        external_id="SHOP-1",
        note="Ring\ntwice",
        customer={"name": "Ada Byron", "email": "ada@example.com", "reference": "C-1"},
    )
    answer = api.post("orders/", body)
    assert answer.status_code == 201, answer.content
    data = answer.json()
    order = Order.objects.get()
    assert answer["Location"] == f"/api/v1/orders/{order.number}/"
    assert data["number"] == order.number
    assert data["external_id"] == "SHOP-1"
    assert data["channel"] == shop.channel.code
    assert (data["status"], data["payment_status"]) == ("open", "authorised")
    assert (data["net"], data["tax"], data["gross"]) == ("60.00", "13.20", "73.20")
    assert data["promised_at"]
    assert [line["sku"] for line in data["lines"]] == [sku.code for sku in shop.skus]
    assert data["lines"][0]["gross"] == "24.40"
    assert data["lines"][0]["unit_price"] == "12.20"
    assert "price_trace" not in data["lines"][0]
    (work,) = data["fulfilment_orders"]
    assert work["location"] == shop.warehouse.code
    assert [line["quantity"] for line in work["lines"]] == [2, 2, 2]
    assert data["tenders"][0]["amount"] == "73.20"
    assert "token" not in data["tenders"][0]
    assert data["tracking_url"].startswith("http")
    assert Customer.objects.get().reference == "C-1"
    assert figures(shop.skus[0], shop.warehouse) == (100, 2)


def test_what_is_answered_is_what_is_read_back() -> None:
    shop = make_shop()
    api = shop_api(shop)
    placed = api.post("orders/?expand=lines.price_trace", order_body(shop)).json()
    assert placed["lines"][0]["price_trace"][0]["step"] == "price"
    read = api.get(f"orders/{placed['number']}/", expand="lines.price_trace").json()
    assert read == placed


@pytest.mark.parametrize(("method", "paid"), [("collect", "authorised"), ("reserve", "unpaid")])
def test_an_order_to_collect(method: str, paid: str) -> None:
    shop = make_shop(1)
    body = order_body(shop, method=method, location=shop.store.code, deputy="Charles")
    body.pop("ship_to")
    if method == "reserve":
        body.pop("payment")
    data = shop_api(shop).post("orders/", body).json()
    assert data["payment_status"] == paid
    assert data["fulfilment_orders"][0]["location"] == shop.store.code
    assert figures(shop.skus[0], shop.store) == (100, 1)


@pytest.mark.parametrize("lines", [1, 30])
def test_the_number_of_statements_does_not_depend_on_the_lines(lines: int) -> None:
    shop = make_shop(lines)
    api = shop_api(shop)
    api.post("orders/", order_body(shop))  # the key's first use is recorded
    body = order_body(shop, customer={"name": "Ada", "reference": "C-1"})
    with CaptureQueriesContext(connection) as captured:
        assert api.post("orders/", body).status_code == 201
    assert len(captured) <= STATEMENTS, "\n".join(query["sql"][:110] for query in captured)


def test_an_unbound_key_names_its_channel() -> None:
    shop = make_shop(1)
    api = Api()
    answer = api.post("orders/", order_body(shop))
    assert issues(answer) == {"channel": "required"}
    answer = api.post("orders/", order_body(shop, channel="nowhere"))
    assert issues(answer) == {"channel": "unknown_channel"}
    assert api.post("orders/", order_body(shop, channel=shop.channel.code)).status_code == 201


def test_a_bound_key_speaks_for_no_other_channel() -> None:
    shop = make_shop(1)
    other = make_channel("other")
    answer = shop_api(shop).post("orders/", order_body(shop, channel=other.code))
    assert issues(answer) == {"channel": "unknown_channel"}
    assert not Order.objects.exists()


def test_too_little_stock_is_a_conflict_with_the_shortfall() -> None:
    shop = make_shop(1, units=3)
    answer = shop_api(shop).post("orders/", order_body(shop, 5))
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "insufficient_stock"
    assert problem["items"][0] | {"location": ""} == {
        "sku": shop.skus[0].code,
        "location": "",
        "wanted": 5,
        "available": 3,
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"payment": {"token": "t", "amount": "1.00"}}, "payment_mismatch"),
        ({"external_id": "TWICE"}, "duplicate_external_id"),
        ({"payment": {"token": "used"}}, "duplicate_payment"),
    ],
)
def test_conflicts(changes: dict[str, Any], code: str) -> None:
    shop = make_shop(1)
    api = shop_api(shop)
    first = order_body(shop, external_id="TWICE", payment={"token": "used"})
    assert api.post("orders/", first).status_code == 201
    answer = api.post("orders/", order_body(shop, **changes))
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert Order.objects.count() == 1


def test_a_sku_without_a_price_is_named() -> None:
    shop = make_shop(1)
    body = order_body(shop)
    shop.channel.currency = "PLN"
    shop.channel.save()
    answer = shop_api(shop).post("orders/", body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "no_price"
    assert issues(answer) == {"lines[0].sku": "no_price"}


def test_the_whole_list_of_what_is_wrong() -> None:
    shop = make_shop(1)
    body = order_body(shop, colour="red", lines=[{"sku": "", "quantity": 0, "price": "1"}])
    del body["customer"]
    answer = shop_api(shop).post("orders/", body)
    assert answer.status_code == 400
    assert issues(answer) == {
        "colour": "unknown_field",
        "customer": "required",
        "lines[0].price": "unknown_field",
        "lines[0].sku": "blank",
        "lines[0].quantity": "min_value",
    }


def test_amounts_are_exact() -> None:
    shop = make_shop(1, price="0.10")
    body = order_body(shop, 3, payment={"token": "t", "amount": "0.30"})
    data = shop_api(shop).post("orders/", body).json()
    assert Decimal(data["gross"]) == Decimal("0.30")


def issues(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.content
    return {issue["field"]: issue["code"] for issue in json.loads(answer.content)["errors"]}
