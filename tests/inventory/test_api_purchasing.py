"""Purchasing over REST."""

import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from inventory import purchasing_examples as examples
from inventory.models import ExpectedSupply, PurchaseOrder, Stock
from tests.core.factories import make_key
from tests.inventory.factories import make_location, make_sku
from tests.inventory.purchasing import make_ordered, make_purchase, make_supplier, sells

pytestmark = pytest.mark.django_db
ORDERS = "/api/v1/purchase-orders/"


def call(method: str, path: str, body: Any = None, *, token: str, key: str = "") -> Any:
    return Client().generic(
        method,
        path,
        b"" if body is None else json.dumps(body).encode(),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key or uuid4().hex},
    )


@pytest.fixture
def writer() -> str:
    return make_key("purchasing:write")[1]


@pytest.fixture
def shelf():
    """What the examples speak of."""
    sku, place = make_sku("GRD-SHEARS-01"), make_location("MI01")
    supplier = make_supplier(code="FORNACI")
    sells(supplier, sku, "4.1250", supplier_code="FR-1180", pack_multiple=6, preferred=True)
    return sku, place, supplier


def test_an_order_is_made_and_received_as_the_examples_say(shelf, writer) -> None:
    sku, place, _supplier = shelf
    made = call("POST", ORDERS, examples.NEW_PURCHASE, token=writer)
    assert made.status_code == 201, made.content
    body = made.json()
    assert set(body) == set(examples.PURCHASE)
    assert body["lines"][0] == examples.PURCHASE["lines"][0]
    assert (body["status"], body["supplier"]) == ("ordered", "FORNACI")
    assert ExpectedSupply.objects.get().quantity == 24
    assert call("GET", made["Location"], token=writer).json() == body
    path = reverse("api-purchase-order-receive", args=[body["number"]])
    key = uuid4().hex
    received = call("POST", path, examples.DELIVERY, token=writer, key=key)
    assert received.status_code == 200, received.content
    line = received.json()["lines"][0]
    assert (line["received"], line["damaged"], line["open"]) == (12, 2, 12)
    again = call("POST", path, examples.DELIVERY, token=writer, key=key)
    assert again["Idempotent-Replayed"] == "true"
    # Another key and the same delivery: booked once all the same.
    call("POST", path, examples.DELIVERY, token=writer)
    assert Stock.objects.get(sku=sku, location=place).on_hand == 12


def test_a_draft_is_what_one_gets_without_order(shelf, writer) -> None:
    body = examples.NEW_PURCHASE | {"order": False}
    assert call("POST", ORDERS, body, token=writer).json()["status"] == "draft"


def test_what_is_wrong_is_named(shelf, writer) -> None:
    lines = [{"sku": "GRD-SHEARS-01", "quantity": 5}, {"sku": "NOPE", "quantity": 1}]
    wrong = examples.NEW_PURCHASE | {"supplier": "X", "location": "Y", "lines": lines}
    answer = call("POST", ORDERS, wrong, token=writer)
    fields = [error["field"] for error in answer.json()["errors"]]
    assert (answer.status_code, fields) == (400, ["supplier", "location", "lines[1].sku"])
    packs = call("POST", ORDERS, examples.NEW_PURCHASE | {"lines": lines[:1]}, token=writer)
    assert packs.json()["errors"][0]["code"] == "pack"
    strict = call("POST", ORDERS, examples.NEW_PURCHASE | {"urgent": True}, token=writer)
    assert strict.json()["errors"][0]["code"] == "unknown_field"
    assert call("GET", f"{ORDERS}?colour=red", token=writer).status_code == 400
    assert not PurchaseOrder.objects.exists()


def test_too_much_is_refused_until_it_is_meant(writer) -> None:
    order, strange = make_ordered([10]), make_sku()
    path = reverse("api-purchase-order-receive", args=[order.number])
    lines = [
        {"sku": order.lines.get().sku.code, "quantity": 10},
        {"sku": strange.code, "quantity": 2},
    ]
    delivery = {"uid": str(uuid4()), "lines": lines}
    refused = call("POST", path, delivery, token=writer)
    assert (refused.status_code, refused.json()["code"]) == (409, "over_receipt")
    meant = call("POST", path, delivery | {"accept_over": True}, token=writer)
    assert [line["received"] for line in meant.json()["lines"]] == [10, 2]
    draft = make_purchase([1])
    path = reverse("api-purchase-order-receive", args=[draft.number])
    lines = [{"sku": draft.lines.get().sku.code, "quantity": 1}]
    early = call("POST", path, {"uid": str(uuid4()), "lines": lines}, token=writer)
    assert early.json()["code"] == "invalid_transition"


def test_a_key_of_a_store_sees_and_orders_for_that_store_only(shelf) -> None:
    _sku, place, _supplier = shelf
    other = make_ordered([1])
    mine = make_ordered([1], location=place)
    _key, token = make_key("purchasing:write", bound_to=("location", place))
    listed = call("GET", ORDERS, token=token).json()["results"]
    assert [row["number"] for row in listed] == [mine.number]
    assert call("GET", f"{ORDERS}{other.number}/", token=token).status_code == 404
    elsewhere = examples.NEW_PURCHASE | {"location": other.location.code}
    assert call("POST", ORDERS, elsewhere, token=token).status_code == 400
    assert call("POST", ORDERS, examples.NEW_PURCHASE, token=token).status_code == 201


def test_lists_filter_in_a_constant_number_of_queries(shelf, django_assert_max_num_queries) -> None:
    for _number in range(3):
        make_ordered([1, 2, 3])
    _key, token = make_key("purchasing:read")
    with django_assert_max_num_queries(6):
        assert len(call("GET", f"{ORDERS}?status=ordered", token=token).json()["results"]) == 3
    assert call("GET", f"{ORDERS}?supplier=FORNACI", token=token).json()["results"] == []
    suppliers = call("GET", "/api/v1/suppliers/?code=FORNACI", token=token).json()["results"]
    assert set(suppliers[0]) == set(examples.SUPPLIER)
    items = call("GET", "/api/v1/supplier-items/?sku=grd-shears-01", token=token)
    (item,) = items.json()["results"]
    assert set(item) == set(examples.ITEM)
    assert Decimal(item["cost"]) == Decimal("4.1250")
    assert item["lead_time_days"] == 7
