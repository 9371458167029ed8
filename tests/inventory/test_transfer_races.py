"""Transfers from real threads: opposite ways, part shipments beside orders, the same receipt."""

import random
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from catalog.models import Sku
from inventory.errors import AlreadyBooked, InsufficientStock
from inventory.models import Location, Stock, Tally, Transfer, TransferLine
from inventory.selectors.transfers import IN_TRANSIT
from inventory.services import transfers
from inventory.services.allocation import allocate, release
from inventory.services.audit import stock_audit
from inventory.services.receiving import Arrival, transfer_receive
from inventory.services.tallies import Place, tally_add, tally_close, tally_units
from inventory.services.transfers import transfer_ship
from oms.core.dberrors import sqlstate
from oms.core.errors import Conflict
from tests.inventory.factories import ACTOR, demand, figures, make_location, make_sku, put
from tests.inventory.racing import race
from tests.inventory.transfers import requested, shipped

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
DEADLOCK = "40P01"


def shelves(skus: int, units: int) -> tuple[list[Sku], Location, Location]:
    goods, one, two = [make_sku() for _ in range(skus)], make_location(), make_location()
    with transaction.atomic():
        for sku in goods:
            put(sku, one, units)
            put(sku, two, units)
    return goods, one, two


def whole(goods: list[Sku]) -> int:
    """Units on hand and on their way."""
    on_hand = sum(Stock.objects.filter(sku__in=goods).values_list("on_hand", flat=True))
    lines = TransferLine.objects.annotate(units=IN_TRANSIT)
    return on_hand + sum(lines.values_list("units", flat=True))


def there_and_back(goods: list[Sku], source: Location, destination: Location) -> None:
    """A whole transfer in one transaction: the worst for whoever comes the other way."""
    units = {sku: random.randint(1, 3) for sku in random.sample(goods, 6)}
    transfer = requested(source, destination, units)
    leaving = {sku.pk: random.randint(0, n) for sku, n in units.items()}
    if not any(leaving.values()):
        return
    transfer_ship(transfer.uid, units=leaving, actor=ACTOR)


def test_two_directions_never_deadlock() -> None:
    goods, one, two = shelves(8, 10_000)
    calls = [partial(there_and_back, goods, *ends) for ends in ((one, two), (two, one))] * 30
    assert not [result for result in race(calls, threads=12) if result is not None]
    sent = Transfer.objects.exclude(shipped_at=None)
    receipts = []
    for transfer in sent:
        units = {line.sku_id: line.shipped for line in transfer.lines.all()}
        receipts.append(partial(transfer_receive, transfer.uid, Arrival("1", units), actor=ACTOR))
    more = [partial(there_and_back, goods, one, two)] * 10
    results = race([*receipts, *more], threads=12)
    assert not [result for result in results if isinstance(result, Exception)]
    assert whole(goods) == 8 * 2 * 10_000
    assert stock_audit().clean


def part_shipments_beside_orders(rounds: int) -> list[Exception]:
    """Ships half of what was requested (so two statements touch stock) while orders come in."""
    goods, one, two = shelves(6, 100_000)
    sent = [requested(one, two, dict.fromkeys(goods, 2)) for _ in range(rounds)]

    def send(uid: UUID) -> None:
        # The first of the SKUs stay here: what is released locks before what leaves.
        transfer_ship(uid, units={sku.pk: 2 for sku in goods[3:]}, actor=ACTOR)

    def order() -> None:
        lines = [demand(sku, one) for sku in goods]
        allocate(lines, cause="o", actor=ACTOR)
        release(lines, cause="o", actor=ACTOR)

    calls = [call for one in sent for call in (partial(send, one.uid), order)]
    return [result for result in race(calls, threads=12) if result is not None]


def test_a_part_shipment_locks_all_its_shelves_at_once() -> None:
    assert part_shipments_beside_orders(60) == []
    assert stock_audit().clean


def test_without_that_lock_there_are_deadlocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(transfers, "stock_lock", lambda demands, actor: None)
    for _try in range(5):
        found = {sqlstate(error) for error in part_shipments_beside_orders(40)}
        if DEADLOCK in found:
            return
    raise AssertionError("the storm is too weak to show a deadlock")


def test_the_same_receipt_from_many_threads_books_once() -> None:
    (sku,), one, two = shelves(1, 10)
    transfer = shipped(one, two, {sku: 4})
    arrival = Arrival("r1", {sku.pk: 1})
    results = race([partial(transfer_receive, transfer.uid, arrival, actor=ACTOR)] * 12, threads=12)
    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert sum(isinstance(result, AlreadyBooked) for result in results) == 11
    assert figures(sku, two) == (11, 0)


def test_shipping_and_cancelling_at_once_happens_one_way() -> None:
    (sku,), one, two = shelves(1, 100)
    for _round in range(8):
        transfer = requested(one, two, {sku: 2})
        calls = [
            partial(transfer_ship, transfer.uid, actor=ACTOR),
            partial(transfers.transfer_cancel, transfer.uid, actor=ACTOR),
        ]
        results = race(calls, threads=2)
        assert sum(isinstance(result, Conflict) for result in results) == 1
    assert Stock.objects.get(sku=sku, location=one).allocated == 0
    assert whole([sku]) == 200


def test_the_last_units_are_sent_away_once() -> None:
    (sku,), one, two = shelves(1, 5)
    results = race([partial(requested, one, two, {sku: 1})] * 20, threads=10)
    assert sum(isinstance(result, InsufficientStock) for result in results) == 15
    assert figures(sku, one) == (5, 5)


def test_scans_from_many_tills_all_count_and_each_once() -> None:
    (sku,), one, two = shelves(1, 100)
    transfer = shipped(one, two, {sku: 50})
    place = Place(transfer.uid, two.pk)
    nonces = [uuid4() for _ in range(20)]
    calls = [partial(tally_add, place, sku.pk, 1, nonce=one, actor=ACTOR) for one in nonces * 3]
    assert not [one for one in race(calls, threads=12) if isinstance(one, Exception)]
    assert tally_units(place) == {sku.pk: 20}
    assert Tally.objects.count() == 1
    reference = uuid4()
    ends = race([partial(tally_close, place, reference=reference)] * 6, threads=6)
    assert [one for one in ends if not isinstance(one, Exception)] == [{sku.pk: 20}]
