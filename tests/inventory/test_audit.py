import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from catalog.models import Sku
from inventory.models import Allocation, Location, Stock, StockMovement
from inventory.services.allocation import allocate, ship
from inventory.services.audit import Drift, stock_audit
from inventory.services.repair import CAUSE, stock_repair
from oms.core.models import AuditEntry
from tests.inventory.dispositions import make_aside
from tests.inventory.factories import ACTOR, demand, figures, make_kit, make_location, make_sku, put
from tests.inventory.racing import race

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
            [
                Drift("B", "S1", "unavailable", "movements", 1, 0),
                Drift("B", "S1", "unavailable", "dispositions", 1, 0),
            ],
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
    # Room to work in, and the audit, in a transaction.
    with django_assert_num_queries(4):
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


@pytest.mark.usefixtures("busy_store")
def test_drift_is_told_with_what_lies_around_it() -> None:
    Stock.objects.filter(sku__code="A").update(allocated=3)
    claim = Allocation.objects.get(sku__code="B")
    Allocation.objects.filter(pk=claim.pk).update(quantity=3)
    drift = {(one.sku, one.source): one for one in stock_audit().drift}
    assert [one.cause for one in drift["A", "movements"].around] == ["order"] * 3 + ["opening"]
    assert drift["A", "movements"].around[0].kind == "shipped"
    assert drift["B", "allocations"].demands == (str(claim.demand),)
    assert drift["A", "allocations"].demands == ()


class TestRepair:
    pytestmark = pytest.mark.usefixtures("busy_store")

    def test_entries_make_up_for_every_kind_of_drift(self) -> None:
        before = set(StockMovement.objects.values_list("pk", flat=True))
        Stock.objects.filter(sku__code="A").update(on_hand=9, allocated=5, held=2, unavailable=1)
        Stock.objects.filter(sku__code="B").delete()

        assert stock_repair(stock_audit().pairs, actor=ACTOR) == 2
        assert stock_audit().clean
        # What is recorded was sold by; what is claimed is what orders wait for, and what is set
        # aside is what somebody set aside.
        shelf = Stock.objects.get(sku__code="A")
        assert (shelf.on_hand, shelf.allocated, shelf.held, shelf.unavailable) == (9, 2, 0, 0)
        again = Stock.objects.get(sku__code="B")
        assert (again.on_hand, again.allocated) == (10, 4)
        booked = StockMovement.objects.exclude(pk__in=before)
        assert {(one.kind, one.on_hand, one.unavailable, one.cause) for one in booked} == {
            ("adjusted", 2, 0, CAUSE)
        }
        assert before <= set(StockMovement.objects.values_list("pk", flat=True))
        assert AuditEntry.objects.filter(action="stock.repaired").count() == 2

    def test_what_is_set_aside_is_unavailable(self) -> None:
        make_aside(Sku.objects.get(code="A"), Location.objects.get(), 2)
        for wrong in (0, 5):
            Stock.objects.filter(sku__code="A").update(unavailable=wrong)
            assert stock_repair(stock_audit().pairs, actor=ACTOR) == 1
            assert Stock.objects.get(sku__code="A").unavailable == 2
        Stock.objects.filter(sku__code="A").delete()
        stock_repair(stock_audit().pairs, actor=ACTOR)
        assert Stock.objects.get(sku__code="A").unavailable == 2
        assert stock_audit().clean

    def test_a_claim_that_is_gone_is_released(self) -> None:
        Allocation.objects.filter(sku__code="A").delete()
        assert stock_repair(stock_audit().pairs, actor=ACTOR) == 1
        assert stock_audit().clean
        assert Stock.objects.get(sku__code="A").allocated == 0
        newest = StockMovement.objects.filter(sku__code="A").latest("pk")
        assert (newest.kind, newest.allocated) == ("released", -2)

    def test_what_was_mended_meanwhile_is_left_alone(self) -> None:
        Stock.objects.filter(sku__code="A").update(on_hand=8)
        audit = stock_audit()
        assert stock_repair(audit.pairs, actor=ACTOR) == 1
        assert stock_repair(audit.pairs, actor=ACTOR) == 0
        assert stock_repair(stock_audit().pairs, actor=ACTOR) == 0

    def test_the_command_repairs_in_portions(self) -> None:
        Stock.objects.update(on_hand=50)
        out = StringIO()
        call_command("audit_stock", "--repair", "--limit", "1", stdout=out)
        assert "Mended 2 stock rows" in out.getvalue()
        assert "No drift" in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_repair_races_orders() -> None:
    sku, store = make_sku("A"), make_location("S1")
    with transaction.atomic():
        put(sku, store, 50)
    Stock.objects.update(allocated=7)
    audit = stock_audit()
    calls = [
        lambda: allocate([demand(sku, store)], cause="order", actor=ACTOR) for _number in range(20)
    ]
    calls[10:10] = [lambda: stock_repair(audit.pairs, actor=ACTOR)] * 2
    answers = race(calls, threads=8)
    assert not [one for one in answers if isinstance(one, Exception)]
    assert sorted(one for one in answers if one is not None) == [0, 1]
    assert stock_audit().clean
    assert figures(sku, store) == (50, 20)
