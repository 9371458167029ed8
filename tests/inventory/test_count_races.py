"""Two phones on one line, posting twice, and sales and feeds in the middle of it all."""

import threading
import time
from functools import partial

import pytest
from django.db import transaction

from inventory.errors import CountMoved
from inventory.locks import STOCK_FOR_UPDATE
from inventory.models import CountLine, StockCount
from inventory.services import count_lines, count_posting, count_statements
from inventory.services.allocation import allocate, ship
from inventory.services.audit import stock_audit
from inventory.services.count_lines import Scan, line_scan, line_set, lines_count
from inventory.services.count_planning import CountPlan, count_plan
from inventory.services.count_posting import count_finish
from inventory.services.counting import CountedRow, stock_count
from inventory.status import CountBasis
from oms.core.errors import InvalidTransition
from tests.inventory.factories import ACTOR, demand, figures, make_location, make_sku, put
from tests.inventory.racing import Meeting, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]


def shelf(units: int = 100):
    sku, store = make_sku(), make_location()
    with transaction.atomic():
        put(sku, store, units)
    return sku, store, count_plan(CountPlan(store, CountBasis.EVERYTHING), actor=ACTOR)


def scans(count: StockCount, sku, phones: int = 8, each: int = 5) -> int:
    """What a line says after so many phones scanned it at once."""
    calls = [
        partial(line_scan, count.pk, Scan(sku.code), actor=ACTOR) for _ in range(phones * each)
    ]
    race(calls, threads=phones)
    return CountLine.objects.get(stock_count=count).first or 0


def test_no_scan_of_two_phones_is_lost() -> None:
    sku, _store, count = shelf()
    assert scans(count, sku) == 40


def test_without_the_lock_of_the_count_scans_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: read the count without locking it, and one phone writes over the other."""

    def unlocked(number: int, _permission: object, *, actor: object) -> StockCount:
        return StockCount.objects.get(pk=number)

    monkeypatch.setattr(count_lines, "count_for_update", unlocked)
    monkeypatch.setattr(count_lines, "_units_of", Meeting().after(count_lines._units_of))
    sku, _store, count = shelf()
    assert scans(count, sku) < 40


def test_of_two_who_type_a_number_one_is_told() -> None:
    sku, _store, count = shelf()
    line = CountLine.objects.get(stock_count=count, sku=sku)
    calls = [
        partial(line_set, count.pk, line_id=line.pk, units=units, seen=None, actor=ACTOR)
        for units in (90, 95)
    ]
    results = race(calls, threads=2)
    assert sum(isinstance(result, CountMoved) for result in results) == 1


def test_it_is_booked_once_however_often_it_is_finished() -> None:
    sku, store, count = shelf()
    lines_count(count.pk, {sku.pk: 99}, actor=ACTOR)
    results = race([partial(count_finish, count.pk, actor=ACTOR)] * 12, threads=12)
    assert sum(isinstance(result, StockCount) for result in results) == 1
    assert sum(isinstance(result, InvalidTransition) for result in results) == 11
    assert figures(sku, store) == (99, 0)


def test_without_the_lock_it_is_finished_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control. Even so nothing is booked twice: the ledger has told of the units already."""

    def unlocked(number: int, _permission: object, *, actor: object) -> StockCount:
        return StockCount.objects.select_related("location").get(pk=number)

    monkeypatch.setattr(count_posting, "count_for_update", Meeting().after(unlocked))
    sku, store, count = shelf()
    lines_count(count.pk, {sku.pk: 99}, actor=ACTOR)
    results = race([partial(count_finish, count.pk, actor=ACTOR)] * 4, threads=4)
    assert sum(isinstance(result, StockCount) for result in results) > 1
    assert figures(sku, store) == (99, 0)


def sell(sku, store) -> None:
    lines = [demand(sku, store)]
    allocate(lines, cause="order", actor=ACTOR)
    ship(lines, cause="order", actor=ACTOR)


def test_sales_before_between_and_after(settings) -> None:
    settings.COUNT_TOLERANCE_UNITS = settings.COUNT_LIMIT_UNITS = 1000
    sku, store, count = shelf(100)
    lines_count(count.pk, {sku.pk: 90}, actor=ACTOR)
    sales = [partial(sell, sku, store)] * 40
    results = race([*sales, partial(count_finish, count.pk, actor=ACTOR), *sales], threads=16)
    assert not [result for result in results if isinstance(result, Exception)]
    assert figures(sku, store) == (90 - 80, 0)
    assert stock_audit().clean


def test_what_should_be_there_is_of_the_locked_shelf() -> None:
    """A sale that holds the shelf while somebody counts has happened before the count."""
    assert expected_beside_a_sale() == 99


def test_without_the_lock_of_the_shelf_the_sale_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: the same count against an unlocked row books a unit that nobody lost."""
    unlocked = count_statements.SHELVES.replace(STOCK_FOR_UPDATE, "")
    assert unlocked != count_statements.SHELVES
    monkeypatch.setattr(count_statements, "SHELVES", unlocked)
    # Making the stock rows that are missing waits for the sale as well.
    monkeypatch.setattr(count_lines, "stock_add", lambda _skus, _locations: None)
    assert expected_beside_a_sale() == 100


def expected_beside_a_sale() -> int:
    sku, store, count = shelf(100)
    selling = threading.Event()

    def sale() -> None:
        sell(sku, store)
        selling.set()
        time.sleep(0.4)

    def counting() -> None:
        selling.wait(10)
        lines_count(count.pk, {sku.pk: 99}, actor=ACTOR)

    race([sale, counting], threads=2)
    return CountLine.objects.get(stock_count=count).first_expected or 0


def test_a_feed_and_a_count_meet(settings) -> None:
    """An absolute count of a feed between counting and posting stands: it is the later one."""
    settings.COUNT_TOLERANCE_UNITS = settings.COUNT_LIMIT_UNITS = 1000
    for _ in range(5):
        sku, store, count = shelf(100)
        lines_count(count.pk, {sku.pk: 95}, actor=ACTOR)
        feed = partial(stock_count, [CountedRow(sku.pk, store.pk, 95)], cause="feed", actor=ACTOR)
        results = race([feed, partial(count_finish, count.pk, actor=ACTOR)], threads=2)
        assert not [result for result in results if isinstance(result, Exception)]
        assert figures(sku, store) == (95, 0)
