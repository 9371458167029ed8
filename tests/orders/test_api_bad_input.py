"""Whatever is sent, the answer is a 4xx that names the field; never a 500, never a guess."""

import json
from typing import Any

import pytest

from oms.orders.models import Order
from oms.orders.services.placement import MAX_LINES
from tests.orders.api import Api, order_body, shop_api
from tests.orders.factories import Shop, make_shop, place

pytestmark = pytest.mark.django_db

QUANTITIES = [0, -1, 10**18, 1.5, 3.0, "3", "1e3", None, True, [], {}, "1" * 400]
RAW_QUANTITIES = ["1e3", "NaN", "Infinity", "-Infinity", "0.30000000000000004", "1e400", "9" * 5000]


def codes(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, (answer.status_code, answer.content[:300])
    assert answer["Content-Type"] == "application/problem+json"
    return {one["field"]: one["code"] for one in answer.json().get("errors", [])}


@pytest.fixture
def shop() -> Shop:
    return make_shop(1)


@pytest.fixture
def api(shop: Shop) -> Api:
    return shop_api(shop)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_quantities(shop: Shop, api: Api, quantity: Any) -> None:
    body = order_body(shop)
    body["lines"][0]["quantity"] = quantity
    assert set(codes(api.post("orders/", body))) == {"lines[0].quantity"}
    assert not Order.objects.exists()


@pytest.mark.parametrize("quantity", RAW_QUANTITIES)
def test_quantities_that_are_no_json_integer(shop: Shop, api: Api, quantity: str) -> None:
    body = json.dumps(order_body(shop)).replace('"quantity": 1', f'"quantity": {quantity}')
    answer = api.post("orders/", body)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("invalid_input", "parse_error")


@pytest.mark.parametrize(
    "amount", [1, 12.2, "12,20", "1e1", "-12.20", "NaN", "12.20000", "", " 12.20", "9" * 40, True]
)
def test_amounts(shop: Shop, api: Api, amount: Any) -> None:
    body = order_body(shop, payment={"token": "t", "amount": amount})
    assert set(codes(api.post("orders/", body))) == {"payment.amount"}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("external_id", "a\x00b"),
        ("external_id", "x" * 81),
        ("external_id", "\ud800"),
        ("external_id", 100045),
        ("coupon", "x" * 41),
        ("note", "x" * 2001),
        ("note", "nul \x00"),
        ("note", "my card is 4242 4242 4242 4242"),
        ("deputy", ["Charles"]),
        ("location", "a\r\nb"),
        ("method", "teleport"),
        ("method", {"code": "ship"}),
        ("channel", "x" * 1_000_000),
    ],
)
def test_texts(shop: Shop, api: Api, field: str, text: Any) -> None:
    assert set(codes(api.post("orders/", order_body(shop, **{field: text})))) == {field}


@pytest.mark.parametrize(
    ("customer", "field"),
    [
        ({"name": "  "}, "customer.name"),
        ({"name": "Ada\r\nBcc: all@example.com"}, "customer.name"),
        ({"name": "Ada", "email": "not an address"}, "customer.email"),
        ({"name": "Ada", "email": "a@b.it\r\nBcc: x@y.it"}, "customer.email"),
        ({"name": "Ada", "phone": "call me"}, "customer.phone"),
        ({"name": "Ada", "language": "Klingon"}, "customer.language"),
        ({"name": "Ada", "is_staff": True}, "customer.is_staff"),
        ("Ada", "customer"),
        ([], "customer"),
        (None, "customer"),
    ],
)
def test_customers(shop: Shop, api: Api, customer: Any, field: str) -> None:
    assert set(codes(api.post("orders/", order_body(shop, customer=customer)))) == {field}


@pytest.mark.parametrize(
    ("ship_to", "field"),
    [
        ({"street": "Via Dante 1", "city": "Milano", "country": "ITA"}, "ship_to.country"),
        ({"street": "Via Dante 1", "city": "Milano"}, "ship_to.country"),
        ({"street": "a", "city": "b", "country": "IT", "latitude": 91}, "ship_to.latitude"),
        ({"street": "a", "city": "b", "country": "IT", "latitude": "45"}, "ship_to.latitude"),
        ({"street": "a", "city": "b", "country": "IT", "longitude": 1e300}, "ship_to.longitude"),
        (None, "ship_to"),
    ],
)
def test_addresses(shop: Shop, api: Api, ship_to: Any, field: str) -> None:
    assert set(codes(api.post("orders/", order_body(shop, ship_to=ship_to)))) == {field}


@pytest.mark.parametrize("lines", [[], {}, "A", None, [1], [[]], [{"sku": "A"}], [None]])
def test_lines(shop: Shop, api: Api, lines: Any) -> None:
    assert all(
        field.startswith("lines")
        for field in codes(api.post("orders/", order_body(shop, lines=lines)))
    )


def test_too_many_lines(shop: Shop, api: Api) -> None:
    line = {"sku": shop.skus[0].code, "quantity": 1}
    assert codes(api.post("orders/", order_body(shop, lines=[line] * (MAX_LINES + 1)))) == {
        "lines": "max_length"
    }


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        '"order"',
        "12",
        "{",
        "\x00",
        b"\xff\xfe{}",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"\\ud800": 1}',
    ],
)
def test_bodies(api: Api, body: str | bytes) -> None:
    answer = api.post("orders/", body)
    assert answer.status_code == 400, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"


def test_text_that_looks_dangerous_is_only_text(shop: Shop, api: Api) -> None:
    name = "'\"><script>alert(1)</script> \u202egnp\U0001f600"
    answer = api.post("orders/", order_body(shop, customer={"name": name}))
    assert answer.status_code == 201
    assert answer.json()["customer"]["name"] == name


def test_another_content_type_is_refused(api: Api) -> None:
    answer = api.client.post("/api/v1/orders/", "a=1", content_type="text/plain")
    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("ordering=customer__user__password", "ordering"),
        ("ordering=", "ordering"),
        ("channel__kind=eshop", "channel__kind"),
        ("status=ajar", "status"),
        ("number=1e99", "number"),
        ("number=abc", "number"),
        ("number=99999999999999999999999", "number"),
        ("search=%00", "search"),
        ("search=" + "x" * 101, "search"),
        ("placed_after=yesterday", "placed_after"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("cursor=nonsense", "cursor"),
        ("expand=lines.sku.product", "expand"),
        ("external_id=%00", "external_id"),
    ],
)
def test_queries(api: Api, query: str, field: str) -> None:
    assert set(codes(api.get(f"orders/?{query}"))) == {field}


@pytest.mark.parametrize("number", ["0", "99999999999", "9" * 30])
def test_numbers_nobody_has(shop: Shop, api: Api, number: str) -> None:
    place(shop)
    assert api.get(f"orders/{number}/").status_code == 404


@pytest.mark.parametrize("path", ["orders/abc/", "orders/-1/", "fulfilment-orders/1/"])
def test_paths_nobody_has(api: Api, path: str) -> None:
    assert api.get(path).status_code == 404
