import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from inventory.errors import AlreadyBooked, Shortage
from inventory.models import Allocation, Stock, StockMovement
from inventory.services.adjustment import StockChange, adjust
from inventory.services.allocation import allocate
from inventory.status import MovementKind
from tests.inventory.factories import ACTOR, demand, figures, make_location, make_sku, put

pytestmark = pytest.mark.django_db


def test_a_first_receipt_makes_the_stock_row(django_assert_num_queries) -> None:
    sku, store = make_sku(), make_location()
    change = StockChange(sku.pk, store.pk, 7, reason="receipt", kind=MovementKind.RECEIVED)
    with django_assert_num_queries(3):
        adjust([change], cause="delivery 1", actor=ACTOR)
    with django_assert_num_queries(1):
        adjust([change], cause="delivery 2", actor=ACTOR)
    assert figures(sku, store) == (14, 0)
    movement = StockMovement.objects.latest("id")
    assert (movement.kind, movement.on_hand, movement.reason) == ("received", 7, "receipt")
    assert movement.demand is None


def test_changes_of_one_row_are_summed_and_each_is_booked() -> None:
    sku, store = make_sku("A"), make_location("S1")
    put(sku, store, 5)
    adjust(
        [
            StockChange(sku.pk, store.pk, -6, reason="damaged"),
            StockChange(sku.pk, store.pk, 2, reason="found"),
            StockChange(sku.pk, store.pk, 0, reason="correction"),
        ],
        cause="shelf check",
        actor=ACTOR,
    )
    assert figures(sku, store) == (1, 0)
    assert StockMovement.objects.filter(cause="shelf check").count() == 2
    with pytest.raises(Shortage) as refused:
        adjust([StockChange(sku.pk, store.pk, -2)], cause="theft", actor=ACTOR)
    assert refused.value.data["items"] == [
        {"sku": "A", "location": "S1", "wanted": 2, "on_hand": 1}
    ]
    assert figures(sku, store) == (1, 0)


def test_nothing_is_taken_from_a_shelf_that_never_was() -> None:
    sku, store = make_sku(), make_location()
    with pytest.raises(Shortage):
        adjust([StockChange(sku.pk, store.pk, -1)], cause="theft", actor=ACTOR)


def test_a_count_may_fall_below_what_is_allocated() -> None:
    sku, store = make_sku(), make_location()
    put(sku, store, 5)
    allocate([demand(sku, store, 4)], cause="order", actor=ACTOR)
    adjust(
        [StockChange(sku.pk, store.pk, -3, kind=MovementKind.COUNTED)], cause="count", actor=ACTOR
    )
    stock = Stock.objects.get()
    assert (stock.on_hand, stock.allocated, stock.available) == (2, 4, -2)


def test_one_reference_books_once() -> None:
    sku, store = make_sku(), make_location()
    receipt = StockChange(sku.pk, store.pk, 5, source_reference='delivery "7", line\\1')
    adjust([receipt], cause="delivery 7", actor=ACTOR)
    assert StockMovement.objects.get().source_reference == receipt.source_reference
    with pytest.raises(AlreadyBooked):
        adjust([receipt], cause="delivery 7 again", actor=ACTOR)
    assert figures(sku, store) == (5, 0)
    with pytest.raises(AlreadyBooked), transaction.atomic():
        other = StockChange(sku.pk, store.pk, 5, source_reference="delivery 8")
        adjust([other, other], cause="delivery 8", actor=ACTOR)
    assert figures(sku, store) == (5, 0)


@pytest.mark.parametrize(
    "write",
    [
        lambda movement: movement.delete(),
        lambda movement: movement.save(),
        lambda movement: StockMovement.objects.update(on_hand=99),
        lambda movement: StockMovement.objects.all().delete(),
    ],
)
def test_the_ledger_is_immutable(write) -> None:
    sku, store = make_sku(), make_location()
    put(sku, store, 5)
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        write(StockMovement.objects.get())
    assert StockMovement.objects.get().on_hand == 5


@pytest.mark.parametrize("field", ["on_hand", "allocated", "held", "unavailable", "safety_stock"])
def test_the_database_refuses_negative_figures(field: str) -> None:
    sku, store = make_sku(), make_location()
    put(sku, store, 5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Stock.objects.update(**{field: -1})


def test_the_database_refuses_what_may_never_be() -> None:
    sku, store = make_sku(), make_location()
    put(sku, store, 5)
    line = demand(sku, store)
    claim = {"demand": line.uid, "demanded": sku, "sku": sku, "location": store}
    Allocation.objects.create(**claim, quantity=1)
    movement = {"sku": sku, "location": store, "kind": "adjusted", "cause": "x", "actor": "x"}
    for wrong in (
        lambda: Allocation.objects.create(**claim, quantity=1),
        lambda: Allocation.objects.update(quantity=0),
        lambda: Stock.objects.create(sku=sku, location=store),
        lambda: StockMovement.objects.create(**movement),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
