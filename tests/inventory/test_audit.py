import json
from io import StringIO

import pytest
from django.core.management import call_command

from inventory.models import Allocation, Stock, StockMovement
from inventory.services.allocation import allocate, ship
from inventory.services.audit import Drift, stock_audit
from tests.inventory.factories import ACTOR, demand, make_kit, make_location, make_sku, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy_store() -> None:
    sku, part, store = make_sku("A"), make_sku("B"), make_location("S1")
    put(sku, store, 10)
    put(part, store, 10)
    lines = [demand(sku, store, 3), demand(make_kit({sku: 1, part: 2}), store, 2)]
    allocate(lines, cause="order", actor=ACTOR)
    ship(lines[:1], cause="order", actor=ACTOR)


@pytest.mark.usefixtures("busy_store")
def test_a_sound_ledger_is_clean() -> None:
    audit = stock_audit()
    assert audit.clean
    assert (audit.stock_rows, audit.movements, audit.allocations) == (2, 6, 2)


def test_an_empty_database_is_clean() -> None:
    assert stock_audit().clean


@pytest.mark.usefixtures("busy_store")
@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (
            lambda: Stock.objects.filter(sku__code="A").update(on_hand=8),
            [Drift("A", "S1", "on_hand", "movements", 8, 7)],
        ),
        (
            lambda: Stock.objects.filter(sku__code="B").update(held=1),
            [
                Drift("B", "S1", "held", "movements", 1, 0),
                Drift("B", "S1", "held", "holds", 1, 0),
            ],
        ),
        (
            lambda: Stock.objects.filter(sku__code="B").update(unavailable=1),
            [Drift("B", "S1", "unavailable", "movements", 1, 0)],
        ),
        (
            lambda: Stock.objects.filter(sku__code="A").update(allocated=3),
            [
                Drift("A", "S1", "allocated", "movements", 3, 2),
                Drift("A", "S1", "allocated", "allocations", 3, 2),
            ],
        ),
        (
            lambda: Allocation.objects.filter(sku__code="A").delete(),
            [Drift("A", "S1", "allocated", "allocations", 2, 0)],
        ),
        (
            lambda: Stock.objects.filter(sku__code="A").delete(),
            [
                Drift("A", "S1", "allocated", "movements", 0, 2),
                Drift("A", "S1", "allocated", "allocations", 0, 2),
                Drift("A", "S1", "on_hand", "movements", 0, 7),
            ],
        ),
        (
            lambda: StockMovement.objects.create(
                sku=make_sku("C"), location=make_location("S2"), on_hand=1, kind="found"
            ),
            [Drift("C", "S2", "on_hand", "movements", 0, 1)],
        ),
    ],
)
def test_any_drift_is_found(damage, expected: list[Drift]) -> None:
    damage()
    audit = stock_audit()
    assert list(audit.drift) == expected
    assert audit.drift_count == len(expected)


@pytest.mark.usefixtures("busy_store")
def test_the_command_tells_and_exits(django_assert_num_queries) -> None:
    out = StringIO()
    with django_assert_num_queries(1):
        call_command("audit_stock", stdout=out)
    assert "No drift" in out.getvalue()

    Stock.objects.filter(sku__code="A").update(on_hand=8, held=3)
    out = StringIO()
    with pytest.raises(SystemExit) as exit_of:
        call_command("audit_stock", "--limit", "1", stdout=out)
    assert exit_of.value.code == 1
    assert "DRIFT A at S1: held is 3, its movements say 0" in out.getvalue() or (
        "DRIFT A at S1: on_hand is 8, its movements say 7" in out.getvalue()
    )
    assert "… and 2 more" in out.getvalue()

    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("audit_stock", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["clean"], told["drift_count"]) == (False, 3)
    assert told["drift"][0]["sku"] == "A"
