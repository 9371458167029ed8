"""A shortage solved by two at once, and solved while the order or the shelf changes."""

from decimal import Decimal

import pytest

from inventory.models import Location, Shortage
from inventory.services import allocation
from inventory.services.adjustment import StockChange, adjust
from inventory.services.audit import stock_audit
from oms.core.errors import DomainError
from oms.orders import locks
from oms.orders.errors import GoodsLeft, NotMovable, OrderClosed, ShortageSolved
from oms.orders.models import FulfilmentLine, Order
from oms.orders.services import shortages
from oms.orders.services.changes import order_cancel
from oms.orders.services.fulfilment import fulfilment_pick_all
from oms.orders.services.shortages import shortage_cancel, shortage_resource
from oms.orders.status import CancelReason
from tests.inventory.factories import make_location, put
from tests.inventory.racing import Meeting, race, rows_without_lock
from tests.orders.factories import ACTOR, Shop, figures, make_shop, place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
TRIES = 4


def scene() -> tuple[Shop, Location, Order, Shortage, int]:
    """An order of five of which two are missing; ten more lie elsewhere."""
    shop = make_shop(1, units=5)
    second = make_location(latitude=Decimal("41.90"), longitude=Decimal("12.50"))
    put_now(shop, second, 10)
    order = place(shop, 5)
    put_now(shop, shop.warehouse, -2)
    item = Shortage.objects.get(sku=shop.skus[0], closed_at=None)
    return shop, second, order, item, FulfilmentLine.objects.get(order_line__order=order).pk


def put_now(shop: Shop, place: Location, units: int) -> None:
    race([lambda: put(shop.skus[0], place, units)], threads=1)


def refused(results: list) -> list:
    errors = [one for one in results if isinstance(one, Exception)]
    assert all(isinstance(one, DomainError) for one in errors), errors
    return errors


def test_two_people_solve_it_once() -> None:
    for _ in range(TRIES):
        shop, second, order, item, line = scene()
        results = race(
            [
                lambda uid=item.uid, pk=line: shortage_resource(uid, line_id=pk, actor=ACTOR),
                lambda uid=item.uid, pk=line: shortage_cancel(uid, line_id=pk, actor=ACTOR),
                lambda uid=item.uid, pk=line: shortage_resource(uid, line_id=pk, actor=ACTOR),
            ],
            threads=3,
        )
        assert [type(one) for one in refused(results)] == [ShortageSolved] * 2
        assert figures(shop.skus[0], shop.warehouse) == (3, 3)
        cancelled = order.lines.get().cancelled
        assert figures(shop.skus[0], second) == (10, 2 - cancelled)
    assert stock_audit().clean


@pytest.fixture
def meeting(monkeypatch):
    """Both see that units are lacking."""
    monkeypatch.setattr(shortages, "_lacking", Meeting().after(shortages._lacking))


def both_ways() -> tuple[list, tuple[int, int]]:
    shop, _second, _order, item, line = scene()
    results = race(
        [
            lambda: shortage_resource(item.uid, line_id=line, actor=ACTOR),
            lambda: shortage_cancel(item.uid, line_id=line, actor=ACTOR),
        ],
        threads=2,
    )
    return results, figures(shop.skus[0], shop.warehouse)


def test_moved_and_cancelled_at_once_it_is_one_of_them(meeting) -> None:
    results, left = both_ways()
    assert [type(one) for one in refused(results)] == [ShortageSolved]
    assert left == (3, 3)


def test_without_the_locks_units_are_both_moved_and_cancelled(meeting, monkeypatch) -> None:
    """The control: neither the order's lock nor the second look under the shelf's."""
    monkeypatch.setattr(locks, "lock_rows_where", rows_without_lock)
    monkeypatch.setattr(shortages, "stock_lock", lambda *_args, **_more: None)
    monkeypatch.setattr(shortages, "_still_lacking", lambda *_args: None)
    _results, left = both_ways()
    assert left != (3, 3)


def test_against_the_customers_cancellation() -> None:
    for _ in range(TRIES):
        shop, second, order, item, line = scene()
        results = race(
            [
                lambda uid=item.uid, pk=line: shortage_resource(uid, line_id=pk, actor=ACTOR),
                lambda pk=order.pk: order_cancel(pk, reason=CancelReason.CUSTOMER, actor=ACTOR),
            ],
            threads=2,
        )
        refusals = refused(results)
        assert all(
            isinstance(one, ShortageSolved | NotMovable | OrderClosed | GoodsLeft)
            for one in refusals
        )
        assert order.lines.get().cancelled == 5
        assert figures(shop.skus[0], shop.warehouse) == (3, 0)
        assert figures(shop.skus[0], second) == (10, 0)
    assert stock_audit().clean


def test_against_somebody_who_picks_it_all() -> None:
    """What is in a bag is not moved, and what was moved is not picked."""
    for _ in range(TRIES):
        shop, second, order, item, line = scene()
        work = order.fulfilment_orders.get()
        results = race(
            [
                lambda uid=item.uid, pk=line: shortage_resource(uid, line_id=pk, actor=ACTOR),
                lambda pk=work.pk: fulfilment_pick_all(pk, actor=ACTOR),
            ],
            threads=2,
        )
        moved = not isinstance(results[0], Exception)
        refused(results)
        row = FulfilmentLine.objects.get(fulfilment_order=work)
        assert (row.quantity, row.picked) == ((3, 3) if moved else (5, 5))
        assert figures(shop.skus[0], second)[1] == (2 if moved else 0)


def sync_meanwhile(monkeypatch, guarded: bool) -> tuple[int, list]:
    """The figures recover after the service has looked, before it has the shelf."""
    shop, second, _order, item, line = scene()
    lock = allocation.stock_lock

    def recovering(demands, *, actor) -> None:
        race([lambda: adjust(
            [StockChange(shop.skus[0].pk, shop.warehouse.pk, 2)], cause="sync", actor=ACTOR
        )], threads=1)  # fmt: skip
        lock(demands, actor=actor)

    monkeypatch.setattr(allocation, "stock_lock", recovering)
    if not guarded:
        monkeypatch.setattr(shortages, "_still_lacking", lambda *_args: None)
    results = race([lambda: shortage_resource(item.uid, line_id=line, actor=ACTOR)], threads=1)
    return figures(shop.skus[0], second)[1], results


def test_a_sync_that_brings_the_units_back_leaves_the_order_alone(monkeypatch) -> None:
    moved, results = sync_meanwhile(monkeypatch, guarded=True)
    assert moved == 0
    assert [type(one) for one in refused(results)] == [ShortageSolved]


def test_without_the_second_look_it_is_moved_for_nothing(monkeypatch) -> None:
    moved, _results = sync_meanwhile(monkeypatch, guarded=False)
    assert moved == 2
