"""Counting while goods are sold: what was found, what should have been there, what is booked."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from inventory.errors import (
    CountMoved,
    NothingToCount,
    NotOnCount,
    UnknownBarcode,
)
from inventory.models import CountLine
from inventory.selectors.counts import counts_visible
from inventory.services.allocation import allocate
from inventory.services.count_lines import Scan, line_scan, line_set, lines_count
from inventory.services.count_planning import CountPlan, count_plan, count_preview
from inventory.services.count_posting import (
    count_cancel,
    count_finish,
)
from inventory.status import CountBasis, CountLineStatus, CountStatus
from oms.core.actors import user_actor
from oms.core.clock import now
from oms.core.errors import InvalidInput, NotFound, PermissionRefused
from oms.core.permissions import Permission
from tests.catalog.factories import make_category, make_product
from tests.core.factories import make_user
from tests.inventory.counts import (
    classes,
    finish,
    found,
    line_of,
    plan,
    put_missing,
    sell,
)
from tests.inventory.dispositions import make_aside
from tests.inventory.factories import (
    ACTOR,
    demand,
    make_kit,
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


class TestPlanning:
    def test_everything_that_is_kept_but_no_kits_and_nothing_twice(self, shelf) -> None:
        sku, store = shelf
        other, gone = make_sku("B"), make_sku("GONE", status="discontinued")
        put(other, store, 3)
        put(gone, store, 1)
        put(gone, store, -1)
        make_kit({sku: 2})
        put(make_sku("ELSEWHERE"), make_location("S2"), 4)
        count = plan(store)
        assert sorted(count.lines.values_list("sku__code", flat=True)) == ["A", "B"]
        assert count.status == CountStatus.PLANNED
        # The same SKUs are not counted in two counts at once.
        preview = count_preview(CountPlan(store, CountBasis.EVERYTHING))
        assert (preview.lines, preview.elsewhere) == (0, 2)
        with pytest.raises(NothingToCount):
            plan(store)
        count_cancel(count.pk, actor=ACTOR)
        assert plan(store).lines.count() == 2

    def test_a_list_may_name_what_was_never_kept_there(self, shelf) -> None:
        other = make_sku("B")
        count = plan(shelf[1], shelf[0], other)
        assert count.lines.count() == 2

    @pytest.mark.parametrize(
        ("basis", "changes", "codes"),
        [
            (CountBasis.VALUE, {"most": 2}, ["DEAR", "MANY"]),
            (CountBasis.CATEGORY, {}, ["INSIDE"]),
            (CountBasis.EVERYTHING, {"most": 1}, ["DOUBTFUL"]),
        ],
    )
    def test_by_value_by_category_and_doubtful_ones_first(self, basis, changes, codes) -> None:
        store, inside = make_location(), make_category("Inside")
        skus = {
            code: make_sku(code, cost=Decimal(cost))
            for code, cost in [("DEAR", 100), ("MANY", 5), ("CHEAP", 1)]
        }
        skus["INSIDE"] = make_sku("INSIDE", make_product(inside), cost=Decimal("0.10"))
        for code, units in [("DEAR", 2), ("MANY", 30), ("CHEAP", 10), ("INSIDE", 1)]:
            put(skus[code], store, units)
        if basis == CountBasis.CATEGORY:
            changes = {"category": inside}
        if basis == CountBasis.EVERYTHING:
            doubtful = make_sku("DOUBTFUL", cost=Decimal("0.01"))
            put(doubtful, store, 5)
            put_missing(doubtful, store)
        count = plan(store, basis=basis, **changes)
        assert list(count.lines.order_by("sku__code").values_list("sku__code", flat=True)) == codes

    def test_set_aside_units_that_orders_wait_for_make_doubtful(self) -> None:
        store, fine, short = make_location(), make_sku("FINE"), make_sku("SHORT")
        for sku in (fine, short):
            put(sku, store, 5)
            allocate([demand(sku, store, 4)], cause="order 1", actor=ACTOR)
        everything = CountPlan(store, CountBasis.EVERYTHING)
        make_aside(fine, store, 1)
        assert count_preview(everything).doubtful == 0
        make_aside(short, store, 2, accept=True)
        assert count_preview(everything).doubtful == 1

    def test_classes_by_the_value_of_what_moved_out(self) -> None:
        """80, 15 and 5 per cent of the turnover; what did not move is C."""
        store = make_location()
        sold = {"A1": (50, 10), "A2": (30, 10), "B1": (15, 10), "C1": (5, 10), "C2": (0, 10)}
        for code, (units, cost) in sold.items():
            sku = make_sku(code, cost=Decimal(cost))
            put(sku, store, 100)
            if units:
                sell(sku, store, units)
        assert classes(plan(store)) == {"A1": "A", "A2": "A", "B1": "B", "C1": "C", "C2": "C"}

    def test_without_costs_the_classes_go_by_units(self) -> None:
        store = make_location()
        for code, units in [("A1", 85), ("B1", 12), ("C1", 3)]:
            sku = make_sku(code)
            put(sku, store, 100)
            sell(sku, store, units)
        assert classes(plan(store)) == {"A1": "A", "B1": "B", "C1": "C"}

    def test_a_class_is_due_again_after_its_days(self, shelf, settings) -> None:
        sku, store = shelf
        settings.COUNT_DUE_DAYS = {"A": 30, "B": 90, "C": 180}
        due = CountPlan(store, CountBasis.ABC, due_only=True)
        assert count_preview(due).class_c == 1
        count = plan(store)
        found(count, sku, 10)
        finish(count)
        assert count_preview(due).lines == 0
        CountLine.objects.update(first_at=now() - timedelta(days=181))
        assert count_preview(due).lines == 1
        assert count_preview(CountPlan(store, CountBasis.ABC, classes=("A",))).lines == 0

    def test_only_where_one_may_count(self, shelf) -> None:
        stranger = user_actor(make_user("clerk", scope=make_location()))
        with pytest.raises(PermissionRefused):
            count_plan(CountPlan(shelf[1], CountBasis.EVERYTHING), actor=stranger)
        count = plan(shelf[1])
        with pytest.raises(NotFound):
            line_scan(count.pk, Scan("A"), actor=stranger)


class TestCounting:
    def test_each_scan_is_one_more_and_can_be_taken_back(self, shelf) -> None:
        sku, store = shelf
        count = plan(store, sku)
        for code in ("a", "4006381333931"):
            scanned = line_scan(count.pk, Scan(code), actor=ACTOR)
        line = scanned.line
        assert (scanned.before, line.first, line.first_expected) == (1, 2, 10)
        count.refresh_from_db()
        assert count.status == CountStatus.COUNTING
        line_set(count.pk, line_id=line.pk, units=1, seen=2, actor=ACTOR)
        line_set(count.pk, line_id=line.pk, units=None, seen=1, actor=ACTOR)
        assert line_of(count, sku).status == CountLineStatus.TO_COUNT

    def test_a_scan_that_is_sent_again_counts_once(self, shelf) -> None:
        sku, store = shelf
        count = plan(store, sku)
        scan = Scan("A")
        for _ in range(2):
            assert line_scan(count.pk, scan, actor=ACTOR).line.first == 1
        # Never less than none.
        line_scan(count.pk, Scan("A", units=-1), actor=ACTOR)
        assert line_scan(count.pk, Scan("A", units=-1), actor=ACTOR).line.first == 0

    def test_what_somebody_else_counted_is_not_written_over(self, shelf) -> None:
        sku, store = shelf
        count = plan(store, sku)
        line = line_scan(count.pk, Scan("A"), actor=ACTOR).line
        with pytest.raises(CountMoved) as refused:
            line_set(count.pk, line_id=line.pk, units=9, seen=None, actor=ACTOR)
        assert refused.value.data["units"] == 1
        assert line_of(count, sku).first == 1

    def test_what_is_not_on_the_list(self, shelf) -> None:
        sku, store = shelf
        stray, kit = make_sku("STRAY"), make_kit({sku: 2})
        count = plan(store, sku)
        with pytest.raises(UnknownBarcode, match="999"):
            line_scan(count.pk, Scan("999"), actor=ACTOR)
        for code, can_add in ((stray.code, True), (kit.code, False)):
            with pytest.raises(NotOnCount) as refused:
                line_scan(count.pk, Scan(code), actor=ACTOR)
            assert refused.value.data["can_add"] is can_add
        added = line_scan(count.pk, Scan("stray", units=2, accept=True), actor=ACTOR).line
        assert (added.first, added.first_expected, added.is_extra) == (2, 0, True)
        # Taken back, it is off the list again.
        line_set(count.pk, line_id=added.pk, units=None, seen=2, actor=ACTOR)
        assert not CountLine.objects.filter(sku=stray).exists()

    @pytest.mark.parametrize("units", [-1, 1_000_001])
    def test_wrong_numbers(self, shelf, units: int) -> None:
        count = plan(shelf[1], shelf[0])
        with pytest.raises(InvalidInput):
            found(count, shelf[0], units)

    def test_a_moment_that_cannot_be(self, shelf) -> None:
        count = plan(shelf[1], shelf[0])
        for wrong in (now() + timedelta(minutes=5), now() - timedelta(days=1)):
            with pytest.raises(InvalidInput):
                found(count, shelf[0], 3, at=wrong)


def test_progress_is_told(shelf) -> None:
    other = make_sku("B")
    put(other, shelf[1], 5)
    count = plan(shelf[1])
    found(count, shelf[0], 9)
    row = counts_visible(ACTOR, Permission.STOCK_VIEW).get()
    figures_told = (row.lines_all, row.lines_counted, row.lines_open, row.lines_off)
    assert figures_told == (2, 1, 1, 1)


def test_counting_costs_the_same_for_many_lines(django_assert_max_num_queries) -> None:
    store = make_location()
    skus = [make_sku() for _ in range(20)]
    with transaction.atomic():
        for sku in skus:
            put(sku, store, 5)
    count = plan(store)
    with django_assert_max_num_queries(9):
        lines_count(count.pk, {sku.pk: 5 for sku in skus}, actor=ACTOR)
    with django_assert_max_num_queries(15):
        count_finish(count.pk, actor=ACTOR)
