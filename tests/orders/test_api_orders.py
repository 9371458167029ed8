from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oms.orders.models import Order
from oms.orders.services.fulfilment import fulfilment_pick_all, fulfilment_ship
from tests.orders.api import Api, order_body, shop_api
from tests.orders.factories import ACTOR, figures, make_channel, make_shop, place

pytestmark = pytest.mark.django_db


def numbers(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [one["number"] for one in answer.json()["results"]]


def test_the_list_is_newest_first_and_turns_pages_without_gaps() -> None:
    shop = make_shop(1)
    orders = [place(shop) for _ in range(5)]
    api = shop_api(shop)
    first = api.get("orders/", limit=2).json()
    assert [one["number"] for one in first["results"]] == [orders[4].number, orders[3].number]
    place(shop)  # comes in while somebody reads
    second = api.client.get(first["next"]).json()
    assert [one["number"] for one in second["results"]] == [orders[2].number, orders[1].number]
    assert "lines" not in second["results"][0]


def test_filters() -> None:
    shop = make_shop(1)
    shipped = place(shop, external_id="E-1", customer_reference="C-1")
    collected = place(shop, method="reserve", address=None)
    api = shop_api(shop)
    cases: dict[str, list[Order]] = {
        "status=open": [collected, shipped],
        "status=cancelled": [],
        "payment_status=unpaid": [collected],
        "method=ship": [shipped],
        "method=ship&method=reserve": [collected, shipped],
        f"channel={shop.channel.code}": [collected, shipped],
        "channel=other": [],
        f"location={shop.store.code}": [collected],
        "external_id=E-1": [shipped],
        "customer_reference=C-1": [shipped],
        f"number={shipped.number}": [shipped],
        f"search={shipped.number}": [shipped],
        "search=E-1": [shipped],
        "search=byron": [collected, shipped],
        "search=ADA@example.com": [collected, shipped],
        f"search={shop.skus[0].code.lower()}": [collected, shipped],
        "search=nobody": [],
    }
    for query, expected in cases.items():
        answer = api.get(f"orders/?{query}")
        assert numbers(answer) == [order.number for order in expected], query


def test_following_changes() -> None:
    shop = make_shop(1)
    old, new = place(shop), place(shop)
    api = shop_api(shop)
    old.refresh_from_db()
    since = (old.updated_at + timedelta(microseconds=1)).isoformat()
    answer = api.get("orders/", updated_since=since, ordering="updated_at")
    assert numbers(answer) == [new.number]
    moment = (old.placed_at + timedelta(days=1)).isoformat()
    assert numbers(api.get("orders/", placed_after=moment)) == []
    assert numbers(api.get("orders/", placed_before=moment)) == [new.number, old.number]


@pytest.mark.parametrize("orders", [1, 6])
def test_a_page_costs_the_same_whatever_is_on_it(orders: int) -> None:
    shop = make_shop(3)
    for _ in range(orders):
        place(shop)
    api = shop_api(shop)
    api.get("orders/")
    with CaptureQueriesContext(connection) as captured:
        answer = api.get("orders/", expand="lines.price_trace,fulfilment_orders,tenders")
    assert len(answer.json()["results"]) == orders
    assert len(captured) <= 6, [query["sql"][:90] for query in captured]


def test_expanding_one_order() -> None:
    shop = make_shop(1)
    order = place(shop)
    data = shop_api(shop).get(f"orders/{order.number}/", expand="decision,timeline").json()
    assert data["decision"]["candidates"][0]["reason"] == "chosen"
    assert data["decision"]["plan"][0]["location"] == shop.warehouse.code
    assert "Order placed" in [entry["title"] for entry in data["timeline"]]


def test_a_foreign_order_is_missing() -> None:
    shop = make_shop(1)
    order = place(shop)
    stranger = Api(bound_to=("channel", make_channel("stranger")))
    foreign = stranger.get(f"orders/{order.number}/")
    missing = stranger.get(f"orders/{order.number + 1}/")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    for body in ({}, {"reason": "because"}):
        assert stranger.post(f"orders/{order.number}/cancel/", body).status_code == 404
    assert stranger.get(f"orders/{order.number}/fulfilment-orders/").status_code == 404
    assert numbers(stranger.get("orders/")) == []
    order.refresh_from_db()
    assert order.status == "open"


def test_a_key_of_one_location_sees_the_orders_it_works_for() -> None:
    shop = make_shop(1)
    shipped = place(shop)
    reserved = place(shop, method="reserve", address=None)
    store = Api(bound_to=("location", shop.store))
    assert numbers(store.get("orders/")) == [reserved.number]
    assert store.get(f"orders/{shipped.number}/").status_code == 404


@pytest.mark.parametrize(
    ("scopes", "method", "path"),
    [
        (("stock:read",), "get", "orders/"),
        (("stock:read",), "get", "orders/1/"),
        (("orders:read",), "post", "orders/"),
        (("orders:read",), "post", "orders/1/cancel/"),
        (("orders:write",), "get", "fulfilment-orders/"),
        (("orders:write",), "get", "availability/"),
        (("orders:write",), "post", "prices/"),
        (("orders:write",), "post", "promise/"),
    ],
)
def test_a_key_without_the_scope_is_refused(
    scopes: tuple[str, ...], method: str, path: str
) -> None:
    answer = getattr(Api(*scopes), method)(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_without_a_key_nothing_is_answered() -> None:
    api = Api()
    api.client.defaults.pop("HTTP_AUTHORIZATION")
    answer = api.get("orders/")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_cancelling_everything() -> None:
    shop = make_shop(2)
    order = place(shop, 2)
    answer = shop_api(shop).post(f"orders/{order.number}/cancel/", {"reason": "fraud"})
    assert answer.status_code == 200, answer.content
    data = answer.json()
    assert (data["status"], data["cancel_reason"]) == ("cancelled", "fraud")
    assert data["payment_status"] == "voided"
    assert [line["cancelled"] for line in data["lines"]] == [2, 2]
    assert figures(shop.skus[0], shop.warehouse) == (100, 0)


def test_cancelling_units() -> None:
    shop = make_shop(2)
    order = place(shop, 3)
    body = {"lines": [{"position": 2, "quantity": 1}, {"position": 2, "quantity": 1}]}
    data = shop_api(shop).post(f"orders/{order.number}/cancel/", body).json()
    assert [line["cancelled"] for line in data["lines"]] == [0, 2]
    assert [line["open"] for line in data["lines"]] == [3, 1]
    assert data["status"] == "open"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lines": [{"position": 9, "quantity": 1}]}, "lines[0].position"),
        ({"lines": [{"position": 1, "quantity": 0}]}, "lines[0].quantity"),
        ({"lines": []}, "lines"),
        ({"reason": "because"}, "reason"),
        ({"reason": "fraud", "refund": True}, "refund"),
    ],
)
def test_cancelling_wrongly(body: dict[str, Any], field: str) -> None:
    shop = make_shop(1)
    order = place(shop)
    answer = shop_api(shop).post(f"orders/{order.number}/cancel/", body)
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_cancelling_too_late_or_twice() -> None:
    shop = make_shop(1)
    gone, twice = place(shop), place(shop)
    work = gone.fulfilment_orders.get()
    fulfilment_pick_all(work.pk, actor=ACTOR)
    fulfilment_ship(work.pk, carrier="own", actor=ACTOR)
    api = shop_api(shop)
    answer = api.post(f"orders/{gone.number}/cancel/")
    assert (answer.status_code, answer.json()["code"]) == (409, "goods_left")
    assert api.post(f"orders/{twice.number}/cancel/", key="once").status_code == 200
    again = api.post(f"orders/{twice.number}/cancel/", key="once")
    assert (again.status_code, again["Idempotent-Replayed"]) == (200, "true")
    answer = api.post(f"orders/{twice.number}/cancel/")
    assert (answer.status_code, answer.json()["code"]) == (409, "order_closed")


def test_an_order_is_not_changed_by_other_methods() -> None:
    shop = make_shop(1)
    order = place(shop)
    api = shop_api(shop)
    for method in ("put", "patch", "delete"):
        answer = getattr(api.client, method)(f"/api/v1/orders/{order.number}/")
        assert answer.status_code == 405
        assert answer.json()["code"] == "method_not_allowed"


def test_body_of_an_order_may_be_read_back_by_number_only() -> None:
    shop = make_shop(1)
    data = shop_api(shop).post("orders/", order_body(shop)).json()
    assert shop_api(shop).get(f"orders/{data['number'] - 100_000}/").status_code == 404
