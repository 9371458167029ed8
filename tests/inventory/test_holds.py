"""Holds: kept until their deadline and not a moment longer, under fire too."""

import threading
import time
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from catalog.models import Sku
from inventory.errors import InsufficientStock
from inventory.models import Hold, Location, Stock, StockMovement
from inventory.selectors import availability
from inventory.services import holds
from inventory.services.allocation import allocate
from inventory.services.audit import stock_audit
from inventory.services.holds import hold, holds_sweep, unhold
from oms.core.clock import now
from tests.inventory.factories import ACTOR, demand, make_kit, make_location, make_sku, put
from tests.inventory.racing import race

MINUTES = timedelta(minutes=15)


def shelf(units: int = 10) -> tuple[Sku, Location]:
    sku, store = make_sku(), make_location()
    with transaction.atomic():
        put(sku, store, units)
    return sku, store


def keep(sku: Sku, store: Location, units: int, *, lapsed: bool = False) -> UUID:
    uid = uuid4()
    until = now() - timedelta(seconds=1) if lapsed else now() + MINUTES
    hold([demand(sku, store, units, uid)], until=until, cause="basket", actor=ACTOR)
    return uid


def available(sku: Sku, store: Location) -> int:
    return availability([sku.pk])[sku.pk, store.pk]


def held(sku: Sku, store: Location) -> int:
    return Stock.objects.get(sku=sku, location=store).held


@pytest.mark.django_db
class TestHold:
    def test_what_is_held_is_nobody_elses(self) -> None:
        sku, store = shelf()
        keep(sku, store, 7)
        assert available(sku, store) == 3
        with pytest.raises(InsufficientStock) as refused:
            allocate([demand(sku, store, 4)], cause="order", actor=ACTOR)
        assert refused.value.data["items"][0]["available"] == 3
        with pytest.raises(InsufficientStock):
            keep(sku, store, 4)
        assert stock_audit().clean

    def test_holding_more_adds_up_and_lasts_as_long_as_the_newest(self) -> None:
        sku, store = shelf()
        uid = keep(sku, store, 2)
        until = now() + timedelta(hours=1)
        hold([demand(sku, store, 3, uid)], until=until, cause="basket", actor=ACTOR)
        kept = Hold.objects.get()
        assert (kept.quantity, kept.expires_at) == (5, until)

    def test_a_kit_and_its_component_are_held_together(self) -> None:
        sku, store = shelf()
        kit = make_kit({sku: 2})
        uid = uuid4()
        lines = [demand(kit, store, 3, uid), demand(sku, store, 4, uid)]
        hold(lines, until=now() + MINUTES, cause="basket", actor=ACTOR)
        assert (held(sku, store), available(sku, store)) == (10, 0)
        assert unhold([uid], cause="basket", actor=ACTOR) == 1
        assert (held(sku, store), available(kit, store)) == (0, 5)

    def test_the_holder_takes_what_it_held_in_one_transaction(self) -> None:
        """A customer's own hold never blocks their payment; a refused payment keeps the hold."""
        sku, store = shelf()
        uid = keep(sku, store, 10)
        with pytest.raises(RuntimeError), transaction.atomic():
            unhold([uid], cause="order", actor=ACTOR)
            allocate([demand(sku, store, 10)], cause="order", actor=ACTOR)
            raise RuntimeError("the payment is refused")
        assert (held(sku, store), Hold.objects.count()) == (10, 1)
        unhold([uid], cause="order", actor=ACTOR)
        allocate([demand(sku, store, 10)], cause="order", actor=ACTOR)
        assert (held(sku, store), available(sku, store)) == (0, 0)
        assert stock_audit().clean

    def test_it_counts_no_more_from_its_deadline_on(self) -> None:
        """Before the sweep came."""
        sku, store = shelf()
        keep(sku, store, 8, lapsed=True)
        assert held(sku, store) == 8
        assert available(sku, store) == 10
        allocate([demand(sku, store, 9)], cause="order", actor=ACTOR)
        assert (held(sku, store), Hold.objects.count()) == (0, 0)
        assert StockMovement.objects.get(kind="unheld").reason == "expired"
        assert stock_audit().clean

    def test_the_components_of_a_kit_come_free_as_well(self) -> None:
        sku, store = shelf()
        keep(sku, store, 8, lapsed=True)
        allocate([demand(make_kit({sku: 5}), store, 2)], cause="order", actor=ACTOR)
        assert held(sku, store) == 0

    def test_the_sweep_ends_what_is_over_and_nothing_else(self) -> None:
        sku, store = shelf()
        keep(sku, store, 3, lapsed=True)
        keep(sku, store, 2)
        assert (holds_sweep(), holds_sweep()) == (1, 0)
        assert (held(sku, store), Hold.objects.get().quantity) == (2, 2)
        assert stock_audit().clean

    def test_unknown_holders_are_no_error(self) -> None:
        assert unhold([uuid4()], cause="basket", actor=ACTOR) == 0


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_holds_and_orders_share_the_last_ten(self) -> None:
        sku, store = shelf(10)
        calls = [
            partial(keep, sku, store, 1),
            partial(allocate, [demand(sku, store)], cause="order", actor=ACTOR),
        ] * 50
        results = race(calls, threads=20)
        refused = [one for one in results if isinstance(one, InsufficientStock)]
        assert len(refused) == 90
        stock = Stock.objects.get(sku=sku, location=store)
        assert stock.held + stock.allocated == 10
        assert stock_audit().clean

    def test_a_lapsed_hold_is_given_free_once(self) -> None:
        """Sweeps, orders that fall short and the holder itself all end the same holds."""
        shelves = [shelf(4) for _ in range(5)]
        for _ in range(10):
            with transaction.atomic():
                uids = [keep(sku, store, 2, lapsed=True) for sku, store in shelves]
            calls = [
                *(partial(unhold, [uid], cause="basket", actor=ACTOR) for uid in uids),
                *(
                    partial(holds.lapsed_end, [demand(sku, store) for sku, store in shelves])
                    for _ in range(4)
                ),
                *[holds_sweep] * 4,
            ]
            results = race(calls, threads=len(calls))
            assert not [one for one in results if isinstance(one, Exception)]
            holds_sweep()
            assert [held(sku, store) for sku, store in shelves] == [0] * 5
        assert StockMovement.objects.filter(kind="unheld").count() == 50
        assert stock_audit().clean

    def test_without_counting_what_was_deleted_units_come_free_twice(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The control: read the hold before the wait instead, and it is taken off twice."""
        counted = "FROM ended GROUP BY stock_id, held) AS gone"
        blind = (
            "FROM inventory_hold JOIN (SELECT id AS stock_id, sku_id, location_id, held"
            " FROM locked) AS shelf USING (sku_id, location_id)"
            " WHERE demand = ANY(%(holders)s::uuid[]) GROUP BY stock_id, held) AS gone"
        )
        assert counted in holds.UNHOLD
        monkeypatch.setattr(holds, "UNHOLD", holds.UNHOLD.replace(counted, blind))
        sku, store = shelf(10)
        with transaction.atomic():
            uid, _other = keep(sku, store, 2), keep(sku, store, 5)
        begun = threading.Event()

        def slow() -> int:
            ended = unhold([uid], cause="basket", actor=ACTOR)
            begun.set()
            time.sleep(0.5)
            return ended

        def late() -> int:
            begun.wait(10)
            return unhold([uid], cause="basket", actor=ACTOR)

        race([slow, late], threads=2)
        assert held(sku, store) == 3
