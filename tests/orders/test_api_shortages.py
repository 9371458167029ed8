"""Shortages over REST: found, read, and solved in four ways."""

from typing import Any

import pytest

from catalog.services.substitutes import sku_substitutes_set
from inventory.models import Location, Shortage
from inventory.services.adjustment import StockChange, adjust
from oms.orders.models import Order
from tests.catalog.factories import make_price_list, make_sku
from tests.inventory.factories import make_location, put
from tests.orders.api import Api, order_body, shop_api
from tests.orders.factories import ACTOR, Shop, figures, make_shop, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop(1, units=5)


@pytest.fixture
def second(shop: Shop) -> Location:
    other = make_location("W2", latitude="41.90", longitude="12.50")
    put(shop.skus[0], other, 10)
    return other


@pytest.fixture
def order(shop: Shop) -> Order:
    return place(shop, 5)


@pytest.fixture
def item(shop: Shop, order: Order) -> Shortage:
    """Two of its five units are not there."""
    adjust([StockChange(shop.skus[0].pk, shop.warehouse.pk, -2)], cause="count 9", actor=ACTOR)
    return Shortage.objects.get()


def move(order: Order, location: Location, **changes: Any) -> dict[str, Any]:
    work = order.fulfilment_orders.get(location=location)
    return {"fulfilment_order": str(work.uid), "position": 1} | changes


def test_the_list_and_one_of_it(shop: Shop, item: Shortage, order: Order) -> None:
    api = Api("stock:read", "orders:read")
    (row,) = api.get("shortages/").json()["results"]
    assert (row["sku"], row["location"], row["units"]) == (
        shop.skus[0].code,
        shop.warehouse.code,
        2,
    )
    assert (row["cause"], row["closed_at"]) == ("count 9", None)
    one = api.get(f"shortages/{item.uid}/").json()
    assert one.items() >= row.items()
    (claim,) = one["claims"]
    assert (claim["order_number"], claim["position"]) == (order.number, 1)
    assert (claim["units"], claim["lacking"], claim["movable"]) == (5, 2, 2)
    for query, count in (
        ({"location": shop.warehouse.code}, 1),
        ({"location": shop.store.code}, 0),
        ({"sku": shop.skus[0].code}, 1),
        ({"solved": "true"}, 0),
    ):
        assert len(api.get("shortages/", **query).json()["results"]) == count
    assert api.get("shortages/", place="x").status_code == 400


def test_the_list_takes_the_same_queries_for_many(
    shop: Shop, item: Shortage, django_assert_num_queries: Any
) -> None:
    api = Api("stock:read")
    api.get("shortages/")
    with django_assert_num_queries(2):
        api.get("shortages/")
    for place_ in (shop.store, make_location()):
        Shortage.objects.create(sku=shop.skus[0], location=place_, units=1)
    with django_assert_num_queries(2):
        assert len(api.get("shortages/").json()["results"]) == 3


def test_orders_are_named_to_those_who_may_see_them(item: Shortage) -> None:
    (claim,) = Api("stock:read").get(f"shortages/{item.uid}/").json()["claims"]
    assert (claim["order_number"], claim["fulfilment_order"], claim["lacking"]) == (None, None, 2)


def test_from_elsewhere_once(shop: Shop, second: Location, item: Shortage, order: Order) -> None:
    api = Api("orders:write")
    path, body = f"shortages/{item.uid}/resource/", move(order, shop.warehouse)
    done = api.post(path, body, key="once")
    assert done.status_code == 200, done.content
    assert done.json()["closed_at"] is not None
    assert done.json()["claims"] == []
    assert figures(shop.skus[0], second) == (10, 2)
    assert api.post(path, body, key="once").content == done.content
    again = api.post(path, body)
    assert (again.status_code, again.json()["code"]) == (409, "shortage_solved")


def test_or_a_back_order(shop: Shop, item: Shortage, order: Order) -> None:
    api = Api("orders:write")
    none = api.post(f"shortages/{item.uid}/resource/", move(order, shop.warehouse))
    assert (none.status_code, none.json()["code"]) == (409, "no_other_location")
    done = api.post(f"shortages/{item.uid}/back-order/", move(order, shop.warehouse))
    assert done.status_code == 200, done.content
    data = api.get(f"orders/{order.number}/").json()
    (line,) = data["lines"]
    assert (line["open"], line["back_ordered"], line["expected_on"]) == (5, 2, None)
    listed = api.get("orders/", back_ordered="true").json()["results"]
    assert [one["number"] for one in listed] == [order.number]
    assert not api.get("orders/", back_ordered="false").json()["results"]


def test_or_cancelled(shop: Shop, item: Shortage, order: Order) -> None:
    done = Api("orders:write").post(f"shortages/{item.uid}/cancel/", move(order, shop.warehouse))
    assert done.status_code == 200, done.content
    assert order.lines.get().cancelled == 2


def test_a_pickup_cannot_wait(shop: Shop) -> None:
    pickup = place(shop, 5, method="collect")
    adjust([StockChange(shop.skus[0].pk, shop.store.pk, -1)], cause="x", actor=ACTOR)
    item = Shortage.objects.get()
    body = move(pickup, shop.store)
    refused = Api("orders:write").post(f"shortages/{item.uid}/back-order/", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_wait")


@pytest.mark.parametrize(
    "wrong",
    [
        {"position": 2},
        {"position": "1"},
        {"position": 0},
        {"fulfilment_order": "x"},
        {"fulfilment_order": "0a7c0d1e-5f2e-4d0b-9a57-0f2b1a6f1c11"},
        {"line": 1},
    ],
)
def test_what_is_meant_must_be_said(
    shop: Shop, item: Shortage, order: Order, wrong: dict[str, Any]
) -> None:
    api = Api("orders:write")
    body = move(order, shop.warehouse, **wrong)
    for way in ("resource", "back-order", "cancel"):
        answer = api.post(f"shortages/{item.uid}/{way}/", body)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


def test_what_lies_outside_the_key_is_not_there(shop: Shop, item: Shortage, order: Order) -> None:
    body = move(order, shop.warehouse)
    elsewhere = Api("stock:read", "orders:write", bound_to=("location", shop.store))
    assert elsewhere.get(f"shortages/{item.uid}/").status_code == 404
    assert elsewhere.post(f"shortages/{item.uid}/cancel/", body).status_code == 404
    assert elsewhere.get("shortages/").json()["results"] == []
    assert shop_api(shop).post(f"shortages/{item.uid}/cancel/", {}).status_code == 404
    here = Api("stock:read", "orders:write", bound_to=("location", shop.warehouse))
    assert here.post(f"shortages/{item.uid}/back-order/", body).status_code == 200


def test_or_something_else_instead(shop: Shop) -> None:
    other = make_sku()
    make_price_list({other: "10.00"})
    put(other, shop.warehouse, 9)
    sku_substitutes_set(shop.skus[0].pk, [other.code], actor=ACTOR)
    api = Api("orders:write", "stock:read")
    body = order_body(shop, 5, accepts_substitutes=True, channel=shop.channel.code)
    placed = api.post("orders/", body).json()
    assert placed["accepts_substitutes"] is True
    order = Order.objects.get(number=placed["number"])
    adjust([StockChange(shop.skus[0].pk, shop.warehouse.pk, -2)], cause="x", actor=ACTOR)
    item = Shortage.objects.get()
    (claim,) = api.get(f"shortages/{item.uid}/").json()["claims"]
    assert claim["replaceable"] == 2
    path = f"shortages/{item.uid}/substitute/"
    wrong = api.post(path, move(order, shop.warehouse, sku="NOTHING"))
    assert (wrong.status_code, wrong.json()["code"]) == (409, "not_a_substitute")
    missing = api.post(path, move(order, shop.warehouse))
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (400, "sku")
    done = api.post(path, move(order, shop.warehouse, sku=other.code), key="once")
    assert done.status_code == 200, done.content
    again = api.post(path, move(order, shop.warehouse, sku=other.code), key="once")
    assert again.content == done.content
    data = api.get(f"orders/{order.number}/").json()
    assert (data["gross"], data["current_total"]) == ("61.00", "56.60")
    assert [(one["sku"], one["substitutes"], one["cancelled"]) for one in data["lines"]] == [
        (shop.skus[0].code, None, 2),
        (other.code, 1, 0),
    ]
    (listed,) = api.get("orders/").json()["results"]
    assert listed["current_total"] == "56.60"
