"""The ledger against a plain-Python model: any sequence of calls, kits and refusals included."""

import uuid
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from inventory.demand import Demand
from inventory.errors import InsufficientStock, NotAllocated, Shortage, ShortageUnconfirmed
from inventory.models import Allocation, Stock, StockMovement
from inventory.services.adjustment import StockChange, adjust
from inventory.services.allocation import allocate, release, ship, unship
from inventory.services.audit import stock_audit
from inventory.services.dispositions import ENDINGS, disposition_end, dispositions_expire
from inventory.services.holds import hold, holds_sweep, unhold
from inventory.status import DispositionOutcome
from oms.core.clock import now
from oms.core.errors import InvalidTransition
from tests.inventory.dispositions import make_aside
from tests.inventory.factories import ACTOR, make_kit, make_location, make_sku

SKUS = range(4)  # 0 and 1 are plain; 2 = 2 × 0 + 1 × 1; 3 = 3 × 1
PARTS = {0: {0: 1}, 1: {1: 1}, 2: {0: 2, 1: 1}, 3: {1: 3}}
PLACES = range(2)
UNITS = st.integers(1, 6)
LINES = st.lists(st.tuples(st.sampled_from(SKUS), st.sampled_from(PLACES), UNITS), max_size=4)


class Ledger(RuleBasedStateMachine):
    """`on_hand` by (part, place), `claims` and `gone` by (demand, SKU, place)."""

    @initialize()
    def begin(self) -> None:
        self.sandbox = transaction.atomic()
        self.sandbox.__enter__()
        plain = [make_sku(), make_sku()]
        self.skus = [*plain, make_kit({plain[0]: 2, plain[1]: 1}), make_kit({plain[1]: 3})]
        self.places = [make_location(), make_location()]
        self.on_hand: Counter[tuple[int, int]] = Counter()
        self.claims: Counter[tuple[uuid.UUID, int, int]] = Counter()
        self.gone: Counter[tuple[uuid.UUID, int, int]] = Counter()
        self.held: dict[uuid.UUID, Counter[tuple[int, int]]] = {}
        self.aside: dict[uuid.UUID, tuple[tuple[int, int], int, bool]] = {}

    def teardown(self) -> None:
        if hasattr(self, "sandbox"):
            transaction.set_rollback(True)
            self.sandbox.__exit__(None, None, None)

    def allocated(self) -> Counter[tuple[int, int]]:
        total: Counter[tuple[int, int]] = Counter()
        for (_uid, sku, place), units in self.claims.items():
            for part, per_unit in PARTS[sku].items():
                total[part, place] += units * per_unit
        return total

    def available(self, lines) -> bool:
        """Whether the lines fit into what is neither claimed nor held nor set aside."""
        taken = self.allocated() + self.all_held() + self.set_aside()
        return all(
            self.on_hand[key] - taken[key] >= units for key, units in self.parts(lines).items()
        )

    def all_held(self) -> Counter[tuple[int, int]]:
        return sum(self.held.values(), Counter())

    def set_aside(self) -> Counter[tuple[int, int]]:
        total: Counter[tuple[int, int]] = Counter()
        for key, units, _lapsed in self.aside.values():
            total[key] += units
        return total

    def parts(self, lines) -> Counter[tuple[int, int]]:
        total: Counter[tuple[int, int]] = Counter()
        for sku, place, units in lines:
            for part, per_unit in PARTS[sku].items():
                total[part, place] += units * per_unit
        return total

    def demand(self, uid: uuid.UUID, sku: int, place: int, units: int) -> Demand:
        return Demand(uid, self.skus[sku].pk, self.places[place].pk, units)

    def call(self, service, demands, refusals) -> bool:
        try:
            service(demands, cause="test", actor=ACTOR)
        except refusals:
            return False
        return True

    @rule(part=st.sampled_from([0, 1]), place=st.sampled_from(PLACES), delta=st.integers(-8, 20))
    def change(self, part: int, place: int, delta: int) -> None:
        change = StockChange(self.skus[part].pk, self.places[place].pk, delta)
        done = self.call(adjust, [change], Shortage)
        assert done == (self.on_hand[part, place] + delta >= 0)
        if done:
            self.on_hand[part, place] += delta

    @rule(lines=LINES)
    def take(self, lines) -> None:
        uids = [uuid.uuid4() for _ in lines]
        demands = [self.demand(uid, *line) for uid, line in zip(uids, lines, strict=True)]
        fits = self.available(lines)
        assert self.call(allocate, demands, InsufficientStock) == fits
        if fits:
            for uid, (sku, place, units) in zip(uids, lines, strict=True):
                self.claims[uid, sku, place] += units

    @rule(lines=LINES.filter(bool), lapsed=st.booleans())
    def keep(self, lines, lapsed) -> None:
        """A hold; one whose deadline is over keeps nothing from anybody."""
        uid = uuid.uuid4()
        until = now() + timedelta(minutes=-1 if lapsed else 15)
        demands = [self.demand(uid, *line) for line in lines]
        fits = self.available(lines)
        keeps = partial(hold, until=until)
        assert self.call(keeps, demands, InsufficientStock) == fits
        if fits and not lapsed:
            self.held[uid] = self.parts(lines)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def let_go(self, data) -> None:
        uid = data.draw(st.sampled_from(sorted(self.held)))
        assert unhold([uid], cause="test", actor=ACTOR) == len(self.held.pop(uid))
        assert unhold([uid], cause="test", actor=ACTOR) == 0

    @rule(
        part=st.sampled_from([0, 1]),
        place=st.sampled_from(PLACES),
        units=UNITS,
        lapsed=st.booleans(),
        accept=st.booleans(),
    )
    def put_aside(self, part, place, units, lapsed, accept) -> None:
        """Until the sweep came, one whose time is over is set aside still."""
        key, uid = (part, place), uuid.uuid4()
        lies = self.on_hand[key] - self.set_aside()[key] >= units
        fits = lies and (accept or self.available([(part, place, units)]))
        until = now() - timedelta(minutes=1) if lapsed else None
        put_it = partial(
            make_aside, self.skus[part], self.places[place], units,
            uid=uid, expires_at=until, accept=accept,
        )  # fmt: skip
        if fits:
            put_it()
            self.aside[uid] = (key, units, lapsed)
        else:
            with pytest.raises(ShortageUnconfirmed if lies else Shortage):
                put_it()

    @precondition(lambda self: self.aside)
    @rule(data=st.data(), outcome=st.sampled_from(sorted(ENDINGS)))
    def end_aside(self, data, outcome) -> None:
        uid = data.draw(st.sampled_from(sorted(self.aside)))
        key, units, _lapsed = self.aside.pop(uid)
        disposition_end(uid, outcome, actor=ACTOR)
        if outcome == DispositionOutcome.WRITTEN_OFF:
            self.on_hand[key] -= min(units, self.on_hand[key])
        with pytest.raises(InvalidTransition):
            disposition_end(uid, outcome, actor=ACTOR)

    @rule()
    def expire(self) -> None:
        over = [uid for uid, (_key, _units, lapsed) in self.aside.items() if lapsed]
        assert dispositions_expire() == len(over)
        for uid in over:
            del self.aside[uid]

    @rule()
    def sweep(self) -> None:
        holds_sweep()
        swept = {(s.sku_id, s.location_id): s.held for s in Stock.objects.all() if s.held}
        assert swept == {
            (self.skus[part].pk, self.places[place].pk): units
            for (part, place), units in self.all_held().items()
        }

    def some_of(self, data, held: Counter) -> list[tuple[tuple[uuid.UUID, int, int], int]]:
        keys = data.draw(st.lists(st.sampled_from(sorted(held)), min_size=1, max_size=3))
        return [(key, data.draw(UNITS)) for key in keys]

    def fits(self, wanted, held: Counter) -> bool:
        total: Counter = Counter()
        for key, units in wanted:
            total[key] += units
        return all(units <= held[key] for key, units in total.items())

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def give_back(self, data) -> None:
        wanted = self.some_of(data, self.claims)
        fits = self.fits(wanted, self.claims)
        demands = [self.demand(*key, units) for key, units in wanted]
        assert self.call(release, demands, NotAllocated) == fits
        if fits:
            self.claims -= self.counted(wanted)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def send(self, data) -> None:
        wanted = self.some_of(data, self.claims)
        lines = [(sku, place, units) for (_uid, sku, place), units in wanted]
        there = all(self.on_hand[key] >= units for key, units in self.parts(lines).items())
        fits = self.fits(wanted, self.claims) and there
        demands = [self.demand(*key, units) for key, units in wanted]
        assert self.call(ship, demands, (NotAllocated, Shortage)) == fits
        if fits:
            self.claims -= self.counted(wanted)
            self.gone += self.counted(wanted)
            self.on_hand.subtract(self.parts(lines))

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def bring_back(self, data) -> None:
        wanted = self.some_of(data, self.gone)
        fits = self.fits(wanted, self.gone)
        demands = [self.demand(*key, units) for key, units in wanted]
        assert self.call(unship, demands, NotAllocated) == fits
        if fits:
            self.gone -= self.counted(wanted)
            self.claims += self.counted(wanted)
            self.on_hand.update(
                self.parts([(sku, place, units) for (_uid, sku, place), units in wanted])
            )

    def counted(self, wanted) -> Counter:
        total: Counter = Counter()
        for key, units in wanted:
            total[key] += units
        return total

    @invariant()
    def figures_agree(self) -> None:
        if not hasattr(self, "skus"):
            return
        recorded = {
            (stock.sku_id, stock.location_id): (stock.on_hand, stock.allocated, stock.unavailable)
            for stock in Stock.objects.all()
        }
        allocated, aside = self.allocated(), self.set_aside()
        for part in (0, 1):
            for place in PLACES:
                key = (self.skus[part].pk, self.places[place].pk)
                figures = (self.on_hand, allocated, aside)
                expected = tuple(figure[part, place] for figure in figures)
                assert recorded.get(key, (0, 0, 0)) == expected
        assert Allocation.objects.values("demand").distinct().count() == len(
            {uid for (uid, _sku, _place), units in self.claims.items() if units}
        )
        assert stock_audit().clean


class LedgerTest(TestCase):
    def test_ledger(self) -> None:
        run_state_machine_as_test(
            Ledger,
            settings=settings(
                max_examples=40,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        assert not StockMovement.objects.exists()


pytestmark = pytest.mark.slow
