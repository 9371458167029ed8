from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from b2b.audiences import company_audiences
from b2b.models import AccountPayment, Company
from b2b.selectors.people import company_people, role_of
from b2b.selectors.reach import reaching
from b2b.services.basket import basket_add
from b2b.services.company import company_save
from b2b.services.people import company_role_give
from oms.core.audit import audit_trail
from oms.core.errors import InvalidInput
from tests.b2b.factories import make_company
from tests.catalog.factories import make_price_list, make_rule, make_sku
from tests.core.factories import make_actor, make_user
from tests.inventory.factories import ACTOR
from tests.orders.factories import make_channel

pytestmark = pytest.mark.django_db
# Statements of each page, session and person included, whatever the number of lines and SKUs.
PINNED = {
    "/b2b/": 20,
    "/b2b/catalog/": 23,
    "/b2b/basket/": 17,
    "/b2b/orders/": 22,
    "/b2b/quick-order/": 17,
}


@pytest.fixture
def office():
    client = Client()
    client.force_login(make_user("operations_admin"))
    return client


def test_audiences_are_person_company_parents_group():
    top = make_company("top")
    middle = make_company("middle", parent=top)
    leaf = make_company("leaf", parent=middle, group="distributors")
    person = make_user()
    assert [str(each) for each in company_audiences(leaf, person)] == [
        f"person:{person.uid}",
        "company:leaf",
        "company:middle",
        "company:top",
        "group:distributors",
    ]


def test_parents_cost_one_query_however_many(django_assert_num_queries):
    company = make_company("c0")
    for number in range(1, 6):
        company = make_company(f"c{number}", parent=company)
    with django_assert_num_queries(1):
        assert len(company_audiences(company)) == 6


def test_a_company_cannot_be_above_itself():
    top = make_company("top")
    leaf = make_company("leaf", parent=make_company("middle", parent=top))
    with pytest.raises(InvalidInput) as refused:
        company_save({"parent": leaf}, actor=ACTOR, company_id=top.pk)
    assert refused.value.issues[0].field == "parent"


def test_saving_audits_terms_with_old_and_new():
    company = make_company("acme", payment_days=30)
    company_save(
        {"payment_days": 60, "email": "new@example.com"}, actor=ACTOR, company_id=company.pk
    )
    entry = audit_trail(company).get(action="company.changed")
    assert entry.data["changes"] == {"payment_days": ["30", "60"]}


def test_a_role_replaces_the_one_before():
    company, person = make_company(), make_user()
    company_role_give(company.pk, user=person, role="agent", actor=ACTOR)
    assert role_of(person, company) == "agent"
    company_role_give(company.pk, user=person, role="buyer", actor=ACTOR)
    assert [(each.user, each.role) for each in company_people(company)] == [(person, "buyer")]


def test_what_reaches_a_company_and_through_whom():
    make_channel("b2b", kind="b2b")
    top = make_company("top")
    company = make_company("acme", parent=top, group="resellers")
    for audience in ("company:acme", "company:top", "group:resellers", "channel:b2b"):
        make_price_list(audiences=(audience,), name=audience)
    make_price_list(audiences=("company:other",))
    make_rule(audiences=("everyone",), name="all")
    found = reaching(company)
    assert [each.what.name for each in found.price_lists] == [
        "company:acme",
        "company:top",
        "group:resellers",
        "channel:b2b",
    ]
    assert str(found.price_lists[1].through) == "its parent"
    assert [each.what.name for each in found.rules] == ["all"]


def test_companies_are_listed_made_and_edited(office):
    make_company("acme", name="Acme Srl")
    assert "Acme Srl" in office.get("/office/companies/", {"q": "acm"}).content.decode()
    assert "Acme Srl" not in office.get("/office/companies/", {"q": "zzz"}).content.decode()
    form = {
        "code": "nova",
        "name": "Nova Sp. z o.o.",
        "country": "PL",
        "currency": "EUR",
        "language": "pl",
        "payment_days": "14",
        "credit_limit": "",
        "is_active": "on",
    }
    assert office.post("/office/companies/new/", form).url == "/office/companies/nova/"
    assert Company.objects.get(code="nova").credit_limit is None
    assert office.post("/office/companies/new/", form).status_code == 422
    edited = form | {"credit_limit": "500", "code": "changed"}
    assert office.post("/office/companies/nova/edit/", edited).status_code == 302
    assert Company.objects.get(code="nova").credit_limit == Decimal("500")


@pytest.mark.parametrize(
    ("field", "value"), [("country", "I1"), ("currency", "XYZ"), ("language", "zz")]
)
def test_what_nothing_could_be_priced_or_written_in_is_refused(office, field: str, value: str):
    form = {"code": "nova", "name": "Nova", "country": "it", "currency": "EUR", "language": "pl"}
    form |= {"payment_days": "14", "is_active": "on"}
    answer = office.post("/office/companies/new/", form | {field: value})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert office.post("/office/companies/new/", form).status_code == 302
    assert Company.objects.get().country == "IT"
    with pytest.raises(InvalidInput) as refused:
        company_save({field: value}, actor=ACTOR, company_id=Company.objects.get().pk)
    assert [issue.field for issue in refused.value.issues] == [field]


def test_a_new_company_begins_as_the_retailer_s_neighbour(office):
    form = office.get("/office/companies/new/").context["form"]
    begun = {name: form[name].value() for name in ("country", "currency", "language")}
    assert begun == {"country": "IT", "currency": "EUR", "language": "it"}


def test_a_role_is_given_and_taken_on_the_page(office):
    company, person = make_company("acme"), make_user(username="mara")
    url = "/office/companies/acme/roles/"
    assert office.post(url + "give/", {"person": "nobody", "role": "buyer"}).status_code == 422
    assert office.post(url + "give/", {"person": "mara", "role": "clerk"}).status_code == 422
    office.post(url + "give/", {"person": "mara@example.com", "role": "buyer"})
    assert role_of(person, company) == "buyer"
    assert "mara" in office.get("/office/companies/acme/").content.decode()
    office.post(url + "take/", {"user": person.pk})
    assert role_of(person, company) == ""


def test_a_payment_is_booked_once(office):
    make_company("acme")
    form = {"amount": "100.50", "reference": "TRN-1", "received_on": "2026-11-20"}
    assert office.post("/office/companies/acme/payments/", form).status_code == 302
    assert office.post("/office/companies/acme/payments/", form).status_code == 422
    assert AccountPayment.objects.get().amount == Decimal("100.50")


def test_an_auditor_reads_and_changes_nothing():
    client = Client()
    client.force_login(make_user("auditor"))
    make_company("acme")
    page = client.get("/office/companies/acme/").content.decode()
    assert "Give the role" not in page
    assert client.get("/office/companies/acme/edit/").status_code == 404
    assert client.post("/office/companies/acme/payments/", {}).status_code == 404


def test_the_list_takes_the_same_queries_for_many(office, django_assert_max_num_queries):
    for number in range(40):
        company_role_give(
            make_company(f"c{number}").pk, user=make_user(), role="buyer", actor=make_actor()
        )
    with django_assert_max_num_queries(12):
        office.get("/office/companies/")


def test_pages_of_the_portal_take_the_same_queries_for_many(trade, anna):
    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert anna.get(url).status_code == 200
        return len(captured)

    anna.post("/b2b/basket/put/", {"sku": trade.skus[0].code, "quantity": "1"})
    few = {url: queries(url) for url in PINNED}
    goods = [make_sku() for _ in range(30)]
    make_price_list(dict.fromkeys(goods, "5"), ("channel:b2b",), tax_included=False)
    basket_add(trade.x, {sku.pk: 1 for sku in goods}, actor=trade.buyer)
    assert {url: queries(url) for url in PINNED} == few
    assert few == PINNED
