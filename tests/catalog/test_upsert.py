"""Products, SKUs and kits written as sets, and what is refused."""

import pytest
from django.core.exceptions import ValidationError

from catalog.models import Brand, Category, KitComponent, Sku
from catalog.selectors import kit_components, skus_by_code, skus_search
from catalog.services.products import catalog_upsert, sku_upsert
from catalog.services.rows import CatalogRow
from oms.core.actors import system_actor
from oms.core.audit import audit_trail
from oms.core.errors import InvalidInput
from tests.catalog.factories import make_kit, make_product, make_sku, make_tax_class

pytestmark = pytest.mark.django_db
ACTOR = system_actor()
TOOLS = ("Garden", "Tools")


@pytest.fixture(autouse=True)
def _standard_tax():
    make_tax_class()


def row(sku, **fields):
    return CatalogRow(sku=sku, **{"name": f"Thing {sku}", "category": TOOLS} | fields)


def problems(*rows):
    with pytest.raises(InvalidInput) as refused:
        catalog_upsert(rows, actor=ACTOR)
    return {(issue.row, issue.field, issue.code) for issue in refused.value.issues}


def test_creates_sku_product_brand_and_categories():
    sku = sku_upsert(row("saw-1", brand="Acme", gtin="00 12345 678905"), actor=ACTOR)
    assert (sku.code, sku.gtin, sku.product.code) == ("SAW-1", "012345678905", "SAW-1")
    assert sku.product.brand == Brand.objects.get(name="Acme")
    assert [c.name for c in Category.objects.order_by("path")] == ["Garden", "Tools"]
    assert [entry.action for entry in audit_trail(sku)] == ["sku.created"]


def test_same_rows_again_change_nothing():
    rows = [row("A"), row("B", product="A", options={"colour": "red"})]
    assert catalog_upsert(rows, actor=ACTOR).counts() == {"new": 2, "changed": 0, "unchanged": 0}
    assert catalog_upsert(rows, actor=ACTOR).counts() == {"new": 0, "changed": 0, "unchanged": 2}


def test_none_leaves_and_empty_clears():
    sku_upsert(row("A", brand="Acme", gtin="12345670"), actor=ACTOR)
    sku = sku_upsert(CatalogRow(sku="a", brand="", pack_size=6), actor=ACTOR)
    assert (sku.name, sku.gtin, sku.pack_size, sku.product.brand) == (
        "Thing A",
        "12345670",
        6,
        None,
    )


def test_second_row_of_a_product_takes_over_what_the_first_says():
    catalog_upsert(
        [row("A1", product="A", product_name="Saw"), CatalogRow(sku="A2", name="B", product="A")],
        actor=ACTOR,
    )
    assert set(Sku.objects.values_list("product__name", flat=True)) == {"Saw"}


def test_skus_may_swap_their_gtins():
    catalog_upsert([row("A", gtin="12345670"), row("B", gtin="11111115")], actor=ACTOR)
    catalog_upsert([row("A", gtin="11111115"), row("B", gtin="12345670")], actor=ACTOR)
    assert dict(Sku.objects.values_list("code", "gtin")) == {"A": "11111115", "B": "12345670"}


def test_kits_are_made_of_plain_skus():
    catalog_upsert([row("A"), row("B"), row("K", components=(("A", 2), ("B", 1)))], actor=ACTOR)
    ids = dict(Sku.objects.values_list("code", "pk"))
    assert kit_components(ids.values()) == {ids["K"]: [(ids["A"], 2), (ids["B"], 1)]}
    assert problems(row("K2", components=(("K", 1),), row=7)) == {(7, "components", "component")}
    catalog_upsert([CatalogRow(sku="K", components=())], actor=ACTOR)
    assert kit_components(ids.values()) == {}


def test_no_kit_becomes_part_of_a_kit():
    catalog_upsert([row("A"), row("B"), row("K", components=(("A", 2),))], actor=ACTOR)
    refused = {(7, "components", "component")}
    # A is in K; B becomes a kit in the same file; K would hold what was a kit before it.
    assert problems(row("A", components=(("B", 1),), row=7)) == refused
    kit, holder = row("B", components=(("C", 1),)), row("N", components=(("B", 1),), row=7)
    assert problems(kit, row("C"), holder) == refused
    kit, holder = row("A", components=(("B", 1),)), row("K", components=(("A", 1),), row=7)
    assert problems(kit, holder) == refused
    # What ceases to be a kit, or to be held by one, is free again with the same file.
    catalog_upsert(
        [row("K", components=(("B", 1),)), row("A", components=(("B", 2),))], actor=ACTOR
    )
    catalog_upsert([row("K", components=()), row("N", components=(("K", 1),))], actor=ACTOR)
    ids = dict(Sku.objects.values_list("code", "pk"))
    assert kit_components(ids.values()) == {
        ids["A"]: [(ids["B"], 2)],
        ids["N"]: [(ids["K"], 1)],
    }


def test_no_kit_is_put_into_a_kit_by_hand():
    first, second, third = make_sku(), make_sku(), make_sku()
    make_kit({first: 1}, "K")
    kit = Sku.objects.get(code="K")
    for nested in (
        KitComponent(kit=third, component=kit, quantity=1),
        KitComponent(kit=first, component=second, quantity=1),
    ):
        with pytest.raises(ValidationError, match="part of a kit"):
            nested.clean()
    KitComponent(kit=kit, component=second, quantity=1).clean()


def test_every_bad_row_is_named():
    make_sku("TAKEN", gtin="12345670")
    found = problems(
        row("", row=2),
        row("A", name="", row=3),
        row("B", gtin="12345678", row=4),
        row("C", gtin="0012345670", row=5),
        row("D", gtin="00000012345670", row=6),
        row("E", tax_class="none", row=7),
        row("F", row=8),
        row("f", row=9),
        row("G", status="sold", row=10),
        row("H", pack_size=0, row=11),
        row("I", product="P", category=("Other",), row=12),
        row("J", product="P", row=13),
    )
    assert found == {
        (2, "sku", "required"),
        (3, "name", "required"),
        (4, "gtin", "gtin_check_digit"),
        (5, "gtin", "gtin_length"),
        (6, "gtin", "taken"),
        (7, "tax_class", "unknown"),
        (8, "sku", "twice"),
        (9, "sku", "twice"),
        (10, "status", "unknown"),
        (11, "pack_size", "range"),
        (13, "category", "disagrees"),
    }
    assert not Sku.objects.exclude(code="TAKEN").exists()


def test_good_rows_are_kept_when_asked_for():
    plan = catalog_upsert([row("A"), row("B", name="")], actor=ACTOR, keep_good=True)
    assert (plan.new, len(plan.issues)) == (["A"], 1)
    assert list(Sku.objects.values_list("code", flat=True)) == ["A"]


def test_number_of_queries_does_not_grow_with_the_rows(django_assert_max_num_queries):
    catalog_upsert([row("X")], actor=ACTOR)
    with django_assert_max_num_queries(32):
        catalog_upsert([row(f"S{number}", brand="B") for number in range(50)], actor=ACTOR)


def test_skus_are_found_by_code_or_any_spelling_of_the_gtin(django_assert_num_queries):
    sku = make_sku("SAW", gtin="012345678905")
    other = make_sku("12345670")
    make_sku("DRILL", gtin="12345670")
    with django_assert_num_queries(1):
        found = skus_by_code([" saw ", "00012345678905", "12345670", "nothing", ""])
    assert found == {"SAW": sku, "00012345678905": sku, "12345670": other}


def test_search_wants_every_word_in_code_name_product_or_gtin():
    tool, other = make_product(name="Fine tool"), make_product(name="Coarse tool")
    saw = make_sku("SAW-30", tool, name="Hand saw 30 cm", gtin="012345678905")
    make_sku("SAW-40", other, name="Hand saw 40 cm")
    make_kit({saw: 2}, "SET")

    def codes(text):
        return set(skus_search(Sku.objects.all(), text).values_list("code", flat=True))

    assert codes("HAND saw") == {"SAW-30", "SAW-40"}
    assert codes("saw 30") == {"SAW-30"}
    assert codes("0012345678905") == {"SAW-30"}
    assert codes(saw.product.name) == {"SAW-30"}
