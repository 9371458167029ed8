"""The stock sync in the office: what came in, how it went, a file by hand, and the drift."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Sku
from inventory.forms.batches import BatchForm
from inventory.models import BatchChunk, BatchDrift, Location, Stock, StockBatch
from inventory.selectors.batches import batch_movements, drift_skus, feed_health
from inventory.services.allocation import allocate, ship
from inventory.services.batches import CHECKED_FOR, checked_batches_prune
from inventory.status import BatchKind, BatchStatus
from oms.core.clock import now
from oms.core.jobs import job_cancel, jobs_run
from oms.core.models import Job
from tests.inventory.factories import ACTOR, demand, make_location, make_sku, put
from tests.inventory.test_batches import DELTA, FULL, csv_of, send
from tests.inventory.test_pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Location:
    store = make_location("S1", name="Milano")
    for code, units, cost in (("A", 5, "2.50"), ("B", 7, "0.1000"), ("C", 9, None)):
        sku = make_sku(code)
        Sku.objects.filter(pk=sku.pk).update(cost=cost and Decimal(cost))
        put(sku, store, units)
    return store


@pytest.fixture
def boss() -> Client:
    return signed_in("operations_admin")


def page_of(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(name, args=args), query_params=query)
    assert answer.status_code == 200
    return answer.content.decode()


class TestMonitor:
    def test_an_empty_one_says_what_it_is_for(self, boss: Client) -> None:
        assert "No batches yet" in page_of(boss, "stock-batch-list")
        assert "No counts yet" in page_of(boss, "stock-drift")

    def test_every_batch_with_how_it_went(self, boss: Client, store: Location) -> None:
        send(store, csv_of([("A", 6)]))
        send(store, csv_of([("NOPE", 6)]), sequence=2)
        send(store, csv_of([("A", 7)]), sequence=3, run=False)
        text = page_of(boss, "stock-batch-list")
        for word in ("b1", "b2", "Applied", "Refused", "Queued", "Milano", "On time"):
            assert word in text

    @pytest.mark.parametrize("name", ["stock-batch-list", "stock-drift"])
    def test_the_number_of_queries_does_not_grow(
        self, boss: Client, store: Location, name: str
    ) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                page_of(boss, name)
            return len(captured)

        send(store, csv_of([("A", 6)]))
        page_of(boss, name)
        before = queries()
        for number in range(2, 6):
            send(make_location(f"T{number}"), csv_of([("A", number)]))
        assert queries() == before

    def test_another_stores_batches_are_not_there(self, store: Location) -> None:
        batch = send(store, csv_of([("A", 6)]))
        clerk = signed_in("clerk", make_location("S2"))
        assert "b1" not in page_of(clerk, "stock-batch-list")
        assert clerk.get(reverse("stock-batch", args=[batch.uid])).status_code == 404


class TestLate:
    def feed(self, store: Location, hours_ago: list[float]) -> None:
        for number, hours in enumerate(hours_ago, 1):
            batch = send(store, csv_of([("A", number)]), sequence=number)
            moment = now() - timedelta(hours=hours)
            StockBatch.objects.filter(pk=batch.pk).update(created_at=moment)

    @pytest.mark.parametrize(
        ("hours_ago", "late"),
        [
            ([40, 39, 38, 14, 13, 1], False),
            # A night is a habit; a day without a word is not.
            ([80, 79, 78, 54, 53, 23], False),
            ([81, 80, 79, 55, 32, 31], True),
            # Too few to know.
            ([60, 59, 31], False),
            ([24 * 29.0], True),
        ],
    )
    def test_silent_for_longer_than_ever(
        self, store: Location, hours_ago: list[float], late: bool
    ) -> None:
        self.feed(store, hours_ago)
        assert [feed.late for feed in feed_health(ACTOR)] == [late]

    def test_the_monitor_says_since_when(self, boss: Client, store: Location) -> None:
        self.feed(store, [81, 80, 79, 55, 32, 31])
        text = page_of(boss, "stock-batch-list")
        assert "Milano has sent nothing since" in text
        assert "Silent" in text

    def test_what_a_person_sends_is_no_habit(self, store: Location) -> None:
        self.feed(store, [1])
        StockBatch.objects.update(sequence=None)
        assert feed_health(ACTOR) == []


class TestOneBatch:
    def test_its_figures_errors_and_movements(self, boss: Client, store: Location) -> None:
        batch = send(store, csv_of([("A", 6), ("NOPE", 1)]), keep_good=True)
        text = page_of(boss, "stock-batch", batch.uid)
        assert "There is no such SKU" in text
        assert "Furthest from the ledger" in text
        movements = page_of(boss, "stock-batch-movements", batch.uid)
        assert reverse("stock-movements", args=["A", "S1"]) in movements
        answer = boss.get(reverse("stock-batch-errors", args=[batch.uid]))
        file = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        assert file.splitlines() == ["line,field,code,value", "3,sku,unknown_sku,NOPE"]

    def test_while_it_runs_its_job_is_shown(self, boss: Client, store: Location) -> None:
        batch = send(store, csv_of([("A", 6)]), run=False)
        progress = reverse("stock-batch-progress", args=[batch.uid])
        assert f'hx-get="{progress}"' in page_of(boss, "stock-batch", batch.uid)
        assert "HX-Refresh" not in boss.get(progress).headers
        jobs_run()
        assert boss.get(progress).headers["HX-Refresh"] == "true"

    def test_a_file_that_is_no_table_says_why(self, boss: Client, store: Location) -> None:
        batch = send(store, b"one,two\n1,2\n")
        assert "The column “sku” is missing" in page_of(boss, "stock-batch", batch.uid)

    def test_a_stopped_one_is_started_again(self, boss: Client, store: Location) -> None:
        batch = send(store, csv_of([("A", 6)]), run=False)
        job_cancel(Job.objects.get(), actor=ACTOR)
        assert "Start again" in page_of(boss, "stock-batch", batch.uid)
        for _ in range(2):
            boss.post(reverse("stock-batch-retry", args=[batch.uid]))
        assert Job.objects.count() == 2
        jobs_run()
        batch.refresh_from_db()
        assert batch.status == BatchStatus.APPLIED


class TestByHand:
    def upload(self, client: Client, body: bytes = b"sku,quantity\nA,6\n", **more: Any) -> Any:
        data = {
            "location": "S1",
            "file": SimpleUploadedFile("count.csv", body),
            "kind": "partial",
            "as_of": "",
            "dry_run": "on",
            "reference": "7f9df3c5-4a51-4a21-8bd0-2b1f8d0a7c11",
        } | more
        return client.post(
            reverse("stock-batch-new"), {k: v for k, v in data.items() if v is not None}
        )

    def test_checked_then_applied_in_one_press(self, boss: Client, store: Location) -> None:
        answer = self.upload(boss, b"sku,quantity\nA,6\nNOPE,1\n")
        jobs_run()
        checked = StockBatch.objects.get()
        assert answer.url == reverse("stock-batch", args=[checked.uid])
        assert "Apply 1 row" in page_of(boss, "stock-batch", checked.uid)
        assert Stock.objects.get(sku__code="A").on_hand == 5
        for _ in range(2):
            answer = boss.post(reverse("stock-batch-apply", args=[checked.uid]))
        jobs_run()
        applied = StockBatch.objects.get(dry_run=False)
        assert answer.url == reverse("stock-batch", args=[applied.uid])
        assert (applied.status, applied.as_of) == (BatchStatus.APPLIED, checked.as_of)
        assert Stock.objects.get(sku__code="A").on_hand == 6

    def test_it_takes_no_number_of_the_feed(self, boss: Client, store: Location) -> None:
        send(store, csv_of([("A", 1)]), sequence=7)
        self.upload(boss, dry_run=None)
        jobs_run()
        assert Stock.objects.get(sku__code="A").on_hand == 6
        assert send(store, csv_of([("A", 2)]), sequence=8).status == BatchStatus.APPLIED

    def test_a_count_of_before_the_last_is_refused(self, boss: Client, store: Location) -> None:
        send(store, csv_of([("A", 1)]))
        answer = self.upload(boss, dry_run=None, as_of="2026-01-01T10:00")
        assert (answer.status_code, StockBatch.objects.count()) == (422, 1)
        assert "counted later already" in answer.content.decode()

    def test_a_check_is_kept_for_a_day(self, boss: Client, store: Location) -> None:
        self.upload(boss)
        jobs_run()
        assert checked_batches_prune() == 0
        StockBatch.objects.update(finished_at=now() - CHECKED_FOR - timedelta(minutes=1))
        assert checked_batches_prune() == 1
        checked = StockBatch.objects.get()
        assert "Apply" not in page_of(boss, "stock-batch", checked.uid).split("</header>")[1]
        boss.post(reverse("stock-batch-apply", args=[checked.uid]))
        assert not StockBatch.objects.filter(dry_run=False).exists()

    def test_a_manager_reaches_only_the_own_store(self, store: Location) -> None:
        other = make_location("S2")
        manager = signed_in("store_manager", other)
        assert self.upload(manager).status_code == 422
        assert self.upload(signed_in("store_manager", store)).status_code == 302

    @pytest.mark.parametrize(
        ("moment", "zone", "meant"),
        [
            ("2026-07-01T10:00", "Europe/Rome", datetime(2026, 7, 1, 8, tzinfo=UTC)),
            ("2026-01-07T10:00", "Europe/London", datetime(2026, 1, 7, 10, tzinfo=UTC)),
            # The hour that never was, and the one that was twice.
            ("2026-03-29T02:30", "Europe/Rome", None),
            ("2026-10-25T02:30", "Europe/Rome", None),
            ("2026-10-25T03:00", "Europe/Rome", datetime(2026, 10, 25, 2, tzinfo=UTC)),
        ],
    )
    def test_the_clock_is_the_locations(
        self, moment: str, zone: str, meant: datetime | None
    ) -> None:
        make_location("S1", time_zone=zone)
        form = BatchForm(
            {"location": "S1", "kind": "full", "as_of": moment, "reference": "0" * 32},
            {"file": SimpleUploadedFile("count.csv", b"x")},
            locations=Location.objects.all(),
        )
        assert form.is_valid() is (meant is not None)
        assert meant is None or form.cleaned_data["as_of"] == meant


class TestDrift:
    def count(self, store: Location, **more: Any) -> StockBatch:
        """A over by 2 (5.00), B under by 3 (0.30), C under by 9, whose cost nobody knows."""
        return send(store, csv_of([("A", 7), ("B", 4)]), kind=FULL, **more)

    def test_over_and_under_in_units_and_value(self, store: Location) -> None:
        drift = BatchDrift.objects.get(batch=self.count(store))
        assert (drift.skus_over, drift.skus_under, drift.skus_without_cost) == (1, 2, 1)
        assert (drift.units_over, drift.units_under) == (2, 12)
        assert (drift.units_net, drift.units_absolute) == (-10, 14)
        assert (drift.value_over, drift.value_under) == (Decimal("5.00"), Decimal("0.30"))
        assert (drift.value_net, drift.value_absolute) == (Decimal("4.70"), Decimal("5.30"))

    def test_it_is_of_the_moment_of_the_count(self, store: Location) -> None:
        """What was sold afterwards is no drift: 5 were expected and counted, 2 are left."""
        moment = now()
        line = demand(Sku.objects.get(code="A"), store, 3)
        allocate([line], cause="order 1", actor=ACTOR)
        ship([line], cause="order 1", actor=ACTOR)
        batch = send(store, csv_of([("A", 4), ("B", 7)]), as_of=moment)
        assert Stock.objects.get(sku__code="A").on_hand == 1
        row = batch_movements(batch).get()
        assert (row.expected, row.counted, row.on_hand) == (5, 4, -1)
        assert row.value == Decimal("-2.50")

    def test_differences_are_no_count(self, boss: Client, store: Location) -> None:
        batch = send(store, csv_of([("A", 1)]), kind=DELTA)
        assert not BatchDrift.objects.exists()
        assert "Ledger said" not in page_of(boss, "stock-batch-movements", batch.uid)

    def test_a_check_is_no_count(self, store: Location) -> None:
        self.count(store, dry_run=True)
        assert not BatchDrift.objects.exists()

    def test_the_skus_furthest_from_it(self, store: Location) -> None:
        batch = self.count(store)
        by_value = drift_skus([batch.pk], by_value=True)
        assert [(sku.code, sku.units, sku.value) for sku in by_value] == [
            ("A", 2, Decimal("5.0000")),
            ("B", -3, Decimal("-0.3000")),
            ("C", -9, None),
        ]
        assert [sku.code for sku in drift_skus([batch.pk], by_value=False)] == ["C", "B", "A"]

    def test_by_location_and_by_time(self, boss: Client, store: Location) -> None:
        self.count(store)
        other = make_location("S2", name="Torino")
        send(other, csv_of([("A", 100)]))
        text = page_of(boss, "stock-drift")
        assert "Milano" in text
        assert "Torino" in text
        assert "114" in text
        assert "Torino</a>" not in page_of(boss, "stock-drift", location="S1")
        tomorrow = (now() + timedelta(days=1)).date().isoformat()
        assert "Milano</a>" not in page_of(boss, "stock-drift", since=tomorrow)
        file = page_csv(boss, "stock-drift", location="S1")
        assert file[1].split(",")[0] == "Milano"
        assert "5.3000" in file[1]

    @pytest.mark.parametrize("name", ["stock-batch", "stock-batch-movements", "stock-drift"])
    def test_costs_are_for_those_who_may_see_them(self, store: Location, name: str) -> None:
        batch = self.count(store)
        args = [] if name == "stock-drift" else [batch.uid]
        assert "Value" in page_of(signed_in("operations_admin"), name, *args)
        assert "Value" not in page_of(signed_in("store_manager", store), name, *args)
        if name != "stock-batch":
            manager = signed_in("store_manager", store)
            assert "5.3000" not in "".join(page_csv(manager, name, *args))


def page_csv(client: Client, name: str, *args: Any, **query: Any) -> list[str]:
    answer = client.get(reverse(name, args=args), query_params={"_export": "csv", **query})
    body: bytes = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return body.decode("utf-8-sig").splitlines()


def test_a_full_count_leaves_alone_what_a_wrong_row_names(store: Location) -> None:
    """B's quantity cannot be read: that is no reason to count it as none."""
    batch = send(store, csv_of([("A", 5), ("B", "two"), ("C", 9)]), kind=FULL, keep_good=True)
    assert Stock.objects.get(sku__code="B").on_hand == 7
    assert (batch.result["changed"], batch.error_count) == (0, 1)


@pytest.mark.parametrize("body", [b"sku,quantity\n", b"sku,quantity\n\n"])
def test_a_count_of_nothing_empties_nothing(store: Location, body: bytes) -> None:
    batch = send(store, body, kind=FULL)
    assert (batch.status, batch.errors.get().code) == (BatchStatus.REFUSED, "bad_file")
    assert Stock.objects.get(sku__code="A").on_hand == 5
    assert not BatchChunk.objects.exists()
    assert BatchKind(batch.kind) == FULL
