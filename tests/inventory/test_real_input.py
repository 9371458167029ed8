"""Locations and counts as others write them: AdventureWorks, and two retailers' own stores."""

import csv
import gzip
import io
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from catalog.models import Sku
from inventory.location_imports import location_import
from inventory.models import BatchDrift, Location, Stock
from inventory.services.audit import stock_audit
from inventory.status import BatchStatus, LocationKind
from oms.core.audit import audit_trail
from oms.core.errors import InvalidInput
from oms.core.jobs import JobRun
from oms.core.models import Job
from tests.inventory.factories import make_location, make_sku
from tests.inventory.test_batches import FULL, csv_of, send

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).parents[3] / "shared" / "data"


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not here: ../shared/data is absent")
    return path


def take_in(header: Iterable[str], rows: Iterable[Iterable[Any]], **params: bool) -> Any:
    file = io.StringIO()
    csv.writer(file).writerows([list(header), *map(list, rows)])
    job = Job.objects.create(
        kind="x",
        title="x",
        status="running",
        params=params,
        upload=file.getvalue().encode(),
        upload_name="stores.csv",
    )
    result = location_import(JobRun(job))
    job.refresh_from_db()
    return result, [(error["row"], error["field"]) for error in job.errors]


class TestLocations:
    HEADER = ("code", "name", "kind", "city", "lat", "lon", "collects", "hours_1", "priority")
    MILAN = ("MI", "Milano", "Store", "Milano", "45.4642", "9.18951", "yes", "9:00-13:00", "")

    def test_a_row_makes_a_location(self) -> None:
        result, errors = take_in(self.HEADER, [self.MILAN])
        assert (result["new"], result["applied"], errors) == (1, True, [])
        milan = Location.objects.get()
        assert (milan.code, milan.kind, milan.collects, milan.country) == (
            "MI",
            LocationKind.STORE,
            True,
            "IT",
        )
        assert (str(milan.latitude), milan.opening_hours) == (
            "45.46420",
            {"1": [["09:00", "13:00"]]},
        )

    def test_a_known_code_changes_only_what_the_row_says(self) -> None:
        make_location("MI", name="Old", street="Via Dante 1", priority=7, collects=False)
        result, _errors = take_in(self.HEADER, [self.MILAN])
        milan = Location.objects.get()
        assert (result["new"], milan.name, milan.street, milan.priority, milan.collects) == (
            0,
            "Milano",
            "Via Dante 1",
            7,
            True,
        )
        change = audit_trail(milan).get(action="location.changed").data
        assert change["name"] == {"from": "Old", "to": "Milano"}
        assert "street" not in change

    WRONG = (
        MILAN,
        ("MI", "Twice", "store", "", "", "", "", "", ""),
        ("A B", "Blank in its code", "store", "", "", "", "", "", ""),
        ("TO", "Torino", "shop", "", "45", "", "", "9-13", "high"),
    )
    ERRORS = (
        (3, "code"),
        (4, "code"),
        (5, "kind"),
        (5, "priority"),
        (5, "hours_1"),
        (5, "longitude"),
    )

    def test_wrong_rows_are_named_and_nothing_is_written(self) -> None:
        result, errors = take_in(self.HEADER, self.WRONG)
        assert sorted(errors) == sorted(self.ERRORS)
        assert (result["applied"], result["good_rows"], result["rows_with_errors"]) == (False, 1, 3)
        assert not Location.objects.exists()

    def test_the_good_rows_if_asked_for(self) -> None:
        take_in(self.HEADER, self.WRONG, keep_good=True)
        assert Location.objects.get().code == "MI"

    def test_a_check_writes_nothing(self) -> None:
        result, _errors = take_in(self.HEADER, [self.MILAN], dry_run=True)
        assert (result["good_rows"], result["applied"]) == (1, False)
        assert not Location.objects.exists()

    def test_a_file_without_codes_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="code"):
            take_in(("name",), [("Milano",)])

    def test_the_stores_of_two_retailers(self) -> None:
        """1,565 of the United States, and 297 of the United Kingdom and its islands."""
        with gzip.open(shared("stores_bestbuy_us/stores.json.gz")) as file:
            american = json.load(file)
        header = ("code", "name", "street", "city", "zip", "lat", "lon", "country", "time_zone")
        rows = [
            (f"BB{one['id']}", one["name"], one["address"], one["city"], one["zip"],
             one["location"]["lat"], one["location"]["lon"], "US", "America/Chicago")
            for one in american
        ]  # fmt: skip
        result, errors = take_in(header, rows)
        assert (result["new"], errors) == (1565, [])
        with shared("stores_geolytix_uk/waitrose_297.csv").open(encoding="utf-8-sig") as file:
            british = list(csv.DictReader(file))
        # Its coordinates have ten digits, and its columns names of their own.
        result, errors = take_in(
            ("store_id", "name", "town", "lat_wgs", "long_wgs", "country", "time_zone"),
            [
                (one["id_geolytix"], f"{one['retailer']} {one['town']}", one["town"],
                 one["lat_wgs"], one["long_wgs"], "GB", "Europe/London")
                for one in british
            ],
        )  # fmt: skip
        assert (result["new"], errors) == (297, [])
        assert Location.objects.filter(latitude__isnull=False).count() == 1862


def test_adventureworks_stock_through_the_sync() -> None:
    """1,069 rows by location, shelf and bin; a SKU's bins at a location are summed."""
    units: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = shared("adventureworks/oltp_ProductInventory.tsv").read_text().splitlines()
    for row in rows:
        _id, product, location, _shelf, _bin, quantity, *_rest = row.split("\t")
        units[location][f"AW-{product}"] += int(quantity)
    sample = make_sku("SAMPLE")
    codes = sorted({code for counts in units.values() for code in counts})
    Sku.objects.bulk_create(
        Sku(product=sample.product, code=code, name=code, tax_class=sample.tax_class)
        for code in codes
    )
    assert len(rows) == 1069
    for number, counts in units.items():
        place = make_location(f"AW{number}", kind=LocationKind.WAREHOUSE)
        batch = send(place, csv_of(counts.items()), kind=FULL, sequence=1)
        assert (batch.status, batch.error_count, batch.result["rows"]) == (
            BatchStatus.APPLIED,
            0,
            len(counts),
        )
        on_hand = Stock.objects.filter(location=place).aggregate(units=Sum("on_hand"))["units"]
        assert (on_hand or 0) == sum(counts.values())
        assert BatchDrift.objects.get(batch=batch).units_over == sum(counts.values())
    assert Stock.objects.aggregate(units=Sum("on_hand"))["units"] == 335_974
    assert stock_audit().clean
