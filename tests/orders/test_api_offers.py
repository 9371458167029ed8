import pytest

from catalog.status import SkuStatus
from tests.catalog.factories import make_price_list
from tests.orders.api import order_body, shop_api
from tests.orders.factories import make_shop

pytestmark = pytest.mark.django_db


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
