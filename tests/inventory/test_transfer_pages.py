"""Transfers in the office."""

from typing import Any

import pytest
from django.urls import reverse

from inventory.drafts import draft_lines
from inventory.models import Location, Transfer, TransferDiscrepancy
from inventory.services.receiving import Arrival, transfer_receive
from inventory.status import LocationKind, TransferStatus
from tests.inventory.factories import (
    ACTOR,
    figures,
    make_kit,
    make_location,
    make_sku,
    put,
)
from tests.inventory.test_pages import signed_in, text
from tests.inventory.transfers import requested, sent_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> tuple[Any, Location, Location]:
    sku = make_sku("A", gtin="4006381333931")
    warehouse = make_location("WH", name="Nave", kind=LocationKind.WAREHOUSE)
    store = make_location("S1", name="Milano")
    put(sku, warehouse, 20)
    return sku, warehouse, store


def form(**changes: Any) -> dict[str, Any]:
    return {"source": "WH", "destination": "S1", "lines": "A 4", **changes}


def test_a_new_transfer_from_pasted_lines(house) -> None:
    client = signed_in("operations_admin")
    answer = client.post(
        reverse("transfer-new"), form(lines="a\t4\n4006381333931 2", expected_on="2030-01-02")
    )
    transfer = Transfer.objects.get()
    assert answer["Location"] == reverse("transfer-detail", args=[transfer.number])
    assert transfer.lines.get().requested == 6
    assert figures(house[0], house[1]) == (20, 6)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lines": "NOPE 1"}, "NOPE: There is no such SKU"),
        ({"lines": "A 21"}, "A: Only 20 are available"),
        ({"lines": "A x"}, "A: Give a whole number of units, 1 or more"),
        ({"destination": "WH"}, "Goods cannot be sent to where they are"),
        ({"source": ""}, "This field is required"),
        ({"lines": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(house, changes, words) -> None:
    answer = signed_in("operations_admin").post(reverse("transfer-new"), form(**changes))
    assert answer.status_code == 422
    assert words in text(answer)
    assert form(**changes)["lines"] in text(answer)
    assert not Transfer.objects.exists()


def test_a_clerk_of_neither_end_is_told_so(house) -> None:
    client = signed_in("clerk", make_location())
    answer = client.post(reverse("transfer-new"), form())
    assert answer.status_code == 422
    assert "You handle stock at neither of these two" in text(answer)


def test_lines_are_checked_while_they_are_typed(house) -> None:
    sku, warehouse, _store = house
    make_kit({sku: 3}, "KIT")
    client = signed_in("clerk", warehouse)
    answer = text(client.post(reverse("transfer-check"), form(lines="A 4\nKIT 7\nNOPE 1")))
    assert "Thing A" in answer
    assert "A set: its parts travel" in answer
    assert "Only 6 are available" in answer
    assert "There is no such SKU" in answer
    unplaced = text(client.post(reverse("transfer-check"), {"lines": "A 400"}))
    assert "Choose where from" in unplaced
    assert "No lines yet" in text(client.post(reverse("transfer-check"), {"lines": ""}))


def test_drafts_cost_three_queries(house, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        draft_lines("A 1\nB 2\nC 3", house[1])


def test_from_the_request_to_the_last_unit(house) -> None:
    sku, warehouse, store = house
    client = signed_in("operations_admin")
    transfer = requested(warehouse, store, {sku: 6})
    line = transfer.lines.get()
    page = text(client.get(reverse("transfer-detail", args=[transfer.number])))
    assert "Pick slip" in page
    assert "Cancel the transfer" in page

    ship = reverse("transfer-ship", args=[transfer.number])
    assert 'value="6"' in text(client.get(ship))
    too_many = client.post(ship, {f"units-{line.pk}": "7"})
    assert (too_many.status_code, "At most 6 were requested" in text(too_many)) == (422, True)
    client.post(ship, {f"units-{line.pk}": "5", "expected_on": "2030-01-02"})
    assert figures(sku, warehouse) == (15, 0)
    assert client.get(ship)["Location"] == reverse("transfer-detail", args=[transfer.number])

    receive = reverse("transfer-receive", args=[transfer.number])
    fields = {f"received-{line.pk}": "3", f"missing-{line.pk}": "1", "reference": "r1"}
    for _time in range(2):
        client.post(receive, fields)
    assert figures(sku, store) == (3, 0)
    assert Transfer.objects.get().status == TransferStatus.PARTLY_RECEIVED

    settle = reverse("transfer-settle", args=[transfer.number])
    client.post(settle, {"outcome": "written_off"})
    page = text(client.get(reverse("transfer-detail", args=[transfer.number])))
    assert "Say why the units are written off" in page
    client.post(settle, {"outcome": "written_off", "note": "never came", "line": line.pk})
    page = text(client.get(reverse("transfer-detail", args=[transfer.number])))
    assert "never came" in page
    assert Transfer.objects.get().status == TransferStatus.RECEIVED


def test_cancel(house) -> None:
    sku, warehouse, store = house
    client = signed_in("clerk", store)
    transfer = requested(warehouse, store, {sku: 6})
    client.post(reverse("transfer-cancel", args=[transfer.number]))
    assert figures(sku, warehouse) == (20, 0)


def test_the_lists_filter_sum_and_export(house, django_assert_max_num_queries) -> None:
    sku, warehouse, store = house
    client = signed_in("operations_admin")
    one, two = sent_to(warehouse, store, sku, 4), requested(warehouse, store, {sku: 2})
    arrival = Arrival("1", {sku.pk: 1}, missing={sku.pk: 2})
    transfer_receive(one.uid, arrival, actor=ACTOR)
    with django_assert_max_num_queries(14):
        page = text(client.get(reverse("transfer-list")))
    assert str(one.number) in page
    rows = text(client.get(reverse("transfer-list"), {"_export": "csv"})).splitlines()
    assert [row.split(",")[:2] for row in rows[1:]] == [
        [str(two.number), "Requested"],
        [str(one.number), "Partly received"],
    ]
    for query in ({"status": "requested"}, {"q": str(two.number)}):
        rows = text(client.get(reverse("transfer-list"), {"_export": "csv", **query}))
        assert [str(one.number) in rows, str(two.number) in rows] == [False, True]
    lost = text(client.get(reverse("transfer-list"), {"_export": "csv", "lost": "on"}))
    assert [str(one.number) in lost, str(two.number) in lost] == [True, False]
    found = reverse("transfer-discrepancy-list")
    assert ",Missing," in text(client.get(found, {"_export": "csv", "state": "open"}))
    assert ",Missing," not in text(client.get(found, {"_export": "csv", "state": "settled"}))
    assert "To be settled" in text(client.get(found))


def test_one_end_is_enough_to_see_it(house) -> None:
    sku, warehouse, store = house
    transfer = sent_to(warehouse, store, sku)
    page = reverse("transfer-detail", args=[transfer.number])
    for scope, status in ((warehouse, 200), (store, 200), (make_location(), 404)):
        assert signed_in("clerk", scope).get(page).status_code == status


def test_its_papers(house) -> None:
    sku, warehouse, store = house
    client = signed_in("clerk", warehouse)
    transfer = requested(warehouse, store, {sku: 2})
    paper = reverse("transfer-paper", args=[transfer.number])
    assert "Pick slip" in text(client.get(paper))
    sent = sent_to(warehouse, store, sku)
    note = text(client.get(reverse("transfer-paper", args=[sent.number])))
    assert "Delivery note" in note
    assert "<svg" in note


def test_in_transit_stands_on_the_skus_and_the_locations_page(house) -> None:
    sku, warehouse, store = house
    put(sku, store, 1)
    transfer = sent_to(warehouse, store, sku, 7)
    client = signed_in("operations_admin")
    page = text(client.get(reverse("stock-sku", args=["A"])))
    assert f"transfer {transfer.number}" in page
    exported = text(client.get(reverse("stock-sku", args=["A"]), {"_export": "csv"}))
    assert [row.split(",")[7] for row in exported.splitlines()[1:]] in (["0", "7"], ["7", "0"])
    place = text(client.get(reverse("location-detail", args=["S1"])))
    assert '<p class="figure-number">7</p>' in place
    ledger = text(client.get(reverse("stock-movements", args=["A", "WH"])))
    assert reverse("transfer-detail", args=[transfer.number]) in ledger
    assert not TransferDiscrepancy.objects.exists()
