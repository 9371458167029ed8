"""Counts over REST."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from inventory import count_examples as examples
from inventory.models import StockCount
from oms.core.clock import now
from tests.catalog.factories import make_category
from tests.inventory.counts import sell
from tests.inventory.factories import figures, make_kit, make_location, make_sku, put
from tests.inventory.test_api import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    shears = make_sku("GRD-SHEARS-01")
    other = make_sku("OTHER", gtin="4006381333931")
    store = make_location("MI01")
    put(shears, store, 12)
    put(other, store, 4)
    return shears, other, store


def post(api: Api, path: str, body: Any, key: str = "") -> Any:
    return api.client.post(
        f"/api/v1/counts/{path}",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": key or uuid.uuid4().hex},
    )


def planned(api: Api, **changes: Any) -> int:
    answer = post(api, "", examples.COUNT_PLAN | changes)
    assert answer.status_code == 201, answer.json()
    return int(answer.json()["number"])


def lines(api: Api, number: int, **query: Any) -> list[Any]:
    found: list[Any] = api.get(f"counts/{number}/lines/", **query).json()["results"]
    return found


def test_the_examples_work_from_plan_to_posting(house) -> None:
    shears, other, store = house
    api = Api()
    number = planned(api)
    read = api.get(f"counts/{number}/").json()
    assert set(read) == set(examples.COUNT)
    assert (read["status"], read["lines"], read["lines_open"]) == ("planned", 2, 2)
    sell(shears, store, 1)
    counted = post(api, f"{number}/lines/", examples.COUNT_REPORT).json()
    assert (counted["status"], counted["lines_open"], counted["lines_off"]) == ("counting", 0, 0)
    one = lines(api, number, sku="grd-shears-01")[0]
    assert set(one) == set(examples.COUNT_LINE)
    assert (one["counted"], one["expected"], one["difference"]) == (11, 11, 0)
    zero = {"lines": [{"sku": "OTHER", "units": 3}]}
    assert post(api, f"{number}/lines/", zero).json()["lines_off"] == 1
    posted = post(api, f"{number}/finish/", {}).json()
    assert (posted["status"], posted["closed_by"]) == ("posted", api.key.name)
    assert (figures(shears, store), figures(other, store)) == ((11, 0), (3, 0))


def test_none_is_a_number_of_units(house) -> None:
    _shears, other, store = house
    api = Api()
    number = planned(api, skus=["OTHER"])
    post(api, f"{number}/lines/", {"lines": [{"sku": "OTHER", "units": 0}]})
    asked = post(api, f"{number}/finish/", {}).json()
    assert asked["status"] == "recount"
    assert [one["sku"] for one in lines(api, number, status="to_recount")] == ["OTHER"]
    post(api, f"{number}/lines/", {"lines": [{"sku": "OTHER", "units": 0}]})
    assert post(api, f"{number}/finish/", {}).json()["status"] == "posted"
    assert figures(other, store) == (0, 0)


def test_much_waits_for_approval_or_a_second_look(house, settings) -> None:
    settings.COUNT_LIMIT_UNITS = 1
    shears, _other, store = house
    api = Api()
    number = planned(api, skus=["GRD-SHEARS-01"])
    for _time in range(2):
        post(api, f"{number}/lines/", {"lines": [{"sku": "GRD-SHEARS-01", "units": 5}]})
        waiting = post(api, f"{number}/finish/", {}).json()
    assert waiting["status"] == "to_approve"
    again = post(api, f"{number}/recount/", examples.COUNT_RECOUNT).json()
    assert (again["status"], again["lines_open"]) == ("recount", 1)
    assert post(api, f"{number}/approve/", {}).json()["code"] == "invalid_transition"
    post(api, f"{number}/lines/", {"lines": [{"sku": "GRD-SHEARS-01", "units": 6}]})
    post(api, f"{number}/finish/", {})
    first = post(api, f"{number}/approve/", {}, key="k1")
    assert first.json()["status"] == "posted"
    assert post(api, f"{number}/approve/", {}, key="k1").content == first.content
    assert figures(shears, store) == (6, 0)


def test_what_is_not_counted_is_asked_about_and_left(house) -> None:
    api = Api()
    number = planned(api)
    assert post(api, f"{number}/finish/", {}).json()["code"] == "nothing_counted"
    post(api, f"{number}/lines/", {"lines": [{"sku": "OTHER", "units": 4}]})
    refused = post(api, f"{number}/finish/", {})
    assert (refused.status_code, refused.json()["lines"]) == (409, 1)
    assert post(api, f"{number}/finish/", {"leave": True}).json()["status"] == "posted"


def test_giving_up_books_nothing(house) -> None:
    shears, _other, store = house
    api = Api()
    number = planned(api)
    post(api, f"{number}/lines/", {"lines": [{"sku": "GRD-SHEARS-01", "units": 1}]})
    assert post(api, f"{number}/cancel/", {}).json()["status"] == "cancelled"
    assert figures(shears, store) == (12, 0)


def test_a_device_may_report_later(house) -> None:
    shears, _other, store = house
    api = Api()
    number = planned(api, skus=["GRD-SHEARS-01"])
    moment = now()
    sell(shears, store, 2)
    body = {"lines": [{"sku": "GRD-SHEARS-01", "units": 12}]}
    post(api, f"{number}/lines/", body | {"counted_at": moment.isoformat()})
    assert lines(api, number)[0]["difference"] == 0
    late = body | {"counted_at": (moment + timedelta(days=1)).isoformat()}
    assert post(api, f"{number}/lines/", late).json()["errors"][0]["field"] == "counted_at"
    naive = body | {"counted_at": "2026-11-22T08:00:00"}
    assert post(api, f"{number}/lines/", naive).json()["errors"][0]["code"] == "no_zone"


def test_what_is_not_on_the_list_is_named(house) -> None:
    make_sku("STRANGER")
    number = planned(Api(), skus=["OTHER"])
    body = {"lines": [{"sku": "OTHER", "units": 1}, {"sku": "STRANGER", "units": 1}]}
    refused = post(Api(), f"{number}/lines/", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_on_count")
    assert refused.json()["sku"] == "STRANGER"
    assert lines(Api(), number)[0]["counted"] is None


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"location": "NOPE"}, "location", "unknown_location"),
        ({"skus": ["OTHER", "NOPE"]}, "skus[1]", "unknown_sku"),
        ({"skus": []}, "skus", "required"),
        ({"skus": ["KIT"]}, "skus[0]", "kit"),
        ({"basis": "category"}, "category", "unknown_category"),
        ({"basis": "category", "category": "nope"}, "category", "unknown_category"),
        ({"basis": "abc", "classes": ["D"]}, "classes[0]", "invalid_choice"),
        ({"most": 0}, "most", "min_value"),
        ({"colour": "red"}, "colour", "unknown_field"),
    ],
)
def test_what_is_wrong_with_a_plan_is_named(house, change, field, code) -> None:
    make_kit({house[0]: 2}, code="KIT")
    answer = post(Api(), "", examples.COUNT_PLAN | change)
    assert answer.status_code == 400, answer.json()
    error = answer.json()["errors"][0]
    assert (error["field"], error["code"]) == (field, code)
    assert not StockCount.objects.exists()


def test_by_category_and_with_nothing_in_it(house) -> None:
    shears, _other, _store = house
    category = shears.product.category
    number = planned(Api(), basis="category", category=category.code, skus=[])
    assert Api().get(f"counts/{number}/").json()["scope"] == category.name
    empty = make_category("EMPTY")
    refused = post(Api(), "", {"location": "MI01", "basis": "category", "category": empty.code})
    assert refused.json()["code"] == "nothing_to_count"


def test_who_only_reads_a_blind_count_does_not_see_what_should_be_there(house) -> None:
    api, reader = Api(), Api("stock:read")
    number = planned(api)
    post(api, f"{number}/lines/", examples.COUNT_REPORT)
    hidden = lines(reader, number, sku="GRD-SHEARS-01")[0]
    assert (hidden["counted"], hidden["expected"], hidden["difference"]) == (11, None, None)
    assert lines(api, number, sku="GRD-SHEARS-01")[0]["difference"] == -1
    post(api, f"{number}/finish/", {})
    assert lines(reader, number, sku="GRD-SHEARS-01")[0]["difference"] == -1


def test_a_locations_key_counts_there_only(house) -> None:
    _shears, _other, store = house
    here = Api(bound_to=("location", store))
    number = planned(here)
    stranger = Api(bound_to=("location", make_location()))
    assert stranger.get(f"counts/{number}/").status_code == 404
    assert stranger.get(f"counts/{number}/lines/").status_code == 404
    assert post(stranger, f"{number}/lines/", {"nonsense": 1}).status_code == 404
    assert stranger.get("counts/").json()["results"] == []
    assert post(stranger, "", examples.COUNT_PLAN).json()["errors"][0]["field"] == "location"


def test_lists_filter_in_a_constant_number_of_queries(house, django_assert_max_num_queries) -> None:
    api = Api()
    first = planned(api, skus=["OTHER"])
    second = planned(api, skus=["GRD-SHEARS-01"])
    with django_assert_max_num_queries(6):
        listed = api.get("counts/").json()["results"]
    assert [one["number"] for one in listed] == [second, first]
    post(api, f"{first}/cancel/", {})
    assert [one["number"] for one in api.get("counts/", status="planned").json()["results"]] == [
        second
    ]
    with django_assert_max_num_queries(6):
        assert len(lines(api, second, status="to_count")) == 1
    assert api.get("counts/", state="x").status_code == 400
    assert api.get(f"counts/{second}/lines/", state="x").status_code == 400
