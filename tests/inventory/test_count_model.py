"""Counts against a plain-Python model: sales, receipts, late news and count lines in any order."""

from datetime import timedelta

import pgtrigger
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from inventory.models import CountLine, StockMovement
from inventory.services.adjustment import StockChange, adjust
from inventory.services.audit import stock_audit
from inventory.services.count_lines import line_set, lines_count
from inventory.services.count_planning import CountPlan, count_plan
from inventory.services.count_posting import count_finish, count_post
from inventory.status import CountBasis, CountStatus
from oms.core.clock import now
from tests.inventory.factories import ACTOR, figures, make_location, make_sku, put

pytestmark = pytest.mark.slow
SKUS = 3
OPENING = 20
STEP = st.tuples(
    # Twice as many moves as counts.
    st.sampled_from(["move", "move", "late", "count", "take back"]),
    st.integers(0, SKUS - 1),
    st.integers(-6, 9),
)


class Shelf:
    """What really lies there, what the system thinks, and what a person last counted."""

    def __init__(self) -> None:
        self.thought = OPENING
        self.counted: int | None = None
        # Of the units the system thinks of: those that count has not seen yet.
        self.since = 0

    @property
    def final(self) -> int:
        """Counted + movements after; never below nothing. Uncounted: as it was."""
        if self.counted is None:
            return self.thought
        return max(self.counted + self.since, 0)


class Play:
    """One count of three shelves, lived through step by step."""

    def __init__(self) -> None:
        self.begun = now() - timedelta(hours=1)
        self.store, self.skus = make_location(), [make_sku() for _ in range(SKUS)]
        for sku in self.skus:
            put(sku, self.store, OPENING)
        self.count = count_plan(CountPlan(self.store, CountBasis.EVERYTHING), actor=ACTOR)
        self.shelves = [Shelf() for _ in self.skus]

    def step(self, what: str, which: int, number: int) -> None:
        sku, shelf = self.skus[which], self.shelves[which]
        if what == "count":
            shelf.counted, shelf.since = number + 6, 0
            lines_count(self.count.pk, {sku.pk: number + 6}, actor=ACTOR)
        elif what == "take back":
            shelf.counted = None
            self.take_back(sku)
        elif number and shelf.thought + number >= 0:
            shelf.thought += number
            adjust([StockChange(sku.pk, self.store.pk, number)], cause="x", actor=ACTOR)
            if what == "late":
                # It happened before anything was counted: the count has seen it.
                backdate(self.begun)
            else:
                shelf.since += number

    def take_back(self, sku) -> None:
        line = CountLine.objects.get(stock_count=self.count, sku=sku)
        if line.first is not None:
            line_set(self.count.pk, line_id=line.pk, units=None, seen=line.first, actor=ACTOR)

    def end(self) -> None:
        """Finished, without second counts, and approved."""
        status = self.count.status
        while status != CountStatus.TO_APPROVE:
            status = count_finish(self.count.pk, leave=True, actor=ACTOR).status
            if status == CountStatus.POSTED:
                return
        count_post(self.count.pk, actor=ACTOR)


class CountTest(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=st.lists(STEP, min_size=1, max_size=25))
    def test_final_is_counted_plus_what_moved_after(self, steps) -> None:
        play = Play()
        for step in steps:
            play.step(*step)
        if any(shelf.counted is not None for shelf in play.shelves):
            play.end()
        lying = [figures(sku, play.store)[0] for sku in play.skus]
        assert lying == [shelf.final for shelf in play.shelves]
        assert stock_audit().clean


def backdate(moment) -> None:
    """The newest movement is of `moment`; the ledger itself can only be added to."""
    with pgtrigger.ignore("inventory.StockMovement:append_only"):
        newest = StockMovement.objects.latest("id")
        StockMovement.objects.filter(pk=newest.pk).update(occurred_at=moment)
