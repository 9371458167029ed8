"""The stock sync over REST."""

import gzip
from typing import Any

import pytest
from django.test import Client

from inventory.models import Location, Stock, StockBatch
from oms.core.clock import now
from oms.core.jobs import jobs_run
from tests.core.factories import make_key
from tests.inventory.factories import make_location, make_sku, put

pytestmark = pytest.mark.django_db
BATCHES = "/api/v1/stock-batches/"


@pytest.fixture
def store() -> Location:
    store = make_location("S1")
    for code, units in (("A", 5), ("B", 7)):
        put(make_sku(code), store, units)
    return store


@pytest.fixture
def token(store: Location) -> str:
    return make_key("stock:write", bound_to=("location", store))[1]


def send(token: str, body: bytes, **more: Any) -> Any:
    query = {
        "location": "S1",
        "batch_id": "b1",
        "sequence": 1,
        "kind": "partial",
        "as_of": now().isoformat(),
    } | more
    return Client().post(
        BATCHES,
        body,
        content_type=str(more.pop("content_type", "text/csv")),
        query_params={name: value for name, value in query.items() if name != "content_type"},
        headers={"Authorization": f"Bearer {token}"},
    )


def read(token: str, path: str) -> Any:
    return Client().get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_batch_is_received_applied_and_followed(token: str) -> None:
    answer = send(token, b"sku,quantity\nA,6\n")
    assert (answer.status_code, answer.json()["status"]) == (202, "received")
    jobs_run()
    batch = read(token, answer["Location"]).json()
    assert (batch["status"], batch["result"]["changed"]) == ("applied", 1)
    assert Stock.objects.get(sku__code="A").on_hand == 6
    listed = read(token, f"{BATCHES}?status=applied&location=S1").json()["results"]
    assert [one["uid"] for one in listed] == [batch["uid"]]


def test_sent_again_it_is_answered_and_not_repeated(token: str) -> None:
    body = gzip.compress(b"sku,quantity\nA,+1\n")
    moment = now().isoformat()
    more = {"kind": "delta", "as_of": moment, "content_type": "application/gzip"}
    first = send(token, body, **more)
    jobs_run()
    again = send(token, body, **more)
    assert (again.status_code, again.json()["uid"]) == (200, first.json()["uid"])
    jobs_run()
    assert Stock.objects.get(sku__code="A").on_hand == 6


def test_wrong_rows_are_downloaded(token: str) -> None:
    answer = send(token, b"sku,quantity\nA,six\n=NOPE,1\n")
    jobs_run()
    batch = read(token, answer["Location"]).json()
    assert (batch["status"], batch["error_count"]) == ("refused", 2)
    file = b"".join(read(token, batch["row_errors"]).streaming_content).decode("utf-8-sig")
    assert file.splitlines() == [
        "line,field,code,value",
        "2,quantity,bad_number,six",
        "3,sku,unknown_sku,'=NOPE",
    ]


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"location": "S2"}, "location", "unknown_location"),
        ({"kind": "half"}, "kind", "invalid_choice"),
        ({"sequence": "x"}, "sequence", "invalid"),
        ({"as_of": "yesterday"}, "as_of", "invalid"),
        ({"as_of": "2026-10-25T02:30:00"}, "as_of", "no_zone"),
        ({"as_off": "x"}, "as_off", "unknown_parameter"),
    ],
)
def test_a_bad_head_is_named_by_its_field(
    token: str, more: dict[str, Any], field: str, code: str
) -> None:
    make_location("S2")
    answer = send(token, b"sku,quantity\nA,6\n", **more)
    assert answer.status_code == 400
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]
    assert not StockBatch.objects.exists()


def test_an_older_batch_and_a_reused_id_are_refused(token: str) -> None:
    send(token, b"sku,quantity\nA,6\n", sequence=5)
    late = send(token, b"sku,quantity\nA,7\n", batch_id="b0", sequence=4)
    assert (late.status_code, late.json()["code"]) == (409, "stale_batch")
    reused = send(token, b"sku,quantity\nA,7\n", sequence=6)
    assert (reused.status_code, reused.json()["code"]) == (422, "batch_reused")


def test_another_locations_key_sees_nothing(token: str) -> None:
    batch = send(token, b"sku,quantity\nA,6\n").json()
    other = make_key("stock:write", bound_to=("location", make_location("S3")))[1]
    assert read(other, f"{BATCHES}{batch['uid']}/").status_code == 404
    assert read(other, f"{BATCHES}{batch['uid']}/errors/").status_code == 404
    assert read(other, BATCHES).json()["results"] == []
