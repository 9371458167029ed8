"""Whom and what the audit speaks of: orders by their numbers, goods by their codes, with a link."""

import re

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oms.core.actors import system_actor
from oms.core.audit import audit_record
from oms.core.audit_words import subject_model
from oms.core.models import AuditEntry
from oms.core.permissions import Permission, grants_for
from oms.office.audit_subjects import FOUND_BY, KINDS, Named, subjects_called, subjects_named
from tests.catalog.factories import make_category, make_price_list, make_rule, make_sku
from tests.core.factories import make_actor, make_user
from tests.orders.factories import make_shop
from tests.stores.factories import reserve

pytestmark = pytest.mark.django_db


def recorded(subject: models.Model) -> AuditEntry:
    with transaction.atomic():
        audit_record("test.changed", subject, actor=system_actor("test"))
    return AuditEntry.objects.latest("id")


def named(subject: models.Model) -> Named:
    (one,) = subjects_named([recorded(subject)], make_actor("operations_admin")).values()
    return one


def test_things_are_called_as_people_call_them_and_lead_to_their_pages() -> None:
    pickup = reserve(make_shop())
    order = pickup.fulfilment_order.order
    page = reverse("order-detail", args=[order.number])
    for one in (order, pickup, pickup.fulfilment_order):
        assert named(one) == Named(str(order.number), page)
    sku = make_sku("PE010/WHI")
    assert named(sku) == Named("PE010/WHI", "/office/catalog/skus/PE010/WHI/")
    assert named(make_category("Garden")).name == "Garden"
    assert named(make_rule(name="Autumn")).name == "Autumn"
    assert named(make_price_list()).url.startswith("/office/prices/lists/")
    person = make_user("auditor")
    assert named(person) == Named(str(person))


def test_no_link_to_what_the_reader_may_not_open() -> None:
    entry = recorded(make_category("Garden"))
    (one,) = subjects_named([entry], make_actor("auditor")).values()
    assert one == Named("Garden")


def test_what_is_gone_keeps_its_number(sign_in) -> None:
    category = make_category("Garden")
    entry = recorded(category)
    key = category.pk
    category.delete()
    assert subjects_named([entry], make_actor("operations_admin")) == {}
    auditor = sign_in("auditor")
    assert f"Category {key}" in words(auditor.get(f"/office/audit/{entry.pk}/"))
    assert f"Category {key}" in words(auditor.get("/office/audit/", {"q": "test.changed"}))


def test_an_order_s_number_finds_all_that_was_done_to_it(sign_in) -> None:
    shop = make_shop()
    pickup, other = reserve(shop), reserve(shop)
    order = pickup.fulfilment_order.order
    mine = {recorded(pickup).pk, recorded(order).pk, recorded(pickup.fulfilment_order).pk}
    foreign = recorded(other).pk
    found = set(AuditEntry.objects.filter(subjects_called(f" {order.number} ")).values_list("pk"))
    assert {(one,) for one in mine} <= found
    assert (foreign,) not in found
    page = words(sign_in("auditor").get("/office/audit/", {"q": str(order.number)}))
    assert f"Pickup {order.number}" in page
    assert str(other.fulfilment_order.order.number) not in page


def test_codes_are_found_however_they_are_typed() -> None:
    entry = recorded(make_sku("PE010"))
    for text in ("PE010", "pe010"):
        assert list(AuditEntry.objects.filter(subjects_called(text))) == [entry]


@pytest.mark.parametrize("text", ["", "  ", "nobody", "9" * 40, "١٢٣", "-1", "1.5", "%", "'"])
def test_what_names_nothing_finds_nothing(text: str) -> None:
    reserve(make_shop())
    assert not AuditEntry.objects.filter(subjects_called(text)).exists()


def test_every_kind_that_is_named_here_exists() -> None:
    for label in {*KINDS, *FOUND_BY}:
        assert subject_model(label) is not None, label


def test_a_query_per_kind_of_object() -> None:
    people = [make_user("auditor") for _ in range(5)]
    skus = [make_sku(f"S{number}") for number in range(5)]
    entries = [recorded(one) for one in (*people, *skus)]
    actor = make_actor("operations_admin")
    grants_for(actor, Permission.AUDIT_VIEW)
    with CaptureQueriesContext(connection) as queries:
        found = subjects_named(entries, actor)
    assert len(found) == 10
    assert len(queries) == 2


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())
