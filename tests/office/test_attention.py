"""What of stock the office's first page says needs a person."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory.models import PurchaseOrder, StockBatch, StockFeed, Transfer
from inventory.services.audit import KIND
from inventory.services.purchasing import Confirmation, purchase_confirm
from inventory.status import BatchKind
from oms.core.actors import system_actor
from oms.core.clock import now, retailer_zone
from oms.core.models import Job
from oms.office.selectors.attention import Attention, attention
from tests.inventory.factories import make_location, make_sku, put
from tests.inventory.purchasing import make_ordered, receive
from tests.inventory.transfers import sent_to

pytestmark = pytest.mark.django_db
ACTOR = system_actor("test")
NOTHING = Attention(silent_feeds=[], drifted=0, late_purchases=0, late_transfers=0)


def yesterday():
    return now().astimezone(retailer_zone()).date() - timedelta(days=1)


def silent_feed(name: str) -> None:
    """It sent once, long ago."""
    location = make_location(name=name)
    StockFeed.objects.create(location=location)
    batch = StockBatch.objects.create(
        location=location, batch_id="1", sequence=1, kind=BatchKind.FULL, as_of=now()
    )
    StockBatch.objects.filter(pk=batch.pk).update(created_at=now() - timedelta(days=40))


def late_purchase() -> PurchaseOrder:
    order = make_ordered([5])
    PurchaseOrder.objects.filter(pk=order.pk).update(expected_on=yesterday())
    return order


def late_transfer() -> Transfer:
    sku, source = make_sku(), make_location()
    put(sku, source, 5)
    transfer = sent_to(source, make_location(), sku)
    Transfer.objects.filter(pk=transfer.pk).update(expected_on=yesterday())
    return transfer


def drifted(count: int) -> None:
    Job.objects.create(kind=KIND, title="x", status="done", result={"drift_count": count})


def test_when_nothing_is_wrong_nothing_is_said(office) -> None:
    make_ordered([5])
    assert attention(ACTOR) == NOTHING
    assert not attention(ACTOR).any
    assert b"home-trouble" not in office.get("/office/").content


def test_what_needs_a_person_is_a_line_with_a_link(office) -> None:
    silent_feed("Torino")
    drifted(3)
    late_purchase()
    late_transfer()
    assert attention(ACTOR) == Attention(["Torino"], 3, 1, 1)
    page = office.get("/office/").content.decode()
    for words, link in (
        ("Torino", reverse("stock-batch-list")),
        ("3 stock figures", "/office/stock/audit/"),
        ("1 purchase order is late", "/office/purchasing/?late=true"),
        ("1 transfer is late", "/office/transfers/?late=true"),
    ):
        assert words in page
        assert f'href="{link}"' in page


def test_the_newest_audit_counts() -> None:
    drifted(3)
    drifted(0)
    Job.objects.create(kind=KIND, title="x", status="failed")
    assert attention(ACTOR).drifted == 0


def test_what_came_or_was_confirmed_for_later_is_not_late() -> None:
    receive(late_purchase(), 5)
    confirmed = late_purchase()
    said = [Confirmation(1, due_on=yesterday() + timedelta(days=9))]
    purchase_confirm(confirmed.number, said, actor=ACTOR)
    assert attention(ACTOR).late_purchases == 0
    late_purchase()
    assert attention(ACTOR).late_purchases == 1


def test_the_lists_behind_the_links_show_the_late_ones(office) -> None:
    late, other = late_purchase(), make_ordered([1])
    page = office.get("/office/purchasing/?late=true").content.decode()
    assert f">{late.number}<" in page
    assert f">{other.number}<" not in page
    transfer, source, sku = late_transfer(), make_location(), make_sku()
    put(sku, source, 5)
    on_time = sent_to(source, make_location(), sku)
    page = office.get("/office/transfers/?late=true").content.decode()
    assert f">{transfer.number}<" in page
    assert f">{on_time.number}<" not in page


def test_who_may_not_open_the_audit_is_not_sent_there(sign_in) -> None:
    silent_feed("Torino")
    drifted(3)
    page = sign_in("pricing_admin").get("/office/").content.decode()
    assert "Torino" in page
    assert "/office/stock/audit/" not in page


def test_the_number_of_queries_does_not_depend_on_how_much_is_wrong() -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            attention(ACTOR)
        return len(queries)

    silent_feed("A")
    late_purchase()
    few = asked()
    for name in "BCD":
        silent_feed(name)
        late_purchase()
        late_transfer()
    assert asked() == few <= 7
