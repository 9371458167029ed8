"""When and how much to order."""

import uuid
from datetime import timedelta
from decimal import Decimal
from math import sqrt
from unittest import mock

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Sku
from inventory.models import Location, StockMovement
from inventory.reorder import Demand, Policy, Terms, in_packs, propose
from inventory.selectors.reorder import reorder_suggestions
from inventory.services.expected import Expected, expected_set
from inventory.services.partitions import partitions_ensure
from oms.core.clock import now
from tests.inventory.factories import make_location, make_sku, put
from tests.inventory.purchasing import make_supplier, sells

demands = st.builds(
    Demand,
    units=st.integers(0, 100_000),
    squares=st.integers(0, 10**9),
    selling_days=st.integers(0, 90),
    days=st.integers(1, 90),
)
terms = st.builds(
    Terms,
    lead_time=st.integers(0, 120),
    lead_time_deviation=st.integers(0, 30),
    minimum=st.integers(1, 500),
    pack=st.integers(1, 144),
)
policies = st.builds(Policy, service=st.floats(0.5, 0.9999), review_days=st.integers(1, 60))
positions = st.integers(-1000, 100_000)


@given(demands, terms, policies, positions)
def test_whole_packs_and_never_below_the_minimum(
    demand: Demand, how: Terms, policy: Policy, position: int
) -> None:
    proposal = propose(demand, how, policy, position=position)
    assert proposal.quantity % how.pack == 0
    if position >= proposal.reorder_point:
        assert proposal.quantity == 0
    else:
        assert proposal.quantity >= how.minimum
        after = position + proposal.quantity
        assert proposal.order_up_to <= after < proposal.order_up_to + how.pack


@given(demands, terms, policies, positions, st.integers(0, 100_000))
def test_more_demand_never_orders_less(
    demand: Demand, how: Terms, policy: Policy, position: int, more: int
) -> None:
    """Of the same spread: as many units more on every day of the window."""
    units = demand.units + more * demand.days
    squares = demand.squares + 2 * more * demand.units + more * more * demand.days
    higher = Demand(units, squares, demand.selling_days, demand.days)
    assert higher.deviation == pytest.approx(demand.deviation, abs=1e-3, rel=1e-6)
    with mock.patch.object(Demand, "deviation", demand.deviation):
        low = propose(demand, how, policy, position=position)
        high = propose(higher, how, policy, position=position)
    assert high.reorder_point >= low.reorder_point
    assert high.quantity >= low.quantity


@given(demands, terms, policies, positions, st.integers(0, 1000))
def test_more_in_stock_never_orders_more(
    demand: Demand, how: Terms, policy: Policy, position: int, more: int
) -> None:
    less = propose(demand, how, policy, position=position)
    assert propose(demand, how, policy, position=position + more).quantity <= less.quantity


def test_the_formula_by_hand() -> None:
    # 4 units every second day for 20 days: d = 2, σ_d² = (160 − 80) / 19.
    demand = Demand(units=40, squares=160, selling_days=10, days=20)
    proposal = propose(demand, Terms(9, 2, 1, 6), Policy(0.95, 7), position=10)
    assert demand.mean == 2
    assert demand.deviation == pytest.approx(sqrt(80 / 19))
    safety = 1.6448536 * sqrt(9 * 80 / 19 + 4 * 4)
    assert proposal.safety == pytest.approx(safety)
    assert proposal.reorder_point == 31  # 18 + 12.0 rounded up
    assert (proposal.lot, proposal.order_up_to, proposal.quantity) == (18, 49, 42)
    assert demand.intermittent


@pytest.mark.parametrize(("units", "pack", "packs"), [(0, 6, 0), (1, 6, 6), (6, 6, 6), (7, 6, 12)])
def test_in_packs(units: int, pack: int, packs: int) -> None:
    assert in_packs(units, pack) == packs


def test_nothing_sold_and_nothing_missing_proposes_nothing() -> None:
    assert propose(Demand(0, 0, 0, 90), Terms(7), Policy(), position=0).quantity == 0


def sold(sku: Sku, location: Location, *units: int, kind: str = "shipped") -> None:
    """What left on each of the last days, the last one being today."""
    StockMovement.objects.bulk_create(
        StockMovement(
            sku=sku,
            location=location,
            kind=kind,
            on_hand=-quantity,
            cause="order 1",
            actor="test",
            recorded_at=now() - timedelta(days=ago),
        )
        for ago, quantity in enumerate(reversed(units))
        if quantity
    )


@pytest.fixture
def months(db: None) -> None:
    partitions_ensure(since=now() - timedelta(days=60))


def test_demand_comes_from_the_ledger_and_the_position_counts_what_is_coming(
    months: None, django_assert_max_num_queries
) -> None:
    warehouse, elsewhere = make_location(time_zone="UTC"), make_location()
    first, second = make_supplier(name="A"), make_supplier(name="B", lead_time_days=4)
    brisk, slow, covered, theirs = make_sku("1"), make_sku("2"), make_sku("3"), make_sku("4")
    sells(first, brisk)
    sells(second, brisk, preferred=True, pack_multiple=10)
    sells(first, slow, minimum_quantity=5)
    sells(first, covered)
    sells(first, theirs)
    with transaction.atomic():
        put(brisk, warehouse, 3)
        expected_set(uuid.uuid4(), [Expected(brisk.pk, warehouse.pk, 2)], cause="transfer 1")
        expected_set(uuid.uuid4(), [Expected(covered.pk, warehouse.pk, 99)], cause="transfer 2")
    sold(brisk, warehouse, 4, 0, 4, 0, 4)
    sold(brisk, warehouse, 2, kind="sold")
    sold(slow, warehouse, 1, 0, 0, 0, 0)
    sold(covered, warehouse, 1, 1, 1)
    sold(theirs, elsewhere, 9, 9, 9)
    with django_assert_max_num_queries(2):
        groups = reorder_suggestions(warehouse, Policy(), days=30)
    assert [group.supplier for group in groups] == [first, second]
    assert [row.item.sku for row in groups[0].rows] == [slow]
    (row,) = groups[1].rows
    # Five days of life, not thirty: the SKU was not there before.
    assert (row.demand.units, row.demand.days, row.demand.selling_days) == (14, 5, 3)
    assert row.demand.squares == 4 * 4 + 4 * 4 + 6 * 6
    assert (row.available, row.expected, row.proposal.position) == (3, 2, 5)
    assert row.proposal.quantity % 10 == 0
    assert groups[1].value == row.proposal.quantity * Decimal("2.5")


def test_a_longer_life_counts_its_days_without_sales(months: None) -> None:
    warehouse, sku, supplier = make_location(), make_sku(), make_supplier()
    sells(supplier, sku)
    sold(sku, warehouse, 1, *[0] * 40, 5)
    (group,) = reorder_suggestions(warehouse, Policy(), days=30)
    assert (group.rows[0].demand.units, group.rows[0].demand.days) == (5, 30)


def test_nobody_is_asked_for_what_is_not_sold_any_more(months: None) -> None:
    warehouse, gone, sku = make_location(), make_sku(status="discontinued"), make_sku()
    sells(make_supplier(), gone)
    sells(make_supplier(is_active=False), sku)
    sold(gone, warehouse, 5, 5)
    sold(sku, warehouse, 5, 5)
    assert reorder_suggestions(warehouse, Policy(), days=30) == []


def test_below_the_suppliers_minimum_value(months: None) -> None:
    warehouse, sku = make_location(), make_sku()
    sells(make_supplier(minimum_order_value=Decimal(1000)), sku)
    sold(sku, warehouse, 1, 1)
    (group,) = reorder_suggestions(warehouse, Policy(), days=30)
    assert group.below_minimum
