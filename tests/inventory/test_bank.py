"""The bank test: a minute of everything at once, and the books balance at every moment of it."""

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F

from catalog.models import Sku
from inventory.demand import Demand
from inventory.errors import InsufficientStock, NotAllocated, Shortage
from inventory.models import Allocation, Location, Stock
from inventory.services.adjustment import StockChange, adjust
from inventory.services.allocation import allocate, release, ship, unship
from inventory.services.audit import stock_audit
from inventory.services.counting import CountedRow, stock_count
from inventory.services.holds import hold, holds_sweep, unhold
from oms.core.clock import now
from oms.core.dberrors import sqlstate
from tests.inventory.factories import ACTOR, make_kit, make_location, make_sku, put

SECONDS = 60
LOCK_NOT_AVAILABLE = "55P03"
CLIENTS = 32
REFUSALS = (InsufficientStock, NotAllocated, Shortage)
T = TypeVar("T")


class Client:
    """Somebody who does this and that, and keeps a journal of all that was acknowledged."""

    def __init__(self, skus: list[Sku], kit: Sku, places: list[Location], seed: int) -> None:
        self.skus, self.kit, self.places = skus, kit, places
        self.parts = {skus[0].pk: 1, skus[1].pk: 2}
        self.random = random.Random(seed)
        self.open: list[Demand] = []
        self.shipped: list[Demand] = []
        self.held: list[uuid.UUID] = []
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        # Units that came to stay or went, by shelf.
        self.moved: Counter[tuple[int, int]] = Counter()

    def demands(self) -> list[Demand]:
        place = self.random.choice(self.places).pk
        chosen = self.random.sample([*self.skus, self.kit], self.random.randint(1, 4))
        # The same SKU twice in an order, and sometimes beside the kit that it is part of.
        chosen.append(self.random.choice(chosen))
        return [Demand(uuid.uuid4(), sku.pk, place, self.random.randint(1, 3)) for sku in chosen]

    def changes(self, sign: int) -> list[StockChange]:
        place = self.random.choice(self.places).pk
        return [
            StockChange(sku.pk, place, sign * self.random.randint(1, 5))
            for sku in self.random.sample(self.skus, 3)
        ]

    def allocate(self) -> None:
        demands = self.demands()
        self.transact(lambda: allocate(demands, cause="order", actor=ACTOR))
        self.open += demands

    @contextmanager
    def taken(self, pile: list[Demand]) -> Iterator[list[Demand]]:
        """Two of a pile; they stay on it when what is done with them is refused."""
        self.random.shuffle(pile)
        chosen = pile[:2]
        yield chosen
        del pile[:2]

    def release(self) -> None:
        with self.taken(self.open) as demands:
            self.transact(lambda: release(demands, cause="order", actor=ACTOR))

    def ship(self) -> None:
        with self.taken(self.open) as demands:
            self.transact(lambda: ship(demands, cause="order", actor=ACTOR))
        self.shipped += demands
        self.book(demands, -1)

    def unship(self) -> None:
        with self.taken(self.shipped) as demands:
            self.transact(lambda: unship(demands, cause="order", actor=ACTOR))
        self.open += demands
        self.book(demands, 1)

    def book(self, demands: list[Demand], sign: int) -> None:
        for one in demands:
            is_kit = one.sku_id == self.kit.pk
            for sku, each in self.parts.items() if is_kit else [(one.sku_id, 1)]:
                self.moved[sku, one.location_id] += sign * each * one.quantity

    def hold(self) -> None:
        demands = self.demands()
        until = now() + timedelta(seconds=self.random.choice([1, 30]))
        self.transact(lambda: hold(demands, until=until, cause="basket", actor=ACTOR))
        self.held += [one.uid for one in demands]

    def unhold(self) -> None:
        uids = [self.held.pop() for _ in range(min(len(self.held), 3))]
        self.transact(lambda: unhold(uids, cause="basket", actor=ACTOR))

    def receive(self) -> None:
        self.adjust(self.changes(1))

    def write_off(self) -> None:
        self.adjust(self.changes(-1))

    def adjust(self, changes: list[StockChange]) -> None:
        self.transact(lambda: adjust(changes, cause="delivery", actor=ACTOR))
        for change in changes:
            self.moved[change.sku_id, change.location_id] += change.delta

    def count(self) -> None:
        sku, place = self.random.choice(self.skus), self.random.choice(self.places)
        row = CountedRow(sku.pk, place.pk, self.random.randint(0, 40))
        result = self.transact(lambda: stock_count([row], cause="count", actor=ACTOR))
        self.moved[sku.pk, place.pk] += result.units_up - result.units_down

    def transact(self, work: Callable[[], T]) -> T:
        with transaction.atomic():
            return work()

    def run(self, until: float) -> None:
        works = [self.allocate] * 4 + [self.ship] * 2
        works += [self.release, self.unship, self.hold, self.unhold]
        works += [self.receive, self.write_off, self.count]
        try:
            while time.monotonic() < until:
                work = self.random.choice(works)
                try:
                    work()
                    self.done[work.__name__] += 1
                except REFUSALS as refusal:
                    self.refused[refusal.code] += 1
                except OperationalError as error:
                    # A lock not to be had in time is no fault; a deadlock would be.
                    if sqlstate(error) != LOCK_NOT_AVAILABLE:
                        raise
                    self.refused["busy"] += 1
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_the_books_balance_in_every_snapshot_of_a_minute_of_everything() -> None:
    places = [make_location(kind="warehouse") for _ in range(3)]
    skus = [make_sku(f"BANK-{number}") for number in range(20)]
    kit = make_kit({skus[0]: 1, skus[1]: 2})
    with transaction.atomic():
        for place in places:
            for sku in skus:
                put(sku, place, 30)
    clients = [Client(skus, kit, places, seed) for seed in range(CLIENTS)]
    until = time.monotonic() + SECONDS
    looked = 0
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.run, until) for client in clients]
        while time.monotonic() < until:
            time.sleep(1)
            holds_sweep()
            audit = stock_audit()
            assert audit.clean, audit.drift
            looked += 1
        for one in running:
            one.result()
    assert stock_audit().clean
    assert looked > SECONDS / 4

    # Everybody did everything, and some of it was refused.
    done = sum((client.done for client in clients), Counter())
    assert len(done) == 9, done
    assert sum(done.values()) > 50 * SECONDS, done
    assert {"insufficient_stock", "shortage"} <= set(
        sum((client.refused for client in clients), Counter())
    )
    # What was acknowledged is there, and nothing else is.
    for row in Stock.objects.all():
        told = sum(client.moved[row.sku_id, row.location_id] for client in clients)
        assert row.on_hand == 30 + told, row
    claimed = {one.uid for client in clients for one in client.open}
    assert set(Allocation.objects.values_list("demand", flat=True)) == claimed


@pytest.mark.django_db(transaction=True)
def test_the_snapshots_would_tell_of_units_moved_past_the_ledger() -> None:
    """The control: one unit taken by hand, between two snapshots."""
    with transaction.atomic():
        put(make_sku("BANK"), make_location(), 30)
    assert stock_audit().clean
    Stock.objects.update(on_hand=F("on_hand") - 1)
    assert not stock_audit().clean
