"""The stock sync under fire: syncs, orders and tills at once; clocks that lie; peers' own bugs."""

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from catalog.models import Sku
from inventory.errors import InsufficientStock
from inventory.models import Location, Stock, StockBatch, StockMovement
from inventory.services import batch_work
from inventory.services.allocation import allocate, ship
from inventory.services.audit import stock_audit
from inventory.services.partitions import partitions_ensure
from inventory.status import BatchStatus
from oms.core.clock import now
from oms.core.dberrors import as_domain_error
from oms.core.errors import Busy, InvalidInput
from oms.core.jobs import jobs_run
from tests.inventory.factories import ACTOR, demand, make_location, make_sku, put
from tests.inventory.test_batches import DELTA, FULL, PARTIAL, csv_of, on_hand, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Location:
    return make_location("S1")


def sell(sku: Sku, store: Location, units: int = 1) -> None:
    line = demand(sku, store, units)
    with transaction.atomic():
        allocate([line], cause="order 1", actor=ACTOR)
        ship([line], cause="order 1", actor=ACTOR)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
class TestStorm:
    """Two feeds and one feed's next batch are applied while orders claim and ship the same SKUs."""

    SKUS, UNITS, ORDERS = 30, 200, 40

    def storm(self) -> tuple[list[Location], int]:
        """Everything goes at once; the locations, and the units that were sold."""
        places = [make_location(code) for code in ("P1", "P2")]
        skus = [make_sku(f"K{n}") for n in range(self.SKUS)]
        with transaction.atomic():
            for place in places:
                for sku in skus:
                    put(sku, place, self.UNITS)
        sold: list[int] = []
        unexpected: list[Exception] = []
        moment = now()

        def guarded(work: Callable[..., None], *args: Any) -> None:
            try:
                work(*args)
            except Exception as error:
                unexpected.append(error)
            finally:
                connection.close()

        calls = [(self.order, places, skus, seed, sold) for seed in range(6)]
        calls += [(self.sync, place, skus, moment) for place in places]  # type: ignore[misc]
        threads = [threading.Thread(target=guarded, args=call) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        jobs_run()
        assert unexpected == []
        return places, sum(sold)

    def order(self, places: list[Location], skus: list[Sku], seed: int, sold: list[int]) -> None:
        dice = random.Random(seed)
        for _ in range(self.ORDERS):
            place = dice.choice(places)
            lines = [demand(sku, place) for sku in dice.sample(skus, 4)]
            try:
                with transaction.atomic():
                    allocate(lines, cause="order 1", actor=ACTOR)
                    ship(lines, cause="order 1", actor=ACTOR)
                sold.append(len(lines))
            except InsufficientStock:
                continue
            except OperationalError as error:
                if not isinstance(as_domain_error(error), Busy):
                    raise

    def sync(self, place: Location, skus: list[Sku], moment: datetime) -> None:
        """Each says what was there before the storm: what is sold since stays sold."""
        counts = csv_of((sku.code, self.UNITS) for sku in skus)
        for number in range(1, 5):
            kind = FULL if number % 2 else PARTIAL
            send(place, counts, kind=kind, sequence=number, as_of=moment)

    def left(self) -> int:
        return sum(Stock.objects.values_list("on_hand", flat=True))

    def test_nothing_sold_comes_back(self) -> None:
        places, sold = self.storm()
        assert set(StockBatch.objects.values_list("status", flat=True)) == {BatchStatus.APPLIED}
        assert self.left() == len(places) * self.SKUS * self.UNITS - sold
        assert not Stock.objects.filter(on_hand__lt=F("allocated")).exists()
        assert stock_audit().clean

    def test_without_the_moment_of_the_count_it_does(self, monkeypatch: Any) -> None:
        """The control: a sync that overwrites with its counts, as peers do, brings sales back."""
        statements = batch_work.statements
        for kind in (FULL, PARTIAL):
            naive = statements.DIFFERENCES[kind].replace(
                "WHERE location_id = %(location)s\n    AND ((", "WHERE FALSE AND (("
            )
            assert naive != statements.DIFFERENCES[kind]
            monkeypatch.setitem(statements.DIFFERENCES, kind, naive)
        places, sold = self.storm()
        assert sold
        assert self.left() > len(places) * self.SKUS * self.UNITS - sold


class TestPeers:
    def test_woocommerce_net_507_a_set_quantity_does_not_undo_a_sale(self, store: Location) -> None:
        """The count was read at 10, two are sold, then the count arrives: 8 are left, not 10."""
        sku = make_sku("A")
        put(sku, store, 10)
        counted_at = now()
        sell(sku, store, 2)
        send(store, csv_of([("A", 10)]), as_of=counted_at)
        assert on_hand(store) == {"A": 8}

    def test_erpnext_49382_a_count_goes_through_while_units_are_reserved(
        self, store: Location
    ) -> None:
        sku = make_sku("A")
        put(sku, store, 10)
        allocate([demand(sku, store, 6)], cause="order 1", actor=ACTOR)
        batch = send(store, csv_of([("A", 4)]))
        stock = Stock.objects.get()
        assert (batch.status, batch.result["shortages"]) == (BatchStatus.APPLIED, 1)
        assert (stock.on_hand, stock.allocated) == (4, 6)

    def statements_of(self, store: Location, rows: int, sequence: int) -> int:
        body = csv_of((f"M{n}", sequence) for n in range(rows))
        batch = send(store, body, sequence=sequence, run=False)
        # The sender's chunks are a test's; their number is not what is counted.
        with CaptureQueriesContext(connection) as captured:
            jobs_run()
        batch.refresh_from_db()
        assert (batch.status, batch.result["changed"]) == (BatchStatus.APPLIED, rows)
        return len(captured)

    def test_magento_inventory_2306_ten_thousand_rows_are_as_many_statements_as_one(
        self, store: Location
    ) -> None:
        sample = make_sku("A")
        Sku.objects.bulk_create(
            Sku(product=sample.product, code=f"M{n}", name="M", tax_class=sample.tax_class)
            for n in range(10_000)
        )
        one = self.statements_of(store, 1, 1)
        assert self.statements_of(store, 10_000, 2) == one
        assert one <= 50

    @pytest.mark.concurrency
    @pytest.mark.django_db(transaction=True)
    def test_magento_pr_2969_a_sync_does_not_deadlock_with_checkout(self) -> None:
        """Orders take their SKUs in any order, a sync takes all of them: each waits its turn."""
        store = make_location("S1")
        skus = [make_sku(f"D{n}") for n in range(40)]
        with transaction.atomic():
            for sku in skus:
                put(sku, store, 10_000)
        stop = threading.Event()
        deadlocks: list[str] = []

        def checkout(seed: int) -> None:
            dice = random.Random(seed)
            while not stop.is_set():
                lines = [demand(sku, store) for sku in dice.sample(skus, 20)]
                try:
                    with transaction.atomic():
                        allocate(lines, cause="order 1", actor=ACTOR)
                except OperationalError as error:
                    if not isinstance(as_domain_error(error), Busy):
                        deadlocks.append(str(error))
            connection.close()

        tills = [threading.Thread(target=checkout, args=(seed,)) for seed in range(4)]
        for till in tills:
            till.start()
        try:
            dice = random.Random(9)
            for number in range(1, 11):
                rows = [(sku.code, f"+{number}") for sku in dice.sample(skus, len(skus))]
                batch = send(store, csv_of(rows), kind=DELTA, sequence=number)
                assert batch.status == BatchStatus.APPLIED
        finally:
            stop.set()
            for till in tills:
                till.join(60)
        assert deadlocks == []
        assert stock_audit().clean


class TestClocks:
    """The moment of a count is the sender's word; what is booked has the database's."""

    def test_a_sender_ahead_cannot_speak_of_what_is_to_come(self, store: Location) -> None:
        """Four minutes ahead is taken as now: what is sold next is no part of the count."""
        sku = make_sku("A")
        put(sku, store, 10)
        send(store, csv_of([("A", 10)]), as_of=now() + timedelta(minutes=4), run=False)
        sell(sku, store, 3)
        jobs_run()
        assert on_hand(store) == {"A": 7}

    def test_a_sender_far_ahead_is_refused(self, store: Location) -> None:
        with pytest.raises(InvalidInput):
            send(store, csv_of([("A", 10)]), as_of=now() + timedelta(minutes=6))

    def test_a_sender_behind_takes_a_sale_off_twice_and_never_adds_one(
        self, store: Location
    ) -> None:
        """Its count knew of the sale, its clock did not: too few are offered, never too many."""
        sku = make_sku("A")
        put(sku, store, 10)
        behind = now()
        sell(sku, store, 3)
        send(store, csv_of([("A", 7)]), as_of=behind)
        assert on_hand(store) == {"A": 4}

    def test_the_databases_clock_steps_back(self, store: Location) -> None:
        """A sale after the batch came in carries an earlier time than its count."""
        sku = make_sku("A")
        put(sku, store, 10)
        send(store, csv_of([("A", 10)]), run=False)
        stepped = now() - timedelta(hours=1)
        partitions_ensure(since=stepped)
        StockMovement.objects.create(
            sku=sku, location=store, kind="sold", on_hand=-2, cause="till", actor="till",
            occurred_at=stepped, recorded_at=stepped,
        )  # fmt: skip
        Stock.objects.update(on_hand=8)
        jobs_run()
        assert on_hand(store) == {"A": 8}

    @pytest.mark.parametrize(
        ("sold_at", "counted_at"),
        [
            # The night the clocks go forward, and the hour that comes twice when they go back.
            ("2026-03-29T01:59:59+01:00", "2026-03-29T03:00:00+02:00"),
            ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"),
        ],
    )
    def test_the_night_the_clocks_change(
        self, store: Location, sold_at: str, counted_at: str
    ) -> None:
        """Moments are compared, not what clocks show: the sale was before the count."""
        first, second = (datetime.fromisoformat(text) for text in (sold_at, counted_at))
        assert first.astimezone(UTC) < second.astimezone(UTC)
        sku = make_sku("A")
        put(sku, store, 10)
        self.sold(sku, store, first)
        send(store, csv_of([("A", 9)]), as_of=second)
        # What `put` received is later than that night, and stays.
        assert on_hand(store) == {"A": 19}

    def test_and_a_sale_after_it_is_one(self, store: Location) -> None:
        counted_at = datetime.fromisoformat("2026-10-25T02:30:00+02:00")
        sku = make_sku("A")
        put(sku, store, 10)
        self.sold(sku, store, datetime.fromisoformat("2026-10-25T02:30:00+01:00"))
        send(store, csv_of([("A", 10)]), as_of=counted_at)
        assert on_hand(store) == {"A": 19}

    def sold(self, sku: Sku, store: Location, moment: datetime) -> None:
        StockMovement.objects.create(
            sku=sku, location=store, kind="sold", on_hand=-1, cause="till", actor="till",
            occurred_at=moment, recorded_at=now(),
        )  # fmt: skip
        Stock.objects.update(on_hand=F("on_hand") - 1)
