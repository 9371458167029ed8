"""What audit entries say: no field names and no keys, whoever reads them in whatever language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from oms.core.actors import system_actor
from oms.core.audit import audit_record
from oms.core.audit_words import audit_details, audit_lines, subject_word
from oms.core.models import AuditEntry
from oms.office.audit_vocabulary import VOCABULARY, action_words
from tests.catalog.factories import make_category, make_price_list, make_rule, make_sku
from tests.orders.factories import make_shop, place
from tests.stores.factories import reserve

pytestmark = pytest.mark.django_db
ROOMS = ("oms", "catalog", "inventory", "stores", "b2b")


def recorded(subject: models.Model, **data: object) -> AuditEntry:
    with transaction.atomic():
        audit_record("test.changed", subject, actor=system_actor("test"), data=data)
    return AuditEntry.objects.latest("id")


def told(subject: models.Model, **data: object) -> set[str]:
    """The details, in no order: the database keeps none."""
    return {one.__html__() for one in audit_details(recorded(subject, **data), VOCABULARY)}


def test_fields_are_called_as_on_the_pages():
    rule = make_rule()
    garden = make_category("Garden")
    words = told(
        rule,
        changes={
            "effect": ["percent", "fixed"],
            "min_quantity": [1, 1200],
            "category_id": [None, str(garden.pk)],
            "coupon": ["", "WELCOME10"],
        },
        audiences=["channel:eshop", "unheard:of"],
    )
    assert words == {
        "Effect: Percentage off → Fixed unit price",
        "From quantity: 1 → 1,200",
        "Category: – → Garden",
        "Coupon: – → WELCOME10",
        "Audiences: Channel eshop, unheard:of",
    }
    with override("it"):
        assert told(rule, version=3) == {"Versione: 3"}
        assert subject_word("catalog.discountrule") == "Regola di sconto"


def test_amounts_have_the_currency_of_the_entry_or_of_its_object():
    order = place(make_shop())
    assert told(order, amount="53.8000", means="card") == {"Amount: €53.80", "Paid by: card"}
    assert "Total: PLN" in "".join(told(order, gross="53.8000", currency="PLN"))
    assert told(order, refunded=["1.5000", "2.0000"]) == {"Refunded: €1.50, €2.00"}


def test_prices_are_told_by_sku_and_quantity():
    saw = make_sku("SAW")
    prices = make_price_list(currency="EUR")
    words = told(prices, created=1, changes=[[saw.pk, 1, "8.90", "9.00"], [saw.pk, 10, None, "8"]])
    assert words == {"New: 1", f"{saw}: €8.90 → €9.00", f"{saw} from 10: – → €8.00"}


def test_statuses_days_and_answers_look_as_elsewhere():
    order = place(make_shop())
    day, deputy, number, status = sorted(
        told(order, expected_on="2026-03-09", deputy=True, order=100002, status="cancelled"),
        key=lambda one: ("Expected", "Deputy", "Order", "Status").index(one.partition(":")[0]),
    )
    assert day.startswith('Expected: <time datetime="2026-03-09"')
    assert (deputy, number) == ("Deputy: yes", "Order: 100002")
    assert 'class="pill tone-grey"' in status
    assert "<span>Cancelled</span>" in status
    assert told(order, reason="not_collected", to="20260309") == {
        "Reason: Not collected in time",
        "To: 20260309",
    }


def test_from_is_said_before_to():
    moved = recorded(make_rule(), to=3, **{"from": 1})
    details = audit_details(moved, VOCABULARY)
    assert [one.__html__() for one in details] == ["From: 1", "To: 3"]


def test_what_nobody_has_a_word_for_stays_readable():
    sku = make_sku()
    words = told(sku, units_on_loan=2, scopes=["stock:read"], role="gone", empty="", MI01="<b>")
    assert words == {"Units on loan: 2", "Scopes: stock:read", "Role: gone", "MI01: &lt;b&gt;"}
    moved = told(sku, before={"code": "a", "name": "A"}, after={"code": "b", "name": "A"})
    assert moved == {"SKU: a → b"}
    assert subject_word("gone.model") == "gone.model"


def test_a_page_of_entries_asks_once_per_kind_of_row():
    garden = make_category("Garden")

    def entries(count: int) -> list[AuditEntry]:
        changes = {"category_id": [None, garden.pk], "min_quantity": [1, 2]}
        return [recorded(make_rule(), changes=changes) for _number in range(count)]

    def queries(found: list[AuditEntry]) -> int:
        with CaptureQueriesContext(connection) as seen:
            lines = audit_lines(found, most=1)
        assert lines[found[0].pk] == "Category: – → Garden; 1 more"
        return len(seen)

    assert queries(entries(1)) == queries(entries(4)) == 1


def test_a_yes_is_not_called_as_the_field_that_says_who():
    pickup = reserve(make_shop())
    assert told(pickup, deputy=True) == {"Deputy: yes"}
    assert told(pickup, deputy="Ada") == {"May be collected by: Ada"}


def actions_recorded() -> Iterator[str]:
    """Every action that some function of ours names in a call that records it."""
    for path in (path for room in ROOMS for path in Path(settings.BASE_DIR, room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "").startswith(
                "audit_record"
            ):
                said = node.args[0]
                both = [said.body, said.orelse] if isinstance(said, ast.IfExp) else [said]
                yield from (one.value for one in both if isinstance(one, ast.Constant))


def test_every_action_has_words():
    actions = set(actions_recorded())
    assert {"order.placed", "price_list.prices_set", "pickup.cancelled"} <= actions
    assert [action for action in actions if action_words(action) == action] == []
    assert action_words("count.to_approve") == "To approve"
    with override("it"):
        assert action_words("discount_rule.published") == "Pubblicato"
    assert action_words("never.heard") == "never.heard"


def test_of_what_is_new_nothing_was_before():
    rule = make_rule()
    changes = {"min_quantity": [None, 6], "coupon": [None, ""]}
    with transaction.atomic():
        for action in ("discount_rule.created", "discount_rule.changed"):
            audit_record(action, rule, actor=system_actor("test"), data={"changes": changes})
    changed, created = AuditEntry.objects.order_by("-id")[:2]
    assert [one.__html__() for one in audit_details(created, VOCABULARY)] == ["From quantity: 6"]
    told = {one.__html__() for one in audit_details(changed, VOCABULARY)}
    assert told == {"From quantity: – → 6", "Coupon: – → –"}
