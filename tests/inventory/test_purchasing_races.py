"""Two people, one delivery: real threads, and what happens without the guard."""

import uuid
from functools import partial

import pytest
from django.db import IntegrityError

from inventory.errors import OverReceipt
from inventory.models import ExpectedSupply, PurchaseOrder, PurchaseReceipt, Stock
from inventory.services import deliveries
from inventory.services.audit import stock_audit
from tests.inventory.purchasing import make_ordered, receive
from tests.inventory.racing import Meeting, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]


def received_twice(people: int) -> tuple[int, int, int]:
    """(deliveries booked, units in stock, units the order knows of) when all book 10 of 10."""
    order = make_ordered([10])
    results = race([partial(receive, order, 10)] * people, threads=people)
    booked = sum(isinstance(result, PurchaseReceipt) for result in results)
    assert all(isinstance(result, PurchaseReceipt | OverReceipt) for result in results)
    stock = Stock.objects.get(location=order.location)
    return booked, stock.on_hand, order.lines.get().received


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two who have read what is still owed go on when both have."""
    monkeypatch.setattr(deliveries, "_checked", Meeting().after(deliveries._checked))


def test_of_two_who_receive_the_same_order_one_is_asked(meeting) -> None:
    assert received_twice(8) == (1, 10, 10)


def test_without_the_lock_more_than_one_receives_it(meeting, monkeypatch) -> None:
    """The control: the race above is hard enough to break an order read without its lock."""

    def unlocked(number: int) -> PurchaseOrder:
        return PurchaseOrder.objects.select_related("supplier", "location").get(number=number)

    monkeypatch.setattr(deliveries, "purchase_for_update", unlocked)
    booked, on_hand, known = received_twice(8)
    assert booked > 1
    assert on_hand == booked * 10 > known


def test_parts_received_at_once_add_up() -> None:
    order = make_ordered([40])
    race([partial(receive, order, 5)] * 8, threads=8)
    assert Stock.objects.get(location=order.location).on_hand == 40
    assert order.lines.get().received == 40
    assert not ExpectedSupply.objects.filter(source=order.uid).exists()
    assert stock_audit().clean


def posted_twice(posts: int) -> tuple[list[PurchaseReceipt | Exception], int]:
    order, uid = make_ordered([100]), uuid.uuid4()
    results = race([partial(receive, order, 10, uid=uid)] * posts, threads=posts)
    return results, Stock.objects.get(location=order.location).on_hand


def test_one_delivery_posted_by_eight_requests_is_booked_once(meeting) -> None:
    results, on_hand = posted_twice(8)
    assert {type(result) for result in results} == {PurchaseReceipt}
    assert on_hand == 10


def test_without_the_lock_the_ledger_itself_refuses(meeting, monkeypatch) -> None:
    """The second guard: the movement's source reference is unique whoever comes first."""

    def unlocked(number: int) -> PurchaseOrder:
        return PurchaseOrder.objects.select_related("supplier", "location").get(number=number)

    monkeypatch.setattr(deliveries, "purchase_for_update", unlocked)
    results, on_hand = posted_twice(8)
    assert on_hand == 10
    refused = [result for result in results if not isinstance(result, PurchaseReceipt)]
    assert refused
    assert not any(isinstance(result, IntegrityError) for result in refused)
