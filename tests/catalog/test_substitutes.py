"""Which SKUs may stand in for a SKU: on its page, by an import, over the API."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from catalog.imports.products import parse_row
from catalog.models import Sku, Substitute
from catalog.services.products import catalog_upsert
from catalog.services.rows import CatalogRow
from catalog.services.substitutes import sku_substitutes_set, substitute_codes
from oms.core.actors import system_actor
from oms.core.errors import InvalidInput
from tests.catalog.factories import make_sku
from tests.inventory.test_pages import signed_in, text
from tests.orders.api import Api

pytestmark = pytest.mark.django_db
ACTOR = system_actor("test")


@pytest.fixture
def skus() -> list[Sku]:
    return [make_sku(code) for code in ("SAW-30", "SAW-31", "SAW-32")]


def test_set_ranked_and_recorded_once(skus: list[Sku]) -> None:
    saw, first, second = skus
    sku_substitutes_set(saw.pk, [second.code.lower(), first.code], actor=ACTOR)
    assert substitute_codes([saw.pk]) == {saw.pk: ("SAW-32", "SAW-31")}
    sku_substitutes_set(saw.pk, ["SAW-32", "SAW-31"], actor=ACTOR)
    page = text(signed_in("operations_admin").get(reverse("sku-detail", args=[saw.code])))
    assert page.count("SKU changed") == 1
    assert "– → SAW-32, SAW-31" in page
    sku_substitutes_set(saw.pk, [], actor=ACTOR)
    assert substitute_codes([saw.pk]) == {}


@pytest.mark.parametrize(
    "codes", [["SAW-30"], ["SAW-31", "SAW-31"], ["SAW-99"], [f"S{n}" for n in range(21)]]
)
def test_wrong_ones_are_refused(skus: list[Sku], codes: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        sku_substitutes_set(skus[0].pk, codes, actor=ACTOR)
    assert {issue.field for issue in refused.value.issues} == {"substitutes"}
    assert not Substitute.objects.exists()


def test_the_database_refuses_what_may_never_be(skus: list[Sku]) -> None:
    saw, other, _ = skus
    Substitute.objects.create(sku=saw, substitute=other, position=1)
    for wrong in ((saw, saw, 2), (saw, other, 2), (saw, skus[2], 1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Substitute.objects.create(sku=wrong[0], substitute=wrong[1], position=wrong[2])


def test_the_office_changes_them(skus: list[Sku]) -> None:
    saw = skus[0]
    url = reverse("sku-substitutes", args=[saw.code])
    client = signed_in("operations_admin")
    detail = reverse("sku-detail", args=[saw.code])
    assert url in text(client.get(detail))
    wrong = client.post(url, {"substitutes": "SAW-31 SAW-99"})
    assert wrong.status_code == 422
    assert "There is no SKU SAW-99" in text(wrong)
    answer = client.post(url, {"substitutes": "saw-32\r\nSAW-31"}, follow=True)
    assert answer.redirect_chain == [(detail, 302)]
    assert text(answer).index("SAW-32") < text(answer).index("SAW-31")
    page = text(client.get(url))
    assert "SAW-32\nSAW-31" in page
    assert page.count("none there") == 2
    assert url not in text(signed_in("auditor").get(detail))


def test_an_import_sets_them_and_names_what_is_wrong(skus: list[Sku]) -> None:
    saw = skus[0]
    row = parse_row(2, {"sku": "SAW-30", "substitutes": "saw-31; SAW-32"})
    plan = catalog_upsert([row], actor=ACTOR)
    assert plan.changed["SAW-30"]["substitutes"] == ((), ("SAW-31", "SAW-32"))
    assert substitute_codes([saw.pk]) == {saw.pk: ("SAW-31", "SAW-32")}
    assert catalog_upsert([row], actor=ACTOR).unchanged == 1
    assert catalog_upsert([CatalogRow(sku="SAW-30")], actor=ACTOR).unchanged == 1
    with pytest.raises(InvalidInput) as refused:
        bad = CatalogRow(sku="SAW-30", substitutes=("SAW-30", "SAW-99"), row=3)
        catalog_upsert([bad], actor=ACTOR)
    assert [(issue.field, issue.row) for issue in refused.value.issues] == [("substitutes", 3)] * 2
    catalog_upsert([CatalogRow(sku="SAW-30", substitutes=())], actor=ACTOR)
    assert substitute_codes([saw.pk]) == {}


def test_over_the_api(skus: list[Sku], django_assert_num_queries) -> None:
    api = Api("catalog:read")
    sku_substitutes_set(skus[0].pk, ["SAW-32", "SAW-31"], actor=ACTOR)
    assert api.get("skus/SAW-30/").json()["substitutes"] == ["SAW-32", "SAW-31"]
    assert api.get("skus/SAW-31/").json()["substitutes"] == []
    with django_assert_num_queries(4):
        api.get("skus/")
    sku_substitutes_set(skus[1].pk, ["SAW-32"], actor=ACTOR)
    with django_assert_num_queries(4):
        api.get("skus/")
