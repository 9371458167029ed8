"""Transfers over REST."""

import uuid
from typing import Any

import pytest

from inventory import examples
from inventory.models import Transfer
from inventory.status import LocationKind
from tests.inventory.factories import figures, make_location, make_sku, put
from tests.inventory.test_api import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    sku = make_sku("GRD-SHEARS-01", gtin="4006381333931")
    warehouse = make_location("MI-NAV", kind=LocationKind.WAREHOUSE)
    store = make_location("MI01")
    put(sku, warehouse, 20)
    return sku, warehouse, store


def post(api: Api, path: str, body: Any, key: str = "") -> Any:
    return api.client.post(
        f"/api/v1/transfers/{path}",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": key or uuid.uuid4().hex},
    )


def made(api: Api) -> int:
    answer = post(api, "", examples.TRANSFER_REQUEST)
    assert answer.status_code == 201, answer.json()
    return int(answer.json()["number"])


def test_the_examples_work_from_request_to_receipt(house) -> None:
    sku, warehouse, store = house
    api = Api()
    number = made(api)
    assert figures(sku, warehouse) == (20, 12)
    read = api.get(f"transfers/{number}/").json()
    assert set(read) == set(examples.TRANSFER)
    assert set(read["lines"][0]) == set(examples.TRANSFER["lines"][0])  # type: ignore[index]
    shipped = post(api, f"{number}/ship/", examples.TRANSFER_SHIP).json()
    assert (shipped["status"], shipped["lines"][0]["in_transit"]) == ("in_transit", 10)
    received = post(api, f"{number}/receive/", examples.TRANSFER_RECEIVE).json()
    assert (received["status"], received["lines"][0]["in_transit"]) == ("partly_received", 2)
    assert figures(sku, store) == (8, 0)


def test_writes_happen_once(house) -> None:
    sku, _warehouse, store = house
    api = Api()
    first = post(api, "", examples.TRANSFER_REQUEST, key="k1")
    again = post(api, "", examples.TRANSFER_REQUEST, key="k1")
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    number = Transfer.objects.get().number
    post(api, f"{number}/ship/", {}, key="k2")
    assert post(api, f"{number}/ship/", {}, key="k3").json()["code"] == "invalid_transition"
    body = {"reference": "r1", "lines": [{"sku": "4006381333931", "received": 2}]}
    for key in ("k4", "k4"):
        assert post(api, f"{number}/receive/", body, key=key).status_code == 200
    assert post(api, f"{number}/receive/", body, key="k5").json()["code"] == "already_booked"
    assert figures(sku, store) == (2, 0)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"source": "NOPE"}, "source", "unknown_location"),
        ({"lines": [{"sku": "NOPE", "quantity": 1}]}, "lines[0].sku", "unknown_sku"),
        ({"lines": [{"sku": "X", "quantity": "1"}]}, "lines[0].quantity", "wrong_type"),
        ({"lines": [{"sku": "X", "quantity": 0}]}, "lines[0].quantity", "min_value"),
        ({"destination": "MI-NAV"}, "destination", "same"),
        ({"colour": "red"}, "colour", "unknown_field"),
    ],
)
def test_what_is_wrong_is_named(house, change, field, code) -> None:
    answer = post(Api(), "", examples.TRANSFER_REQUEST | change)
    assert answer.status_code == 400
    assert (answer.json()["errors"][0]["field"], answer.json()["errors"][0]["code"]) == (
        field,
        code,
    )


def test_too_much_is_refused(house) -> None:
    body = examples.TRANSFER_REQUEST | {"lines": [{"sku": "GRD-SHEARS-01", "quantity": 21}]}
    answer = post(Api(), "", body)
    assert answer.status_code == 409
    assert answer.json()["items"][0]["available"] == 20


def test_a_locations_key_does_its_own_end(house) -> None:
    _sku, warehouse, store = house
    there = Api(bound_to=("location", warehouse))
    here = Api(bound_to=("location", store))
    number = made(here)
    assert post(here, f"{number}/ship/", {}).status_code == 403
    assert post(there, f"{number}/ship/", {}).status_code == 200
    assert post(there, f"{number}/receive/", examples.TRANSFER_RECEIVE).status_code == 403
    assert post(here, f"{number}/receive/", examples.TRANSFER_RECEIVE).status_code == 200
    stranger = Api(bound_to=("location", make_location()))
    assert stranger.get(f"transfers/{number}/").status_code == 404
    assert post(stranger, f"{number}/ship/", {"nonsense": 1}).status_code == 404
    assert stranger.get("transfers/").json()["results"] == []
    assert post(stranger, "", examples.TRANSFER_REQUEST).status_code == 403


def test_the_list_filters(house, django_assert_max_num_queries) -> None:
    api = Api()
    numbers = [made(api)]
    post(api, f"{numbers[0]}/ship/", {})
    api_adjusted = examples.TRANSFER_REQUEST | {"lines": [{"sku": "GRD-SHEARS-01", "quantity": 1}]}
    numbers.append(post(api, "", api_adjusted).json()["number"])
    with django_assert_max_num_queries(6):
        listed = api.get("transfers/").json()["results"]
    assert [one["number"] for one in listed] == numbers[::-1]
    sent = api.get("transfers/", source="MI-NAV", status="in_transit").json()["results"]
    assert [one["number"] for one in sent] == numbers[:1]
    assert api.get("transfers/", state="x").status_code == 400
