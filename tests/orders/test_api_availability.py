"""What a channel may offer, over REST: now, by date, and what changed."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog.status import SkuStatus
from inventory.errors import InsufficientStock
from inventory.models import Location
from inventory.services.adjustment import StockChange, adjust
from inventory.services.expected import Expected, expected_set
from inventory.services.rules import RuleData, availability_rule_save
from oms.core.clock import now
from oms.orders.requests import OrderLineRequest
from tests.catalog.factories import make_price_list
from tests.inventory.factories import make_kit, make_location, make_sku, put
from tests.orders.api import Api, shop_api
from tests.orders.factories import ACTOR, Shop, make_channel, make_shop, place

pytestmark = pytest.mark.django_db
STATEMENTS = 5
CHANGE_STATEMENTS = 5


def rule(effect: str, **fields: Any) -> None:
    availability_rule_save(RuleData(effect=effect, **fields), actor=ACTOR)


def test_availability_per_location_falls_with_orders() -> None:
    shop = make_shop(2, units=10)
    api = shop_api(shop)
    place(shop, 3)
    codes = ",".join(sku.code.lower() for sku in shop.skus)
    data = api.get("availability/", sku=f"{codes},NOPE").json()
    assert (data["unknown"], data["channel"]) == (["NOPE"], "eshop")
    assert [one["sku"] for one in data["skus"]] == codes.split(",")
    first = data["skus"][0]
    assert first["available"] == 17
    assert {one["location"]: one["available"] for one in first["locations"]} == {
        shop.warehouse.code: 7,
        shop.store.code: 10,
    }
    data = api.get("availability/", sku=codes, location=shop.store.code).json()
    assert data["skus"][0]["available"] == 10


def test_compact_names_each_location_once() -> None:
    shop = make_shop(2, units=10)
    data = shop_api(shop).post(
        "availability/", {"skus": [sku.code for sku in shop.skus], "compact": True}
    )
    assert {one["location"] for one in data.json()["locations"]} == {
        shop.warehouse.code,
        shop.store.code,
    }
    assert data.json()["skus"][0] == {
        "sku": shop.skus[0].code,
        "available": 20,
        "at": {shop.warehouse.code: 10, shop.store.code: 10},
    }


def test_a_kit_is_as_available_as_its_scarcest_part() -> None:
    shop = make_shop(2, units=9)
    kit = make_kit({shop.skus[0]: 2, shop.skus[1]: 1})
    data = shop_api(shop).post("availability/", {"skus": [kit.code]}).json()
    assert data["skus"][0]["available"] == 8


def test_a_key_of_one_location_sees_that_one() -> None:
    shop = make_shop(1)
    api = Api(bound_to=("location", shop.store))
    data = api.get("availability/", sku=shop.skus[0].code).json()
    assert [one["location"] for one in data["skus"][0]["locations"]] == [shop.store.code]
    assert data["channel"] is None
    refused = api.get("availability/", sku=shop.skus[0].code, location=shop.warehouse.code)
    assert refused.json()["errors"][0]["code"] == "unknown_location"


def test_each_channel_has_its_own_answer() -> None:
    shop = make_shop(1, units=10)
    make_channel("market")
    rule("buffer", sku_id=shop.skus[0].pk, units=2)
    rule("exclude", sku_id=shop.skus[0].pk, channel="market")
    api = Api()

    def available(**query: str) -> int:
        data = api.get("availability/", sku=shop.skus[0].code, **query).json()
        return int(data["skus"][0]["available"])

    assert (available(), available(channel="eshop"), available(channel="market")) == (16, 16, 0)
    answer = api.get("availability/", sku=shop.skus[0].code, channel="nope")
    assert answer.json()["errors"][0]["field"] == "channel"


@pytest.mark.parametrize("method", ["ship", "collect"])
def test_listing_and_checkout_agree(method: str) -> None:
    """saleor#10877: the shop showed what the checkout then refused, and the other way round."""
    shop = make_shop(1, units=10)
    sku = shop.skus[0]
    kit = make_kit({sku: 2})
    rule("buffer", category_id=sku.product.category_id, units=3)
    rule("share", location_id=shop.warehouse.pk, percent=90)
    rule("buffer", sku_id=sku.pk, location_id=shop.store.pk, units=1, channel="eshop")
    rule("buffer", sku_id=kit.pk, units=1)
    place_of = shop.warehouse if method == "ship" else shop.store
    shop.skus.append(kit)
    body = {"skus": [sku.code, kit.code], "locations": [place_of.code]}
    listed = shop_api(shop).post("availability/", body).json()["skus"]
    units = {one["sku"]: one["available"] for one in listed}
    assert units == ({sku.code: 6, kit.code: 2} if method == "ship" else {sku.code: 9, kit.code: 3})
    price(shop)
    for one in (sku, kit):
        with pytest.raises(InsufficientStock):
            order(shop, method, one.code, units[one.code] + 1)
        with transaction.atomic():
            order(shop, method, one.code, units[one.code])
            transaction.set_rollback(True)
    options = {"lines": [{"sku": kit.code, "quantity": units[kit.code] + 1}]}
    promise = shop_api(shop).post("promise/", options).json()
    assert (
        not promise["ship" if method == "ship" else "stores"]
        or not (promise["ship"] if method == "ship" else promise["stores"][0])["available"]
    )


def test_a_kit_that_is_not_to_be_sold_is_not_promised() -> None:
    shop = make_shop(1, units=10)
    kit = make_kit({shop.skus[0]: 1})
    shop.skus.append(kit)
    price(shop)
    rule("exclude", sku_id=kit.pk, channel="eshop")
    with pytest.raises(InsufficientStock):
        order(shop, "ship", kit.code, 1)
    order(shop, "ship", shop.skus[0].code, 1)


def price(shop: Shop) -> None:
    make_price_list(dict.fromkeys(shop.skus, "12.20"))


def order(shop: Shop, method: str, code: str, units: int) -> None:
    place(shop, method=method, lines=(OrderLineRequest(code, units),))


def test_many_skus_and_rules_cost_no_more_statements() -> None:
    shop = make_shop(20)
    api = shop_api(shop)
    for sku in shop.skus:
        rule("buffer", sku_id=sku.pk, units=1)
    for body in (
        {"skus": [sku.code for sku in shop.skus]},
        {"skus": [shop.skus[0].code], "compact": True},
    ):
        api.post("availability/", body)
        with CaptureQueriesContext(connection) as captured:
            api.post("availability/", body)
        assert len(captured) <= STATEMENTS, [query["sql"][:90] for query in captured]


@pytest.mark.parametrize(
    ("body", "field", "row"),
    [
        ({}, "skus", None),
        ({"skus": []}, "skus", None),
        ({"skus": ["A"] * 501}, "skus", None),
        ({"skus": ["A", 1]}, "skus[1]", None),
        ({"skus": "A"}, "skus", None),
        ({"sku": ["A"]}, "sku", None),
        ({"skus": ["A"], "locations": ["NOPE"]}, "locations[0]", 1),
        ({"skus": ["A"], "compact": "yes"}, "compact", None),
        ({"skus": ["A"], "quantity": "3"}, "quantity", None),
        ({"skus": ["A"], "quantity": 0}, "quantity", None),
    ],
)
def test_wrong_questions(body: object, field: str, row: int | None) -> None:
    answer = shop_api(make_shop(1)).post("availability/", body)
    assert answer.status_code == 400, answer.content
    errors = {one["field"]: one.get("row") for one in answer.json()["errors"]}
    assert field in errors, errors
    assert errors[field] == row


@pytest.mark.parametrize("query", [{"compact": "1"}, {"quantity": "x"}, {"since": "y"}])
def test_wrong_parameters(query: dict[str, str]) -> None:
    assert shop_api(make_shop(1)).get("availability/", sku="A", **query).status_code == 400


def test_who_holds_the_answer_gets_304_until_it_changes() -> None:
    shop = make_shop(1)
    api = shop_api(shop)

    def asked(tag: str = "") -> Any:
        url = f"/api/v1/availability/?sku={shop.skus[0].code}"
        return api.client.get(url, headers={"If-None-Match": tag} if tag else {})

    first = asked()
    again = asked(first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    place(shop)
    changed = asked(first["ETag"])
    assert (changed.status_code, changed["ETag"] == first["ETag"]) == (200, False)


# --- by date ----------------------------------------------------------------------------------
def later(days: int) -> date:
    return now().date() + timedelta(days=days)


def expect(sku: Any, where: Location, units: int, due: date | None, cause: str = "po 1") -> None:
    with transaction.atomic():
        expected_set(uuid4(), [Expected(sku.pk, where.pk, units, due)], cause=cause)


def test_what_is_on_its_way_is_promised_by_date() -> None:
    shop = make_shop(1, units=10)
    (sku,) = shop.skus
    expect(sku, shop.warehouse, 12, later(3), "purchase order 1007")
    expect(sku, shop.warehouse, 5, later(3), "transfer 4")
    expect(sku, shop.store, 4, later(9))
    # Not to be relied on: without a date, and one that has passed.
    expect(sku, shop.store, 100, None)
    expect(sku, shop.store, 100, later(-1))
    rule("buffer", sku_id=sku.pk, units=2)
    api = shop_api(shop)

    def asked(quantity: int) -> dict[str, Any]:
        query = {"sku": sku.code, "expected": "true", "quantity": str(quantity)}
        data = api.get("availability/", **query).json()["skus"][0]
        return dict(data)

    data = asked(16)
    assert (data["available"], data["available_on"]) == (16, now().date().isoformat())
    assert sorted(data["expected"], key=lambda one: one["due_on"]) == [
        {
            "location": shop.warehouse.code,
            "due_on": later(3).isoformat(),
            "arriving": 17,
            "available": 25,
            "causes": ["purchase order 1007", "transfer 4"],
        },
        {
            "location": shop.store.code,
            "due_on": later(9).isoformat(),
            "arriving": 4,
            "available": 12,
            "causes": ["po 1"],
        },
    ]
    assert asked(17)["available_on"] == later(3).isoformat()
    assert asked(34)["available_on"] == later(9).isoformat()
    assert asked(38)["available_on"] is None
    plain = api.get("availability/", sku=sku.code).json()["skus"][0]
    assert not {"expected", "available_on"} & set(plain)


def test_a_kit_waits_for_its_last_component_and_a_shortage_is_filled_first() -> None:
    shop = make_shop(2, units=10)
    kit = make_kit({shop.skus[0]: 2, shop.skus[1]: 1})
    new = make_location()
    place(shop, 10)
    with transaction.atomic():
        gone = [StockChange(sku.pk, shop.warehouse.pk, -4) for sku in shop.skus]
        adjust(gone, cause="fire", actor=ACTOR)
    expect(shop.skus[0], shop.warehouse, 10, later(2))
    expect(shop.skus[1], shop.warehouse, 7, later(5))
    # Where it was never kept.
    expect(shop.skus[0], new, 6, later(1))
    body = {"skus": [kit.code], "expected": True, "locations": [shop.warehouse.code, new.code]}
    data = shop_api(shop).post("availability/", body).json()["skus"][0]
    steps = [(one["location"], one["due_on"], one["available"]) for one in data["expected"]]
    assert sorted(steps, key=lambda one: one[1]) == [
        (new.code, later(1).isoformat(), 0),
        (shop.warehouse.code, later(2).isoformat(), 0),
        (shop.warehouse.code, later(5).isoformat(), 3),
    ]


def test_dates_cost_one_statement_more() -> None:
    shop = make_shop(5)
    for sku in shop.skus:
        expect(sku, shop.store, 4, later(9))
    api = shop_api(shop)
    body = {"skus": [sku.code for sku in shop.skus], "expected": True, "compact": True}
    api.post("availability/", body)
    with CaptureQueriesContext(connection) as captured:
        api.post("availability/", body)
    assert len(captured) <= STATEMENTS + 1, [query["sql"][:90] for query in captured]


# --- changes: readers hear of what was committed ------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_shop_mirrors_availability() -> None:
    shop = make_shop(3, units=10)
    api = shop_api(shop)
    copy: dict[str, dict[str, int]] = {}

    def mirror(cursor: str) -> str:
        while True:
            data = api.get("availability/changes/", since=cursor, limit=2).json()
            for one in data["changes"]:
                copy.setdefault(one["sku"], {}).update(one["at"])
            cursor = data["cursor"]
            if not data["more"]:
                return str(cursor)

    cursor = mirror("")
    assert copy[shop.skus[2].code] == {shop.warehouse.code: 10, shop.store.code: 10}
    place(shop, 3)
    shop.skus[2].status = SkuStatus.DISCONTINUED
    shop.skus[2].save()
    rule("buffer", sku_id=shop.skus[0].pk, units=4)
    mirror(cursor)
    assert copy == {
        shop.skus[0].code: {shop.warehouse.code: 3, shop.store.code: 6},
        shop.skus[1].code: {shop.warehouse.code: 7, shop.store.code: 10},
        shop.skus[2].code: {shop.warehouse.code: 0, shop.store.code: 0},
    }


def test_a_key_of_one_location_hears_of_that_one() -> None:
    shop = make_shop(1)
    api = Api(bound_to=("location", shop.store))
    data = api.get("availability/changes/").json()
    assert data["changes"] == [{"sku": shop.skus[0].code, "at": {shop.store.code: 100}}]


@pytest.mark.django_db(transaction=True)
def test_changes_cost_the_same_however_many() -> None:
    shop = make_shop(10)
    api = shop_api(shop)
    cursor = api.get("availability/changes/").json()["cursor"]
    place(shop)
    with CaptureQueriesContext(connection) as captured:
        data = api.get("availability/changes/", since=cursor).json()
    assert len(data["changes"]) == 10
    assert len(captured) <= CHANGE_STATEMENTS, [query["sql"][:90] for query in captured]


def test_a_cursor_is_taken_as_it_is_and_for_a_week() -> None:
    shop = make_shop(1)
    make_channel("market")
    cursor = shop_api(shop).get("availability/changes/").json()["cursor"]
    for query in ({"since": "nonsense"}, {"since": cursor[:-1]}, {"limit": "0"}, {"limit": "501"}):
        answer = shop_api(shop).get("availability/changes/", **query)
        assert answer.status_code == 400, answer.content
    other = Api().get("availability/changes/", since=cursor, channel="market")
    assert other.json()["errors"][0]["code"] == "bad_cursor"
    with time_machine.travel(now() + timedelta(days=6)):
        fresh = shop_api(shop).get("availability/changes/", since=cursor)
        assert fresh.status_code == 200
    with time_machine.travel(now() + timedelta(days=8)):
        gone = shop_api(shop).get("availability/changes/", since=cursor)
        assert (gone.status_code, gone.json()["code"]) == (410, "cursor_expired")
        again = shop_api(shop).get("availability/changes/", since=fresh.json()["cursor"])
        assert again.status_code == 200


def test_what_was_never_kept_is_not_in_the_first_round() -> None:
    shop = make_shop(1)
    make_sku()
    with transaction.atomic():
        put(make_sku(status=SkuStatus.DISCONTINUED), shop.store, 3)
    data = shop_api(shop).get("availability/changes/").json()
    assert [one["sku"] for one in data["changes"]] == [shop.skus[0].code]
