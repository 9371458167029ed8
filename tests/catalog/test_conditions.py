"""Goods that are new, opened, refurbished, used: SKUs of one product, often with one GTIN."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalog.imports import catalog_import
from catalog.models import Price, Sku
from catalog.pricing import PriceContext, PriceRequest, price_basket
from catalog.selectors import other_conditions, skus_by_code, skus_meant, skus_search
from catalog.services.products import catalog_upsert
from catalog.services.rows import CatalogRow
from catalog.status import SkuCondition, SkuStatus
from inventory.models import Stock
from oms.core.actors import system_actor
from oms.core.clock import now
from oms.core.errors import InvalidInput
from oms.core.jobs import JobRun
from oms.core.models import Job
from tests.catalog.factories import (
    make_price_list,
    make_product,
    make_rule,
    make_sku,
    make_tax_class,
)
from tests.core.factories import make_key, make_user
from tests.inventory.factories import make_location, put

pytestmark = pytest.mark.django_db
GTIN = "4006381333931"
ACTOR = system_actor()


@pytest.fixture
def drills() -> list[Sku]:
    """One new, one opened, one used."""
    product = make_product()
    fields = {"product": product, "gtin": GTIN, "name": "Drill", "options": {"colour": "red"}}
    return [
        make_sku("DRILL-USED", condition="used", **fields),
        make_sku("DRILL", **fields),
        make_sku("DRILL-OPEN", condition="opened", **fields),
    ]


def imported(rows: str) -> tuple[dict, list]:
    make_tax_class()
    job = Job.objects.create(
        kind="x",
        title="x",
        status="running",
        params={"keep_good": True},
        upload=f"sku,name,category,product,gtin,condition\n{rows}".encode(),
        upload_name="file.csv",
    )
    shown = catalog_import(JobRun(job))
    job.refresh_from_db()
    return shown, [(error.get("row"), error["field"], error["code"]) for error in job.errors]


class TestModel:
    def test_a_sku_is_new_unless_said_otherwise(self) -> None:
        sku = make_sku(name="Drill")
        assert (sku.condition, sku.full_name) == ("new", "Drill")

    def test_the_name_says_what_is_not_new_in_the_reader_s_words(self, drills: list[Sku]) -> None:
        assert drills[2].full_name == "Drill (opened box)"
        assert str(drills[0]) == "DRILL-USED Drill (used)"
        with translation.override("it"):
            assert drills[0].full_name.startswith("Drill (")

    def test_a_gtin_is_once_in_each_condition(self, drills: list[Sku]) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            make_sku("AGAIN", condition="used", gtin=GTIN)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_sku("ODD", condition="shiny")
        make_sku("NONE", condition="used")
        make_sku("NEITHER", condition="used")


class TestLookUp:
    def test_a_gtin_means_the_new_one_and_a_code_its_own(self, drills: list[Sku]) -> None:
        used, new, opened = drills
        found = skus_by_code([GTIN, "drill-used"])
        assert found == {GTIN: new, "DRILL-USED": used}
        assert skus_meant([f"0{GTIN}"]) == {f"0{GTIN}": [new, opened, used]}

    def test_without_a_new_one_it_means_the_only_one_or_none(self, drills: list[Sku]) -> None:
        used, new, opened = drills
        new.delete()
        assert skus_by_code([GTIN]) == {}
        opened.delete()
        assert skus_by_code([GTIN]) == {GTIN: used}

    def test_what_is_on_the_document_comes_first(self, drills: list[Sku]) -> None:
        used, new, _opened = drills
        store = make_location()
        with transaction.atomic():
            put(used, store, 1)
        here = Stock.objects.filter(location=store)
        assert skus_by_code([GTIN], among=here) == {GTIN: used}
        with transaction.atomic():
            put(new, store, 1)
        assert skus_by_code([GTIN], among=here) == {GTIN: new}

    def test_other_conditions_are_of_the_same_goods(self, drills: list[Sku]) -> None:
        used, new, opened = drills
        make_sku("BLUE", product=new.product, options={"colour": "blue"}, condition="used")
        assert other_conditions([new, used]) == {new.pk: [opened, used], used.pk: [new, opened]}
        Sku.objects.filter(pk=used.pk).update(status=SkuStatus.DISCONTINUED)
        assert other_conditions([new]) == {new.pk: [opened]}


class TestImport:
    def test_conditions_of_one_product_share_its_gtin(self) -> None:
        done, errors = imported(
            f"A,Drill,Tools,P,{GTIN},\nA-U,Drill,Tools,P,{GTIN},Used\nA-R,Drill,Tools,P,,refurbished\n"
        )
        assert (done["new"], errors) == (3, [])
        conditions = dict(Sku.objects.values_list("code", "condition"))
        assert conditions == {"A": "new", "A-U": "used", "A-R": "refurbished"}

    def test_rows_that_are_refused(self) -> None:
        _done, errors = imported(
            f"A,Drill,Tools,P,{GTIN},\n"
            "B,Drill,Tools,P,,as new\n"
            f"C,Drill,Tools,P,{GTIN},new\n"
            f"D,Drill,Tools,OTHER,{GTIN},used\n"
        )
        assert errors == [
            (3, "condition", "unknown"),
            (4, "gtin", "taken"),
            (5, "gtin", "taken"),
        ]

    def test_a_row_that_does_not_say_it_leaves_it(self, drills: list[Sku]) -> None:
        row = CatalogRow(sku="DRILL-USED", name="Hammer drill")
        assert catalog_upsert([row], actor=ACTOR).changed == {
            "DRILL-USED": {"name": ("Drill", "Hammer drill")}
        }
        assert Sku.objects.get(code="DRILL-USED").condition == SkuCondition.USED

    def test_two_skus_swap_their_conditions(self, drills: list[Sku]) -> None:
        rows = [
            CatalogRow(sku="DRILL-USED", condition="opened"),
            CatalogRow(sku="DRILL-OPEN", condition="used"),
        ]
        catalog_upsert(rows, actor=ACTOR)
        assert Sku.objects.get(code="DRILL-USED").condition == SkuCondition.OPENED

    def test_another_product_may_not_take_the_gtin(self, drills: list[Sku]) -> None:
        row = CatalogRow(sku="X", name="X", category=("Tools",), gtin=GTIN, condition="refurbished")
        with pytest.raises(InvalidInput) as refused:
            catalog_upsert([row], actor=ACTOR)
        assert [issue.code for issue in refused.value.issues] == ["taken"]


def test_prices_of_an_import_by_gtin_are_the_new_one_s(client: Client, drills: list[Sku]) -> None:
    _key, token = make_key("prices:write")
    url = f"/api/v1/price-lists/{make_price_list().code}/prices/"
    answer = client.post(
        url,
        {"prices": [{"sku": GTIN, "amount": "9"}]},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "p"},
    )
    assert answer.status_code == 200, answer.content
    assert Price.objects.get().sku == drills[1]


def test_each_condition_has_its_price_and_a_rule_on_the_product_takes_all(
    drills: list[Sku],
) -> None:
    used, new, _opened = drills
    make_price_list({new: "100", used: "60"})
    rule = make_rule(target="product", product=new.product, effect="percent", value=10)

    def prices() -> list[str]:
        basket = price_basket(
            [PriceRequest(new.pk, 1), PriceRequest(used.pk, 1)],
            PriceContext(audiences=(), currency="EUR", country="IT", at=now()),
        )
        return [f"{line.unit_price:.0f}" for line in basket.lines]

    assert prices() == ["90", "54"]
    rule.excluded_skus.add(used)
    assert prices() == ["90", "60"]


class TestOverRest:
    def test_read_and_filtered(self, client: Client, drills: list[Sku]) -> None:
        _key, token = make_key("catalog:read")
        headers = {"Authorization": f"Bearer {token}"}

        def codes(query: str) -> list[str]:
            rows = client.get(f"/api/v1/skus/?{query}", headers=headers).json()["results"]
            return sorted(row["code"] for row in rows)

        assert codes("condition=used") == ["DRILL-USED"]
        assert codes(f"gtin={GTIN}") == ["DRILL", "DRILL-OPEN", "DRILL-USED"]
        assert client.get("/api/v1/skus/?condition=odd", headers=headers).status_code == 400
        read = client.get(f"/api/v1/skus/{GTIN}/", headers=headers).json()
        assert (read["code"], read["condition"]) == ("DRILL", "new")


class TestPages:
    @pytest.fixture
    def office(self, client: Client, drills: list[Sku]) -> Client:
        store = make_location()
        with transaction.atomic():
            for sku in drills:
                put(sku, store, 1)
        client.force_login(make_user("operations_admin"))
        return client

    @pytest.mark.parametrize("name", ["catalog-list", "stock-list", "stock-matrix"])
    def test_lists_say_it_and_can_be_narrowed(self, office: Client, name: str) -> None:
        everything = office.get(reverse(name)).content.decode()
        assert "Drill (used)" in everything
        assert "Drill (opened box)" in everything
        narrowed = office.get(reverse(name), {"condition": "used"}).content.decode()
        assert "Drill (used)" in narrowed
        assert "Drill (opened box)" not in narrowed

    def test_the_sku_s_page_says_it_of_itself_and_of_the_others(self, office: Client) -> None:
        page = office.get(reverse("sku-detail", args=["DRILL-USED"])).content.decode()
        assert "Drill (used)" in page
        assert "Drill (opened box)" in page
        assert (
            "Drill (used)" in office.get(reverse("stock-sku", args=["DRILL-USED"])).content.decode()
        )

    def test_the_search_box_finds_all_of_a_gtin(self, office: Client) -> None:
        page = office.get(reverse("search"), {"q": GTIN}).content.decode()
        assert "Drill (used)" in page
        assert "Drill (opened box)" in page

    def test_an_export_has_a_column_of_its_own(self, office: Client) -> None:
        answer = office.get(reverse("catalog-list"), {"_export": "csv", "condition": "used"})
        header, row = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
        told = dict(zip(header.split(","), row.split(","), strict=True))
        assert (told["Name"], told["Condition"]) == ("Drill", "used")


@pytest.mark.parametrize(
    ("language", "typed", "found"),
    [
        ("en", "used", {"used"}),
        ("en", "drill Opened", {"opened"}),
        ("en", "open box", {"opened"}),
        ("en", "us", set()),
        ("it", "seconda mano", {"used"}),
        ("it", "used", set()),
        ("pl", "z drugiej ręki drill", {"used"}),
        ("en", "new", set()),
        ("en", "saw used", set()),
    ],
)
def test_goods_are_found_by_the_condition_in_their_name(drills, language, typed, found) -> None:
    for number, sku in enumerate(drills):
        Sku.objects.filter(pk=sku.pk).update(code=f"D{number}")
    with translation.override(language):
        rows = skus_search(Sku.objects.all(), typed)
        assert set(rows.values_list("condition", flat=True)) == found
