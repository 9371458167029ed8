import uuid
from typing import Any

import pytest
from django.test import Client

from inventory import examples
from inventory.models import Stock, StockMovement
from inventory.services.allocation import allocate
from tests.core.factories import make_key
from tests.inventory.factories import (
    ACTOR,
    demand,
    figures,
    make_kit,
    make_location,
    make_sku,
    put,
)

pytestmark = pytest.mark.django_db


class Api:
    def __init__(self, *scopes: str, **options: Any) -> None:
        self.key, token = make_key(*(scopes or ("stock:read", "stock:write")), **options)
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query)

    def adjust(self, *changes: dict[str, Any], key: str = "", **body: Any) -> Any:
        return self.client.post(
            "/api/v1/stock/adjustments/",
            {"cause": "delivery 1", "changes": list(changes)} | body,
            content_type="application/json",
            headers={"Idempotency-Key": key or uuid.uuid4().hex},
        )


def change(sku: str = "A", location: str = "S1", delta: Any = 5, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "location": location, "delta": delta} | more


@pytest.fixture
def shelf():
    sku, store = make_sku("A", gtin="4006381333931"), make_location("S1")
    put(sku, store, 10)
    return sku, store


def test_reading(shelf, django_assert_max_num_queries) -> None:
    sku, store = shelf
    other = make_location("S2", is_active=False)
    put(sku, other, 3)
    line = demand(sku, store, 4)
    allocate([line], cause="order 1", actor=ACTOR)
    api = Api("stock:read")
    with django_assert_max_num_queries(6):
        answer = api.get("stock/", sku="a", location="S1")
    assert answer.json()["results"] == [
        {
            "sku": "A", "location": "S1", "on_hand": 10, "allocated": 4, "held": 0,
            "unavailable": 0, "safety_stock": 0, "available": 6,
        }
    ]  # fmt: skip
    assert len(api.get("stock/", sku="A,B").json()["results"]) == 2
    assert [row["code"] for row in api.get("locations/", is_active="true").json()["results"]] == [
        "S1"
    ]
    movements = api.get("stock/movements/", demand=str(line.uid)).json()["results"]
    assert [(row["kind"], row["allocated"], row["cause"]) for row in movements] == [
        ("allocated", 4, "order 1")
    ]


def test_a_misspelt_parameter_is_refused(shelf) -> None:
    for path in ("stock/", "stock/movements/", "locations/"):
        answer = Api().get(path, skus="A")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"] == "unknown_parameter"
    assert Api().get("stock/movements/", kind="lost").status_code == 400


def test_adjusting_books_once_and_answers_with_the_figures(shelf) -> None:
    sku, store = shelf
    api = Api()
    for _ in range(2):
        answer = api.adjust(change(delta=-3, reason="damaged"), key="k1")
        assert answer.status_code == 201
        assert answer.json()["stock"][0]["on_hand"] == 7
    assert answer["Idempotent-Replayed"] == "true"
    movement = StockMovement.objects.latest("id")
    assert (movement.kind, movement.reason, movement.actor) == (
        "adjusted", "damaged", api.key.name,
    )  # fmt: skip
    assert StockMovement.objects.count() == 2
    assert figures(sku, store) == (7, 0)


def test_the_documented_example_is_true() -> None:
    make_sku("GRD-SHEARS-01")
    other, store = make_sku("B", gtin="8001234567895"), make_location("MI01")
    put(other, store, 1)
    answer = Api().adjust(*examples.ADJUSTMENT["changes"])
    assert answer.status_code == 201, answer.json()
    assert [row["on_hand"] for row in answer.json()["stock"]] == [0, 12]


def test_a_reference_is_booked_once_per_key(shelf) -> None:
    api, other = Api(), Api()
    assert api.adjust(change(reference="D1-1")).status_code == 201
    again = api.adjust(change(reference="D1-1"))
    assert (again.status_code, again.json()["code"]) == (409, "already_booked")
    assert other.adjust(change(reference="D1-1")).status_code == 201
    found = api.get("stock/movements/", reference="D1-1").json()["results"]
    assert [row["reference"] for row in found] == ["D1-1"]


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        (change(sku="NONE"), "changes[0].sku", "unknown_sku"),
        (change(sku="KIT"), "changes[0].sku", "kit"),
        (change(location="NONE"), "changes[0].location", "unknown_location"),
        (change(delta=0), "changes[0].delta", "zero"),
        (change(delta=10**18), "changes[0].delta", "max_value"),
        (change(delta="5"), "changes[0].delta", "wrong_type"),
        (change(delta=True), "changes[0].delta", "wrong_type"),
        (change(delta=1.0), "changes[0].delta", "wrong_type"),
        (change(kind="sold"), "changes[0].kind", "invalid_choice"),
        (change(sku="A\0"), "changes[0].sku", "bad_character"),
        (change(sku="\ud800"), "changes[0].sku", "bad_character"),
        (change(qty=5), "changes[0].qty", "unknown_field"),
        ("A", "changes[0]", "not_an_object"),
    ],
)
def test_bad_rows_are_named_and_nothing_is_booked(shelf, wrong, field: str, code: str) -> None:
    make_kit({shelf[0]: 1}, "KIT")
    answer = Api().adjust(wrong, change())
    assert answer.status_code == 400, answer.json()
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(field, code)]
    assert figures(*shelf) == (10, 0)


def test_below_zero_is_a_shortage(shelf) -> None:
    answer = Api().adjust(change(delta=-11))
    assert (answer.status_code, answer.json()["code"]) == (409, "shortage")
    assert answer.json()["items"] == [{"sku": "A", "location": "S1", "wanted": 11, "on_hand": 10}]
    assert figures(*shelf) == (10, 0)


def test_a_key_of_one_location_sees_and_moves_only_that(shelf) -> None:
    sku, store = shelf
    other = make_location("S2")
    put(sku, other, 5)
    api = Api("stock:read", "stock:write", bound_to=("location", other))
    assert [row["location"] for row in api.get("stock/").json()["results"]] == ["S2"]
    assert [row["code"] for row in api.get("locations/").json()["results"]] == ["S2"]
    assert {row["location"] for row in api.get("stock/movements/").json()["results"]} == {"S2"}
    refused = api.adjust(change(location="S1"))
    assert refused.json()["errors"][0]["code"] == "unknown_location"
    assert figures(sku, store) == (10, 0)


def test_reading_does_not_allow_writing(shelf) -> None:
    assert Api("stock:read").adjust(change()).status_code == 403
    assert Api("orders:read").get("stock/movements/").status_code in (200, 403)
    assert Client().get("/api/v1/stock/").status_code == 401
    assert Stock.objects.get().on_hand == 10
