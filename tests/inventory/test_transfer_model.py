"""Transfers against a plain-Python model: whatever happens, no unit is lost and none is made."""

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import F
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

from inventory.errors import AlreadyBooked, InsufficientStock
from inventory.models import ExpectedSupply, Stock, Transfer, TransferDiscrepancy, TransferLine
from inventory.services.audit import stock_audit
from inventory.services.receiving import Arrival, transfer_receive, transfer_settle
from inventory.services.transfers import transfer_cancel, transfer_ship
from inventory.status import DiscrepancyOutcome, TransferStatus
from oms.core.errors import InvalidInput, InvalidTransition
from tests.inventory.factories import ACTOR, make_kit, make_location, make_sku, put
from tests.inventory.transfers import requested

S = TransferStatus
START = 12
UNITS = st.integers(0, 5)
PLACES = st.sampled_from([0, 1, 2])


class Transfers(RuleBasedStateMachine):
    """`shelf` and `claimed` by (place, SKU); `way` by (transfer, SKU); `gone` and `found` sums."""

    @initialize()
    def begin(self) -> None:
        self.sandbox = transaction.atomic()
        self.sandbox.__enter__()
        self.skus = [make_sku(), make_sku()]
        self.kit = make_kit({self.skus[0]: 2, self.skus[1]: 1})
        self.places = [make_location() for _ in range(3)]
        self.shelf: Counter[tuple[int, int]] = Counter()
        self.claimed: Counter[tuple[int, int]] = Counter()
        self.way: dict[int, Counter[int]] = {}
        self.open: dict[int, tuple[int, int, Counter[int]]] = {}
        self.ends: dict[int, tuple[int, int]] = {}
        self.gone = self.found = 0
        for place in range(2):
            for sku in range(2):
                put(self.skus[sku], self.places[place], START)
                self.shelf[place, sku] = START

    def teardown(self) -> None:
        if hasattr(self, "sandbox"):
            transaction.set_rollback(True)
            self.sandbox.__exit__(None, None, None)

    def by_id(self, units: Counter[int]) -> dict[int, int]:
        return {self.skus[sku].pk: n for sku, n in units.items()}

    def uid(self, pk: int) -> Any:
        return Transfer.objects.get(pk=pk).uid

    @rule(source=PLACES, destination=PLACES, units=st.tuples(UNITS, UNITS), kits=st.integers(0, 1))
    def request(self, source: int, destination: int, units: tuple[int, int], kits: int) -> None:
        wanted = Counter({0: units[0] + 2 * kits, 1: units[1] + kits})
        given = {self.skus[at]: n for at, n in enumerate(units) if n}
        if kits:
            given[self.kit] = kits
        free = all(
            self.shelf[source, sku] - self.claimed[source, sku] >= wanted[sku] for sku in (0, 1)
        )
        try:
            made = requested(self.places[source], self.places[destination], given)
        except InvalidInput:
            assert source == destination or not given
            return
        except InsufficientStock:
            assert not free
            return
        assert free
        for sku, n in wanted.items():
            self.claimed[source, sku] += n
        self.open[made.pk] = (source, destination, +wanted)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def cancel(self, data: Any) -> None:
        pk = data.draw(st.sampled_from(sorted(self.open)))
        source, _destination, wanted = self.open.pop(pk)
        transfer_cancel(self.uid(pk), actor=ACTOR)
        for sku, n in wanted.items():
            self.claimed[source, sku] -= n

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def send(self, data: Any) -> None:
        pk = data.draw(st.sampled_from(sorted(self.open)))
        source, destination, wanted = self.open[pk]
        leaving = Counter({sku: data.draw(st.integers(0, n)) for sku, n in wanted.items()})
        try:
            transfer_ship(self.uid(pk), units=self.by_id(leaving), actor=ACTOR)
        except InvalidInput:
            assert not leaving.total()
            return
        del self.open[pk]
        self.ends[pk] = (source, destination)
        self.way[pk] = +leaving
        for sku, n in wanted.items():
            self.claimed[source, sku] -= n
            self.shelf[source, sku] -= leaving[sku]

    @precondition(lambda self: self.way)
    @rule(data=st.data(), received=st.tuples(UNITS, UNITS), lost=st.tuples(UNITS, UNITS))
    def receive(self, data: Any, received: tuple[int, int], lost: tuple[int, int]) -> None:
        pk = data.draw(st.sampled_from(sorted(self.way)))
        got = Counter(dict(enumerate(received)))
        kind = data.draw(st.sampled_from(["missing", "damaged"]))
        reports = {kind: {self.skus[sku].pk: n for sku, n in enumerate(lost) if n}}
        arrival = Arrival(uuid4().hex, self.by_id(+got), **reports)
        before = self.way[pk]
        try:
            with transaction.atomic():
                transfer_receive(self.uid(pk), arrival, actor=ACTOR)
        except InvalidTransition:
            assert not before.total()
            return
        except InvalidInput:
            assert any(lost)
            return
        _source, destination = self.ends[pk]
        for sku in (0, 1):
            self.found += max(0, got[sku] - before[sku])
            self.shelf[destination, sku] += got[sku]
        self.way[pk] = before - got
        try:
            with transaction.atomic():
                transfer_receive(self.uid(pk), arrival, actor=ACTOR)
        except (AlreadyBooked, InvalidTransition, InvalidInput):
            return
        assert not got.total()
        assert not any(lost)

    @precondition(lambda self: self.way)
    @rule(data=st.data(), outcome=st.sampled_from(["written_off", "sent_back"]))
    def settle(self, data: Any, outcome: str) -> None:
        pk = data.draw(st.sampled_from(sorted(self.way)))
        chosen = data.draw(st.sampled_from([None, 0, 1]))
        left = Counter({s: n for s, n in self.way[pk].items() if chosen in (None, s)})
        line = TransferLine.objects.filter(transfer=pk, sku=self.skus[chosen or 0]).first()
        if chosen is not None and line is None:
            return
        try:
            transfer_settle(
                self.uid(pk),
                outcome=DiscrepancyOutcome(outcome),
                note="test",
                line_id=line.pk if chosen is not None and line else None,
                actor=ACTOR,
            )
        except (InvalidTransition, InvalidInput):
            assert not left.total()
            return
        for sku, n in left.items():
            if outcome == "sent_back":
                self.shelf[self.ends[pk][0], sku] += n
            else:
                self.gone += n
        self.way[pk] -= left

    @invariant()
    def figures_agree(self) -> None:
        if not hasattr(self, "skus"):
            return
        recorded = {
            (s.location_id, s.sku_id): (s.on_hand, s.allocated) for s in Stock.objects.all()
        }
        for at, place in enumerate(self.places):
            for sku in (0, 1):
                wanted = (self.shelf[at, sku], self.claimed[at, sku])
                assert recorded.get((place.pk, self.skus[sku].pk), (0, 0)) == wanted
        for pk, units in self.way.items():
            lines = TransferLine.objects.filter(transfer=pk)
            assert {line.sku_id: line.in_transit for line in lines if line.in_transit} == {
                self.skus[sku].pk: n for sku, n in units.items() if n
            }
            ended = Transfer.objects.get(pk=pk).status == S.RECEIVED
            assert ended == (not units.total())
        self.nothing_is_lost_or_made()
        assert stock_audit().clean

    def nothing_is_lost_or_made(self) -> None:
        on_hand = sum(Stock.objects.values_list("on_hand", flat=True))
        lines = list(TransferLine.objects.all())
        on_the_way = sum(line.in_transit for line in lines)
        written_off = sum(line.written_off for line in lines)
        assert on_hand + on_the_way + written_off - self.found == 4 * START
        assert written_off == self.gone
        # What is still promised is what is on its way and not reported as lost.
        lost = TransferDiscrepancy.objects.filter(kind__in=("missing", "damaged"), outcome="")
        unsettled = sum(lost.values_list("units", flat=True))
        expected = sum(ExpectedSupply.objects.values_list("quantity", flat=True))
        assert expected == on_the_way - unsettled
        assert not TransferLine.objects.filter(shipped__gt=F("requested")).exists()


class TransfersTest(TestCase):
    def test_transfers(self) -> None:
        run_state_machine_as_test(
            Transfers,
            settings=settings(
                max_examples=30,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


pytestmark = pytest.mark.slow
