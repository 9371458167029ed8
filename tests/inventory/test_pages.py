import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inventory.forms.locations import parse_spans
from inventory.hours import local_day
from inventory.models import Location, Stock, StockMovement
from inventory.services.allocation import allocate, ship
from inventory.services.audit import stock_audit
from oms.core.clock import now
from oms.core.formats import short_day
from oms.core.jobs import jobs_run
from oms.core.models import AuditEntry, Job
from tests.core.factories import make_user
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
HOURS = {"1": [["09:00", "13:00"]], "2026-12-24": [["09:00", "12:00"]]}


def signed_in(role: str, scope: Any = None) -> Client:
    client = Client()
    client.force_login(
        make_user(role, scope=scope), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.fixture
def shelf():
    sku, store = make_sku("A"), make_location("S1", name="Milano", opening_hours=HOURS)
    put(sku, store, 10)
    put(sku, make_location("S2", name="Torino"), 4)
    lines = [demand(sku, store, 3), demand(sku, store, 2)]
    allocate(lines, cause="order 1001", actor=ACTOR)
    ship(lines[:1], cause="order 1001", actor=ACTOR)
    make_kit({sku: 2}, "KIT")
    return sku, store


PAGES = [
    ("stock-list", []),
    ("stock-sku", ["A"]),
    ("stock-sku", ["KIT"]),
    ("stock-movements", ["A", "S1"]),
    ("stock-sku-movements", ["A"]),
    ("stock-adjust", ["A", "S1"]),
    ("stock-import", []),
    ("stock-import-template", []),
    ("stock-audit", []),
    ("location-list", []),
    ("location-detail", ["S1"]),
    ("location-edit", ["S1"]),
    ("location-new", []),
]


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_every_page_opens(shelf, name: str, args: list[str], django_assert_max_num_queries) -> None:
    client = signed_in("operations_admin")
    with django_assert_max_num_queries(22):
        answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200


def text(answer: Any) -> str:
    if answer.streaming:
        return b"".join(answer.streaming_content).decode()
    return answer.content.decode()


def test_the_list_sums_and_filters(shelf) -> None:
    client = signed_in("operations_admin")
    other = make_sku("B", name="Nothing left")
    put(other, shelf[1], 1)
    put(other, shelf[1], -1)
    exported = text(client.get(reverse("stock-list"), {"_export": "csv"})).splitlines()
    assert exported[1].startswith("A,Thing A,9,11,2,0,0,0,2,")
    found = {
        state: text(client.get(reverse("stock-list"), {"_export": "csv", "state": state}))
        for state in ("in_stock", "out", "short")
    }
    assert ["\nA," in found[state] for state in found] == [True, False, False]
    assert ["\nB," in found[state] for state in found] == [False, True, False]
    Stock.objects.filter(sku=shelf[0], location=shelf[1]).update(on_hand=1)
    short = text(client.get(reverse("stock-list"), {"_export": "csv", "state": "short"}))
    assert "\nA," in short
    assert "\nB," not in short
    only = text(client.get(reverse("stock-list"), {"_export": "csv", "location": "S2"}))
    assert "\nA,Thing A,4,4,0," in only


def test_the_ledger_keeps_its_balance_under_filters(shelf) -> None:
    client = signed_in("operations_admin")
    url = reverse("stock-movements", args=["A", "S1"])
    rows = text(client.get(url, {"_export": "csv"})).splitlines()
    listed = [row.split(",")[1:6] for row in rows[1:]]
    assert [row[0] for row in listed] == ["Shipped", "Allocated", "Allocated", "Received"]
    assert [listed[0], listed[3]] == [
        ["Shipped", "-3", "7", "-3", "2"],
        ["Received", "10", "10", "0", "0"],
    ]
    assert listed[1][4] == "5"
    rows = text(client.get(url, {"_export": "csv", "figure": "on_hand"})).splitlines()
    assert [row.split(",")[1:4] for row in rows[1:]] == [
        ["Shipped", "-3", "7"],
        ["Received", "10", "10"],
    ]
    rows = text(client.get(url, {"_export": "csv", "kind": "received", "until": "2020-01-01"}))
    assert len(rows.splitlines()) == 1
    page = text(client.get(url))
    assert "order 1001" in page
    assert f"{reverse('search')}?q=1001" in page


def test_every_sum_of_a_sku_leads_to_its_movements(shelf) -> None:
    client = signed_in("operations_admin")
    url = reverse("stock-sku-movements", args=["A"])
    page = text(client.get(reverse("stock-sku", args=["A"])))
    for figure in ("on_hand", "allocated", "held", "unavailable"):
        assert f"{url}?figure={figure}" in page
    rows = text(client.get(url, {"_export": "csv", "figure": "on_hand"})).splitlines()
    assert [row.split(",")[1:4] for row in rows[1:]] == [
        ["Milano", "Shipped", "-3"],
        ["Torino", "Received", "4"],
        ["Milano", "Received", "10"],
    ]
    manager = signed_in("store_manager", shelf[1])
    assert "Torino" not in text(manager.get(url))


def test_the_chart_shows_the_days_that_are_asked_for(shelf) -> None:
    client = signed_in("operations_admin")
    today = local_day(shelf[1], now())
    asked = {"since": today - timedelta(days=9), "until": today - timedelta(days=3)}
    chart = client.get(reverse("stock-movements", args=["A", "S1"]), asked).context["chart"]
    assert chart["labels"][-1] == short_day(today - timedelta(days=3), today)
    whole = client.get(reverse("stock-movements", args=["A", "S1"])).context["chart"]
    assert [series["values"][-1] for series in whole["series"]] == [7, 2]


def test_a_store_sees_and_corrects_itself_only(shelf) -> None:
    manager = signed_in("store_manager", shelf[1])
    exported = text(manager.get(reverse("stock-list"), {"_export": "csv"}))
    assert "\nA,Thing A,5,7,2," in exported
    assert manager.get(reverse("stock-adjust", args=["A", "S1"])).status_code == 200
    for name in ("stock-adjust", "stock-movements"):
        assert manager.get(reverse(name, args=["A", "S2"])).status_code == 404
    assert manager.get(reverse("location-detail", args=["S2"])).status_code == 404
    assert manager.get(reverse("location-edit", args=["S1"])).status_code == 404
    assert manager.get(reverse("stock-audit")).status_code == 404
    clerk = signed_in("clerk", shelf[1])
    assert clerk.get(reverse("stock-movements", args=["A", "S1"])).status_code == 200
    for name, args in (("stock-adjust", ["A", "S1"]), ("stock-import", [])):
        assert clerk.get(reverse(name, args=args)).status_code == 404
    assert Client().get(reverse("stock-list")).status_code == 302


def correct(client: Client, **data: Any) -> Any:
    return client.post(
        reverse("stock-adjust", args=["A", "S1"]),
        {"mode": "count", "reason": "correction", "reference": uuid.uuid4()} | data,
    )


def test_a_count_books_the_difference_once(shelf) -> None:
    client, reference = signed_in("operations_admin"), uuid.uuid4()
    for _ in range(2):
        answer = correct(client, units=9, note="shelf 3", reason="found", reference=reference)
        assert answer.status_code == 302
    movement = StockMovement.objects.latest("id")
    assert (movement.kind, movement.on_hand) == ("counted", 2)
    assert (movement.cause, movement.reason) == ("shelf 3", "found")
    assert figures(*shelf) == (9, 2)


def test_units_that_went_and_what_cannot(shelf) -> None:
    client = signed_in("operations_admin")
    assert correct(client, mode="change", units=-2).status_code == 302
    assert figures(*shelf) == (5, 2)
    for wrong in (
        {"mode": "change", "units": -6, "accept_shortage": "true"},
        {"mode": "change", "units": 0},
        {"units": -1},
        {"units": ""},
        {"units": 3, "reason": "boredom"},
    ):
        assert correct(client, **wrong).status_code == 422
    assert figures(*shelf) == (5, 2)


def test_a_shortage_has_to_be_accepted(shelf) -> None:
    client = signed_in("operations_admin")
    answer = correct(client, units=1)
    assert answer.status_code == 422
    assert "1 claimed unit would be missing" in text(answer)
    assert figures(*shelf) == (7, 2)
    assert correct(client, units=1, accept_shortage="true").status_code == 302
    assert figures(*shelf) == (1, 2)
    assert stock_audit().clean


def test_a_file_is_checked_then_applied(shelf) -> None:
    client = signed_in("operations_admin")
    file = SimpleUploadedFile("count.csv", b"location,sku,quantity\nS1,A,6\nS1,NONE,1\n")
    answer = client.post(reverse("stock-import"), {"file": file, "dry_run": "on"})
    checked = Job.objects.get()
    assert answer["Location"] == reverse("job-detail", args=[checked.uid])
    jobs_run()
    assert figures(*shelf) == (7, 2)
    assert "Apply 1 row" in text(client.get(reverse("stock-import")))
    client.post(reverse("stock-import-apply", args=[checked.uid]))
    jobs_run()
    assert figures(*shelf) == (6, 2)
    # Another person's file is not there.
    other = signed_in("operations_admin")
    assert other.post(reverse("stock-import-apply", args=[checked.uid])).status_code == 404


def test_the_audit_page_tells_drift(shelf) -> None:
    client = signed_in("auditor")
    assert "Not run yet" in text(client.get(reverse("stock-audit")))
    assert "Queued" in audited(client, run=False)
    assert "Everything adds up" in audited(client)
    Stock.objects.filter(sku=shelf[0], location=shelf[1]).update(on_hand=99)
    told = audited(client)
    assert reverse("stock-movements", args=["A", "S1"]) in told
    assert "Movements around it" in told
    assert "Repair" not in told


def audited(client: Client, *, run: bool = True, **data: str) -> str:
    answer = client.post(reverse("stock-audit"), data)
    assert answer.status_code == 302
    if run:
        jobs_run()
    return text(client.get(answer.url))


def test_drift_is_repaired_from_the_page_by_who_may_adjust_everywhere(shelf) -> None:
    Stock.objects.filter(sku=shelf[0], location=shelf[1]).update(on_hand=99)
    auditor, admin = signed_in("auditor"), signed_in("operations_admin")
    audited(auditor)
    assert "Repair" not in audited(auditor, repair="1")
    assert "Repair" in audited(admin)
    told = audited(admin, repair="1")
    assert "1 stock row mended" in told
    assert "Everything adds up" in told


def location_data(**changes: Any) -> dict[str, Any]:
    return {
        "code": "S1", "name": "Milano", "kind": "store", "country": "it", "priority": 3,
        "time_zone": "Europe/Rome", "is_active": "on", "hours_1": "9:00 - 13:00, 15.30–19:30",
    } | changes  # fmt: skip


def test_a_location_is_changed_and_audited(shelf) -> None:
    client = signed_in("operations_admin")
    url = reverse("location-edit", args=["S1"])
    assert client.post(url, location_data()).status_code == 302
    location = Location.objects.get(code="S1")
    assert location.opening_hours == {
        "1": [["09:00", "13:00"], ["15:30", "19:30"]],
        "2026-12-24": [["09:00", "12:00"]],
    }
    assert (location.priority, location.country, location.ships) == (3, "IT", False)
    entry = AuditEntry.objects.get(action="location.changed")
    assert entry.data["priority"] == {"from": 0, "to": 3}
    for wrong in (
        {"hours_2": "nine to five"},
        {"hours_2": "25:00-26:00"},
        {"latitude": "45"},
        {"country": "1T"},
    ):
        assert client.post(url, location_data(**wrong)).status_code == 422
    new = client.get(reverse("location-new")).context["form"]
    assert new["country"].value() == "IT"
    assert client.post(reverse("location-new"), location_data()).status_code == 422
    assert client.post(reverse("location-new"), location_data(code="S9")).status_code == 302
    assert client.post(reverse("location-new"), location_data(code="new")).status_code == 422


def test_hours_as_people_write_them() -> None:
    assert parse_spans("") == []
    assert parse_spans("8.00-24:00") == [["08:00", "24:00"]]
    assert parse_spans("22:00-04:00") == [["22:00", "04:00"]]
