import pytest

from inventory.errors import InsufficientStock, NotAllocated, Shortage
from inventory.models import Allocation, Stock, StockMovement
from inventory.services.adjustment import StockChange, adjust
from inventory.services.allocation import allocate, release, ship, unship
from inventory.status import MovementKind
from oms.core.locks import LockOutsideTransaction
from tests.inventory.factories import (
    ACTOR,
    demand,
    figures,
    make_kit,
    make_location,
    make_sku,
    put,
)

pytestmark = pytest.mark.django_db


def test_allocating_claims_and_books() -> None:
    sku, store = make_sku("A"), make_location("S1")
    put(sku, store, 10)
    wanted = demand(sku, store, 3)
    allocate([wanted], cause="order 1", actor=ACTOR)
    assert figures(sku, store) == (10, 3)
    claim = Allocation.objects.get(demand=wanted.uid)
    assert (claim.sku_id, claim.demanded_id, claim.quantity, claim.per_unit) == (
        sku.pk,
        sku.pk,
        3,
        1,
    )
    movement = StockMovement.objects.latest("id")
    assert (movement.kind, movement.on_hand, movement.allocated) == ("allocated", 0, 3)
    assert (movement.cause, movement.actor, movement.demand) == ("order 1", "test", wanted.uid)


def test_all_or_nothing_and_every_shortfall_named() -> None:
    enough, little, none = make_sku("A"), make_sku("B"), make_sku("C")
    store = make_location("S1")
    put(enough, store, 10)
    put(little, store, 1)
    before = StockMovement.objects.count()
    with pytest.raises(InsufficientStock) as refused:
        allocate(
            [demand(enough, store, 2), demand(little, store, 4), demand(none, store)],
            cause="order 1",
            actor=ACTOR,
        )
    assert refused.value.data["items"] == [
        {"sku": "B", "location": "S1", "wanted": 4, "available": 1},
        {"sku": "C", "location": "S1", "wanted": 1, "available": 0},
    ]
    # Caught inside the transaction, the refusal has changed nothing.
    assert figures(enough, store) == (10, 0)
    assert not Allocation.objects.exists()
    assert StockMovement.objects.count() == before


@pytest.mark.parametrize("field", ["allocated", "held", "safety_stock", "unavailable"])
def test_everything_that_is_not_available_is_taken_off(field: str) -> None:
    sku, store = make_sku(), make_location()
    put(sku, store, 5)
    Stock.objects.update(**{field: 2})
    with pytest.raises(InsufficientStock):
        allocate([demand(sku, store, 4)], cause="order", actor=ACTOR)
    allocate([demand(sku, store, 3)], cause="order", actor=ACTOR)


def test_lines_of_one_sku_are_summed() -> None:
    """medusa#16502: two lines on one item each passed against the same availability."""
    sku, store = make_sku("A"), make_location("S1")
    put(sku, store, 5)
    lines = [demand(sku, store, 3), demand(sku, store, 3)]
    with pytest.raises(InsufficientStock) as refused:
        allocate(lines, cause="order", actor=ACTOR)
    assert refused.value.data["items"] == [
        {"sku": "A", "location": "S1", "wanted": 6, "available": 5}
    ]
    put(sku, store, 1)
    allocate(lines, cause="order", actor=ACTOR)
    assert figures(sku, store) == (6, 6)


def test_one_demand_given_twice_is_one_claim() -> None:
    sku, store = make_sku(), make_location()
    put(sku, store, 5)
    line = demand(sku, store, 2)
    allocate([line, line], cause="order", actor=ACTOR)
    allocate([demand(sku, store, 1, uid=line.uid)], cause="change", actor=ACTOR)
    assert Allocation.objects.get().quantity == 5


def test_a_kit_is_allocated_by_component_beside_its_component() -> None:
    cup, spoon, store = make_sku("CUP"), make_sku("SPOON"), make_location("S1")
    kit = make_kit({cup: 2, spoon: 1}, "SET")
    put(cup, store, 5)
    put(spoon, store, 9)
    kit_line, cup_line = demand(kit, store, 2), demand(cup, store, 2)
    with pytest.raises(InsufficientStock) as refused:
        allocate([kit_line, cup_line], cause="order", actor=ACTOR)
    assert refused.value.data["items"] == [
        {"sku": "CUP", "location": "S1", "wanted": 6, "available": 5}
    ]
    put(cup, store, 1)
    allocate([kit_line, cup_line], cause="order", actor=ACTOR)
    assert figures(cup, store) == (6, 6)
    assert figures(spoon, store) == (9, 2)
    assert not Stock.objects.filter(sku=kit).exists()


def test_a_kit_leaves_as_it_was_allocated_whatever_it_is_now() -> None:
    cup, spoon, store = make_sku("CUP"), make_sku("SPOON"), make_location("S1")
    kit = make_kit({cup: 2, spoon: 1}, "SET")
    put(cup, store, 8)
    put(spoon, store, 8)
    line = demand(kit, store, 3)
    allocate([line], cause="order", actor=ACTOR)
    kit.components.filter(component=spoon).delete()
    kit.components.filter(component=cup).update(quantity=5)
    ship([demand(kit, store, 1, uid=line.uid)], cause="order", actor=ACTOR)
    assert (figures(cup, store), figures(spoon, store)) == ((6, 4), (7, 2))
    release([demand(kit, store, 2, uid=line.uid)], cause="order", actor=ACTOR)
    assert (figures(cup, store), figures(spoon, store)) == ((6, 0), (7, 0))
    assert not Allocation.objects.exists()


def test_release_gives_back_in_part() -> None:
    sku, store = make_sku(), make_location()
    put(sku, store, 5)
    line = demand(sku, store, 3)
    allocate([line], cause="order", actor=ACTOR)
    release([demand(sku, store, 1, uid=line.uid)], cause="order", actor=ACTOR, reason="cancelled")
    assert figures(sku, store) == (5, 2)
    assert Allocation.objects.get().quantity == 2
    movement = StockMovement.objects.latest("id")
    assert (movement.kind, movement.allocated, movement.reason) == ("released", -1, "cancelled")
    release([demand(sku, store, 2, uid=line.uid)], cause="order", actor=ACTOR)
    assert not Allocation.objects.exists()


@pytest.mark.parametrize("service", [release, ship])
def test_only_what_is_claimed_can_go(service) -> None:
    sku, other, store = make_sku("A"), make_sku("B"), make_location("S1")
    put(sku, store, 5)
    put(other, store, 5)
    line, second = demand(sku, store, 2), demand(other, store, 2)
    allocate([line, second], cause="order", actor=ACTOR)
    for wrong, held in (
        (demand(sku, store, 3, uid=line.uid), 2),
        (demand(sku, store, 1), 0),
        (demand(sku, make_location(), 1, uid=line.uid), 0),
    ):
        with pytest.raises(NotAllocated) as refused:
            service([second, wrong], cause="order", actor=ACTOR)
        assert refused.value.data["items"][0]["allocated"] == held
    assert figures(other, store) == (5, 2)


def test_shipping_takes_from_the_shelf_once() -> None:
    sku, store = make_sku(), make_location()
    put(sku, store, 5)
    line = demand(sku, store, 2)
    allocate([line], cause="order", actor=ACTOR)
    ship([line], cause="order", actor=ACTOR, kind=MovementKind.SOLD)
    assert figures(sku, store) == (3, 0)
    movement = StockMovement.objects.latest("id")
    assert (movement.kind, movement.on_hand, movement.allocated) == ("sold", -2, -2)
    with pytest.raises(NotAllocated):
        ship([line], cause="order", actor=ACTOR)


def test_shipping_more_than_lies_there_is_a_shortage() -> None:
    sku, store = make_sku("A"), make_location("S1")
    put(sku, store, 5)
    line = demand(sku, store, 4)
    allocate([line], cause="order", actor=ACTOR)
    adjust(
        [StockChange(sku.pk, store.pk, -3, kind=MovementKind.COUNTED)], cause="count", actor=ACTOR
    )
    with pytest.raises(Shortage) as refused:
        ship([line], cause="order", actor=ACTOR)
    assert refused.value.data["items"] == [
        {"sku": "A", "location": "S1", "wanted": 4, "on_hand": 2}
    ]
    ship([demand(sku, store, 2, uid=line.uid)], cause="order", actor=ACTOR)
    assert figures(sku, store) == (0, 2)


def test_unship_brings_back_goods_and_claim_once() -> None:
    cup, spoon, store = make_sku("CUP"), make_sku("SPOON"), make_location("S1")
    kit = make_kit({cup: 2, spoon: 1}, "SET")
    put(cup, store, 8)
    put(spoon, store, 8)
    line = demand(kit, store, 2)
    allocate([line], cause="order", actor=ACTOR)
    ship([line], cause="order", actor=ACTOR)
    unship([demand(kit, store, 1, uid=line.uid)], cause="undo", actor=ACTOR)
    assert (figures(cup, store), figures(spoon, store)) == ((6, 2), (7, 1))
    unship([demand(kit, store, 1, uid=line.uid)], cause="undo", actor=ACTOR)
    with pytest.raises(NotAllocated):
        unship([demand(kit, store, 1, uid=line.uid)], cause="undo", actor=ACTOR)
    ship([line], cause="order", actor=ACTOR)
    assert (figures(cup, store), figures(spoon, store)) == ((4, 0), (6, 0))


def test_one_statement_however_many_lines(django_assert_num_queries) -> None:
    store = make_location()
    skus = [make_sku() for _ in range(6)]
    for sku in skus:
        put(sku, store, 5)
    lines = [demand(sku, store, 2) for sku in skus]
    for service in (allocate, ship):
        with django_assert_num_queries(1):
            service(lines, cause="order", actor=ACTOR)
    with django_assert_num_queries(2):
        unship(lines, cause="order", actor=ACTOR)
    with django_assert_num_queries(1):
        release(lines, cause="order", actor=ACTOR)


@pytest.mark.parametrize("service", [allocate, release, ship, unship])
def test_nothing_to_do_and_nothing_below_one(service, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        service([], cause="order", actor=ACTOR)
    sku, store = make_sku(), make_location()
    with pytest.raises(ValueError, match="at least one"):
        service([demand(sku, store, 0)], cause="order", actor=ACTOR)


@pytest.mark.django_db(transaction=True)
def test_a_claim_needs_a_transaction() -> None:
    with pytest.raises(LockOutsideTransaction):
        allocate([demand(make_sku(), make_location())], cause="order", actor=ACTOR)
