"""Back-orders with real threads: goods are given once, and a unit waits or is cancelled."""

from functools import partial

import pytest
from django.db import IntegrityError

from inventory.models import Shortage
from inventory.services.audit import stock_audit
from oms.core.errors import DomainError
from oms.orders import locks
from oms.orders.errors import ShortageSolved
from oms.orders.models import FulfilmentLine, Order, OrderLine
from oms.orders.services import backorders, changes, shortages
from oms.orders.services.backorders import back_orders_serve
from oms.orders.services.changes import order_cancel
from oms.orders.services.placement import order_place
from oms.orders.services.shortages import shortage_back_order, shortage_cancel
from oms.orders.status import CancelReason
from tests.inventory.factories import put
from tests.inventory.racing import Meeting, race, rows_without_lock
from tests.orders.factories import ACTOR, Shop, figures, make_shop, order_request, place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
TRIES = 4


def put_now(shop: Shop, units: int) -> None:
    race([lambda: put(shop.skus[0], shop.warehouse, units)], threads=1)


def short(units: int, orders: int = 1) -> tuple[Shop, list[Order], Shortage]:
    """Orders of so many units each, of which nothing lies on the shelf."""
    shop = make_shop(1, units=units * orders)
    placed = [place(shop, units) for _ in range(orders)]
    put_now(shop, -units * orders)
    return shop, placed, Shortage.objects.get(sku=shop.skus[0], closed_at=None)


def line_of(order: Order) -> int:
    return FulfilmentLine.objects.get(order_line__order=order).pk


def all_wait(units: int, orders: int = 1) -> tuple[Shop, list[Order]]:
    shop, placed, item = short(units, orders)
    for order in placed:
        shortage_back_order(item.uid, line_id=line_of(order), actor=ACTOR)
    return shop, placed


def waiting(orders: list[Order]) -> list[int]:
    lines = OrderLine.objects.filter(order__in=orders).order_by("pk")
    return list(lines.values_list("back_ordered", flat=True))


def serve_twice() -> list:
    return race([lambda: back_orders_serve(actor=ACTOR)] * 2, threads=2)


def test_two_workers_give_the_last_unit_once_and_to_the_older_order() -> None:
    for _ in range(TRIES):
        shop, orders = all_wait(1, orders=2)
        put_now(shop, 1)
        assert sum(serve_twice()) == 1
        assert waiting(orders) == [0, 1]
        assert figures(shop.skus[0], shop.warehouse) == (1, 1)
    assert stock_audit().clean


@pytest.fixture
def meeting(monkeypatch):
    """Both workers have the order before either goes on."""
    together = Meeting().after(backorders.order_unless_held)
    monkeypatch.setattr(backorders, "order_unless_held", together)


def test_two_workers_serve_one_back_order_once(meeting) -> None:
    shop, orders = all_wait(2)
    put_now(shop, 9)
    assert sorted(serve_twice()) == [0, 2]
    assert (waiting(orders), figures(shop.skus[0], shop.warehouse)) == ([0], (9, 2))


def test_without_the_lock_both_claim_and_only_the_constraint_stops_one(
    meeting, monkeypatch
) -> None:
    """The control: the second serves what the first has served, and is undone by the database."""
    errors = []
    serve = backorders.back_order_serve

    def watched(line, **more):
        try:
            return serve(line, **more)
        except IntegrityError as error:
            errors.append(str(error))
            raise

    monkeypatch.setattr(locks, "lock_unlocked_rows", list)
    monkeypatch.setattr(backorders, "back_order_serve", watched)
    shop, orders = all_wait(2)
    put_now(shop, 9)
    serve_twice()
    assert len(errors) == 1
    assert "back_ordered" in errors[0]
    assert (waiting(orders), figures(shop.skus[0], shop.warehouse)) == ([0], (9, 2))


def test_a_new_order_and_the_sweep_share_what_came() -> None:
    for _ in range(TRIES):
        shop, orders = all_wait(1)
        put_now(shop, 1)
        request = order_request(shop, 1)
        served, placed = race(
            [
                lambda: back_orders_serve(actor=ACTOR),
                lambda one=request: order_place(one, actor=ACTOR),
            ],
            threads=2,
        )
        assert isinstance(placed, DomainError) == (served == 1)
        assert figures(shop.skus[0], shop.warehouse) == (1, 1)
        assert waiting(orders) == [1 - served]
    assert stock_audit().clean


def test_waiting_against_the_customers_cancellation() -> None:
    for _ in range(TRIES):
        shop, (order,), item = short(5)
        results = race(
            [
                partial(shortage_back_order, item.uid, line_id=line_of(order), actor=ACTOR),
                partial(order_cancel, order.pk, reason=CancelReason.CUSTOMER, actor=ACTOR),
            ],
            threads=2,
        )
        errors = [one for one in results if isinstance(one, Exception)]
        assert all(isinstance(one, ShortageSolved) for one in errors), errors
        line = order.lines.get()
        assert (line.cancelled, line.back_ordered) == (5, 0)
        assert figures(shop.skus[0], shop.warehouse) == (0, 0)
    assert stock_audit().clean


@pytest.fixture
def looking(monkeypatch):
    """Whoever has seen what lacks waits until the other has seen what can be cancelled."""
    together = Meeting()
    monkeypatch.setattr(shortages, "_lacking", together.after(shortages._lacking))
    monkeypatch.setattr(changes, "open_units", together.after(changes.open_units))


def waits_and_is_cancelled() -> tuple[list, OrderLine, tuple[int, int]]:
    """Two of five units are missing: they are made to wait, and two are cancelled, at once."""
    shop = make_shop(1, units=5)
    order = place(shop, 5)
    put_now(shop, -2)
    item = Shortage.objects.get(sku=shop.skus[0], closed_at=None)
    line = order.lines.get()
    results = race(
        [
            partial(shortage_back_order, item.uid, line_id=line_of(order), actor=ACTOR),
            partial(
                order_cancel, order.pk, reason=CancelReason.CUSTOMER, actor=ACTOR,
                lines={line.pk: 2},
            ),
        ],
        threads=2,
    )  # fmt: skip
    line.refresh_from_db()
    return results, line, figures(shop.skus[0], shop.warehouse)


def test_some_of_a_line_waits_and_some_is_cancelled_at_once(looking) -> None:
    for _ in range(TRIES):
        results, line, left = waits_and_is_cancelled()
        errors = [one for one in results if isinstance(one, Exception)]
        assert all(isinstance(one, ShortageSolved) for one in errors), errors
        # Whoever was first: what waited is cancelled first, and three are on their way.
        assert (line.cancelled, line.back_ordered, line.in_work) == (2, 0, 3)
        assert (line.fulfilment_lines.get().quantity, left) == (3, (3, 3))
    assert stock_audit().clean


def test_without_the_orders_lock_both_take_the_same_units(looking, monkeypatch) -> None:
    """The control: four units have no claim any more, and the work says that two have none."""
    monkeypatch.setattr(locks, "lock_rows_where", rows_without_lock)
    _results, line, left = waits_and_is_cancelled()
    assert (line.fulfilment_lines.get().quantity, left) != (3, (3, 3))


def test_serving_against_the_customers_cancellation() -> None:
    for _ in range(TRIES):
        shop, (order,) = all_wait(3)
        put_now(shop, 3)
        results = race(
            [
                lambda: back_orders_serve(actor=ACTOR),
                partial(order_cancel, order.pk, reason=CancelReason.CUSTOMER, actor=ACTOR),
            ],
            threads=2,
        )
        assert not [one for one in results if isinstance(one, Exception)]
        line = order.lines.get()
        assert (line.cancelled, line.back_ordered) == (3, 0)
        assert figures(shop.skus[0], shop.warehouse) == (3, 0)
    assert stock_audit().clean


def test_made_to_wait_and_cancelled_at_once_it_is_one_of_them() -> None:
    for _ in range(TRIES):
        shop, (order,), item = short(2)
        results = race(
            [
                partial(way, item.uid, line_id=line_of(order), actor=ACTOR)
                for way in (shortage_back_order, shortage_cancel, shortage_back_order)
            ],
            threads=3,
        )
        errors = [one for one in results if isinstance(one, Exception)]
        assert [type(one) for one in errors] == [ShortageSolved] * 2
        line = order.lines.get()
        assert line.cancelled + line.back_ordered == 2
        assert figures(shop.skus[0], shop.warehouse) == (0, 0)
    assert stock_audit().clean
