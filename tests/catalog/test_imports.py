"""Imports: a dry run shows, a confirmation applies exactly that."""

import io
from decimal import Decimal

import pytest
import xlsxwriter

from catalog.imports import catalog_import, price_import
from catalog.imports.prices import OutliersUnconfirmed
from catalog.imports.reading import PreviewOutdated
from catalog.models import Price, Sku
from oms.core.errors import InvalidInput
from oms.core.jobs import JobRun
from oms.core.models import Job
from tests.catalog.factories import make_price_list, make_sku, make_tax_class
from tests.core.factories import make_user

pytestmark = pytest.mark.django_db
CATALOG = (
    "SKU;Name;Category;GTIN;Pack size;Components;Option: colour\n"
    "saw-30;Saw 30 cm;Garden > Tools;012345678905;6;;red\n"
    "saw-40;Saw 40 cm;Garden > Tools;;1;;\n"
    "set;Saw set;Garden;;1;SAW-30*2, SAW-40;\n"
)


@pytest.fixture(autouse=True)
def _standard_tax():
    make_tax_class()


def run(runner, data, name="file.csv", **params):
    raw = data.encode() if isinstance(data, str) else data
    job = Job.objects.create(
        kind="x", title="x", status="running", params=params, upload=raw, upload_name=name
    )
    try:
        return runner(JobRun(job))
    finally:
        job.refresh_from_db()
        run.errors = [(error.get("row"), error["field"], error["code"]) for error in job.errors]


def test_dry_run_changes_nothing_and_its_confirmation_applies_it():
    shown = run(catalog_import, CATALOG, dry_run=True)
    assert (shown["new"], shown["changed"], shown["applied"]) == (3, 0, False)
    assert shown["new_categories"] == ["Garden", "Garden › Tools"]
    assert not Sku.objects.exists()
    done = run(catalog_import, CATALOG, plan=shown["plan"])
    assert done["applied"]
    saw = Sku.objects.get(code="SAW-30")
    assert (saw.gtin, saw.pack_size, saw.options) == ("012345678905", 6, {"colour": "red"})
    assert saw.kits.get().quantity == 2
    again = run(catalog_import, CATALOG, plan=shown["plan"])
    assert (again["unchanged"], again["applied"]) == (3, True)


def test_confirmation_of_an_outdated_preview_applies_nothing():
    shown = run(catalog_import, CATALOG, dry_run=True)
    make_sku("SAW-30", name="Meanwhile")
    with pytest.raises(PreviewOutdated):
        run(catalog_import, CATALOG, plan=shown["plan"])
    assert list(Sku.objects.values_list("name", flat=True)) == ["Meanwhile"]


def test_one_bad_row_refuses_the_file_unless_the_good_ones_are_to_be_kept():
    bad = CATALOG + "saw-50;Saw 50 cm;Garden;12345678;x;;\n;No code;Garden;;1;;\n"
    with pytest.raises(InvalidInput):
        run(catalog_import, bad)
    assert run.errors == [(5, "pack_size", "not_a_number"), (6, "sku", "required")]
    assert not Sku.objects.exists()
    done = run(catalog_import, bad, keep_good=True)
    assert (done["new"], done["bad_rows"]) == (3, 2)
    assert Sku.objects.count() == 3


@pytest.mark.parametrize(
    "encoded",
    [
        CATALOG.encode("utf-8-sig"),
        CATALOG.encode("utf-16"),
        CATALOG.replace("red", "röd").encode("latin-1"),
        CATALOG.replace(";", "\t").encode(),
        CATALOG.replace(", ", "; ").replace(";", ",").replace("2, SAW", "2 SAW").encode(),
    ],
    ids=["bom", "utf16", "latin1", "tab", "comma"],
)
def test_files_as_people_save_them(encoded):
    result = run(catalog_import, encoded, dry_run=True, keep_good=True)
    assert result["new"] >= 2


def test_unknown_and_missing_columns_are_named():
    with pytest.raises(InvalidInput):
        run(catalog_import, "name,colour\nx,y\n")
    assert {(field, code) for _row, field, code in run.errors} == {
        ("sku", "column_missing"),
        ("colour", "column_unknown"),
    }


def xlsx(rows):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def test_prices_from_a_spreadsheet_with_breaks_and_a_gtin():
    saw = make_sku("SAW", gtin="012345678905")
    price_list = make_price_list({saw: "10"})
    data = xlsx([["sku", "min_quantity", "amount"], ["saw", 1, 9.5], ["012345678905", 10, 8]])
    shown = run(price_import, data, "p.xlsx", dry_run=True, price_list=price_list.pk)
    assert (shown["created"], shown["changed"], shown["outliers"]) == (1, 1, 0)
    assert shown["sample"][0] | {"row": 2} == {
        "row": 2,
        "sku": "SAW",
        "min_quantity": 1,
        "old": "10.0000",
        "new": "9.5000",
        "percent": "-5.0",
    }
    run(price_import, data, "p.xlsx", price_list=price_list.pk, plan=shown["plan"])
    assert set(Price.objects.values_list("min_quantity", "amount")) == {(1, 9.5), (10, 8)}


def test_prices_with_decimal_commas_and_doubtful_marks():
    price_list = make_price_list({make_sku("SAW"): "10"})
    rows = "sku;amount;min_quantity\nSAW;9,50;1\nSAW;1,234;5\nNONE;1;1\nSAW;8;2\nSAW;8;2\n"
    result = run(price_import, rows, dry_run=True, price_list=price_list.pk)
    assert result["changed"] == 1
    assert run.errors == [
        (3, "amount", "not_a_number"),
        (4, "sku", "unknown"),
        (5, "sku", "twice"),
        (6, "sku", "twice"),
    ]


def test_large_changes_want_to_be_meant():
    price_list = make_price_list({make_sku("SAW"): "10"})
    data = "sku,amount\nSAW,100\n"
    with pytest.raises(OutliersUnconfirmed):
        run(price_import, data, price_list=price_list.pk)
    run(price_import, data, price_list=price_list.pk, outliers_meant=True)
    assert Price.objects.get().amount == 100


def test_replacing_takes_away_what_the_file_does_not_name():
    saw, drill = make_sku("SAW"), make_sku("DRILL")
    price_list = make_price_list({saw: "10", drill: "20"})
    bad = "sku,amount\nSAW,9\nNONE,5\n"
    with pytest.raises(InvalidInput):
        run(price_import, bad, price_list=price_list.pk, replace=True, keep_good=True)
    run(price_import, "sku,amount\nSAW,9\n", price_list=price_list.pk, replace=True)
    assert list(Price.objects.values_list("sku", "amount")) == [(saw.pk, 9)]


def test_a_cost_is_set_kept_and_refused_in_its_cell():
    file = "sku;name;category;cost\nA;A;Garden;2,5\nB;B;Garden;0.1234\nC;C;Garden;\n"
    run(catalog_import, file)
    costs = dict(Sku.objects.values_list("code", "cost"))
    assert costs == {"A": Decimal("2.5"), "B": Decimal("0.1234"), "C": None}
    # An empty cell leaves it; so does a file without the column.
    assert run(catalog_import, "sku;cost\nA;\nB;0.12340\n")["unchanged"] == 2
    wrong = "sku;cost\nA;-1\nB;0.12345\nC;cheap\n"
    with pytest.raises(InvalidInput):
        run(catalog_import, wrong)
    assert run.errors == [(2, "cost", "range"), (3, "cost", "range"), (4, "cost", "not_a_number")]
    assert dict(Sku.objects.values_list("code", "cost")) == costs


def test_costs_are_for_those_who_may_see_them():
    clerk = make_user()
    job = Job.objects.create(
        kind="x", title="x", status="running", upload=b"sku;cost\nA;1\n", upload_name="a.csv",
        created_by=clerk,
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="may not see"):
        catalog_import(JobRun(job))
