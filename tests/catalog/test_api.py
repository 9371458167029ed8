"""The catalogue over REST."""

import pytest
from django.test import Client

from catalog.models import Price
from oms.core.actors import system_actor
from oms.core.api.authentication import api_key_create
from tests.catalog.factories import make_category, make_kit, make_price_list, make_product, make_sku

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    def client(*scopes):
        _key, token = api_key_create(name="shop", scopes=list(scopes), actor=system_actor())
        return Client(headers={"Authorization": f"Bearer {token}", "Idempotency-Key": token})

    return client


def test_skus_are_listed_with_product_category_and_components(api):
    tools = make_category("Tools", make_category("Garden"))
    saw = make_sku("SAW", product=make_product(tools), gtin="012345678905")
    make_kit({saw: 2}, "SET")
    client = api("catalog:read")
    rows = client.get("/api/v1/skus/").json()["results"]
    assert {row["code"]: row["components"] for row in rows} == {
        "SAW": [],
        "SET": [{"sku": "SAW", "quantity": 2}],
    }
    for query in ("search=thing+saw", f"category={tools.code}", "gtin=012345678905", "code=saw"):
        found = client.get(f"/api/v1/skus/?{query}").json()["results"]
        assert [row["code"] for row in found] == ["SAW"]
    assert client.get("/api/v1/skus/00012345678905/").json()["code"] == "SAW"
    assert client.get("/api/v1/skus/none/").status_code == 404


def test_products_and_categories(api):
    tools = make_category("Tools", make_category("Garden"))
    product = make_product(tools)
    make_sku("SAW", product=product)
    client = api("catalog:read")
    assert client.get(f"/api/v1/products/{product.code}/").json()["skus"] == ["SAW"]
    assert len(client.get("/api/v1/products/?search=product").json()["results"]) == 1
    assert [row["name"] for row in client.get("/api/v1/categories/").json()] == ["Garden", "Tools"]


def test_list_has_a_constant_number_of_queries(api, django_assert_max_num_queries):
    client = api("catalog:read")
    for _number in range(20):
        make_kit({make_sku(): 1})
    client.get("/api/v1/skus/")
    for path in ("skus", "products"):
        with django_assert_max_num_queries(8):
            client.get(f"/api/v1/{path}/")


def test_misspelt_filter_is_refused(api):
    answer = api("catalog:read").get("/api/v1/skus/?serch=saw")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown_parameter")


def test_prices_are_set_and_taken_away_once(api):
    saw, drill = make_sku("SAW", gtin="012345678905"), make_sku("DRILL")
    price_list = make_price_list({drill: "5"}, code="web")
    client = api("prices:write")
    body = {
        "prices": [
            {"sku": "00012345678905", "min_quantity": 10, "amount": "11.5"},
            {"sku": "drill", "amount": None},
        ]
    }
    for _again in range(2):
        answer = client.post("/api/v1/price-lists/web/prices/", body, "application/json")
        assert answer.status_code == 200, answer.content
        assert answer.json() == {
            "created": 1,
            "changed": 0,
            "removed": 1,
            "unchanged": 0,
            "version": 2,
        }
    assert list(Price.objects.values_list("sku", "min_quantity", "price_list")) == [
        (saw.pk, 10, price_list.pk)
    ]
    rows = client.get("/api/v1/price-lists/web/prices/").json()["results"]
    assert rows == [{"sku": "SAW", "min_quantity": 10, "amount": "11.5000"}]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"sku": "NONE", "amount": "1"}, "prices[0].sku"),
        ({"sku": "SAW", "amount": "-1"}, "prices[0].amount"),
        ({"sku": "SAW", "amount": "1", "min_quantity": 0}, "prices[0].min_quantity"),
        ({"sku": "SAW"}, "prices[0].amount"),
    ],
)
def test_bad_prices_are_named_and_nothing_is_set(api, row, field):
    make_sku("SAW")
    make_price_list(code="web")
    answer = api("prices:write").post(
        "/api/v1/price-lists/web/prices/", {"prices": [row]}, "application/json"
    )
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Price.objects.exists()


def test_stale_version_is_refused(api):
    make_price_list({make_sku("SAW"): "5"}, code="web")
    body = {"prices": [{"sku": "SAW", "amount": "6"}], "version": 7}
    answer = api("prices:write").post("/api/v1/price-lists/web/prices/", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")


def test_scopes_are_asked_for_and_bound_keys_see_no_price_list(api):
    make_price_list({make_sku("SAW"): "5"}, code="web")
    assert api("stock:read").get("/api/v1/skus/").status_code == 403
    assert api("prices:read").get("/api/v1/price-lists/").status_code == 200
    answer = api("prices:read").post("/api/v1/price-lists/web/prices/", {}, "application/json")
    assert answer.status_code == 403
    key, token = api_key_create(name="bound", scopes=["prices:read"], actor=system_actor())
    key.scope_kind, key.scope_id = "company", 1
    key.save()
    bound = Client(headers={"Authorization": f"Bearer {token}"})
    assert bound.get("/api/v1/price-lists/web/prices/").status_code == 403
