"""Goods set aside: on hand and not for sale; ended once, under fire too."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Sku
from inventory.errors import (
    AlreadyBooked,
    InsufficientStock,
    Shortage,
    ShortageUnconfirmed,
)
from inventory.models import Disposition, Location, Stock, StockMovement
from inventory.models import Shortage as ShortageItem
from inventory.selectors import availability
from inventory.services import disposition_statements as statements
from inventory.services.allocation import allocate, ship
from inventory.services.audit import stock_audit
from inventory.services.correction import Correction, stock_correct
from inventory.services.count_lines import lines_count
from inventory.services.count_planning import CountPlan, count_plan
from inventory.services.count_posting import count_finish
from inventory.services.counting import CountedRow, stock_count
from inventory.services.dispositions import disposition_end, dispositions_expire, expiry_of
from inventory.services.holds import hold
from inventory.status import CountBasis, DispositionOutcome, DispositionReason
from oms.core.actors import user_actor
from oms.core.clock import now
from oms.core.errors import InvalidTransition, NotFound
from oms.core.models import AuditEntry
from tests.core.factories import make_user
from tests.inventory.dispositions import make_aside
from tests.inventory.factories import ACTOR, demand, make_location, make_sku, put
from tests.inventory.racing import race

End, R = DispositionOutcome, DispositionReason
AGO = timedelta(minutes=1)


def shelf(units: int = 10) -> tuple[Sku, Location]:
    sku, store = make_sku(), make_location()
    with transaction.atomic():
        put(sku, store, units)
    return sku, store


def figures(sku: Sku, store: Location) -> tuple[int, int, int]:
    """On hand, set aside, available."""
    stock = Stock.objects.get(sku=sku, location=store)
    return stock.on_hand, stock.unavailable, availability([sku.pk])[sku.pk, store.pk]


@pytest.mark.django_db
class TestSetAside:
    def test_it_stays_on_hand_and_is_not_for_sale(self) -> None:
        sku, store = shelf()
        aside = make_aside(sku, store, 3, note="box crushed")
        assert figures(sku, store) == (10, 3, 7)
        with pytest.raises(InsufficientStock):
            allocate([demand(sku, store, 8)], cause="order", actor=ACTOR)
        movement = StockMovement.objects.latest("id")
        assert (movement.kind, movement.unavailable, movement.on_hand) == ("disposed", 3, 0)
        assert (movement.cause, movement.reason) == ("box crushed", "damaged")
        assert movement.source_reference == f"disposition:{aside.uid}"
        assert AuditEntry.objects.filter(action="disposition.set_aside").count() == 1
        assert stock_audit().clean

    def test_sent_twice_it_is_set_aside_once(self) -> None:
        sku, store = shelf()
        aside = make_aside(sku, store, 3)
        with pytest.raises(AlreadyBooked), transaction.atomic():
            make_aside(sku, store, 3, uid=aside.uid)
        assert figures(sku, store) == (10, 3, 7)

    def test_more_than_lies_there_is_refused(self) -> None:
        sku, store = shelf(4)
        make_aside(sku, store, 3)
        for accept in (False, True):
            with pytest.raises(Shortage) as refused:
                make_aside(sku, store, 2, accept=accept)
            assert refused.value.data["items"][0]["on_hand"] == 1
        with pytest.raises(Shortage):
            make_aside(make_sku(), store, 1)
        with pytest.raises(ValueError, match="one unit"):
            make_aside(sku, store, 0)
        assert figures(sku, store) == (4, 3, 1)

    def test_what_is_claimed_asks_first_and_becomes_a_shortage(self) -> None:
        sku, store = shelf(4)
        allocate([demand(sku, store, 3)], cause="order", actor=ACTOR)
        with pytest.raises(ShortageUnconfirmed) as refused:
            make_aside(sku, store, 3)
        assert refused.value.data == {"units": 2, "allocated": 3}
        aside = make_aside(sku, store, 3, accept=True)
        assert ShortageItem.objects.get(closed_at=None).units == 2
        disposition_end(aside.uid, End.PUT_BACK, actor=ACTOR)
        assert not ShortageItem.objects.filter(closed_at=None).exists()

    def test_a_lapsed_hold_does_not_stand_in_the_way(self) -> None:
        sku, store = shelf(4)
        hold([demand(sku, store, 4)], until=now() - AGO, cause="basket", actor=ACTOR)
        make_aside(sku, store, 4)
        assert figures(sku, store) == (4, 4, 0)
        other, place = shelf(4)
        hold([demand(other, place, 4)], until=now() + AGO, cause="basket", actor=ACTOR)
        with pytest.raises(ShortageUnconfirmed):
            make_aside(other, place, 1)

    def test_each_reason_has_its_usual_time(self, settings) -> None:
        settings.DISPOSITION_DAYS = {"damaged": 30, "missing": 7, "display": 0}
        damaged = expiry_of(R.DAMAGED)
        assert damaged is not None
        assert abs(damaged - now() - timedelta(days=30)) < AGO
        assert expiry_of(R.DISPLAY) is None


@pytest.mark.django_db
class TestEnd:
    def test_put_back_it_is_for_sale_again(self) -> None:
        sku, store = shelf()
        aside = make_aside(sku, store, 3)
        ended = disposition_end(aside.uid, End.PUT_BACK, actor=ACTOR)
        assert (ended.outcome, ended.ended_by) == (End.PUT_BACK, ACTOR.label)
        assert figures(sku, store) == (10, 0, 10)
        assert StockMovement.objects.latest("id").kind == "undisposed"
        assert stock_audit().clean

    def test_written_off_it_leaves_on_hand_in_the_same_movement(self) -> None:
        sku, store = shelf()
        disposition_end(make_aside(sku, store, 3).uid, End.WRITTEN_OFF, actor=ACTOR)
        assert figures(sku, store) == (7, 0, 7)
        movement = StockMovement.objects.latest("id")
        assert (movement.kind, movement.on_hand, movement.unavailable) == ("adjusted", -3, -3)
        assert movement.reason == "damaged"
        assert stock_audit().clean

    def test_what_does_not_lie_there_any_more_is_not_written_off_twice(self) -> None:
        """A display piece was sold at the till, and the feed told so."""
        sku, store = shelf(3)
        aside = make_aside(sku, store, 3)
        lines = [demand(sku, store, 2)]
        with pytest.raises(InsufficientStock):
            allocate(lines, cause="order", actor=ACTOR)
        put(sku, store, -2)
        assert ShortageItem.objects.get(closed_at=None).units == 2
        disposition_end(aside.uid, End.WRITTEN_OFF, actor=ACTOR)
        assert figures(sku, store) == (0, 0, 0)
        assert not ShortageItem.objects.filter(closed_at=None).exists()
        assert stock_audit().clean

    def test_it_ends_once(self) -> None:
        sku, store = shelf()
        aside = make_aside(sku, store, 3)
        disposition_end(aside.uid, End.PUT_BACK, actor=ACTOR)
        with pytest.raises(InvalidTransition) as refused:
            disposition_end(aside.uid, End.WRITTEN_OFF, actor=ACTOR)
        assert refused.value.data["current"] == End.PUT_BACK
        assert figures(sku, store) == (10, 0, 10)

    def test_writing_off_takes_more_than_putting_back(self) -> None:
        sku, store = shelf()
        aside = make_aside(sku, store, 1)
        clerk = user_actor(make_user("clerk", scope=store))
        stranger = user_actor(make_user("store_manager", scope=make_location()))
        for actor, outcome in ((clerk, End.WRITTEN_OFF), (stranger, End.PUT_BACK)):
            with pytest.raises(NotFound):
                disposition_end(aside.uid, outcome, actor=actor)
        disposition_end(aside.uid, End.PUT_BACK, actor=clerk)

    def test_the_sweep_ends_what_is_over_and_nothing_else(self) -> None:
        sku, store = shelf()
        over = make_aside(sku, store, 2, expires_at=now() - AGO)
        make_aside(sku, store, 3, expires_at=now() + AGO)
        make_aside(sku, store, 1)
        assert (dispositions_expire(), dispositions_expire()) == (1, 0)
        over.refresh_from_db()
        assert (over.outcome, figures(sku, store)) == (End.EXPIRED, (10, 4, 6))
        assert AuditEntry.objects.filter(action="disposition.expired").count() == 1
        assert stock_audit().clean

    def test_an_end_without_an_outcome_is_impossible(self) -> None:
        aside = make_aside(*shelf())
        for wrong in ({"ended_at": now()}, {"outcome": "expired"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Disposition.objects.filter(pk=aside.pk).update(**wrong)


@pytest.mark.django_db
class TestCounts:
    """A count settles what is missing; what is damaged or on display is counted and stays."""

    def aside(self) -> tuple[Sku, Location]:
        sku, store = shelf()
        make_aside(sku, store, 2, R.MISSING)
        make_aside(sku, store, 1, R.DISPLAY)
        return sku, store

    def correct(self, sku: Sku, store: Location, **change: int) -> None:
        correction = Correction(sku.pk, store.pk, "correction", "count", "ref", **change)
        stock_correct(correction, accept_shortage=False, actor=ACTOR)

    def test_a_shelf_counted_by_hand(self) -> None:
        sku, store = self.aside()
        self.correct(sku, store, counted=8)
        assert figures(sku, store) == (8, 1, 7)
        outcomes = Disposition.objects.order_by("pk").values_list("outcome", flat=True)
        assert list(outcomes) == [End.COUNTED, ""]
        assert stock_audit().clean

    def test_a_count_that_agrees_found_them(self) -> None:
        sku, store = self.aside()
        self.correct(sku, store, counted=10)
        assert figures(sku, store) == (10, 1, 9)

    def test_units_that_came_or_went_say_nothing(self) -> None:
        sku, store = self.aside()
        self.correct(sku, store, delta=-1)
        assert figures(sku, store) == (9, 3, 6)

    def test_an_imported_count(self) -> None:
        sku, store = self.aside()
        stock_count([CountedRow(sku.pk, store.pk, 8)], cause="import", actor=ACTOR)
        assert figures(sku, store) == (8, 1, 7)
        assert stock_audit().clean

    def test_a_posted_count_knows_when_it_looked(self, settings) -> None:
        settings.COUNT_TOLERANCE_UNITS = settings.COUNT_LIMIT_UNITS = 1000
        sku, store = self.aside()
        allocate([demand(sku, store, 7)], cause="order", actor=ACTOR)
        count = count_plan(CountPlan(store, CountBasis.LISTED, sku_ids=(sku.pk,)), actor=ACTOR)
        lines_count(count.pk, {sku.pk: 8}, actor=ACTOR)
        make_aside(sku, store, 1, R.MISSING, accept=True)
        count_finish(count.pk, actor=ACTOR)
        # Of those missed before the count none is missing; the one missed since is.
        assert figures(sku, store)[:2] == (8, 2)
        assert ShortageItem.objects.get(closed_at=None).units == 1
        assert stock_audit().clean

    def test_what_is_missing_is_counted_first(self) -> None:
        _other, store = shelf(50)
        sku = make_sku()
        put(sku, store, 2)
        make_aside(sku, store, 1, R.MISSING)
        count = count_plan(CountPlan(store, CountBasis.VALUE, most=1), actor=ACTOR)
        assert count.lines.get().sku == sku


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_clerks_who_end_the_same_one(self) -> None:
        sku, store = shelf()
        for _ in range(5):
            aside = make_aside(sku, store, 2)
            calls = [partial(disposition_end, aside.uid, End.PUT_BACK, actor=ACTOR)] * 6
            results = race(calls, threads=6)
            assert sum(isinstance(one, Disposition) for one in results) == 1
            assert sum(isinstance(one, InvalidTransition) for one in results) == 5
        assert figures(sku, store) == (10, 0, 10)
        assert stock_audit().clean

    def test_expiry_and_write_off_exactly_one_wins(self) -> None:
        sku, store = shelf(40)
        on_hand = 40
        for _ in range(10):
            aside = make_aside(sku, store, 2, expires_at=now() - AGO)
            calls: list[Callable[[], object]] = [
                dispositions_expire,
                partial(disposition_end, aside.uid, End.WRITTEN_OFF, actor=ACTOR),
                dispositions_expire,
            ]
            results = race(calls, threads=3)
            aside.refresh_from_db()
            written_off = not isinstance(results[1], Exception)
            on_hand -= 2 * written_off
            assert aside.outcome == (End.WRITTEN_OFF if written_off else End.EXPIRED)
            assert figures(sku, store) == (on_hand, 0, on_hand)
        assert stock_audit().clean

    def test_the_last_unit_is_set_aside_or_allocated(self) -> None:
        for _ in range(5):
            sku, store = shelf(1)
            results = race(
                [
                    partial(make_aside, sku, store),
                    partial(allocate, [demand(sku, store)], cause="order", actor=ACTOR),
                ],
                threads=2,
            )
            refused = [one for one in results if isinstance(one, Exception)]
            assert len(refused) == 1
            assert isinstance(refused[0], ShortageUnconfirmed | InsufficientStock)
            assert figures(sku, store)[2] == 0
        assert not ShortageItem.objects.exists()

    def test_shipping_and_setting_aside_share_the_shelf(self) -> None:
        sku, store = shelf(20)
        lines = [demand(sku, store) for _ in range(10)]
        with transaction.atomic():
            allocate(lines, cause="order", actor=ACTOR)
        calls: list[Callable[[], object]] = [
            partial(ship, [line], cause="order", actor=ACTOR) for line in lines
        ]
        calls += [partial(make_aside, sku, store, 2)] * 8
        results = race(calls, threads=9)
        assert sum(isinstance(one, ShortageUnconfirmed | Shortage) for one in results) == 3
        assert figures(sku, store) == (10, 10, 0)
        assert stock_audit().clean

    def test_without_looking_again_after_the_wait_units_come_free_twice(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The control: the guard of the update off, and what makes a booking unique with it."""
        guard, reference = "AND aside.ended_at IS NULL AND", "'disposition:' || uid || ':end'"
        assert guard in statements.END_ONE
        blind = statements.END_ONE.replace(guard, "AND")
        monkeypatch.setattr(
            statements, "END_ONE", blind.replace(reference, "gen_random_uuid()::text")
        )
        sku, store = shelf(10)
        aside, _other = make_aside(sku, store, 2), make_aside(sku, store, 5)
        self.one_after_the_other(
            partial(disposition_end, aside.uid, End.PUT_BACK, actor=ACTOR),
            partial(disposition_end, aside.uid, End.PUT_BACK, actor=ACTOR),
        )
        assert figures(sku, store)[1] == 3

    def test_without_the_lock_the_last_unit_goes_twice(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The control: guard on what was read before the wait."""
        assert statements.STOCK_FOR_UPDATE in statements.SET_ASIDE
        monkeypatch.setattr(
            statements, "SET_ASIDE", statements.SET_ASIDE.replace(statements.STOCK_FOR_UPDATE, "")
        )
        sku, store = shelf(1)
        self.one_after_the_other(
            partial(allocate, [demand(sku, store)], cause="order", actor=ACTOR),
            partial(make_aside, sku, store),
        )
        stock = Stock.objects.get(sku=sku)
        assert stock.allocated + stock.unavailable > stock.on_hand

    def one_after_the_other(
        self, first: Callable[[], object], second: Callable[[], object]
    ) -> None:
        """The second begins while the first has not committed."""
        begun = threading.Event()

        def slow() -> None:
            first()
            begun.set()
            time.sleep(0.5)

        def late() -> None:
            begun.wait(10)
            second()

        race([slow, late], threads=2)
