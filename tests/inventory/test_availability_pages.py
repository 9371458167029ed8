"""The office's pages of availability rules, and what is on its way."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from inventory.models import AvailabilityRule
from inventory.services.expected import Expected, expected_set
from inventory.services.rules import RuleData, availability_rule_save
from oms.core.clock import now
from tests.catalog.factories import make_category, make_product
from tests.core.factories import make_user
from tests.inventory.factories import ACTOR, make_location, make_sku, put
from tests.orders.factories import make_channel

pytestmark = pytest.mark.django_db
NEW = reverse("availability-rule-new")
LIST = reverse("availability-rule-list")


def signed_in(role: str, scope: Any = None) -> Client:
    client = Client()
    user = make_user(role, scope=scope)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def shelf():
    make_channel("eshop")
    tools = make_category("Tools")
    sku, store = make_sku("A", product=make_product(tools)), make_location("S1", name="Milano")
    put(sku, store, 10)
    put(sku, make_location("S2", name="Torino"), 4)
    return sku, store


def entered(goods: Any, **changes: Any) -> dict[str, Any]:
    return {"effect": "buffer", "units": "3", "sku": goods.code, "channel": "eshop"} | changes


def test_a_rule_is_saved_as_it_was_previewed(shelf) -> None:
    sku, _store = shelf
    client = signed_in("operations_admin")
    shown = client.post(NEW, entered(sku))
    preview = shown.context["preview"]
    assert (preview.skus, preview.pairs, preview.changed) == (1, 2, 2)
    assert (preview.before, preview.after) == (14, 8)
    assert [(row.location.name, row.before, row.after) for row in preview.rows] == [
        ("Milano", 10, 7),
        ("Torino", 4, 1),
    ]
    assert not AvailabilityRule.objects.exists()
    mark = shown.context["mark"]
    # Something else than was shown is shown first.
    other = client.post(NEW, entered(sku, units="4", previewed=mark))
    assert (other.status_code, other.context["preview"].after) == (200, 6)
    saved = client.post(NEW, entered(sku, previewed=mark))
    assert saved.url == LIST
    rule = AvailabilityRule.objects.get()
    assert (rule.units, rule.channel, rule.sku) == (3, "eshop", sku)
    page = client.get(LIST).content.decode()
    assert 'Keep <span class="sentence-part">3</span> units' in page
    assert "Eshop" in page


def test_what_is_wrong_is_said_at_its_field(shelf) -> None:
    sku, _store = shelf
    client = signed_in("operations_admin")
    for changes, field in (
        ({"units": ""}, "units"),
        ({"sku": "NOPE"}, "sku"),
        ({"sku": ""}, "category"),
        ({"effect": "share", "percent": "50"}, "sku"),
        ({"effect": "share", "percent": "100", "sku": ""}, "percent"),
    ):
        answer = client.post(NEW, entered(sku, **changes))
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert "preview" not in answer.context


def test_a_rule_is_changed_and_switched(shelf) -> None:
    sku, store = shelf
    data = RuleData(effect="buffer", sku_id=sku.pk, location_id=store.pk, units=2)
    rule = availability_rule_save(data, actor=ACTOR)
    client = signed_in("operations_admin")
    edit = reverse("availability-rule-edit", args=[rule.uid])
    assert client.get(edit).context["form"].initial["location"] == "S1"
    values = entered(sku, units="5", location="S1", channel="", version="1")
    shown = client.post(edit, values)
    assert (shown.context["preview"].before, shown.context["preview"].after) == (8, 5)
    mark = shown.context["mark"]
    assert client.post(edit, values | {"previewed": mark}).status_code == 302
    stale = client.post(edit, values | {"previewed": mark})
    assert stale.status_code == 422
    move = reverse("availability-rule-move", args=[rule.uid, "deactivate"])
    assert client.post(move, {"version": "2"}).url == LIST
    rule.refresh_from_db()
    assert (rule.units, rule.is_active) == (5, False)
    assert client.post(reverse("availability-rule-move", args=[rule.uid, "x"])).status_code == 404


def test_the_same_rule_twice_is_refused_in_words(shelf) -> None:
    sku, _store = shelf
    availability_rule_save(
        RuleData(effect="buffer", sku_id=sku.pk, channel="eshop", units=1), actor=ACTOR
    )
    client = signed_in("operations_admin")
    mark = client.post(NEW, entered(sku)).context["mark"]
    answer = client.post(NEW, entered(sku, previewed=mark))
    assert answer.status_code == 422
    assert AvailabilityRule.objects.count() == 1


def test_the_list_filters_exports_and_costs_the_same(shelf, django_assert_max_num_queries) -> None:
    sku, store = shelf
    for number in range(8):
        data = RuleData(effect="buffer", sku_id=sku.pk, units=number, channel=f"c{number}")
        availability_rule_save(data, actor=ACTOR)
    data = RuleData(effect="exclude", category_id=sku.product.category_id, location_id=store.pk)
    availability_rule_save(data, actor=ACTOR)
    client = signed_in("operations_admin")
    with django_assert_max_num_queries(14):
        client.get(LIST)
    for query, found in (
        ({"effect": "exclude"}, 1),
        ({"location": "S1"}, 1),
        ({"q": "a"}, 8),
        ({"q": "tool"}, 1),
        ({"is_active": "false"}, 0),
    ):
        answer = client.get(LIST, query | {"_export": "csv"})
        rows = b"".join(answer.streaming_content).decode().splitlines()
        assert len(rows) - 1 == found, (query, rows)
    clerk = signed_in("clerk", store)
    assert len(clerk.get(LIST).context["table"].rows) == 1
    assert clerk.get(NEW).status_code == 404


def test_what_is_on_its_way_stands_on_the_skus_page(shelf) -> None:
    sku, store = shelf
    today = now().date()
    for days, cause in ((3, "purchase order 1007"), (-2, "transfer 4"), (None, "transfer 5")):
        due = None if days is None else today + timedelta(days=days)
        expected_set(uuid4(), [Expected(sku.pk, store.pk, 12, due)], cause=cause)
    answer = signed_in("operations_admin").get(reverse("stock-sku", args=["A"]))
    found = [(one.cause, one.available) for one, _link in answer.context["arrivals"]]
    assert found == [("transfer 4", None), ("purchase order 1007", 22), ("transfer 5", None)]
    assert "purchase order 1007" in answer.content.decode()
    elsewhere = signed_in("clerk", make_location("S3")).get(reverse("stock-sku", args=["A"]))
    assert elsewhere.context["arrivals"] == []
