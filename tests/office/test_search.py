import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from b2b.models import Company
from oms.core.actors import system_actor
from oms.office.selectors.search import search_everything
from tests.catalog.factories import make_sku
from tests.core.factories import make_actor
from tests.office.factories import make_location, make_order

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def look(browser, typed, **headers):
    return browser.get("/office/search/", {"q": typed}, headers=headers)


def order_url(order):
    return reverse("order-detail", args=[order.number])


@pytest.fixture
def order():
    return make_order(name="Ada Lovelace", email="ada@example.com", external_id="SHOP-77")


@pytest.mark.parametrize("typed", ["{number}", "#{number}", " {number} ", "SHOP-77"])
def test_an_order_number_leads_straight_to_the_order(office, order, typed):
    answer = look(office, typed.format(number=order.number))
    assert answer.status_code == 302
    assert answer["Location"] == order_url(order)


@pytest.mark.parametrize("typed", ["tls-001", "TLS-001", "4006381333931", "04006381333931"])
def test_a_sku_or_gtin_leads_straight_to_the_sku(office, typed):
    make_sku("TLS-001", gtin="4006381333931")
    make_sku("TLS-0010")
    assert look(office, typed)["Location"] == reverse("sku-detail", args=["TLS-001"])


@pytest.mark.parametrize("typed", ["Ada Love", "lovelace", "ada@example.com", "ADA@example.COM"])
def test_a_customers_name_or_address_lists_the_orders(office, order, typed):
    other = make_order(name="Bruno Munari", email="bruno@example.com")
    page = look(office, typed).content.decode()
    assert order_url(order) in page
    assert order_url(other) not in page


def test_a_company_and_a_store_are_found_by_name(office):
    Company.objects.create(code="rossi", name="Ferramenta Rossi")
    make_location("Rossi di Sera")
    groups = search_everything(system_actor(), "rossi", limit=5)
    assert [str(group.label) for group in groups] == ["Companies", "Locations"]
    assert "Ferramenta Rossi" in look(office, "ferramenta").content.decode()


def test_suggestions_are_rows_and_never_lead_away(office, order):
    answer = look(office, str(order.number), **HTMX)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert page.count('role="option"') == 2
    assert order_url(order) in page
    assert "<html" not in page
    assert answer["Vary"].count("HX-Request") == 1


@pytest.mark.parametrize(
    "typed", ["", " ", "x", "\0", "%", "nothing at all", "9" * 60, "'\"><script>alert(1)</script>"]
)
def test_what_names_nothing_finds_nothing_and_breaks_nothing(office, typed):
    make_order()
    for headers in ({}, HTMX):
        answer = look(office, typed, **headers)
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content


def test_people_find_what_they_may_see(order):
    make_sku("TLS-001")
    make_location("Lovelace Street")
    assert search_everything(make_actor(), "lovelace", limit=5) == []
    clerk = make_actor("clerk", scope=make_location("Torino"))
    assert search_everything(clerk, "lovelace", limit=5) == []
    assert search_everything(clerk, "TLS-001", limit=5) == []
    assert len(search_everything(system_actor(), "lovelace", limit=5)) == 2


def test_the_number_of_queries_does_not_depend_on_what_is_found():
    actor = system_actor()
    make_order(name="Ada Lovelace")
    with CaptureQueriesContext(connection) as few:
        search_everything(actor, "lovelace", limit=25)
    for _time in range(15):
        make_order(name="Ada Lovelace")
        make_sku(name="Lovelace")
    with CaptureQueriesContext(connection) as many:
        groups = search_everything(actor, "lovelace", limit=25)
    assert sum(len(group.hits) for group in groups) == 31
    assert len(few) == len(many) <= 6


def test_used_goods_are_found_by_the_word_for_their_condition(office):
    make_sku("S1", name="Saw", condition="used")
    make_sku("S2", name="Saw")
    (group,) = search_everything(system_actor(), "used saw", limit=5)
    assert [hit.title for hit in group.hits] == ["S1"]
    assert reverse("sku-detail", args=["S1"]) in look(office, "used").content.decode()
