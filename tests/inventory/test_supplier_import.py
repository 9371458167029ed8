"""Suppliers and what they sell, from tables."""

import csv
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from inventory.models import Supplier, SupplierItem
from oms.core.jobs import job_start, jobs_run
from oms.core.models import Job
from tests.inventory.factories import ACTOR, make_kit, make_sku
from tests.inventory.purchasing import make_supplier, sells

pytestmark = pytest.mark.django_db


def take_in(text: str, what: str = "items", **params: Any) -> Job:
    job = job_start(
        "inventory.supplier_import",
        title="Suppliers",
        actor=ACTOR,
        params={"what": what, **params},
        upload=text.encode(),
        upload_name="vendors.csv",
    )
    jobs_run()
    job.refresh_from_db()
    return job


def errors(job: Job) -> list[tuple[int, str, str]]:
    return [(error["row"], error["field"], error["code"]) for error in job.errors]


def test_suppliers_come_and_change_and_an_empty_cell_leaves_what_was() -> None:
    make_supplier(code="A", name="Old", lead_time_days=5, email="a@a.example")
    text = (
        "supplier,name,email,currency,lead_time_days,minimum_order_value,active\n"
        'A,New,,,9,"1.250,00",no\n'
        "B,Second,b@b.example,pln,,,\n"
    )
    job = take_in(text, "suppliers")
    assert (job.status, job.result["good_rows"]) == (Job.Status.DONE, 2)
    first, second = Supplier.objects.order_by("code")
    assert (first.name, first.email, first.lead_time_days) == ("New", "a@a.example", 9)
    assert (first.minimum_order_value, first.is_active) == (Decimal(1250), False)
    assert (second.currency, second.is_active) == ("PLN", True)


def test_every_wrong_row_is_named_and_nothing_is_half_applied() -> None:
    text = (
        "supplier,name,email,language,currency,lead_time_days\n"
        ",Nobody,,,,\n"
        "A,,,,,\n"
        "B,B,not-an-address,xx,XXX,soon\n"
        "C,C,,,,\n"
        "C,Again,,,,\n"
    )
    job = take_in(text, "suppliers")
    assert errors(job) == [
        (2, "supplier", "required"),
        (3, "name", "required"),
        (4, "email", "bad_email"),
        (4, "language", "bad_choice"),
        (4, "currency", "bad_choice"),
        (4, "lead_time_days", "bad_number"),
        (6, "supplier", "duplicate"),
    ]
    assert job.status == Job.Status.FAILED
    assert not Supplier.objects.exists()
    assert take_in(text, "suppliers", keep_good=True).result["good_rows"] == 1
    assert Supplier.objects.get().code == "C"


def test_what_suppliers_sell() -> None:
    supplier, other, sku = make_supplier(code="A"), make_supplier(code="B"), make_sku("S-1")
    sells(other, sku, preferred=True)
    text = (
        "supplier,sku,supplier_code,cost,pack_multiple,minimum_quantity,lead_time_days,preferred\n"
        "A,s-1,X9,3.1250,6,12,4,yes\n"
    )
    dry = take_in(text, dry_run=True)
    assert (dry.result["good_rows"], SupplierItem.objects.filter(supplier=supplier).count()) == (
        1,
        0,
    )
    for _time in range(2):
        take_in(text)
    item = SupplierItem.objects.get(supplier=supplier)
    assert (item.cost, item.pack_multiple, item.minimum_quantity) == (Decimal("3.125"), 6, 12)
    assert (item.lead_time, item.supplier_code, item.preferred) == (4, "X9", True)
    assert not SupplierItem.objects.get(supplier=other).preferred


def test_wrong_rows_of_what_suppliers_sell() -> None:
    make_supplier(code="A")
    make_supplier(code="B")
    sku = make_sku("S-1")
    make_kit({sku: 1}, "KIT")
    text = (
        "supplier,sku,cost,pack_multiple,preferred\n"
        "Z,S-1,1,,\n"
        "A,NOPE,1,,\n"
        "A,KIT,1,,\n"
        "A,S-1,,,\n"
        "A,S-1,-1,0,perhaps\n"
        "A,S-1,1.00,,yes\n"
        "A,S-1,2.00,,\n"
        "B,S-1,2.00,,yes\n"
    )
    assert errors(take_in(text, dry_run=True)) == [
        (2, "supplier", "unknown_supplier"),
        (3, "sku", "unknown_sku"),
        (4, "sku", "kit"),
        (5, "cost", "required"),
        (6, "cost", "bad_amount"),
        (6, "pack_multiple", "bad_number"),
        (6, "preferred", "bad_choice"),
        (8, "sku", "duplicate"),
        (9, "preferred", "preferred_twice"),
    ]
    assert take_in("supplier,price\nA,1\n").status == Job.Status.FAILED


VENDORS = Path(__file__).parents[3] / "shared/data/adventureworks/oltp_ProductVendor.tsv"


def test_adventureworks_vendors_come_through_the_importer() -> None:
    """Microsoft's sample of 460 real-looking vendor rows (MIT licence)."""
    if not VENDORS.exists():
        pytest.skip("the AdventureWorks sample is not here: ../shared/data is absent")
    with VENDORS.open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file, delimiter="\t") if row]
    for product in sorted({row[1] for row in rows}, key=int):
        make_sku(f"AW-{product}")
    vendors, items = StringIO(), StringIO()
    writer = csv.writer(vendors)
    writer.writerow(["supplier", "name", "currency", "lead_time_days"])
    longest = {row[2]: max(int(one[3]) for one in rows if one[2] == row[2]) for row in rows}
    writer.writerows([f"V{code}", f"Vendor {code}", "USD", days] for code, days in longest.items())
    writer = csv.writer(items)
    writer.writerow(["supplier", "sku", "cost", "minimum_quantity", "lead_time_days"])
    writer.writerows([f"V{row[2]}", f"AW-{row[1]}", row[4], row[7], row[3]] for row in rows)
    first = take_in(vendors.getvalue(), "suppliers")
    second = take_in(items.getvalue())
    assert (errors(first), errors(second)) == ([], [])
    assert Supplier.objects.count() == len(longest) == first.result["good_rows"]
    assert SupplierItem.objects.count() == len(rows) == second.result["good_rows"]
    total = sum((item.cost for item in SupplierItem.objects.all()), Decimal(0))
    assert total == sum((Decimal(row[4]) for row in rows), Decimal(0))
