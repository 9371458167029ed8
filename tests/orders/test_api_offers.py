import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.status import SkuStatus
from tests.catalog.factories import make_price_list
from tests.inventory.factories import make_kit
from tests.orders.api import Api, order_body, shop_api
from tests.orders.factories import make_shop, place

pytestmark = pytest.mark.django_db


def test_availability_per_location_falls_with_orders() -> None:
    shop = make_shop(2, units=10)
    api = shop_api(shop)
    place(shop, 3)
    codes = ",".join(sku.code.lower() for sku in shop.skus)
    data = api.get("availability/", sku=f"{codes},NOPE").json()
    assert data["unknown"] == ["NOPE"]
    assert [one["sku"] for one in data["skus"]] == codes.split(",")
    first = data["skus"][0]
    assert first["available"] == 17
    assert {one["location"]: one["available"] for one in first["locations"]} == {
        shop.warehouse.code: 7,
        shop.store.code: 10,
    }
    data = api.get("availability/", sku=codes, location=shop.store.code).json()
    assert data["skus"][0]["available"] == 10


def test_a_kit_is_as_available_as_its_scarcest_part() -> None:
    shop = make_shop(2, units=9)
    kit = make_kit({shop.skus[0]: 2, shop.skus[1]: 1})
    data = shop_api(shop).post("availability/", {"skus": [kit.code]}).json()
    assert data["skus"][0]["available"] == 8


def test_a_key_of_one_location_sees_that_one() -> None:
    shop = make_shop(1)
    data = Api(bound_to=("location", shop.store)).get("availability/", sku=shop.skus[0].code)
    assert [one["location"] for one in data.json()["skus"][0]["locations"]] == [shop.store.code]


def test_many_skus_cost_no_more_statements() -> None:
    shop = make_shop(20)
    api = shop_api(shop)
    body = {"skus": [sku.code for sku in shop.skus]}
    api.post("availability/", body)
    with CaptureQueriesContext(connection) as captured:
        api.post("availability/", body)
    assert len(captured) <= 4, [query["sql"][:90] for query in captured]


@pytest.mark.parametrize(
    "body", [{}, {"skus": []}, {"skus": ["A"] * 201}, {"skus": [1]}, {"skus": "A"}, {"sku": ["A"]}]
)
def test_wrong_questions(body: object) -> None:
    answer = shop_api(make_shop(1)).post("availability/", body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["field"]


def test_prices_are_those_an_order_gets() -> None:
    shop = make_shop(2)
    api = shop_api(shop)
    lines = [{"sku": sku.code, "quantity": 3} for sku in shop.skus]
    quote = api.post("prices/", {"lines": lines}).json()
    order = api.post("orders/", order_body(shop, 3)).json()
    assert (quote["net"], quote["tax"], quote["gross"]) == (
        order["net"],
        order["tax"],
        order["gross"],
    )
    assert quote["lines"][0]["unit_price"] == order["lines"][0]["unit_price"]
    assert quote["lines"][0]["price_trace"][0]["step"] == "price"
    assert quote["country"] == "IT"


def test_a_store_may_have_its_own_prices() -> None:
    shop = make_shop(1)
    make_price_list({shop.skus[0]: "9.99"}, audiences=(f"store:{shop.store.code}",))
    lines = [{"sku": shop.skus[0].code, "quantity": 1}]
    api = shop_api(shop)
    reserve = {"method": "reserve", "location": shop.store.code, "lines": lines}
    assert api.post("prices/", reserve).json()["gross"] == "9.99"
    assert api.post("prices/", reserve | {"method": "collect"}).json()["gross"] == "12.20"
    assert api.post("prices/", {"method": "reserve", "lines": lines}).status_code == 400


def test_lines_that_cannot_be_priced_are_named() -> None:
    shop = make_shop(2)
    shop.skus[1].status = SkuStatus.DISCONTINUED
    shop.skus[1].save()
    lines = [{"sku": "NOPE", "quantity": 1}, {"sku": shop.skus[1].code, "quantity": 1}]
    for path in ("prices/", "promise/"):
        answer = shop_api(shop).post(path, {"lines": lines})
        assert answer.status_code == 400
        assert {one["field"]: one["code"] for one in answer.json()["errors"]} == {
            "lines[0].sku": "unknown_sku",
            "lines[1].sku": "discontinued",
        }


def test_the_ways_a_basket_can_reach_the_customer() -> None:
    shop = make_shop(1, units=5)
    milan = {"latitude": 45.46427, "longitude": 9.18951}
    body = {"lines": [{"sku": shop.skus[0].code, "quantity": 5}], "ship_to": milan}
    data = shop_api(shop).post("promise/", body).json()
    assert data["ship"]["available"]
    assert data["ship"]["locations"] == [shop.warehouse.code]
    assert data["ship"]["promised_at"]
    (store,) = data["stores"]
    assert (store["location"], store["available"]) == (shop.store.code, True)
    assert store["distance_km"] < 5
    assert store["methods"] == ["collect", "reserve"]

    body["lines"] = [{"sku": shop.skus[0].code, "quantity": 6}]
    data = shop_api(shop).post("promise/", body).json()
    assert not data["ship"]["available"]
    assert not data["stores"][0]["available"]
    assert data["stores"][0]["promised_at"] is None
