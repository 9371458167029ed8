"""The office's pages of the catalogue and prices: who sees them, and what bad input does."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Category, DiscountRule, Price, PriceList, TaxClass
from oms.core.actors import system_actor
from oms.core.jobs import jobs_run
from oms.core.models import Job, User
from oms.core.roles import role_grant, role_groups_sync
from tests.catalog.factories import (
    make_category,
    make_kit,
    make_price_list,
    make_product,
    make_rule,
    make_sku,
    make_tax_class,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    role_groups_sync()
    clients = {}
    for role in ("pricing_admin", "operations_admin", "auditor", ""):
        user = User.objects.create_user(role or "stranger", password="x")
        if role:
            role_grant(user=user, role=role, actor=system_actor())
        clients[role or "stranger"] = Client()
        clients[role or "stranger"].force_login(user)
    return clients


@pytest.fixture
def world():
    tools = make_category("Tools", make_category("Garden"))
    saw = make_sku("SAW", product=make_product(tools), gtin="012345678905")
    kit = make_kit({saw: 2}, "SET")
    parent = make_price_list({saw: {1: "10", 10: "9"}, kit: "19"}, code="base", name="Base")
    make_price_list({}, ("company:acme",), code="acme", parent=parent, adjustment_percent=-5)
    draft = make_price_list({saw: "8"}, ("group:gold",), code="draft", status="draft")
    rule = make_rule("10", category=tools, name="Tools ten", excluded_skus=[kit])
    return {"saw": saw, "draft": draft, "rule": rule, "tools": tools}


def reading_urls(world):
    uid = world["rule"].uid
    return [
        reverse("catalog-list"),
        reverse("sku-detail", args=["SAW"]),
        reverse("sku-detail", args=["SET"]),
        reverse("category-list"),
        reverse("price-list-list"),
        reverse("price-list-detail", args=["base"]),
        reverse("price-list-detail", args=["acme"]),
        reverse("discount-rule-list"),
        reverse("discount-rule-detail", args=[uid]),
        reverse("price-test"),
        reverse("price-test")
        + "?lines=SAW+12%0ASET&audiences=company:acme&currency=EUR&country=IT",
    ]


def changing_urls(world):
    uid = world["rule"].uid
    return [
        reverse("price-list-new"),
        reverse("price-list-edit", args=["base"]),
        reverse("price-list-consequences", args=["draft"]),
        reverse("price-list-import", args=["base"]),
        reverse("discount-rule-new"),
        reverse("discount-rule-edit", args=[uid]),
    ]


def test_everybody_sees_their_pages_and_nobody_else_does(people, world):
    for url in reading_urls(world):
        assert people["auditor"].get(url).status_code == 200, url
        assert people["stranger"].get(url).status_code == 404, url
        assert Client().get(url).status_code == 302, url
    for url in changing_urls(world):
        assert people["pricing_admin"].get(url).status_code == 200, url
        assert people["auditor"].get(url).status_code == 404, url
    for url in (reverse("catalog-import"), reverse("category-new")):
        assert people["operations_admin"].get(url).status_code == 200
        assert people["pricing_admin"].get(url).status_code == 404


def test_lists_filter_search_and_export(people, world):
    client = people["auditor"]
    url = reverse("catalog-list")
    for query in ("q=012345678905", f"category={world['tools'].pk}", "kind=single&priced=yes"):
        page = client.get(f"{url}?{query}").content.decode()
        assert "SAW" in page
        assert ">SET<" not in page
    export = b"".join(client.get(f"{url}?_export=csv").streaming_content).decode("utf-8-sig")
    assert export.splitlines()[1].startswith("SAW,")
    for name, word in (("price-list-list", "acme"), ("discount-rule-list", "Tools ten")):
        rows = b"".join(client.get(reverse(name) + "?_export=csv").streaming_content).decode()
        assert word in rows
    assert (
        "Tools ten"
        not in client.get(reverse("discount-rule-list") + "?status=draft").content.decode()
    )


def test_number_of_queries_of_the_lists_is_constant(people, world):
    def queries(name):
        with CaptureQueriesContext(connection) as captured:
            people["auditor"].get(reverse(name))
        return len(captured)

    names = ("catalog-list", "price-list-list", "discount-rule-list")
    before = {name: queries(name) for name in names}
    for _number in range(5):
        make_rule("5", category=world["tools"])
        make_price_list({make_sku(): "1"})
    assert {name: queries(name) for name in names} == before
    assert max(before.values()) < 20


def test_empty_catalogue_says_what_to_do(people):
    page = people["operations_admin"].get(reverse("catalog-list")).content.decode()
    assert reverse("catalog-import") in page


def grid(client, code, cells, **extra):
    price_list = PriceList.objects.get(code=code)
    data = {"version": price_list.version} | extra
    for (sku, quantity), (old, new) in cells.items():
        data |= {f"p-{sku}-{quantity}": new, f"o-{sku}-{quantity}": old}
    return client.post(reverse("price-list-detail", args=[code]), data)


def test_draft_takes_changed_cells_at_once(people, world):
    saw = world["saw"].pk
    answer = grid(people["pricing_admin"], "draft", {(saw, 1): ("8.00", "7,50")})
    assert answer.status_code == 302
    assert Price.objects.get(price_list=world["draft"]).amount == 7.5


def test_published_list_asks_first_and_then_does_exactly_that(people, world):
    client, saw = people["pricing_admin"], world["saw"].pk
    answer = grid(client, "base", {(saw, 1): ("10.00", "11"), (saw, 10): ("9.00", "9.00")})
    assert answer.status_code == 200
    assert answer.context["plan"].count == 1
    form = {"changes": answer.context["changes"], "version": 1}
    url = reverse("price-list-confirm", args=["base"])
    assert client.post(url, form).status_code == 302
    assert Price.objects.get(price_list__code="base", sku=saw, min_quantity=1).amount == 11
    # The same again is stale: the list has moved on.
    form["changes"] = json.dumps([[saw, 1, "5"]])
    assert client.post(url, form | {"meant": "yes"}).status_code == 302
    assert Price.objects.get(price_list__code="base", sku=saw, min_quantity=1).amount == 11


def test_large_change_wants_a_tick(people, world):
    saw = world["saw"].pk
    form = {"changes": json.dumps([[saw, 1, "100"]]), "version": 1}
    url = reverse("price-list-confirm", args=["base"])
    assert people["pricing_admin"].post(url, form).status_code == 422
    assert people["pricing_admin"].post(url, form | {"meant": "yes"}).status_code == 302
    assert Price.objects.get(price_list__code="base", sku=saw, min_quantity=1).amount == 100


def test_bad_cells_and_pasted_rows_are_named_and_kept(people, world):
    saw = world["saw"].pk
    answer = grid(
        people["pricing_admin"],
        "draft",
        {(saw, 1): ("8.00", "cheap")},
        pasted="NONE\t1\t5\nSAW\tx\t5\n",
    )
    assert answer.status_code == 422
    assert len(answer.context["issues"]) == 3
    page = answer.content.decode()
    assert 'value="cheap"' in page
    assert "NONE" in page


def test_version_conflict_keeps_what_was_typed_and_shows_the_rest_as_it_is(people, world):
    client, saw, draft = people["pricing_admin"], world["saw"].pk, world["draft"]
    grid(client, "draft", {(saw, 1): ("8.00", "7.50")})
    answer = grid(client, "draft", {(saw, 5): ("", "6.00")}, version=1)
    assert answer.status_code == 412
    page = answer.content.decode()
    assert 'value="7.50"' in page
    draft.refresh_from_db()
    again = grid(client, "draft", {(saw, 5): ("", "6.00")})
    assert again.status_code == 302
    assert set(draft.prices.values_list("min_quantity", "amount")) == {(1, 7.5), (5, 6)}


@pytest.mark.parametrize(("percent", "amount"), [("-5", 9.5), ("+10", 11), ("x", 10), ("-100", 10)])
def test_change_all_by_a_percentage(people, world, percent, amount):
    client = people["pricing_admin"]
    answer = client.post(reverse("price-list-adjust", args=["base"]), {"percent": percent})
    if answer.status_code == 200:
        form = {"changes": answer.context["changes"], "version": 1}
        client.post(reverse("price-list-confirm", args=["base"]), form)
    price = Price.objects.get(price_list__code="base", sku=world["saw"], min_quantity=1)
    assert price.amount == amount


LIST = {"name": "New", "code": "new", "currency": "EUR", "tax_included": "yes"}
RULE = {"name": "New", "effect": "percent", "value": "10", "target": "everything"}


def test_list_is_made_published_and_taken_back(people, world):
    client = people["pricing_admin"]
    bad = client.post(reverse("price-list-new"), LIST | {"code": "base", "others": "nobody"})
    assert bad.status_code == 422
    assert set(bad.context["form"].errors) == {"others"}
    client.post(reverse("price-list-new"), LIST | {"others": "company:acme\nchannel:web"})
    made = PriceList.objects.get(code="new")
    assert made.audiences.count() == 2
    stale = client.post(reverse("price-list-edit", args=["new"]), LIST | {"version": 9})
    assert stale.status_code == 422
    for move, status in (("publish", "draft"), ("archive", "archived"), ("nonsense", None)):
        answer = client.post(reverse("price-list-move", args=["new", move]))
        assert answer.status_code == (302 if status else 404)
        made.refresh_from_db()
        assert made.status == (status or "archived")


def test_rule_is_written_previewed_and_published(people, world):
    client = people["pricing_admin"]
    bad = client.post(reverse("discount-rule-new"), RULE | {"target": "sku", "stacking": "best"})
    assert (bad.status_code, set(bad.context["form"].errors)) == (422, {"sku"})
    good = RULE | {
        "target": "sku",
        "sku": "saw",
        "stacking": "best",
        "audiences": "everyone",
        "excluded_skus": "SET",
    }
    client.post(reverse("discount-rule-new"), good)
    rule = DiscountRule.objects.get(name="New")
    page = client.get(reverse("discount-rule-detail", args=[rule.uid]))
    assert page.context["preview"].changed == 0  # "Tools ten" takes as much off already
    client.post(reverse("discount-rule-edit", args=[rule.uid]), good | {"value": "20"})
    page = client.get(reverse("discount-rule-detail", args=[rule.uid]))
    assert page.context["preview"].cheaper == 1
    client.post(reverse("discount-rule-move", args=[rule.uid, "publish"]), {"version": 2})
    rule.refresh_from_db()
    assert rule.status == "active"


def test_basket_tells_what_decided_and_refuses_nonsense(people, world):
    client = people["auditor"]
    url = reverse("price-test")
    query = {"lines": "SAW 12", "audiences": "company:acme", "currency": "EUR", "country": "it"}
    page = client.get(url, query)
    labels = [step["label"] for step in page.context["lines"][0]["steps"]]
    assert "Tools ten" in labels
    assert page.context["basket"].gross > 0
    assert client.get(url, query | {"currency": "PLN"}).context["refused"]
    for bad in ({"lines": "NONE 1"}, {"lines": "SAW x"}, {"audiences": "nobody"}, {"country": ""}):
        assert client.get(url, query | bad).status_code == 422


def test_category_is_made_moved_and_removed(people, world):
    client = people["operations_admin"]
    client.post(reverse("category-new"), {"name": "Lawn", "code": "lawn"})
    lawn = Category.objects.get(code="lawn")
    url = reverse("category-edit", args=[lawn.pk])
    assert client.post(url, {"name": "", "code": "x"}).status_code == 422
    client.post(url, {"name": "Lawn", "code": "lawn", "parent": world["tools"].pk})
    lawn.refresh_from_db()
    assert lawn.path.startswith(Category.objects.get(pk=world["tools"].pk).path)
    client.post(reverse("category-remove", args=[world["tools"].pk]))
    client.post(reverse("category-remove", args=[lawn.pk]))
    assert set(Category.objects.values_list("code", flat=True)) & {"lawn"} == set()
    assert Category.objects.filter(pk=world["tools"].pk).exists()


def test_import_is_looked_at_and_then_applied(people):
    make_tax_class()
    client = people["operations_admin"]
    upload = SimpleUploadedFile("new.csv", b"sku,name,category\nA,Thing,Garden\n")
    form = {"file": upload, "errors_mode": "all"}
    preview = client.post(reverse("catalog-import"), form).url
    assert "every 1s" in client.get(preview).content.decode()
    jobs_run()
    page = client.get(preview)
    assert page.context["may_apply"]
    applied = client.post(preview + "apply/").url
    jobs_run()
    assert client.get(applied).context["result"]["applied"]
    assert not client.get(applied).context["may_apply"]
    assert Job.objects.count() == 2
    assert people["pricing_admin"].get(preview).status_code == 403


@pytest.mark.parametrize(
    ("code", "name", "shown"),
    [("standard", "Standard", "Aliquota ordinaria"), ("books", "Books", "Books")],
)
def test_a_tax_class_is_called_as_in_the_price_trace(people, code, name, shown):
    tax_class = make_tax_class(code)
    TaxClass.objects.filter(pk=tax_class.pk).update(name=name)
    make_sku("BOOK", tax_class=tax_class)
    client = people["pricing_admin"]
    User.objects.update(language="it")
    page = client.get(reverse("sku-detail", args=["BOOK"]))
    assert shown in page.content.decode()
