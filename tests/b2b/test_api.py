from decimal import Decimal

import pytest

from b2b.models import Company
from oms.core import permissions
from oms.core.permissions import Permission
from tests.b2b.factories import make_company
from tests.core.factories import make_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _scope(monkeypatch):
    # Until the core names a scope that carries COMPANIES_VIEW.
    monkeypatch.setitem(
        permissions.API_SCOPES, "companies:read", frozenset({Permission.COMPANIES_VIEW})
    )


def get(client, url, *scopes, **options):
    _key, token = make_key(*(scopes or ("companies:read",)), **options)
    return client.get(url, headers={"Authorization": f"Bearer {token}"})


def test_companies_are_listed_and_read(client):
    make_company("acme", credit_limit=Decimal("100"))
    make_company("zeta", group="resellers")
    listed = get(client, "/api/v1/companies/").json()["results"]
    assert [company["code"] for company in listed] == ["acme", "zeta"]
    listed = get(client, "/api/v1/companies/?group=resellers").json()["results"]
    assert [company["code"] for company in listed] == ["zeta"]
    one = get(client, "/api/v1/companies/acme/").json()
    assert one["credit"] == {"open": "0.00", "limit": "100.00", "left": "100.00"}


def test_a_key_bound_to_a_company_sees_no_other(client):
    make_company("zeta")
    bound = {"bound_to": ("company", make_company("acme"))}
    listed = get(client, "/api/v1/companies/", "companies:read", **bound).json()["results"]
    assert [company["code"] for company in listed] == ["acme"]
    assert get(client, "/api/v1/companies/zeta/", "companies:read", **bound).status_code == 404


def test_another_scope_is_refused(client):
    assert get(client, "/api/v1/companies/", "stock:read").status_code == 403
    assert client.get("/api/v1/companies/").status_code == 401


def test_the_list_takes_the_same_queries_for_many(client, django_assert_num_queries):
    parent = make_company("top")
    for number in range(30):
        make_company(f"c{number:02}", parent=parent)
    _key, token = make_key("companies:read")
    # The key, its last use, and the page with the parents.
    with django_assert_num_queries(3):
        client.get("/api/v1/companies/", headers={"Authorization": f"Bearer {token}"})
    assert Company.objects.count() == 31
