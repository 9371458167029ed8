import pytest

from inventory.imports import COLUMNS, stock_import
from inventory.models import Stock, StockMovement
from inventory.services.allocation import allocate
from inventory.services.audit import stock_audit
from oms.core.errors import InvalidInput
from oms.core.export import export_xlsx
from oms.core.jobs import JobRun, job_start, jobs_run
from oms.core.models import AuditEntry, Job, User
from oms.core.roles import role_grant
from tests.inventory.factories import (
    ACTOR,
    demand,
    figures,
    make_kit,
    make_location,
    make_sku,
    put,
)

pytestmark = pytest.mark.django_db


def queued(text: str | bytes, **params) -> Job:
    data = text.encode() if isinstance(text, str) else text
    return job_start(
        "inventory.stock_import",
        title="Stock",
        actor=ACTOR,
        params=params,
        upload=data,
        upload_name="stock.csv",
    )


def imported(text: str | bytes, **params) -> Job:
    job = queued(text, **params)
    jobs_run()
    job.refresh_from_db()
    return job


def test_counts_become_movements_of_the_difference() -> None:
    known, new, store = make_sku("A"), make_sku("B"), make_location("S1")
    put(known, store, 10)
    allocate([demand(known, store, 8)], cause="order", actor=ACTOR)
    job = imported("Location;SKU;Quantity;Safety stock\ns1;a;7;2\nS1;B;1200;\n")
    assert job.status == Job.Status.DONE, job.result
    assert job.result == {
        "rows": 2, "good_rows": 2, "rows_with_errors": 0, "dry_run": False,
        "changed": 2, "unchanged": 0, "units_up": 1200, "units_down": 3, "shortages": 1,
    }  # fmt: skip
    assert (job.done, job.total, job.error_count) == (2, 2, 0)
    assert (figures(known, store), figures(new, store)) == ((7, 8), (1200, 0))
    assert Stock.objects.get(sku=known).safety_stock == 2
    movement = StockMovement.objects.get(sku=known, kind="counted")
    assert (movement.on_hand, movement.cause) == (-3, "import stock.csv")
    assert stock_audit().clean


def test_an_unchanged_count_moves_nothing() -> None:
    sku, store = make_sku("A"), make_location("S1")
    put(sku, store, 10)
    job = imported("location,sku,quantity\nS1,A,10\n")
    assert (job.result["changed"], job.result["unchanged"]) == (0, 1)
    assert not StockMovement.objects.filter(kind="counted").exists()


def run(job: Job):
    """The runner alone, as the worker that claimed the job calls it."""
    Job.objects.filter(pk=job.pk).update(status=Job.Status.RUNNING)
    job.refresh_from_db()
    return stock_import(JobRun(job))


BROKEN = (
    "location,sku,quantity,safety stock\n"
    "S1,A,5,\n"
    "S1,NONE,5,\n"
    "S9,A,5,\n"
    "S1,B,-1,\n"
    "S1,B,2.5,many\n"
    "S1,A,6,\n"
    "S1,SET,1,\n"
    ",,,\n"
    ",A,,\n"
    "S1,B,4,\n"
)
EXPECTED = [
    (3, "sku", "unknown_sku"),
    (4, "location", "unknown_location"),
    (5, "quantity", "bad_number"),
    (6, "quantity", "bad_number"),
    (6, "safety_stock", "bad_number"),
    (7, "sku", "duplicate"),
    (8, "sku", "kit"),
    (10, "location", "unknown_location"),
    (10, "quantity", "bad_number"),
]


@pytest.fixture
def shelf():
    sku, other, store = make_sku("A"), make_sku("B"), make_location("S1")
    make_kit({sku: 1}, "SET")
    return sku, other, store


def test_rows_with_errors_are_all_named_and_nothing_is_applied(shelf) -> None:
    job = imported(BROKEN)
    assert [(e["row"], e["field"], e["code"]) for e in job.errors] == EXPECTED
    assert job.errors[0]["message"] == "There is no SKU “NONE”"
    assert "Nothing was changed" in job.result["detail"]
    assert (job.result["rows"], job.result["good_rows"], job.result["rows_with_errors"]) == (
        9,
        2,
        7,
    )
    assert not Stock.objects.exists()


def test_the_good_rows_are_kept_where_asked(shelf) -> None:
    sku, other, store = shelf
    job = imported(BROKEN, keep_good=True)
    assert (job.result["changed"], job.error_count) == (2, len(EXPECTED))
    assert (figures(sku, store), figures(other, store)) == ((5, 0), (4, 0))


def test_a_dry_run_tells_and_changes_nothing(shelf) -> None:
    sku, _other, store = shelf
    put(sku, store, 9)
    allocate([demand(sku, store, 6)], cause="order", actor=ACTOR)
    job = imported(BROKEN, dry_run=True)
    assert job.error_count == len(EXPECTED)
    assert {k: job.result[k] for k in ("changed", "units_up", "units_down", "shortages")} == {
        "changed": 2, "units_up": 4, "units_down": 4, "shortages": 1,
    }  # fmt: skip
    assert figures(sku, store) == (9, 6)
    assert Stock.objects.count() == 1


def test_a_file_of_one_location_needs_no_such_column(shelf) -> None:
    sku, _other, store = shelf
    job = imported("articolo\tgiacenza\nA\t3\n", location="s1")
    assert job.error_count == 0
    assert figures(sku, store) == (3, 0)


def test_a_missing_column_is_named(shelf) -> None:
    job = imported("article,colour\nA,red\n")
    assert job.status == Job.Status.FAILED
    with pytest.raises(InvalidInput) as refused:
        run(queued("article,colour\nA,red\n"))
    assert [issue.field for issue in refused.value.issues] == ["location", "quantity"]


def test_a_spreadsheet(shelf) -> None:
    sku, other, store = shelf
    sheet = export_xlsx(["Location", "SKU", "Qty"], [["S1", "A", 12], ["S1", "B", 0]], "x.xlsx")
    job = imported(b"".join(sheet.streaming_content))
    assert job.error_count == 0, job.errors
    assert (figures(sku, store), figures(other, store)) == ((12, 0), (0, 0))


def test_a_second_run_after_a_crash_books_nothing_again(shelf) -> None:
    """The worker died after the commit; a unit was sold before the job was tried again."""
    sku, _other, store = shelf
    job = queued("location,sku,quantity\nS1,A,10\n")
    first = run(job)
    put(sku, store, -1)
    assert run(job) == first
    assert figures(sku, store) == (9, 0)
    assert AuditEntry.objects.filter(action="stock.imported").count() == 1


def test_only_where_the_uploader_may_adjust(shelf) -> None:
    _sku, _other, store = shelf
    make_location("S2")
    manager = User.objects.create_user("manager")
    role_grant(user=manager, role="store_manager", scope=store, actor=ACTOR)
    job = queued("location,sku,quantity\nS1,A,1\nS2,A,1\n", keep_good=True)
    Job.objects.filter(pk=job.pk).update(created_by=manager)
    jobs_run()
    job.refresh_from_db()
    assert [(e["row"], e["code"]) for e in job.errors] == [(3, "unknown_location")]
    assert job.result["changed"] == 1


def test_constant_statements(shelf, django_assert_max_num_queries) -> None:
    lines = "".join(f"S1,N{number},{number}\n" for number in range(300))
    for number in range(300):
        make_sku(f"N{number}", product=shelf[0].product)
    job = queued("location,sku,quantity\n" + lines)
    with django_assert_max_num_queries(25):
        run(job)
    assert Stock.objects.count() == 300


def test_no_alias_means_two_columns() -> None:
    aliases = [alias for names in COLUMNS.values() for alias in names]
    assert len(aliases) == len(set(aliases))
