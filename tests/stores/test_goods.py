"""Receiving and sending at the counter: scans, numbers, undo, the end."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Sku
from inventory.models import TallyEntry, Transfer, TransferDiscrepancy, TransferLine
from inventory.selectors.transfers import transfer_code
from inventory.services.audit import stock_audit
from inventory.status import TransferStatus
from tests.inventory.factories import figures, make_kit, make_sku
from tests.inventory.transfers import requested, shipped
from tests.orders.factories import Shop, make_shop
from tests.stores.factories import make_clerk
from tests.stores.test_pages import text_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def shop() -> Shop:
    return make_shop(2)


@pytest.fixture
def transfer(shop: Shop) -> Transfer:
    """Four of one SKU and two of another, on their way to the store."""
    return shipped(shop.warehouse, shop.store, {shop.skus[0]: 4, shop.skus[1]: 2})


def url(name: str, transfer: Transfer, *args: Any, kind: str = "transfer") -> str:
    return reverse(name, args=[kind, transfer.uid, *args])


def scan(client: Client, transfer: Transfer, sku: Sku, **data: Any) -> Any:
    kind = data.pop("kind", "transfer")
    return client.post(
        url("counter-goods-scan", transfer, kind=kind),
        {"code": sku.code, "nonce": uuid4(), **data},
        headers=HTMX,
    )


def finish(client: Client, transfer: Transfer, kind: str = "transfer", **data: Any) -> Any:
    seen = sum(TallyEntry.objects.filter(tally__closed_at=None).values_list("units", flat=True))
    return client.post(
        url("counter-goods-end", transfer, kind=kind),
        {"reference": uuid4(), "seen": seen, **data},
        headers=HTMX,
    )


def status(transfer: Transfer) -> str:
    return Transfer.objects.get(pk=transfer.pk).status


def test_the_list_says_what_is_on_its_way_and_what_to_send(shop, till, transfer) -> None:
    requested(shop.store, shop.warehouse, {shop.skus[0]: 3})
    first = text_of(till.get(reverse("counter-receive")))
    assert "1 On their way here 1 To send" in first
    assert f"Transfer {transfer.number} · 6 units" in first
    send = text_of(till.get(reverse("counter-receive"), {"tab": "send"}))
    assert f"To {shop.warehouse.name}" in send
    assert "3 units" in send


def test_an_empty_list_says_so(till) -> None:
    assert "Nothing is on its way here" in text_of(till.get(reverse("counter-receive")))
    send = till.get(reverse("counter-receive"), {"tab": "send"})
    assert "Nothing to send" in text_of(send)


def test_the_notes_qr_or_its_number_opens_it(till, transfer) -> None:
    for code in (transfer_code(transfer), str(transfer.number)):
        answer = till.post(reverse("counter-receive-scan"), {"code": code}, headers=HTMX)
        assert answer["HX-Redirect"] == url("counter-goods", transfer)
    missing = till.post(reverse("counter-receive-scan"), {"code": "999"}, headers=HTMX)
    assert "Not found" in text_of(missing)


def test_scans_are_counted_and_booked_in_the_end(shop, till, transfer) -> None:
    one, two = shop.skus
    for _time in range(4):
        scan(till, transfer, one)
    assert figures(one, shop.store) == (100, 0)  # nothing is booked yet
    done = scan(till, transfer, two, add=2)
    assert "Take into stock: 6 units" in text_of(done)

    answer = finish(till, transfer)

    assert "Received" in text_of(answer)
    assert (figures(one, shop.store), figures(two, shop.store)) == ((104, 0), (102, 0))
    assert status(transfer) == TransferStatus.RECEIVED
    assert stock_audit().clean


def test_a_scan_sent_twice_counts_once(shop, till, transfer) -> None:
    nonce = uuid4()
    scan(till, transfer, shop.skus[0], nonce=nonce)
    again = scan(till, transfer, shop.skus[0], nonce=nonce)
    assert "1 of 4" in text_of(again)


def test_a_finish_sent_twice_books_once(shop, till, transfer) -> None:
    scan(till, transfer, shop.skus[0])
    reference = uuid4()
    finish(till, transfer, reference=reference)
    again = finish(till, transfer, reference=reference, seen=0)
    assert "Booked already" in text_of(again)
    assert figures(shop.skus[0], shop.store) == (101, 0)


def test_the_last_scan_can_be_undone_once(shop, till, transfer) -> None:
    scan(till, transfer, shop.skus[0])
    scan(till, transfer, shop.skus[0])
    entry = TallyEntry.objects.latest("pk").pk
    for _time in range(2):
        answer = till.post(url("counter-goods-undo", transfer), {"entry": entry}, headers=HTMX)
        assert "1 of 4" in text_of(answer)


def test_a_typed_number_is_what_there_is(shop, till, transfer) -> None:
    scan(till, transfer, shop.skus[0])
    count = url("counter-goods-count", transfer, shop.skus[0].pk)
    for units, shown in (("3", "3 of 4"), ("3", "3 of 4"), ("0", "0 of 4")):
        assert shown in text_of(till.post(count, {"units": units}, headers=HTMX))
    assert till.post(count, {"units": "-1"}, headers=HTMX).status_code == 404


def test_what_nobody_expected_is_named_and_counted_only_when_meant(shop, till, transfer) -> None:
    stranger = make_sku(name="Garden gnome")
    refused = scan(till, transfer, stranger)
    assert "Not expected" in text_of(refused)
    assert "This is Garden gnome" in text_of(refused)
    assert not TallyEntry.objects.exists()

    scan(till, transfer, stranger, accept="yes")
    assert "Not on the transfer" not in text_of(till.get(url("counter-goods", transfer)))
    finish(till, transfer)

    assert figures(stranger, shop.store) == (1, 0)
    assert TransferDiscrepancy.objects.get().kind == "unexpected"


def test_a_set_is_not_scanned_its_parts_are(shop, till, transfer) -> None:
    kit = make_kit({shop.skus[0]: 2})
    assert "Scan its parts" in text_of(scan(till, transfer, kit))
    assert "Unknown barcode" in text_of(scan(till, transfer, Sku(code="NOPE")))


def test_one_too_many_is_counted_and_said(shop, till, transfer) -> None:
    answer = scan(till, transfer, shop.skus[1], add=3)
    assert "One too many" in text_of(answer)
    finish(till, transfer)
    assert figures(shop.skus[1], shop.store) == (103, 0)
    found = TransferDiscrepancy.objects.get()
    assert (found.kind, found.units) == ("over", 1)


def test_what_is_short_gets_a_reason(shop, till, transfer) -> None:
    one, two = shop.skus
    scan(till, transfer, one, add=1)
    page = text_of(till.get(url("counter-goods-end", transfer)))
    assert "Where are they?" in page
    finish(
        till,
        transfer,
        **{
            f"choice-{one.pk}": "missing",
            f"units-{one.pk}": "2",
            f"choice-{two.pk}": "damaged",
            f"units-{two.pk}": "2",
        },
    )
    found = {row.line.sku_id: (row.kind, row.units) for row in TransferDiscrepancy.objects.all()}
    assert found == {one.pk: ("missing", 2), two.pk: ("damaged", 2)}
    assert status(transfer) == TransferStatus.PARTLY_RECEIVED
    # The third of the first still comes; the others wait to be settled.
    assert TransferLine.objects.get(sku=one).in_transit == 3
    again = text_of(till.get(url("counter-goods", transfer)))
    assert "0 of 1" in again
    assert "2 are reported missing or damaged" in again
    # What was reported may come after all: it is scanned like anything else.
    scan(till, transfer, two, add=1)
    finish(till, transfer)
    assert figures(two, shop.store) == (101, 0)
    assert "1 unit" in text_of(till.get(reverse("counter-receive")))


def test_a_colleagues_scan_meanwhile_is_not_booked_unseen(shop, till, transfer) -> None:
    scan(till, transfer, shop.skus[0])
    answer = finish(till, transfer, seen=0)
    assert "The count has changed" in text_of(answer)
    assert figures(shop.skus[0], shop.store) == (100, 0)


def test_to_send_scan_to_pick_and_hand_to_the_driver(shop, till) -> None:
    transfer = requested(shop.store, shop.warehouse, {shop.skus[0]: 3})
    scan(till, transfer, shop.skus[0], kind="send", add=2)
    assert status(transfer) == TransferStatus.PICKING
    over = scan(till, transfer, shop.skus[0], kind="send", add=2)
    assert "all 3 are picked already" in text_of(over)

    answer = finish(till, transfer, kind="send")

    assert "2 units are on their way" in text_of(answer)
    assert figures(shop.skus[0], shop.store) == (98, 0)
    assert status(transfer) == TransferStatus.IN_TRANSIT


def test_without_javascript_each_form_leads_back(shop, till, transfer) -> None:
    page = url("counter-goods", transfer)
    data = {"code": shop.skus[0].code, "nonce": uuid4()}
    assert till.post(url("counter-goods-scan", transfer), data)["Location"] == page
    count = url("counter-goods-count", transfer, shop.skus[0].pk)
    assert till.post(count, {"units": "2"})["Location"] == page


def test_another_stores_goods_are_not_there(shop, transfer) -> None:
    stranger = Client()
    stranger.force_login(make_clerk(make_shop(1).store))
    assert stranger.get(url("counter-goods", transfer)).status_code == 404
    assert stranger.post(url("counter-goods-end", transfer)).status_code == 404


def test_queries_do_not_grow_with_the_lines(
    shop, till, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    few = shipped(shop.warehouse, shop.store, {shop.skus[0]: 1})
    many = shipped(shop.warehouse, shop.store, {shop.skus[0]: 1, shop.skus[1]: 1})
    till.get(url("counter-goods", few))
    with django_assert_num_queries(12) as counted:
        till.get(url("counter-goods", few))
    with django_assert_num_queries(len(counted)):
        till.get(url("counter-goods", many))
    with django_assert_max_num_queries(12):
        till.get(reverse("counter-receive"))
