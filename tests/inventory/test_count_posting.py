"""What a count books: once, as of its moment, after a second count, with approval."""

from decimal import Decimal

import pytest

from catalog.models import Sku
from inventory.errors import (
    NotAllCounted,
    NothingCounted,
    NotOnCount,
)
from inventory.models import SourceReference, StockMovement
from inventory.selectors.counts import count_off
from inventory.services.allocation import allocate
from inventory.services.audit import stock_audit
from inventory.services.correction import Correction, stock_correct
from inventory.services.count_lines import Scan, line_scan, lines_count
from inventory.services.count_planning import CountPlan, count_plan
from inventory.services.count_posting import (
    count_cancel,
    count_finish,
    count_post,
    count_recount,
)
from inventory.status import CountBasis, CountStatus
from oms.core.actors import user_actor
from oms.core.clock import now
from oms.core.errors import InvalidTransition, NotFound
from oms.core.models import AuditEntry
from tests.core.factories import make_user
from tests.inventory.counts import finish, found, line_of, plan, sell, told_late
from tests.inventory.factories import (
    ACTOR,
    demand,
    figures,
    make_location,
    make_sku,
    put,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf():
    """Ten of one SKU at one store."""
    sku, store = make_sku("A", gtin="4006381333931"), make_location("S1")
    put(sku, store, 10)
    return sku, store


class TestPosting:
    @pytest.mark.parametrize(
        ("counted", "sold", "left"),
        [(10, 0, 10), (8, 0, 8), (13, 0, 13), (8, 3, 5), (12, 4, 8), (0, 0, 0), (2, 5, 0)],
    )
    def test_what_is_sold_in_between_stays_sold(self, shelf, settings, counted, sold, left) -> None:
        """The last row: counted 2, then 5 sold. On hand never falls below nothing."""
        settings.COUNT_TOLERANCE_UNITS = 1000
        sku, store = shelf
        count = plan(store, sku)
        found(count, sku, counted)
        if sold:
            sell(sku, store, sold)
        finish(count)
        assert figures(sku, store) == (left, 0)
        assert stock_audit().clean

    def test_the_movement_names_the_count_and_its_moment(self, shelf) -> None:
        sku, store = shelf
        count = plan(store, sku)
        found(count, sku, 9)
        assert finish(count).status == CountStatus.POSTED
        line, movement = line_of(count, sku), StockMovement.objects.latest("id")
        assert (movement.kind, movement.on_hand) == ("counted", -1)
        assert movement.cause == f"count {count.pk}"
        assert movement.occurred_at == line.first_at
        assert SourceReference.objects.filter(pk=f"count {count.pk} line {line.pk}").exists()
        assert line.booked == -1
        entry = AuditEntry.objects.get(action="count.posted")
        assert (entry.data["changed"], entry.data["units_down"]) == (1, 1)

    def test_it_is_booked_once(self, shelf) -> None:
        sku, store = shelf
        count = plan(store, sku)
        found(count, sku, 9)
        finish(count)
        for again in (count_finish, count_post, count_cancel):
            with pytest.raises(InvalidTransition):
                again(count.pk, actor=ACTOR)
        assert figures(sku, store) == (9, 0)

    def test_a_shortage_is_booked_and_told(self, shelf) -> None:
        sku, store = shelf
        allocate([demand(sku, store, 10)], cause="order 1", actor=ACTOR)
        count = plan(store, sku)
        found(count, sku, 9)
        finish(count)
        assert figures(sku, store) == (9, 10)
        assert AuditEntry.objects.get(action="count.posted").data["shortages"] == 1

    def test_units_a_feed_tells_late_are_not_missed_twice(self, shelf) -> None:
        """Three were sold before the count; the till says so after it."""
        sku, store = shelf
        before = now()
        count = plan(store, sku)
        found(count, sku, 7)
        told_late(sku, store, -3, before)
        finish(count)
        assert figures(sku, store) == (7, 0)

    def test_a_later_count_of_the_same_shelf_stands(self, shelf) -> None:
        sku, store = shelf
        count = plan(store, sku)
        found(count, sku, 8)
        by_hand = Correction(sku.pk, store.pk, "correction", "shelf", reference="x", counted=8)
        stock_correct(by_hand, accept_shortage=False, actor=ACTOR)
        finish(count)
        assert figures(sku, store) == (8, 0)
        assert line_of(count, sku).booked == 0

    def test_a_sheet_is_of_the_moment_it_was_filled_in(self, shelf) -> None:
        """Counted 9 of 10; two sold before it was typed in, one after that."""
        sku, store = shelf
        count = plan(store, sku)
        counted_at = now()
        sell(sku, store, 2)
        found(count, sku, 9, at=counted_at)
        assert line_of(count, sku).first_expected == 10
        sell(sku, store, 1)
        finish(count)
        assert figures(sku, store) == (6, 0)

    def test_what_nobody_counted_stays_as_it_is(self, shelf) -> None:
        sku, store = shelf
        other = make_sku("B")
        put(other, store, 5)
        count = plan(store)
        with pytest.raises(NothingCounted):
            count_finish(count.pk, actor=ACTOR)
        found(count, sku, 9)
        with pytest.raises(NotAllCounted) as refused:
            count_finish(count.pk, actor=ACTOR)
        assert refused.value.data["lines"] == 1
        finish(count, leave=True)
        assert (figures(sku, store), figures(other, store)) == ((9, 0), (5, 0))


class TestSecondCount:
    @pytest.mark.parametrize(
        ("counted", "asked"), [(100, False), (98, False), (97, True), (102, False), (103, True)]
    )
    def test_it_is_asked_for_beyond_the_tolerance(self, settings, counted, asked) -> None:
        settings.COUNT_TOLERANCE_UNITS, settings.COUNT_TOLERANCE_PERCENT = 1, 2
        sku, store = make_sku(), make_location()
        put(sku, store, 100)
        count = plan(store, sku)
        found(count, sku, counted)
        assert (count_finish(count.pk, actor=ACTOR).status == CountStatus.RECOUNT) is asked

    def test_the_second_count_stands(self, shelf) -> None:
        sku, store = shelf
        other = make_sku("B")
        put(other, store, 5)
        count = plan(store)
        found(count, sku, 4)
        found(count, other, 5)
        count_finish(count.pk, actor=ACTOR)
        # Only what is off is counted again.
        with pytest.raises(NotOnCount):
            line_scan(count.pk, Scan("B"), actor=ACTOR)
        sell(sku, store, 1)
        found(count, sku, 9)
        assert count_finish(count.pk, actor=ACTOR).status == CountStatus.POSTED
        line = line_of(count, sku)
        assert (line.counted, line.expected, line.difference) == (9, 9, 0)
        assert figures(sku, store) == (9, 0)

    def test_left_out_somebody_has_to_approve(self, shelf) -> None:
        sku, store = shelf
        count = plan(store, sku)
        found(count, sku, 6)
        count_finish(count.pk, actor=ACTOR)
        assert count_finish(count.pk, leave=True, actor=ACTOR).status == CountStatus.TO_APPROVE
        assert figures(sku, store) == (10, 0)
        count_recount(count.pk, line_ids=[line_of(count, sku).pk], actor=ACTOR)
        found(count, sku, 10)
        assert count_finish(count.pk, actor=ACTOR).status == CountStatus.POSTED


class TestApproval:
    @pytest.mark.parametrize(
        ("cost", "counted", "status"),
        [
            ("10", 90, CountStatus.POSTED),
            ("10.01", 90, CountStatus.TO_APPROVE),
            ("10.01", 110, CountStatus.TO_APPROVE),
            (None, 90, CountStatus.POSTED),
            (None, 89, CountStatus.TO_APPROVE),
        ],
    )
    def test_the_limits(self, settings, cost, counted, status) -> None:
        settings.COUNT_TOLERANCE_UNITS = 1000
        settings.COUNT_LIMIT_VALUE, settings.COUNT_LIMIT_UNITS = 100, 10
        sku, store = make_sku(cost=cost and Decimal(cost)), make_location()
        put(sku, store, 100)
        count = plan(store, sku)
        found(count, sku, counted)
        assert count_finish(count.pk, actor=ACTOR).status == status

    def test_a_clerk_counts_and_a_manager_approves(self, shelf) -> None:
        sku, store = shelf
        clerk = user_actor(make_user("clerk", scope=store))
        manager = user_actor(make_user("store_manager", scope=store))
        Sku.objects.filter(pk=sku.pk).update(cost=200)
        count = count_plan(CountPlan(store, CountBasis.EVERYTHING), actor=clerk)
        lines_count(count.pk, {sku.pk: 9}, actor=clerk)
        assert count_finish(count.pk, actor=clerk).status == CountStatus.TO_APPROVE
        for service in (count_post, count_cancel):
            with pytest.raises(NotFound):
                service(count.pk, actor=clerk)
        off = count_off(count)
        assert (off.lines, off.down, off.value) == (1, 1, Decimal(-200))
        assert count_post(count.pk, actor=manager).closed_by == manager.label
        assert figures(sku, store) == (9, 0)

    def test_ups_and_downs_do_not_cancel_each_other_out(self, settings) -> None:
        settings.COUNT_TOLERANCE_UNITS = 1000
        store = make_location()
        skus = [make_sku(cost=Decimal(30)) for _ in range(2)]
        for sku in skus:
            put(sku, store, 10)
        count = plan(store)
        found(count, skus[0], 8)
        found(count, skus[1], 12)
        off = count_off(count)
        assert (off.value, off.off_value, off.needs_approval) == (0, 120, True)
