import random
import threading
import time
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from inventory.errors import InsufficientStock, NotAllocated
from inventory.locks import STOCK_FOR_UPDATE
from inventory.models import Allocation, Stock
from inventory.services import statements
from inventory.services.allocation import allocate, release, ship, unship
from inventory.services.ledger import stock_lock
from oms.core.dberrors import as_domain_error, sqlstate
from oms.core.errors import Busy
from tests.inventory.factories import (
    ACTOR,
    demand,
    figures,
    make_kit,
    make_location,
    make_sku,
    put,
)
from tests.inventory.racing import race, unqueued

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]


def storm(units: int, callers: int) -> tuple[int, int]:
    """(allocations granted, units allocated) when all want the last units of one SKU."""
    sku, store = make_sku(), make_location()
    with transaction.atomic():
        put(sku, store, units)
    calls = [partial(allocate, [demand(sku, store)], cause="o", actor=ACTOR)] * callers
    results = race(calls, threads=40)
    assert all(result is None or isinstance(result, InsufficientStock) for result in results)
    return sum(result is None for result in results), figures(sku, store)[1]


def test_of_two_hundred_exactly_ten_get_the_last_ten() -> None:
    assert storm(units=10, callers=200) == (10, 10)


def test_without_the_lock_the_guard_oversells(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the storm above is hard enough to break a check made without the lock."""
    jostling = unqueued(statements.ALLOCATE)
    unlocked = jostling.replace(STOCK_FOR_UPDATE, "")
    assert unlocked != jostling
    monkeypatch.setattr(statements, "ALLOCATE", unlocked)
    granted, allocated = storm(units=10, callers=200)
    assert granted == allocated > 10


def held_by_claiming(*, written: bool) -> bool:
    """Whether a transaction that claims units holds a place in the queue for its shelf."""
    sku, store = make_sku(), make_location()
    with transaction.atomic():
        put(sku, store, 5)
    with transaction.atomic(), connection.cursor() as cursor:
        if written:
            cursor.execute("SELECT pg_current_xact_id()")
        allocate([demand(sku, store)], cause="o", actor=ACTOR)
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks"
            " WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid())"
        )
        held: bool = cursor.fetchone()[0]
    return held


def test_who_holds_nothing_yet_queues_for_the_shelf() -> None:
    assert held_by_claiming(written=False)


def test_who_may_hold_rows_does_not_queue() -> None:
    """The head of the queue could be waiting for those rows."""
    assert not held_by_claiming(written=True)


def test_a_claim_on_a_shelf_one_holds_does_not_wait_for_who_waits_for_it() -> None:
    sku, store = make_sku(), make_location()
    with transaction.atomic():
        put(sku, store, 5)
    with transaction.atomic():
        stock_lock([demand(sku, store)], actor=ACTOR)
        queued = Meanwhile(partial(allocate, [demand(sku, store)], cause="2", actor=ACTOR))
        allocate([demand(sku, store)], cause="1", actor=ACTOR)
    assert queued.result() is None
    assert figures(sku, store) == (5, 2)


def shuffled_orders(orders: int) -> list[Exception]:
    """Errors of five-line orders over twenty SKUs, a kit among them, from sixteen threads."""
    store = make_location()
    skus = [make_sku() for _ in range(19)]
    skus.append(make_kit({skus[3]: 1, skus[17]: 2}))
    with transaction.atomic():
        for sku in skus[:19]:
            put(sku, store, 100_000)

    def one_order() -> None:
        lines = [demand(sku, store) for sku in random.sample(skus, 5)]
        allocate(lines, cause="o", actor=ACTOR)
        random.shuffle(lines)
        if random.random() < 0.5:
            ship(lines, cause="o", actor=ACTOR)
        else:
            release(lines, cause="o", actor=ACTOR)

    results = race([one_order] * orders, threads=16)
    return [result for result in results if result is not None]


def test_no_order_of_lines_deadlocks() -> None:
    assert shuffled_orders(500) == []
    assert not Allocation.objects.exists()
    assert not Stock.objects.exclude(allocated=0).exists()


def test_without_the_lock_order_there_are_deadlocks(monkeypatch: pytest.MonkeyPatch) -> None:
    any_order = STOCK_FOR_UPDATE.replace("stock.sku_id, stock.location_id", "random()")
    jostling = unqueued(statements.ALLOCATE)
    changed = jostling.replace(STOCK_FOR_UPDATE, any_order)
    assert changed != jostling
    monkeypatch.setattr(statements, "ALLOCATE", changed)
    assert "40P01" in {sqlstate(error) for error in shuffled_orders(48)}


class Meanwhile:
    """A thread with a transaction of its own that waits for a lock this one holds."""

    def __init__(self, call) -> None:
        self.call = call
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        self.wait_until_blocked()

    def run(self) -> None:
        try:
            with transaction.atomic():
                self.call()
        except Exception as error:
            self.error = error
        finally:
            connection.close()

    def wait_until_blocked(self) -> None:
        for _ in range(200):
            with connection.cursor() as cursor:
                # pg_stat_activity would be frozen at its first reading in our transaction.
                cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
                if cursor.fetchone()[0]:
                    return
            time.sleep(0.01)
        raise AssertionError("It did not wait")

    def result(self) -> Exception | None:
        self.thread.join(10)
        return self.error


def test_a_waiter_sees_what_the_one_before_it_took() -> None:
    sku, store = make_sku(), make_location()
    with transaction.atomic():
        put(sku, store, 5)
    with transaction.atomic():
        allocate([demand(sku, store, 3)], cause="first", actor=ACTOR)
        second = Meanwhile(partial(allocate, [demand(sku, store, 3)], cause="2", actor=ACTOR))
    error = second.result()
    assert isinstance(error, InsufficientStock)
    assert error.data["items"][0]["available"] == 2
    assert figures(sku, store) == (5, 3)


def test_a_waiter_gets_what_came_free_while_it_waited() -> None:
    sku, store = make_sku(), make_location()
    line = demand(sku, store, 5)
    with transaction.atomic():
        put(sku, store, 5)
        allocate([line], cause="first", actor=ACTOR)
    with transaction.atomic():
        release([line], cause="first", actor=ACTOR)
        second = Meanwhile(partial(allocate, [demand(sku, store, 4)], cause="2", actor=ACTOR))
    assert second.result() is None
    assert figures(sku, store) == (5, 4)


@pytest.mark.parametrize("service", [release, ship, unship])
def test_the_same_claim_goes_once(service) -> None:
    cup, spoon, store = make_sku(), make_sku(), make_location()
    kit = make_kit({cup: 2, spoon: 1})
    lines = [demand(kit, store, 2), demand(cup, store, 1)]
    with transaction.atomic():
        put(cup, store, 50)
        put(spoon, store, 50)
        allocate(lines, cause="o", actor=ACTOR)
        if service is unship:
            ship(lines, cause="o", actor=ACTOR)
    results = race([partial(service, lines, cause="o", actor=ACTOR)] * 24, threads=12)
    assert results.count(None) == 1
    assert sum(isinstance(result, NotAllocated) for result in results) == 23
    left, claimed = {release: (50, 0), ship: (45, 0), unship: (50, 5)}[service]
    assert figures(cup, store) == (left, claimed)


def test_one_unit_at_a_time_from_one_claim() -> None:
    """A part of a claim is judged by what is left of it after the wait."""
    sku, store = make_sku(), make_location()
    line = demand(sku, store, 10)
    with transaction.atomic():
        put(sku, store, 10)
        allocate([line], cause="o", actor=ACTOR)
    one = [demand(sku, store, 1, uid=line.uid)]
    calls = [
        partial(service, one, cause="o", actor=ACTOR)
        for service in (ship, release)
        for _ in range(12)
    ]
    results = race(calls, threads=12)
    assert results.count(None) == 10
    shipped = results[:12].count(None)
    assert figures(sku, store) == (10 - shipped, 0)
    assert not Allocation.objects.exists()


def test_a_wait_ends_as_busy() -> None:
    sku, store = make_sku(), make_location()
    with transaction.atomic():
        put(sku, store, 5)

    def impatient() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
        allocate([demand(sku, store)], cause="2", actor=ACTOR)

    with transaction.atomic():
        allocate([demand(sku, store)], cause="first", actor=ACTOR)
        error = Meanwhile(impatient).result()
    assert isinstance(error, OperationalError)
    assert isinstance(as_domain_error(error), Busy)
