"""The change feed: whatever changes a figure is heard, and nothing that commits late is missed."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from catalog.models import Category, KitComponent, Sku
from catalog.services.categories import category_save
from catalog.status import SkuStatus
from inventory.errors import CursorExpired
from inventory.models import AvailabilityChange, Location, Stock, StockMovement
from inventory.selectors import changes
from inventory.selectors.changes import Position, changes_since
from inventory.services.adjustment import StockChange, adjust
from inventory.services.allocation import allocate, release, ship
from inventory.services.changes import changes_prune
from inventory.services.counting import CountedRow, stock_count
from inventory.services.holds import hold, holds_sweep, unhold
from inventory.services.locations import location_save
from inventory.services.rules import RuleData, availability_rule_save, availability_rule_switch
from oms.core.clock import now
from tests.catalog.factories import make_category, make_product
from tests.inventory.factories import ACTOR, demand, make_kit, make_location, make_sku, put

pytestmark = pytest.mark.django_db(transaction=True)

Figures = dict[tuple[str, str], int]


class Reader:
    """A shop that keeps a copy."""

    def __init__(self, limit: int = 200, channel: str = "eshop") -> None:
        self.position = Position()
        self.limit, self.channel = limit, channel
        self.copy: Figures = {}
        self.told: Figures = {}
        self.pages = 0

    def poll(self) -> Figures:
        """What one round says and the copy did not.

        The same again is no fault: it comes while an older transaction runs, in whichever database
        of the cluster, and those of other tests do.
        """
        told: Figures = {}
        places = {one.pk: one for one in Location.objects.all()}
        while True:
            page = changes_since(
                self.position,
                channel=self.channel,
                locations=list(places),
                active=[pk for pk, one in places.items() if one.is_active],
                limit=self.limit,
            )
            self.position = page.position
            self.pages += 1
            for one in page.changes:
                told |= {(one.code, places[pk].code): n for pk, n in one.at.items()}
            if not page.more:
                news = {pair: n for pair, n in told.items() if self.copy.get(pair) != n}
                self.copy |= told
                self.told = told
                return news


@pytest.fixture
def shelf() -> tuple[Sku, Location, Location]:
    sku, here, there = make_sku(), make_location(), make_location()
    with transaction.atomic():
        put(sku, here, 10)
        put(sku, there, 10)
    return sku, here, there


Shelf = tuple[Sku, Location, Location]


def test_the_first_round_is_everything_and_the_next_nothing_old(shelf: Shelf) -> None:
    sku, here, there = shelf
    reader = Reader()
    assert reader.poll() == {(sku.code, here.code): 10, (sku.code, there.code): 10}
    assert reader.poll() == {}
    with transaction.atomic():
        allocate([demand(sku, here, 3)], cause="order", actor=ACTOR)
    assert reader.poll() == {(sku.code, here.code): 7}
    assert reader.poll() == {}


def test_order_flows_are_seen_and_not_only_edits(shelf: Shelf) -> None:
    """saleor#19449: what orders take was in no change feed, only what somebody edited."""
    sku, here, _there = shelf
    reader = Reader()
    reader.poll()
    order, basket = demand(sku, here, 4), uuid4()
    steps: list[tuple[Callable[[], object], int]] = [
        (lambda: allocate([order], cause="order", actor=ACTOR), 6),
        (lambda: hold([demand(sku, here, 2, basket)], until=now() + timedelta(minutes=5),
                      cause="basket", actor=ACTOR), 4),
        (lambda: unhold([basket], cause="basket", actor=ACTOR), 6),
        (lambda: ship([order], cause="order", actor=ACTOR), 6),
        (lambda: adjust([StockChange(sku.pk, here.pk, -1)], cause="broken", actor=ACTOR), 5),
        (lambda: stock_count([CountedRow(sku.pk, here.pk, 8)], cause="count", actor=ACTOR), 8),
    ]  # fmt: skip
    for step, left in steps:
        with transaction.atomic():
            step()
        reader.poll()
        assert reader.told[sku.code, here.code] == left


def test_a_lapsed_hold_is_told_when_it_is_swept(shelf: Shelf) -> None:
    sku, here, _there = shelf
    with transaction.atomic():
        hold([demand(sku, here, 4)], until=now() - timedelta(seconds=1), cause="b", actor=ACTOR)
    reader = Reader()
    reader.poll()
    holds_sweep()
    reader.poll()
    assert reader.told[sku.code, here.code] == 10


def test_what_moves_no_stock_is_heard_too(shelf: Shelf) -> None:
    sku, here, there = shelf
    reader = Reader()
    reader.poll()
    with transaction.atomic():
        rows = [CountedRow(sku.pk, here.pk, 10, safety_stock=2)]
        stock_count(rows, cause="import", actor=ACTOR)
    assert reader.poll() == {(sku.code, here.code): 8}
    Stock.objects.filter(sku=sku, location=here).update(safety_stock=0)
    assert reader.poll() == {(sku.code, here.code): 10}

    data = RuleData(effect="buffer", sku_id=sku.pk, location_id=there.pk, units=4)
    rule = availability_rule_save(data, actor=ACTOR)
    assert reader.poll() == {(sku.code, there.code): 6}
    availability_rule_switch(rule.pk, active=False, actor=ACTOR)
    assert reader.poll() == {(sku.code, there.code): 10}

    location_save(here, values={"is_active": False}, actor=ACTOR)
    assert reader.poll() == {(sku.code, here.code): 0}
    location_save(here, values={"is_active": True}, actor=ACTOR)
    assert reader.poll() == {(sku.code, here.code): 10}

    Sku.objects.filter(pk=sku.pk).update(status=SkuStatus.DISCONTINUED)
    assert reader.poll() == {(sku.code, here.code): 0, (sku.code, there.code): 0}
    # Nothing else moved: names and prices are not availability.
    Sku.objects.filter(pk=sku.pk).update(name="Other")
    Location.objects.filter(pk=here.pk).update(name="Other")
    assert reader.poll() == {}


def test_rules_of_categories_and_locations_reach_all_they_concern() -> None:
    garden = make_category()
    tools = make_category(parent=garden)
    inside, outside = make_sku(product=make_product(tools)), make_sku()
    here, there = make_location(), make_location()
    with transaction.atomic():
        for sku in (inside, outside):
            put(sku, here, 10)
        put(inside, there, 10)
    reader = Reader()
    reader.poll()
    data = RuleData(effect="buffer", category_id=garden.pk, location_id=here.pk, units=1)
    availability_rule_save(data, actor=ACTOR)
    assert reader.poll() == {(inside.code, here.code): 9}
    data = RuleData(effect="share", location_id=here.pk, percent=50)
    availability_rule_save(data, actor=ACTOR)
    assert reader.poll() == {(inside.code, here.code): 4, (outside.code, here.code): 5}
    # Moved out of the category, or with its category, it is under other rules.
    outside.product.category = Category.objects.get(pk=tools.pk)
    outside.product.save()
    assert reader.poll()[outside.code, here.code] == 4
    category_save(code=tools.code, name=tools.name, category_id=tools.pk, actor=ACTOR)
    assert reader.poll() == {(inside.code, here.code): 5, (outside.code, here.code): 5}
    assert reader.told[inside.code, there.code] == 10


def test_kits_change_with_their_components_and_with_their_list(shelf: Shelf) -> None:
    sku, here, there = shelf
    kit = make_kit({sku: 2})
    reader = Reader()
    reader.poll()
    with transaction.atomic():
        allocate([demand(kit, here, 1)], cause="order", actor=ACTOR)
    assert reader.poll() == {(sku.code, here.code): 8, (kit.code, here.code): 4}
    KitComponent.objects.filter(kit=kit).update(quantity=5)
    assert reader.poll() == {(kit.code, here.code): 1, (kit.code, there.code): 2}
    other = make_sku()
    KitComponent.objects.create(kit=kit, component=other, quantity=1)
    assert reader.poll() == {(kit.code, here.code): 0, (kit.code, there.code): 0}
    KitComponent.objects.filter(component=other).delete()
    assert reader.poll() == {(kit.code, here.code): 1, (kit.code, there.code): 2}


def test_pages_hold_so_many_skus_and_leave_none_out() -> None:
    here = make_location()
    skus = [make_sku() for _ in range(7)]
    with transaction.atomic():
        for sku in skus:
            put(sku, here, 5)
    reader = Reader(limit=2)
    assert len(reader.poll()) == 7
    assert reader.pages == 4
    with transaction.atomic():
        adjust([StockChange(sku.pk, here.pk, -1) for sku in skus], cause="sold", actor=ACTOR)
    page = changes_since(
        reader.position, channel="", locations=[here.pk], active=[here.pk], limit=3
    )
    assert (len(page.changes), page.more) == (3, True)
    # What changes behind a page that was read is told in the next round.
    with transaction.atomic():
        adjust([StockChange(skus[0].pk, here.pk, -1)], cause="sold", actor=ACTOR)
    reader.position = page.position
    reader.copy |= {(one.code, here.code): one.at[here.pk] for one in page.changes}
    reader.poll()
    assert reader.poll() == {(skus[0].code, here.code): 3}
    assert reader.copy == {(sku.code, here.code): 3 if sku is skus[0] else 4 for sku in skus}


def test_changes_are_kept_longer_than_any_cursor() -> None:
    make_kit({make_sku(): 1})
    assert changes_prune() == 0
    AvailabilityChange.objects.update(recorded_at=now() - timedelta(days=15))
    assert changes_prune() == 1


def test_a_cursor_from_another_database_is_told_to_begin_again() -> None:
    with pytest.raises(CursorExpired):
        changes_since(Position(since=2**60), channel="", locations=[], active=[], limit=5)


class Late:
    """A transaction that takes its number first and commits when told, in a thread of its own."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.begun, self.commit = threading.Event(), threading.Event()
        self.work = work
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        assert self.begun.wait(10)

    def run(self) -> None:
        try:
            with transaction.atomic():
                self.work()
                self.begun.set()
                assert self.commit.wait(10)
        finally:
            connection.close()

    def end(self) -> None:
        self.commit.set()
        self.thread.join(10)


@pytest.mark.concurrency
class TestCommittedLate:
    def late(self, shelf: Shelf) -> tuple[Late, Callable[[], None]]:
        sku, here, there = shelf

        def early() -> None:
            with transaction.atomic():
                allocate([demand(sku, there, 1)], cause="order", actor=ACTOR)

        late = Late(lambda: allocate([demand(sku, here, 4)], cause="order", actor=ACTOR))
        return late, early

    def test_it_is_not_missed(self, shelf: Shelf) -> None:
        sku, here, there = shelf
        reader = Reader()
        reader.poll()
        late, early = self.late(shelf)
        early()
        # Fresh: what is committed is told although an older transaction is still running.
        assert reader.poll() == {(sku.code, there.code): 9}
        late.end()
        assert reader.poll()[sku.code, here.code] == 6
        assert reader.poll() == {}

    def test_rules_that_commit_late_are_not_missed(self, shelf: Shelf) -> None:
        sku, here, there = shelf
        reader = Reader()
        reader.poll()
        data = RuleData(effect="buffer", sku_id=sku.pk, units=4)
        late = Late(lambda: availability_rule_save(data, actor=ACTOR))
        with transaction.atomic():
            allocate([demand(sku, there, 1)], cause="order", actor=ACTOR)
        assert reader.poll() == {(sku.code, there.code): 9}
        late.end()
        assert reader.poll() == {(sku.code, here.code): 6, (sku.code, there.code): 5}

    def test_with_row_ids_as_the_cursor_it_would_be(
        self, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The control: the newest id read as the cursor, and the late row lies below it."""
        by_id = changes.CHANGED
        for horizon in ("transaction >=", "transaction <"):
            by_id = by_id.replace(horizon, horizon.replace("transaction", "id"))
        newest = "(SELECT MAX(id) + 1 FROM inventory_stockmovement)"
        upper = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        lower = "(SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"
        assert upper in by_id
        assert lower in changes.PAGE
        monkeypatch.setattr(changes, "CHANGED", by_id.replace(upper, newest))
        monkeypatch.setattr(changes, "PAGE", changes.PAGE.replace(lower, newest))
        sku, here, there = shelf
        reader = Reader()
        reader.poll()
        late, early = self.late(shelf)
        early()
        assert reader.poll() == {(sku.code, there.code): 9}
        late.end()
        assert reader.poll() == {}
        assert reader.copy[sku.code, here.code] == 10

    def test_under_a_storm_the_copy_is_exact_in_the_end(self, shelf: Shelf) -> None:
        sku, here, there = shelf
        ended = threading.Event()

        def shop(place: Location) -> None:
            try:
                for _ in range(40):
                    order = demand(sku, place)
                    with transaction.atomic():
                        allocate([order], cause="order", actor=ACTOR)
                    with transaction.atomic():
                        release([order], cause="order", actor=ACTOR)
                    with transaction.atomic():
                        adjust([StockChange(sku.pk, place.pk, 1)], cause="in", actor=ACTOR)
            finally:
                connection.close()

        reader = Reader()
        threads = [threading.Thread(target=shop, args=(one,)) for one in (here, there, here, there)]
        for thread in threads:
            thread.start()

        def wait() -> None:
            for thread in threads:
                thread.join()
            ended.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        while not ended.is_set():
            reader.poll()
        reader.poll()
        waiting.join()
        assert reader.copy == {(sku.code, here.code): 90, (sku.code, there.code): 90}
        assert not StockMovement.objects.filter(transaction=None).exists()
