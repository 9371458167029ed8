"""Whoever waits for a shelf meets it as it is after the wait, in guards and constraints alike."""

from collections.abc import Callable
from threading import Event, Thread

import pytest
from django.db import DatabaseError, connection, transaction

from catalog.models import Sku
from inventory.models import Location, Stock
from inventory.services.adjustment import StockChange, adjust, stock_add
from inventory.services.allocation import allocate, ship
from inventory.services.counting import CountedRow, stock_count
from inventory.services.holds import hold, unhold
from oms.core.clock import now
from oms.core.sql import array
from tests.inventory.factories import ACTOR, demand, make_location, make_sku, put

pytestmark = pytest.mark.django_db(transaction=True)


def receive(sku: Sku, place: Location) -> None:
    adjust([StockChange(sku.pk, place.pk, 50)], cause="delivery", actor=ACTOR)


def while_units_arrive(sku: Sku, place: Location, work: Callable[[], object]) -> None:
    """Do `work` while another transaction that receives fifty units has the shelf locked."""
    arrived, waiting = Event(), Event()

    def deliver() -> None:
        try:
            with transaction.atomic():
                receive(sku, place)
                arrived.set()
                assert waiting.wait(10)
                wait_for_a_lock()
        finally:
            connection.close()

    thread = Thread(target=deliver)
    thread.start()
    assert arrived.wait(10)
    waiting.set()
    with transaction.atomic():
        work()
    thread.join()


def wait_for_a_lock() -> None:
    """Until somebody waits for this transaction; at most as long as a lock is waited for."""
    with connection.cursor() as cursor:
        for _attempt in range(100):
            cursor.execute(
                "SELECT pg_sleep(0.02), EXISTS (SELECT FROM pg_stat_activity"
                " WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
            )
            if cursor.fetchone()[1]:
                return
    raise AssertionError("Nobody waited")


@pytest.fixture
def shelf() -> tuple[Sku, Location]:
    sku, place = make_sku("A"), make_location()
    with transaction.atomic():
        put(sku, place, 2)
    return sku, place


def row() -> tuple[int, int, int]:
    stock = Stock.objects.get()
    return stock.on_hand, stock.allocated, stock.held


def test_units_that_arrive_during_the_wait_can_be_shipped(shelf) -> None:
    sku, place = shelf
    line = demand(sku, place, 5)
    with transaction.atomic():
        receive(sku, place)
        allocate([line], cause="order", actor=ACTOR)
        stock_count([CountedRow(sku.pk, place.pk, 2)], cause="count", actor=ACTOR)
    while_units_arrive(sku, place, lambda: ship([line], cause="order", actor=ACTOR))
    assert row() == (47, 0, 0)


def test_units_that_arrive_during_the_wait_can_be_written_off(shelf) -> None:
    sku, place = shelf
    loss = [StockChange(sku.pk, place.pk, -10)]
    while_units_arrive(sku, place, lambda: adjust(loss, cause="loss", actor=ACTOR))
    assert row() == (42, 0, 0)


def test_units_that_arrive_during_the_wait_can_be_counted_away(shelf) -> None:
    sku, place = shelf
    counted = [CountedRow(sku.pk, place.pk, 1)]
    while_units_arrive(sku, place, lambda: stock_count(counted, cause="count", actor=ACTOR))
    assert row() == (1, 0, 0)


def test_a_shelf_is_made_before_any_other_locks() -> None:
    """Somebody makes the first shelf and goes on to the second, in the one order; so do we."""
    new, old, place = make_sku("A"), make_sku("B"), make_location()
    with transaction.atomic():
        put(old, place, 2)
    made, wrong = Event(), []

    def make_and_go_on() -> None:
        try:
            with transaction.atomic():
                stock_add(array([new.pk]), array([place.pk]))
                made.set()
                wait_for_a_lock()
                receive(old, place)
        except DatabaseError as error:
            wrong.append(error)
        finally:
            connection.close()

    thread = Thread(target=make_and_go_on)
    thread.start()
    assert made.wait(10)
    changes = [StockChange(sku.pk, place.pk, 1) for sku in (new, old)]
    with transaction.atomic():
        adjust(changes, cause="delivery", actor=ACTOR)
    thread.join()
    assert wrong == []
    assert list(Stock.objects.order_by("sku__code").values_list("on_hand", flat=True)) == [1, 53]


def test_a_hold_that_grows_during_the_wait_ends_whole(shelf) -> None:
    sku, place = shelf
    basket = demand(sku, place, 1)
    until = now().replace(year=now().year + 1)
    with transaction.atomic():
        hold([basket], until=until, cause="basket", actor=ACTOR)
    grown = Event()

    def grow() -> None:
        try:
            with transaction.atomic():
                receive(sku, place)
                more = demand(sku, place, 30, uid=basket.uid)
                hold([more], until=until, cause="basket", actor=ACTOR)
                grown.set()
                wait_for_a_lock()
        finally:
            connection.close()

    thread = Thread(target=grow)
    thread.start()
    assert grown.wait(10)
    with transaction.atomic():
        unhold([basket.uid], cause="basket", actor=ACTOR)
    thread.join()
    assert row() == (52, 0, 0)
