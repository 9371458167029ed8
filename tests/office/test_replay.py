"""The replay of a real wholesaler: every line is accounted for, and it goes on where it stopped."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Price
from inventory.services.audit import stock_audit
from oms.core.idempotency import IdempotencyRecord
from oms.office.replay.reader import COLUMNS, BadFile, read_invoices
from oms.orders.models import FulfilmentOrder, Order, OrderLine
from oms.orders.status import FulfilmentStatus
from oms.returns.models import Return

pytestmark = pytest.mark.django_db(transaction=True)

FIRST, SECOND = "2010-12-01 08:26:00", "2010-12-02 09:00:00"
# (invoice, SKU, units, moment, price, customer) and what becomes of the line.
LINES = [
    (("536365", "10001A", 6, FIRST, "2.55", "17850"), "placed"),
    (("536365", "10002", 5, FIRST, "1.00", "17850"), "placed"),
    (("536365", "POST", 1, FIRST, "18.00", "17850"), "refused: not goods"),
    (("536366", "10001A", 4, FIRST, "2.55", ""), "placed"),
    (("536366", "10002", 2, FIRST, "0.00", ""), "refused: no price"),
    (("C536367", "10002", -4, FIRST, "1.00", "17850"), "cancelled"),
    (("536370", "10001A", 90, SECOND, "2.55", "13047"), "refused: insufficient stock"),
    (("536370", "10002", 15, SECOND, "1.00", "13047"), "placed"),
    (("C536371", "10001A", -2, SECOND, "2.55", "17850"), "returned"),
    (("C536372", "10001A", -1, SECOND, "2.55", "99999"), "refused: no earlier order"),
    (("C536373", "10001A", -1, SECOND, "2.55", ""), "refused: no customer"),
    (("536374", "10001A", -3, SECOND, "0.00", ""), "written off"),
    (("536375", "19999", -3, SECOND, "0.00", ""), "refused: unknown SKU"),
    (("A536376", "B", 1, SECOND, "11062.06", ""), "refused: bad debt adjustment"),
]


def write(path: Path, lines: list[tuple[Any, ...]]) -> Path:
    rows = [
        f"{invoice},{sku},Thing {sku},{units},{at},{price},{customer},United Kingdom"
        for invoice, sku, units, at, price, customer in lines
    ]
    path.write_text("\n".join([",".join(COLUMNS), *rows, ""]))
    return path


def replay(path: Path, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("replay", path, json=True, workers=1, stdout=out, stderr=StringIO(), **options)
    report: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return report


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "online_retail.csv", [line for line, _outcome in LINES])


def test_every_line_is_accounted_for(file: Path) -> None:
    report = replay(file)
    outcomes = [outcome for _line, outcome in LINES]
    assert report["outcomes"] == {name: outcomes.count(name) for name in outcomes}
    assert report["lines_total"] == sum(report["outcomes"].values()) == len(LINES)
    assert (report["unaccounted"], report["problems"], report["audit_clean"]) == (0, [], True)
    assert report["orders"] == {"placed": 3, "short": 1, "shipped": 2}
    first = OrderLine.objects.get(order__external_id="536365", sku__code="10002")
    assert (first.quantity, first.cancelled, first.fulfilled) == (5, 4, 1)
    assert FulfilmentOrder.objects.filter(status=FulfilmentStatus.SHIPPED).count() == 2
    assert Return.objects.count() == 1


def test_it_goes_on_where_it_was_stopped(file: Path) -> None:
    """Killed in the middle: what was committed stays, nothing is done twice."""
    whole = replay(file, limit=5)
    orders = Order.objects.count()
    again = replay(file, limit=5)
    assert Order.objects.count() == orders
    assert again["outcomes"] == whole["outcomes"]
    # A longer replay brings articles and prices the first one had not.
    assert replay(file)["lines_total"] == len(LINES)
    assert IdempotencyRecord.objects.filter(principal="replay").count() == len(
        {line[0] for line, _outcome in LINES}
    )
    assert Price.objects.count() == 2
    assert stock_audit().clean


def test_what_was_written_off_after_it_was_sold_is_declined(tmp_path: Path) -> None:
    lines = [
        ("536365", "10001", 20, FIRST, "2.55", "17850"),
        ("536366", "10001", -12, FIRST, "0.00", ""),
        ("536367", "10001", 20, SECOND, "2.55", "17850"),
    ]
    report = replay(write(tmp_path / "online_retail.csv", lines))
    assert report["orders"]["declined"] == 1
    assert report["outcomes"]["written off"] == 1
    assert report["audit_clean"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (("536365", "10001", "six", FIRST, "2.55", "1"), "Line 2: invalid literal for int"),
        (("536365", "10001", 6, "yesterday", "2.55", "1"), "Line 2: time data 'yesterday'"),
        (("536365", "10001", 6, FIRST, "2,55", "1"), "Line 2: expected 8 fields"),
    ],
)
def test_a_bad_file_is_named_by_its_line(
    tmp_path: Path, line: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        replay(write(tmp_path / "bad.csv", [line]))
    assert not Order.objects.exists()


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadFile, match="Line 1: expected the columns InvoiceNo"):
        read_invoices(tmp_path / "other.csv")


def test_the_real_file() -> None:
    path = Path(__file__).parents[3] / "shared/data/online_retail/online_retail.csv.gz"
    if not path.exists():
        pytest.skip("the UCI file is not here: ../shared/data is absent")
    report = replay(path, limit=300)
    assert (report["lines_total"], report["unaccounted"], report["audit_clean"]) == (300, 0, True)
    assert report["outcomes"]["placed"] > 50
