"""Goods set aside over REST."""

import uuid
from typing import Any

import pytest

from inventory import examples
from inventory.models import Disposition
from inventory.services.allocation import allocate
from tests.inventory.dispositions import make_aside
from tests.inventory.factories import (
    ACTOR,
    demand,
    figures,
    make_kit,
    make_location,
    make_sku,
    put,
)
from tests.inventory.test_api import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf():
    sku, store = make_sku("GRD-SHEARS-01"), make_location("MI01")
    put(sku, store, 10)
    return sku, store


def post(api: Api, path: str = "", body: Any = None, key: str = "") -> Any:
    return api.client.post(
        f"/api/v1/dispositions/{path}",
        examples.SET_ASIDE if body is None else body,
        content_type="application/json",
        headers={"Idempotency-Key": key or uuid.uuid4().hex},
    )


def test_the_examples_work(shelf) -> None:
    api = Api()
    made = post(api)
    assert made.status_code == 201, made.json()
    assert set(made.json()) == set(examples.DISPOSITION)
    assert made.json()["expires_at"] is not None
    listed = api.get("dispositions/", open="true", sku="grd-shears-01").json()["results"]
    assert [one["uid"] for one in listed] == [made.json()["uid"]]
    assert api.get("stock/").json()["results"][0]["unavailable"] == 2
    off = post(api, f"{made.json()['uid']}/write-off/", {})
    assert (off.status_code, off.json()["outcome"]) == (200, "written_off")
    assert figures(*shelf) == (8, 0)
    assert api.get("dispositions/", open="true").json()["results"] == []
    assert len(api.get("dispositions/", open="false").json()["results"]) == 1


def test_writes_happen_once(shelf) -> None:
    api = Api()
    first, again = (post(api, key="k1") for _ in range(2))
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    path = f"{first.json()['uid']}/put-back/"
    for key, status in (("k2", 200), ("k2", 200), ("k3", 409)):
        assert post(api, path, {}, key=key).status_code == status
    assert post(api, path, {}).json()["code"] == "invalid_transition"


def test_some_of_them_end_as_a_disposition_of_their_own(shelf) -> None:
    api = Api()
    aside = post(api, body=examples.SET_ASIDE | {"units": 5}).json()
    path = f"{aside['uid']}/put-back/"
    first, again = (post(api, path, {"units": 2}, key="part") for _ in range(2))
    assert again.content == first.content
    assert (first.json()["units"], first.json()["outcome"]) == (2, "put_back")
    assert first.json()["uid"] != aside["uid"]
    assert post(api, path, {"units": 4}).json()["errors"][0]["field"] == "units"
    off = post(api, f"{aside['uid']}/write-off/", {}).json()
    assert (off["uid"], off["units"], off["outcome"]) == (aside["uid"], 3, "written_off")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"sku": "NOPE"}, "sku", "unknown_sku"),
        ({"sku": "KIT"}, "sku", "kit"),
        ({"location": "NOPE"}, "location", "unknown_location"),
        ({"units": 0}, "units", "min_value"),
        ({"units": "2"}, "units", "wrong_type"),
        ({"reason": "stolen"}, "reason", "invalid_choice"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at", "past"),
        ({"until": "tomorrow"}, "until", "unknown_field"),
    ],
)
def test_what_is_wrong_is_named(shelf, change: dict[str, Any], field: str, code: str) -> None:
    make_kit({shelf[0]: 2}, code="KIT")
    answer = post(Api(), body=examples.SET_ASIDE | change)
    assert answer.status_code == 400
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]
    assert not Disposition.objects.exists()


def test_null_means_until_somebody_says_so(shelf) -> None:
    answer = post(Api(), body=examples.SET_ASIDE | {"expires_at": None})
    assert answer.json()["expires_at"] is None


def test_more_than_is_free_asks_first(shelf) -> None:
    api = Api()
    assert post(api, body=examples.SET_ASIDE | {"units": 11}).json()["code"] == "shortage"
    allocate([demand(*shelf, 9)], cause="order", actor=ACTOR)
    assert post(api).json()["code"] == "shortage_unconfirmed"
    assert post(api, body=examples.SET_ASIDE | {"accept_shortage": True}).status_code == 201


def test_another_location_is_not_there(shelf) -> None:
    other = make_location("MI02")
    put(shelf[0], other, 5)
    foreign = make_aside(shelf[0], other)
    api = Api("stock:write", bound_to=("location", shelf[1]))
    assert api.get("dispositions/").json()["results"] == []
    assert post(api, f"{foreign.uid}/put-back/", {}).status_code == 404
    assert post(api, body=examples.SET_ASIDE | {"location": "MI02"}).status_code == 400
    assert post(api).status_code == 201
    assert post(Api("stock:read"), f"{foreign.uid}/put-back/", {}).status_code == 403


def test_a_list_takes_few_queries(shelf, django_assert_max_num_queries) -> None:
    for _ in range(5):
        make_aside(*shelf)
    api = Api("stock:read")
    with django_assert_max_num_queries(6):
        assert len(api.get("dispositions/").json()["results"]) == 5
    assert api.get("dispositions/", opened="true").status_code == 400
