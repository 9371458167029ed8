"""Found after all: what was declined a moment ago is as it was, or nothing is changed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from inventory.models import Disposition, Shortage, StockMovement
from inventory.services.audit import stock_audit
from inventory.services.count_lines import lines_count
from inventory.services.count_planning import CountPlan, count_plan
from inventory.services.dispositions import disposition_end
from inventory.status import AdjustmentReason, CountBasis, DispositionOutcome
from oms.core.actors import Actor, user_actor
from oms.core.audit import audit_trail
from oms.core.clock import now
from oms.core.errors import DomainError, NotFound
from oms.orders.models import Order, Tender, TenderTransaction
from oms.orders.services.changes import order_cancel
from oms.orders.services.payment import order_due
from oms.orders.status import CancelReason
from stores.models import Decline, Pickup, PutBack
from stores.services.found import declines_undoable, pickup_found
from stores.services.handing import pickup_undo
from stores.services.picking import pickup_count, pickup_ready, pickup_scan
from stores.services.shelf import ShelfAdjustment, shelf_adjust
from stores.status import DeclineReason, HandOverAnswer, PickupStatus, UndoReason
from tests.catalog.factories import make_kit, make_price_list
from tests.orders.factories import ACTOR, Shop, figures, make_shop
from tests.stores.factories import (
    fresh,
    hand_over,
    make_clerk,
    make_decline,
    make_ready,
    overdue,
    pay,
    reserve,
)
from tests.stores.test_replacing import accepting, replace, stand_ins

pytestmark = pytest.mark.django_db
R = DeclineReason
S = PickupStatus


@pytest.fixture
def shop() -> Shop:
    """Two SKUs at 12.20, a hundred of each in the store."""
    return make_shop(2)


def decline(
    pickup: Pickup, clerk: Actor, units: int = 1, reason: str = R.NOT_FOUND, at: int = 1
) -> Decline:
    return make_decline(pickup, units, reason, actor=clerk, at=at)


def undo(one: Decline, clerk: Actor) -> Decline:
    return pickup_found(one.pickup.uid, decline=one.uid, actor=clerk)


def state(pickup: Pickup) -> dict[str, Any]:
    """All that a decline changes and its undo brings back."""
    again = fresh(pickup)
    order: Order = again.fulfilment_order.order
    return {
        "pickup": again.status,
        "work": again.fulfilment_order.status,
        "lines": list(
            again.fulfilment_order.lines.order_by("order_line__position").values_list(
                "order_line", "quantity", "picked"
            )
        ),
        "cancelled": list(order.lines.filter(substitutes=None).values_list("cancelled", flat=True)),
        "order": (order.status, order.payment_status, order.cancel_reason, order.current_total),
        "due": order_due(order),
        "stock": [
            (row.on_hand, row.allocated, row.unavailable)
            for row in again.location.stock.order_by("sku")
        ],
        "tenders": list(order.tenders.values_list("status", "captured", "refunded")),
    }


class TestAsBefore:
    @pytest.mark.parametrize("reason", R)
    @pytest.mark.parametrize("method", ["reserve", "collect"])
    @pytest.mark.parametrize("units", [1, 3])
    def test_whatever_the_reason_said(
        self, shop: Shop, clerk: Actor, reason: DeclineReason, method: str, units: int
    ) -> None:
        pickup = reserve(shop, 3, method=method)
        before = state(pickup)
        movements = set(StockMovement.objects.values_list("pk", flat=True))

        undo(decline(pickup, clerk, units, reason), clerk)

        assert state(pickup) == before
        # Nothing was edited: the ledger has grown.
        assert movements < set(StockMovement.objects.values_list("pk", flat=True))
        assert stock_audit().clean
        assert "pickup.found" in audit_trail(pickup).values_list("action", flat=True)
        order = fresh(pickup).fulfilment_order.order
        assert "order.restored" in audit_trail(order).values_list("action", flat=True)
        assert not TenderTransaction.objects.filter(kind__in=("refund", "void")).exists()

    def test_what_is_picked_already_stays_picked(self, shop: Shop, clerk: Actor) -> None:
        pickup = reserve(shop, 3)
        line = pickup.fulfilment_order.lines.get(order_line__position=1)
        pickup_count(pickup.uid, line_id=line.pk, units=1, actor=clerk)
        before = state(pickup)
        undo(decline(pickup, clerk, 2), clerk)
        assert state(pickup) == before

    def test_an_order_of_which_nothing_was_left(self, shop: Shop, clerk: Actor) -> None:
        shop.skus = shop.skus[:1]
        pickup = reserve(shop, 2)
        before = state(pickup)
        one = decline(pickup, clerk, 2)
        assert fresh(pickup).status == S.DECLINED
        undo(one, clerk)
        assert state(pickup) == before
        make_ready(pickup, clerk)
        pay(pickup, clerk)
        assert hand_over(pickup, clerk).code is HandOverAnswer.OK

    def test_a_set(self, shop: Shop, clerk: Actor) -> None:
        kit = make_kit({shop.skus[0]: 2, shop.skus[1]: 1})
        make_price_list({kit: "20"})
        shop.skus = [kit]
        pickup = reserve(shop, 3)
        before = state(pickup)
        undo(decline(pickup, clerk, 2), clerk)
        assert state(pickup) == before

    def test_one_of_several_and_then_the_other(self, shop: Shop, clerk: Actor) -> None:
        pickup = reserve(shop, 1)
        before = state(pickup)
        first, last = decline(pickup, clerk), decline(pickup, clerk, at=2)
        assert [one.uid for one in declines_undoable(fresh(pickup))] == [last.uid]
        with pytest.raises(DomainError) as refused:
            undo(first, clerk)
        assert refused.value.code == "order_went_on"
        undo(last, clerk)
        undo(first, clerk)
        assert state(pickup) == before


class TestStandIn:
    def test_it_goes_and_what_was_ordered_comes_back(self, shop: Shop, clerk: Actor) -> None:
        (other,) = stand_ins(shop, 5)
        pickup = accepting(shop)
        before, there = state(pickup), figures(other, shop.store)
        new = replace(pickup, other, clerk)
        undo(Decline.objects.get(), clerk)
        assert state(pickup) == before
        new.refresh_from_db()
        assert (new.quantity, new.cancelled) == (2, 2)
        assert figures(other, shop.store) == there
        assert stock_audit().clean

    def test_what_was_cancelled_beside_it_too(self, shop: Shop, clerk: Actor) -> None:
        (other,) = stand_ins(shop, 1)
        pickup = accepting(shop, 3, method="collect")
        before = state(pickup)
        replace(pickup, other, clerk, 3)
        undo(Decline.objects.get(), clerk)
        assert state(pickup) == before

    def test_if_it_lies_in_the_bag_it_is_to_be_taken_out(self, shop: Shop, clerk: Actor) -> None:
        (other,) = stand_ins(shop, 5)
        pickup = accepting(shop)
        replace(pickup, other, clerk)
        pickup_scan(pickup.uid, code=other.code, actor=clerk)
        undo(Decline.objects.get(), clerk)
        task = PutBack.objects.get(pickup=pickup)
        assert (task.whole, task.lines.get().order_line.sku, task.lines.get().quantity) == (
            False,
            other,
            1,
        )

    def test_not_while_it_is_missing_itself(self, shop: Shop, clerk: Actor) -> None:
        (other,) = stand_ins(shop, 5)
        pickup = accepting(shop)
        replace(pickup, other, clerk)
        first = Decline.objects.get()
        last = decline(pickup, clerk, 1, at=3)
        with pytest.raises(DomainError) as refused:
            undo(first, clerk)
        assert refused.value.code == "substitute_changed"
        undo(last, clerk)
        undo(first, clerk)
        assert stock_audit().clean


class TestReady:
    def test_it_is_picked_on_and_paid_in_full(self, shop: Shop, clerk: Actor) -> None:
        pickup = reserve(shop, 1)
        one = decline(pickup, clerk)
        make_ready(pickup, clerk)
        pay(pickup, clerk)
        undo(one, clerk)
        again = fresh(pickup)
        assert (again.status, again.fulfilment_order.status) == (S.TO_PICK, "picking")
        assert (again.ready_at, again.collect_by, again.expires_at) == (None, None, None)
        assert hand_over(pickup, clerk).code is HandOverAnswer.NOT_READY
        pickup_scan(pickup.uid, code=shop.skus[0].code, actor=clerk)
        pickup_ready(pickup.uid, place="A1", actor=clerk)
        assert order_due(fresh(pickup).fulfilment_order.order) == Decimal("12.20")
        pay(pickup, clerk)
        assert hand_over(pickup, clerk).code is HandOverAnswer.OK

    def test_handed_over_first_that_is_undone(self, shop: Shop, clerk: Actor) -> None:
        pickup = reserve(shop, 1)
        one = decline(pickup, clerk)
        make_ready(pickup, clerk)
        pay(pickup, clerk)
        hand_over(pickup, clerk)
        with pytest.raises(DomainError, match="Undo the hand-over first") as refused:
            undo(one, clerk)
        assert refused.value.code == "order_went_on"
        pickup_undo(pickup.uid, reason=UndoReason.MISTAKE, actor=clerk)
        undo(one, clerk)
        assert fresh(pickup).status == S.TO_PICK


class TestRefused:
    def refuses(self, one: Decline, clerk: Actor, code: str) -> None:
        before = state(one.pickup)
        with pytest.raises(DomainError) as refused:
            undo(one, clerk)
        assert refused.value.code == code
        assert state(one.pickup) == before

    def test_when_the_money_went_back(self, shop: Shop, clerk: Actor) -> None:
        shop.skus = shop.skus[:1]
        pickup = reserve(shop, 2, method="collect")
        one = decline(pickup, clerk, 2)
        assert Tender.objects.get().status == "voided"
        assert not declines_undoable(fresh(pickup))
        self.refuses(one, clerk, "payment_given_up")

    def test_when_part_of_it_was_refunded(self, shop: Shop, clerk: Actor) -> None:
        """A second tender was given up for what the customer cancelled."""
        pickup = reserve(shop, 2, method="collect")
        order = pickup.fulfilment_order.order
        # Paid by two cards: 36.60 and 12.20.
        Tender.objects.update(amount="36.60")
        Tender.objects.create(
            order=order, provider="external", means="card", token="b", currency="EUR", amount="12.2"
        )
        one = decline(pickup, clerk, 1, R.MISMATCH)
        assert set(order.tenders.values_list("status", flat=True)) == {"authorised", "voided"}
        self.refuses(one, clerk, "payment_given_up")

    def test_the_second_time_and_too_late(self, shop: Shop, clerk: Actor) -> None:
        pickup = reserve(shop, 2)
        one, other = decline(pickup, clerk), decline(pickup, clerk, at=2)
        undo(one, clerk)
        self.refuses(one, clerk, "nothing_to_undo")
        with time_machine.travel(now() + timedelta(minutes=15, seconds=1)):
            assert not declines_undoable(fresh(pickup))
            self.refuses(other, clerk, "undo_too_late")
        with time_machine.travel(now() + timedelta(minutes=14, seconds=50)):
            undo(other, clerk)

    def test_when_the_order_has_ended(self, shop: Shop, clerk: Actor) -> None:
        pickup = reserve(shop, 2)
        one = decline(pickup, clerk)
        order_cancel(pickup.fulfilment_order.order_id, reason=CancelReason.CUSTOMER, actor=clerk)
        self.refuses(one, clerk, "order_went_on")

    def test_what_is_another_orders_or_another_stores(self, shop: Shop, clerk: Actor) -> None:
        other, pickup = reserve(shop), reserve(shop, 2)
        one = decline(pickup, clerk)
        with pytest.raises(NotFound):
            pickup_found(other.uid, decline=one.uid, actor=clerk)
        with pytest.raises(NotFound):
            undo(one, user_actor(make_clerk(make_shop(1).store)))


class TestShelf:
    """What somebody has put right or counted since, stands."""

    def lacking(self, one: Decline, clerk: Actor) -> None:
        TestRefused().refuses(one, clerk, "insufficient_stock")

    def found(self, shop: Shop, clerk: Actor, units: int) -> None:
        adjustment = ShelfAdjustment(
            sku_id=shop.skus[0].pk,
            location=shop.store,
            reason=AdjustmentReason.FOUND,
            units=units,
            nonce=uuid4(),
        )
        shelf_adjust(adjustment, accept_shortage=False, actor=clerk)

    def test_found_and_booked_before_it_is_undone(self, shop: Shop, clerk: Actor) -> None:
        one = decline(reserve(shop, 2), clerk, 2)
        self.found(shop, clerk, 1)
        self.lacking(one, clerk)
        self.found(shop, clerk, 2)
        undo(one, clerk)
        assert figures(shop.skus[0], shop.store) == (3, 2)

    def test_counted_and_nothing_was_there(self, shop: Shop, clerk: Actor) -> None:
        one = decline(reserve(shop, 2), clerk, 2)
        plan = CountPlan(shop.store, CountBasis.LISTED, sku_ids=(shop.skus[0].pk,))
        lines_count(count_plan(plan, actor=clerk).pk, {shop.skus[0].pk: 0}, actor=clerk)
        self.lacking(one, clerk)

    def test_set_aside_and_written_off(self, shop: Shop, clerk: Actor) -> None:
        one = decline(reserve(shop, 2), clerk, 2, R.DAMAGED)
        disposition_end(Disposition.objects.get().uid, DispositionOutcome.WRITTEN_OFF, actor=ACTOR)
        # There are ninety-eight others.
        undo(one, clerk)
        assert figures(shop.skus[0], shop.store) == (98, 2)

    def test_another_order_has_them_now(self, shop: Shop, clerk: Actor) -> None:
        shop.skus = shop.skus[:1]
        one = decline(reserve(shop, 60), clerk, 60, R.MISMATCH)
        reserve(shop, 50)
        self.lacking(one, clerk)

    def test_the_shortage_of_others_is_over(self, shop: Shop, clerk: Actor) -> None:
        waiting, pickup = reserve(shop, 2), reserve(shop, 2)
        one = decline(pickup, clerk, 2)
        assert Shortage.objects.get(closed_at=None).units == 2
        undo(one, clerk)
        assert not Shortage.objects.filter(closed_at=None).exists()
        assert fresh(waiting).status == S.TO_PICK


def test_overdue_is_not_expired_under_the_clerks_hands(shop: Shop, clerk: Actor) -> None:
    pickup = reserve(shop, 1)
    one = decline(pickup, clerk)
    overdue(make_ready(pickup, clerk))
    undo(one, clerk)
    assert fresh(pickup).expires_at is None
