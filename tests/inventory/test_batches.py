"""The stock sync: batches received, checked, applied once and in order, whatever happens."""

import gzip
import json
import threading
import time
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from catalog.models import Sku
from inventory.errors import BatchReused, StaleBatch
from inventory.models import BatchChunk, BatchError, Location, Stock, StockBatch, StockMovement
from inventory.services import batch_work
from inventory.services.adjustment import StockChange, adjust
from inventory.services.allocation import allocate, ship
from inventory.services.audit import stock_audit
from inventory.services.batches import BatchHead, batch_receive
from inventory.status import BatchKind, BatchStatus
from oms.core.clock import now
from oms.core.errors import InvalidInput
from oms.core.jobs import jobs_run
from oms.core.models import Job
from tests.inventory.factories import ACTOR, demand, make_kit, make_location, make_sku, put

pytestmark = pytest.mark.django_db
FULL, PARTIAL, DELTA = BatchKind.FULL, BatchKind.PARTIAL, BatchKind.DELTA


@pytest.fixture
def store() -> Location:
    return make_location("S1")


@pytest.fixture
def skus(store: Location) -> list[Sku]:
    made = [make_sku(code) for code in ("A", "B", "C")]
    with transaction.atomic():
        for sku, units in zip(made, (5, 7, 9), strict=True):
            put(sku, store, units)
    return made


def csv_of(rows: Iterable[tuple[Any, Any]], header: str = "sku,quantity") -> bytes:
    return "\n".join([header, *(f"{sku},{quantity}" for sku, quantity in rows), ""]).encode()


def send(
    store: Location,
    body: bytes,
    *,
    kind: BatchKind = PARTIAL,
    sequence: int = 1,
    batch_id: str = "",
    as_of: datetime | None = None,
    run: bool = True,
    **more: bool,
) -> StockBatch:
    head = BatchHead(store, batch_id or f"b{sequence}", sequence, kind, as_of or now(), **more)
    pieces = [body[start : start + 7] for start in range(0, len(body), 7)]
    batch, _created = batch_receive(head, pieces, actor=ACTOR)
    if run:
        jobs_run()
    batch.refresh_from_db()
    return batch


def on_hand(store: Location) -> dict[str, int]:
    return dict(Stock.objects.filter(location=store).values_list("sku__code", "on_hand"))


@pytest.mark.usefixtures("skus")
class TestKinds:
    def test_a_partial_count_sets_what_it_names(self, store: Location) -> None:
        batch = send(store, csv_of([("a", 6), ("B", 7)]))
        assert on_hand(store) == {"A": 6, "B": 7, "C": 9}
        assert batch.status == BatchStatus.APPLIED
        assert batch.result == {
            "rows": 2, "rows_with_errors": 0, "changed": 1, "units_up": 1, "units_down": 0,
            "shortages": 0, "beyond_zero": 0,
        }  # fmt: skip
        booked = StockMovement.objects.get(kind="counted")
        assert (booked.on_hand, booked.cause, booked.occurred_at) == (1, "batch b1", batch.as_of)
        assert not BatchChunk.objects.exists()
        assert stock_audit().clean

    def test_a_full_count_says_there_is_nothing_else(self, store: Location) -> None:
        make_sku("D")
        other = make_location("S2")
        put(Sku.objects.get(code="A"), other, 3)
        batch = send(store, csv_of([("A", 5), ("D", 4)]), kind=FULL)
        assert on_hand(store) == {"A": 5, "B": 0, "C": 0, "D": 4}
        assert on_hand(other) == {"A": 3}
        assert (batch.result["units_up"], batch.result["units_down"]) == (4, 16)
        assert stock_audit().clean

    def test_differences_add_and_take(self, store: Location) -> None:
        send(store, csv_of([("A", "+2"), ("B", "-3")]), kind=DELTA)
        assert on_hand(store) == {"A": 7, "B": 4, "C": 9}

    def test_more_than_there_is_leaves_none_and_is_told(self, store: Location) -> None:
        batch = send(store, csv_of([("A", -6)]), kind=DELTA)
        assert on_hand(store)["A"] == 0
        assert batch.result["beyond_zero"] == 1
        assert stock_audit().clean

    def test_a_count_below_what_is_allocated_is_a_shortage(self, store: Location) -> None:
        allocate([demand(Sku.objects.get(code="A"), store, 4)], cause="order", actor=ACTOR)
        assert send(store, csv_of([("A", 3)])).result["shortages"] == 1

    @pytest.mark.parametrize("dry_run", [False, True])
    def test_units_set_aside_serve_no_order(self, store: Location, dry_run: bool) -> None:
        sku = Sku.objects.get(code="A")
        allocate([demand(sku, store, 2)], cause="order", actor=ACTOR)
        Stock.objects.filter(sku=sku, location=store).update(unavailable=3)
        assert send(store, csv_of([("A", 4)]), dry_run=dry_run).result["shortages"] == 1

    def test_a_dry_run_tells_and_changes_nothing(self, store: Location) -> None:
        batch = send(store, csv_of([("A", 1)]), dry_run=True)
        assert (batch.status, batch.result["units_down"]) == (BatchStatus.CHECKED, 4)
        assert on_hand(store)["A"] == 5
        # It takes no sequence and no id.
        assert send(store, csv_of([("A", 2)])).status == BatchStatus.APPLIED


@pytest.mark.usefixtures("skus")
class TestAsOf:
    def test_what_was_sold_after_the_count_stays_sold(self, store: Location) -> None:
        """Counted 5 at noon, 2 sold since: 3 are there, whenever the count arrives."""
        noon = now()
        wanted = demand(Sku.objects.get(code="A"), store, 2)
        allocate([wanted], cause="order", actor=ACTOR)
        ship([wanted], cause="order", actor=ACTOR)
        batch = send(store, csv_of([("A", 5)]), as_of=noon)
        assert (on_hand(store)["A"], batch.result["changed"]) == (3, 0)

    def test_what_came_before_it_is_in_the_count(self, store: Location) -> None:
        adjust([StockChange(Sku.objects.get(code="A").pk, store.pk, 3)], cause="t", actor=ACTOR)
        send(store, csv_of([("A", 5)]), as_of=now() + timedelta(seconds=1))
        assert on_hand(store)["A"] == 5

    @pytest.mark.parametrize("zone", ["+00:00", "+01:00", "+02:00"])
    def test_a_moment_is_a_moment_in_any_zone(self, store: Location, zone: str) -> None:
        """Also in the hour that comes twice when the clocks go back."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO inventory_stockmovement (kind, on_hand, allocated, held, unavailable,"
                " cause, reason, actor, occurred_at, sku_id, location_id)"
                " SELECT 'sold', -1, 0, 0, 0, 't', '', 't', '2026-10-25T01:30:00Z', sku_id, %s"
                " FROM inventory_stock JOIN catalog_sku AS sku ON sku.id = sku_id"
                " WHERE sku.code = 'A' AND location_id = %s",
                [store.pk, store.pk],
            )
            cursor.execute(
                "UPDATE inventory_stock SET on_hand = on_hand - 1 WHERE location_id = %s"
                " AND sku_id = (SELECT id FROM catalog_sku WHERE code = 'A')",
                [store.pk],
            )
        local = datetime(2026, 10, 25, 1, 0, tzinfo=UTC).astimezone(
            datetime.fromisoformat(f"2026-10-25T00:00:00{zone}").tzinfo
        )
        # Everything was put on the shelf after this moment too: 10 + 5 received - 1 sold.
        send(store, csv_of([("A", 10)]), as_of=local)
        assert on_hand(store)["A"] == 14

    def test_a_moment_to_come_is_refused(self, store: Location) -> None:
        with pytest.raises(InvalidInput, match="still to come"):
            send(store, csv_of([("A", 1)]), as_of=now() + timedelta(hours=1))
        assert not StockBatch.objects.exists()


@pytest.mark.usefixtures("skus")
class TestOrder:
    def test_the_same_batch_again_is_the_same_answer(self, store: Location) -> None:
        body, moment = csv_of([("A", "+1")]), now()
        first = send(store, body, kind=DELTA, as_of=moment)
        assert send(store, body, kind=DELTA, as_of=moment) == first
        assert on_hand(store)["A"] == 6
        assert Job.objects.count() == 1

    def test_an_id_is_not_used_for_two_batches(self, store: Location) -> None:
        send(store, csv_of([("A", 1)]))
        with pytest.raises(BatchReused):
            send(store, csv_of([("A", 2)]))

    def test_an_older_sequence_is_refused(self, store: Location) -> None:
        send(store, csv_of([("A", 1)]), sequence=5)
        with pytest.raises(StaleBatch) as refused:
            send(store, csv_of([("A", 2)]), sequence=5, batch_id="late")
        assert refused.value.data["sequence"] == 5
        assert on_hand(store)["A"] == 1

    def test_a_count_of_an_earlier_moment_is_refused(self, store: Location) -> None:
        moment = now()
        send(store, csv_of([("A", 1)]), as_of=moment)
        with pytest.raises(StaleBatch):
            send(store, csv_of([("A", 2)]), sequence=2, as_of=moment - timedelta(seconds=1))

    def test_batches_apply_in_their_order_whichever_job_runs_first(self, store: Location) -> None:
        send(store, csv_of([("A", 10)]), sequence=1, run=False)
        send(store, csv_of([("A", "+1")]), kind=DELTA, sequence=2, run=False)
        first, second = Job.objects.order_by("pk")
        Job.objects.filter(pk=first.pk).update(status=Job.Status.CANCELLED)
        jobs_run()
        assert on_hand(store)["A"] == 11
        Job.objects.filter(pk=first.pk).update(status=Job.Status.QUEUED)
        jobs_run()
        assert on_hand(store)["A"] == 11

    def test_each_location_has_a_feed_of_its_own(self, store: Location) -> None:
        other = make_location("S2")
        send(store, csv_of([("A", 1)]), sequence=9)
        assert send(other, csv_of([("A", 2)]), sequence=1).status == BatchStatus.APPLIED


@pytest.mark.usefixtures("skus")
class TestBadRows:
    ROWS = (("A", 6), ("NOPE", 1), ("B", "two"), ("", 3), ("A", 8), ("C", -1))
    WRONG = (
        (3, "sku", "unknown_sku", "NOPE"),
        (4, "quantity", "bad_number", "two"),
        (5, "sku", "missing", ""),
        (6, "sku", "duplicate", "A"),
        (7, "quantity", "bad_number", "-1"),
    )

    def test_every_wrong_row_is_named_and_nothing_applied(self, store: Location) -> None:
        batch = send(store, csv_of(self.ROWS))
        assert tuple(batch.errors.values_list("line", "field", "code", "value")) == self.WRONG
        assert (batch.status, batch.error_count) == (BatchStatus.REFUSED, 5)
        assert on_hand(store) == {"A": 5, "B": 7, "C": 9}
        assert Job.objects.get().error_count == 5

    def test_the_good_rows_are_kept_if_asked_for(self, store: Location) -> None:
        batch = send(store, csv_of(self.ROWS), keep_good=True)
        assert (batch.status, on_hand(store)) == (
            BatchStatus.APPLIED,
            {"A": 6, "B": 7, "C": 9},
        )
        assert batch.result["rows_with_errors"] == 5

    def test_a_kit_has_no_stock(self, store: Location) -> None:
        make_kit({Sku.objects.get(code="A"): 2}, "K")
        batch = send(store, csv_of([("K", 1)]))
        assert batch.errors.get().code == "kit"

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            (b"", "sku"),
            (b"sku;count_of\nA;1\n", "quantity"),
            (b"sku,quantity\nA,\xff\n", "UTF-8"),
            (b'{"sku": "A", "quantity": 1}\nnonsense\n', "one object"),
            (gzip.compress(b"sku,quantity\nA,1\n", mtime=0)[:-9], "ends too early"),
            (b"\x1f\x8bnonsense", "damaged"),
        ],
    )
    def test_a_file_that_is_no_table_is_refused_once(
        self, store: Location, body: bytes, message: str
    ) -> None:
        batch = send(store, body)
        assert batch.status == BatchStatus.REFUSED
        assert message in batch.result["detail"]
        assert on_hand(store) == {"A": 5, "B": 7, "C": 9}
        # The next one is not held up by it.
        assert send(store, csv_of([("A", 1)]), sequence=2).status == BatchStatus.APPLIED


@pytest.mark.usefixtures("skus")
class TestFormats:
    @pytest.mark.parametrize(
        "body",
        [
            b"\xef\xbb\xbfSKU,Quantity,Note\r\nA,6,x\r\n",
            b"quantity;sku\n6;A\n",
            b'"sku"\t"qty"\n"A"\t"6"\n',
            b'{"sku": "A", "quantity": 6}\n',
            gzip.compress(b"sku,quantity\nA,6", mtime=0),
            gzip.compress(b'{"quantity": "6", "sku": "a"}\n\n', mtime=0),
        ],
    )
    def test_shapes_found_in_the_wild(self, store: Location, body: bytes) -> None:
        send(store, body)
        assert on_hand(store) == {"A": 6, "B": 7, "C": 9}

    def test_a_gtin_stands_for_its_sku(self, store: Location) -> None:
        Sku.objects.filter(code="A").update(gtin="12345670")
        send(store, csv_of([("0000012345670", 6)]))
        assert on_hand(store)["A"] == 6

    def test_ten_thousand_rows(self, store: Location) -> None:
        sample = Sku.objects.get(code="A")
        Sku.objects.bulk_create(
            Sku(product=sample.product, code=f"N{n}", name="N", tax_class=sample.tax_class)
            for n in range(10_000)
        )
        lines = (json.dumps({"sku": f"N{n}", "quantity": n}) for n in range(10_000))
        batch = send(store, gzip.compress("\n".join(lines).encode()), kind=FULL)
        # N0 has none and none was there; A, B and C are gone.
        assert (batch.result["rows"], batch.result["changed"]) == (10_000, 10_002)
        assert stock_audit().clean


@pytest.mark.usefixtures("skus")
def test_a_worker_that_dies_leaves_the_batch_as_it_was(
    store: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_args: Any) -> None:
        raise SystemExit

    batch = send(store, csv_of([("A", 6), ("NOPE", 1)]), keep_good=True, run=False)
    with monkeypatch.context() as patch:
        patch.setattr("inventory.services.batch_work._apply", dies)
        with pytest.raises(SystemExit), transaction.atomic():
            jobs_run()
    assert on_hand(store)["A"] == 5
    Job.objects.update(status=Job.Status.QUEUED)
    jobs_run()
    batch.refresh_from_db()
    assert (batch.status, on_hand(store)["A"]) == (BatchStatus.APPLIED, 6)
    assert BatchError.objects.count() == 1


@pytest.mark.usefixtures("skus")
def test_a_dry_run_whose_job_runs_again_stays_checked(store: Location) -> None:
    batch = send(store, csv_of([("A", 1)]), dry_run=True)
    Job.objects.update(status=Job.Status.QUEUED)
    jobs_run()
    batch.refresh_from_db()
    assert (batch.status, batch.result["units_down"]) == (BatchStatus.CHECKED, 4)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
class TestTwoWorkers:
    def meet(self, store: Location, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[Any]]:
        """Two workers on two batches of one feed: how many worked at once, and what came of it."""
        send(store, csv_of([("A", 10), ("NOPE", 1)]), sequence=1, keep_good=True, run=False)
        send(store, csv_of([("A", "+1")]), kind=DELTA, sequence=2, run=False)
        inside: list[int] = []
        most = [0]
        work = batch_work._work_through

        def counted(batch: StockBatch, job: Any) -> None:
            inside.append(1)
            most[0] = max(most[0], len(inside))
            time.sleep(0.3)
            try:
                work(batch, job)
            finally:
                inside.pop()

        monkeypatch.setattr(batch_work, "_work_through", counted)
        ends: list[Any] = []

        def worker() -> None:
            try:
                ends.append(jobs_run())
            finally:
                connection.close()

        workers = [threading.Thread(target=worker) for _ in range(2)]
        for one in workers:
            one.start()
        for one in workers:
            one.join(60)
        return most[0], ends

    def test_they_take_turns(
        self, skus: list[Sku], store: Location, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        most, ends = self.meet(store, monkeypatch)
        assert (most, sum(ends)) == (1, 2)
        assert on_hand(store)["A"] == 11
        assert set(StockBatch.objects.values_list("status", flat=True)) == {BatchStatus.APPLIED}
        assert BatchError.objects.count() == 1
        assert set(Job.objects.values_list("status", flat=True)) == {Job.Status.DONE}
        assert stock_audit().clean

    def test_without_the_lock_they_meet(
        self, skus: list[Sku], store: Location, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The control: the two above do run at the same time."""
        monkeypatch.setattr(
            batch_work, "feed_worked_alone", lambda _location, waiting: nullcontext()
        )
        most, _ends = self.meet(store, monkeypatch)
        assert most == 2
