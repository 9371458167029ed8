"""Baskets held over REST, and the orders that take their place."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction

from inventory.models import Hold, Stock
from inventory.services.audit import stock_audit
from inventory.services.holds import holds_sweep
from oms.core.clock import now
from oms.orders.api.holds import BASKET, HELD
from oms.orders.models import BasketHold, Channel
from oms.orders.services.holding import basket_hold, basket_holds_prune
from oms.orders.services.placement import order_place
from tests.catalog.factories import make_kit, make_price_list, make_sku
from tests.inventory.factories import ACTOR, put
from tests.inventory.racing import race
from tests.orders.api import Api, order_body, shop_api
from tests.orders.factories import Shop, make_shop, order_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop(skus=2, units=5)


@pytest.fixture
def api(shop: Shop) -> Api:
    return shop_api(shop)


def basket(shop: Shop, quantity: int = 1, **changes: Any) -> dict[str, Any]:
    return {"lines": [{"sku": sku.code, "quantity": quantity} for sku in shop.skus]} | changes


def held_at(shop: Shop) -> list[tuple[str, int]]:
    rows = Stock.objects.filter(held__gt=0).order_by("sku__code")
    return list(rows.values_list("location__code", "held"))


def test_a_basket_is_held_where_an_order_would_take_it(shop: Shop, api: Api) -> None:
    answer = api.post("holds/", basket(shop, 4))
    assert answer.status_code == 201
    told = answer.json()
    assert set(told) == set(HELD)
    assert [place["location"] for place in told["places"]] == [shop.warehouse.code] * 2
    assert held_at(shop) == [(shop.warehouse.code, 4)] * 2
    expires = BasketHold.objects.get().expires_at
    assert timedelta(minutes=29) < expires - now() <= timedelta(minutes=30)
    assert api.get(answer["Location"].removeprefix("/api/v1/")).json() == told
    # Nobody else can have them.
    assert api.post("orders/", order_body(shop, 2)).status_code == 409


def test_the_channel_says_how_long(shop: Shop, api: Api) -> None:
    Channel.objects.update(hold_minutes=5)
    assert api.post("holds/", basket(shop)).status_code == 201
    assert BasketHold.objects.get().expires_at - now() <= timedelta(minutes=5)


def test_the_order_takes_the_place_of_its_hold(shop: Shop, api: Api) -> None:
    held = api.post("holds/", basket(shop, 5)).json()["id"]
    answer = api.post("orders/", order_body(shop, 5, hold=held))
    assert answer.status_code == 201, answer.content
    assert not Hold.objects.exists()
    assert held_at(shop) == []
    assert api.get(f"holds/{held}/").status_code == 404
    assert stock_audit().clean


def test_a_payment_that_fails_leaves_the_basket_held_and_it_never_stands_in_its_own_way(
    shop: Shop, api: Api
) -> None:
    """Sylius#7707, #3573: a customer's own hold blocked their payment retry."""
    held = api.post("holds/", basket(shop, 5)).json()["id"]
    paid = {"token": uuid.uuid4().hex, "amount": "0.01"}
    for _attempt in range(2):
        refused = api.post("orders/", order_body(shop, 5, hold=held, payment=paid))
        assert refused.status_code == 409, refused.content
        assert held_at(shop) == [(shop.warehouse.code, 5)] * 2
    assert api.post("orders/", order_body(shop, 5, hold=held)).status_code == 201


def test_an_order_may_want_more_or_less_than_was_held(shop: Shop, api: Api) -> None:
    held = api.post("holds/", basket(shop, 1)).json()["id"]
    assert api.post("orders/", order_body(shop, 6, hold=held)).status_code == 409
    assert held_at(shop) == [(shop.warehouse.code, 1)] * 2
    assert api.post("orders/", order_body(shop, 4, hold=held)).status_code == 201
    assert held_at(shop) == []


def test_a_kit_is_held_by_its_components(shop: Shop, api: Api) -> None:
    part = make_sku()
    kit = make_kit({part: 2})
    make_price_list({kit: "30.00"})
    with transaction.atomic():
        put(part, shop.warehouse, 4)
    lines = [{"sku": kit.code, "quantity": 2}]
    told = api.post("holds/", {"lines": lines}).json()
    assert [(one["sku"], one["quantity"]) for one in told["places"]] == [(part.code, 4)]
    ordered = api.post("orders/", order_body(shop, hold=told["id"]) | {"lines": lines})
    assert ordered.status_code == 201, ordered.content
    assert stock_audit().clean


def test_a_basket_changes_and_its_time_begins_anew(shop: Shop, api: Api) -> None:
    held = api.post("holds/", basket(shop, 5)).json()
    with time_machine.travel(now() + timedelta(minutes=20)):
        changed = api.put(f"holds/{held['id']}/", basket(shop, 3))
    assert changed.status_code == 200, changed.content
    assert changed.json()["expires_at"] > held["expires_at"]
    assert held_at(shop) == [(shop.warehouse.code, 3)] * 2
    refused = api.put(f"holds/{held['id']}/", basket(shop, 50))
    assert refused.status_code == 409
    assert held_at(shop) == [(shop.warehouse.code, 3)] * 2
    assert stock_audit().clean


def test_a_basket_is_let_go(shop: Shop, api: Api) -> None:
    held = api.post("holds/", basket(shop, 5)).json()["id"]
    assert api.delete(f"holds/{held}/").status_code == 204
    assert held_at(shop) == []
    assert api.delete(f"holds/{held}/").status_code == 404


def test_a_lapsed_basket_keeps_nothing_and_can_still_be_ordered(shop: Shop, api: Api) -> None:
    held = api.post("holds/", basket(shop, 5)).json()["id"]
    past = now() - timedelta(minutes=1)
    Hold.objects.update(expires_at=past)
    BasketHold.objects.update(expires_at=past)
    told = api.get(f"holds/{held}/").json()
    assert (told["lapsed"], told["places"]) == (True, [])
    # Before the sweep as after it.
    assert api.post("orders/", order_body(shop, 1)).status_code == 201
    holds_sweep()
    assert api.post("orders/", order_body(shop, 4, hold=held)).status_code == 201
    assert stock_audit().clean


def test_lapsed_baskets_are_forgotten_after_a_day(shop: Shop, api: Api) -> None:
    api.post("holds/", basket(shop))
    assert basket_holds_prune() == 0
    BasketHold.objects.update(expires_at=now() - timedelta(days=2))
    assert basket_holds_prune() == 1


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"lines": []}, "lines", "empty"),
        ({"lines": [{"sku": "NONE", "quantity": 1}]}, "lines[0].sku", "unknown_sku"),
        ({"method": "collect"}, "location", "required"),
        ({"minutes": 5}, "minutes", "unknown_field"),
    ],
)
def test_a_basket_that_cannot_be_held_says_why(
    shop: Shop, api: Api, changes: dict[str, Any], field: str, code: str
) -> None:
    answer = api.post("holds/", basket(shop, **changes))
    assert answer.status_code == 400, answer.content
    errors = {(one["field"], one["code"]) for one in answer.json()["errors"]}
    assert (field, code) in errors, errors


def test_the_example_is_accepted(shop: Shop, api: Api) -> None:
    lines = [{"sku": shop.skus[0].code, "quantity": 2}]
    assert api.post("holds/", BASKET | {"lines": lines}).status_code == 201


def test_a_hold_of_another_channel_is_none(shop: Shop, api: Api) -> None:
    held = api.post("holds/", basket(shop)).json()["id"]
    other = Channel.objects.create(code="other", name="Other", kind="eshop")
    foreign = Api(bound_to=("channel", other))
    assert foreign.get(f"holds/{held}/").status_code == 404
    answer = foreign.post("orders/", order_body(shop, hold=held))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "unknown_hold"


@pytest.mark.django_db(transaction=True)
def test_baskets_that_cross_are_ordered_at_once() -> None:
    """Each order ends its own hold and takes other shelves as well: no two wait for each other."""
    shop = make_shop(skus=3, units=200)
    baskets = [
        basket_hold(
            order_request(shop, 1, lines=order_request(shop).lines[start : start + 1]), actor=ACTOR
        )
        for start in (0, 1, 2) * 10
    ]
    calls = [
        lambda held=held: order_place(order_request(shop, 1, hold=held.uid), actor=ACTOR)
        for held in baskets
    ]
    answers = race(calls, threads=8)
    assert not [one for one in answers if isinstance(one, Exception)]
    assert not Hold.objects.exists()
    assert stock_audit().clean
