from typing import Any

import pytest

from tests.orders.api import Api, order_body, shop_api
from tests.orders.factories import Shop, figures, make_channel, make_shop, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop(2)


def work_of(api: Api, number: int) -> dict[str, Any]:
    (work,) = api.get(f"orders/{number}/fulfilment-orders/").json()
    return dict(work)


def test_from_order_to_parcel(shop: Shop) -> None:
    api = shop_api(shop)
    number = api.post("orders/", order_body(shop, 2)).json()["number"]
    work = work_of(api, number)
    assert (work["status"], work["location"]) == ("open", shop.warehouse.code)
    path = f"fulfilment-orders/{work['uid']}/"

    part = api.post(f"{path}pick/", {"lines": [{"position": 1, "picked": 1}]})
    assert part.status_code == 200, part.content
    assert part.json()["status"] == "picking"
    assert [line["picked"] for line in part.json()["lines"]] == [1, 0]
    assert api.post(f"{path}ship/", {"carrier": "DHL"}).json()["code"] == "not_picked"

    assert api.post(f"{path}pick/").json()["status"] == "picked"
    assert api.post(f"{path}ready/").json()["status"] == "ready"
    shipped = api.post(f"{path}ship/", {"carrier": "DHL", "tracking_number": "JD01"}, key="s")
    assert shipped.json()["status"] == "shipped"
    assert shipped.json()["shipment"]["tracking_number"] == "JD01"
    assert figures(shop.skus[0], shop.warehouse) == (98, 0)

    again = api.post(f"{path}ship/", {"carrier": "DHL", "tracking_number": "JD01"}, key="s")
    assert again.content == shipped.content
    twice = api.post(f"{path}ship/", {"carrier": "DHL"})
    assert (twice.status_code, twice.json()["code"]) == (409, "invalid_transition")
    order = api.get(f"orders/{number}/").json()
    assert (order["status"], order["payment_status"]) == ("completed", "paid")


def test_the_list_of_work(shop: Shop) -> None:
    api = shop_api(shop)
    first, second = place(shop), place(shop)
    rows = api.get("fulfilment-orders/", location=shop.warehouse.code, open="true").json()
    assert [row["order_number"] for row in rows["results"]] == [first.number, second.number]
    assert rows["results"][0]["lines"][0]["sku"] == shop.skus[0].code
    assert not api.get("fulfilment-orders/?status=shipped").json()["results"]
    assert not api.get("fulfilment-orders/?open=false").json()["results"]
    assert api.get("fulfilment-orders/?opened=true").status_code == 400
    uid = rows["results"][0]["uid"]
    assert api.get(f"fulfilment-orders/{uid}/").json() == rows["results"][0]


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([{"position": 3, "picked": 1}], "lines[0].position"),
        ([{"position": 1, "picked": 2}], "lines[0].picked"),
        ([{"position": 1, "picked": -1}], "lines[0].picked"),
        ([{"position": 1}], "lines[0].picked"),
    ],
)
def test_wrong_reports_change_nothing(shop: Shop, lines: Any, field: str) -> None:
    api = shop_api(shop)
    work = work_of(api, place(shop).number)
    answer = api.post(f"fulfilment-orders/{work['uid']}/pick/", {"lines": lines})
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("action", ["ready", "ship"])
def test_a_pickup_is_finished_at_the_counter(shop: Shop, action: str) -> None:
    api = shop_api(shop)
    work = work_of(api, place(shop, method="reserve", address=None).number)
    body = {"carrier": "DHL"} if action == "ship" else {}
    answer = api.post(f"fulfilment-orders/{work['uid']}/{action}/", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "at_the_counter")


def test_foreign_work_is_missing(shop: Shop) -> None:
    api = shop_api(shop)
    uid = work_of(api, place(shop).number)["uid"]
    stranger = Api(bound_to=("channel", make_channel("stranger")))
    assert stranger.get(f"fulfilment-orders/{uid}/").status_code == 404
    for action, body in (("pick", {}), ("ready", {}), ("ship", {"carrier": "DHL"})):
        assert stranger.post(f"fulfilment-orders/{uid}/{action}/", body).status_code == 404
    assert work_of(api, place(shop).number)["status"] == "open"
    assert not stranger.get("fulfilment-orders/").json()["results"]
