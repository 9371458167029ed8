"""Units cancelled after they were picked: somebody is told to take them out of the bag."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory.services.audit import stock_audit
from oms.core.actors import system_actor
from oms.core.errors import NotFound
from oms.core.models import AuditEntry
from oms.orders.services.changes import order_cancel
from oms.orders.services.fulfilment import fulfilment_pick, fulfilment_pick_all
from oms.orders.status import CancelReason, OrderStatus
from stores.errors import AlreadyPutBack
from stores.models import PutBack
from stores.services.declining import pickup_decline
from stores.services.ending import pickup_expire_due, pickup_put_back, pickup_reinstate
from stores.services.handing import pickup_undo
from stores.services.picking import pickup_ready
from stores.status import DeclineReason, HandOverAnswer, PickupStatus, UndoReason
from tests.orders.factories import figures, make_shop, place
from tests.stores.factories import (
    fresh,
    hand_over,
    overdue,
    pay,
    put_back,
    ready,
    reserve,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make_shop(2)


def cancel(pickup, actor, *units: int) -> None:
    """So many units of the first line, of the second…"""
    order = pickup.fulfilment_order.order
    lines = dict(zip(order.lines.values_list("pk", flat=True), units, strict=False))
    order_cancel(order.pk, reason=CancelReason.CUSTOMER, actor=actor, lines=lines)


def tasks_of(pickup) -> list[tuple[bool, dict[str, int]]]:
    return [
        (task.whole, {line.order_line.sku.code: line.quantity for line in task.lines.all()})
        for task in pickup.put_backs.order_by("pk")
    ]


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_units_of_a_ready_bag_become_a_task_and_the_rest_is_handed_over(shop, clerk) -> None:
    first, second = (sku.code for sku in shop.skus)
    pickup = ready(shop, clerk, quantity=2)

    cancel(pickup, clerk, 1, 2)

    assert tasks_of(pickup) == [(False, {first: 1, second: 2})]
    assert fresh(pickup).status == PickupStatus.READY
    assert AuditEntry.objects.filter(action="pickup.shrunk").count() == 1
    assert [figures(sku, shop.store) for sku in shop.skus] == [(100, 1), (100, 0)]
    pay(pickup, clerk)
    assert hand_over(pickup, clerk).code is HandOverAnswer.OK
    task = put_back(pickup, clerk)
    assert task.done_by_id == clerk.id
    with pytest.raises(AlreadyPutBack):
        put_back(pickup, clerk)
    assert [figures(sku, shop.store) for sku in shop.skus] == [(99, 0), (100, 0)]
    assert stock_audit().clean


def test_units_that_lie_on_the_shelf_are_cancelled_first(shop, clerk) -> None:
    pickup = reserve(shop, 3)
    line = pickup.fulfilment_order.lines.order_by("order_line__position").first()
    fulfilment_pick(pickup.fulfilment_order_id, picked={line.pk: 2}, actor=clerk)

    cancel(pickup, clerk, 1)
    assert tasks_of(pickup) == []
    cancel(pickup, clerk, 1)
    assert tasks_of(pickup) == [(False, {shop.skus[0].code: 1})]

    fulfilment_pick_all(pickup.fulfilment_order_id, actor=clerk)
    assert pickup_ready(pickup.uid, place="A1", actor=clerk).status == PickupStatus.READY


def test_a_parcel_asks_nobody(shop, clerk) -> None:
    order = place(shop, 2)
    fulfilment_pick_all(order.fulfilment_orders.get().pk, actor=clerk)

    order_cancel(
        order.pk, reason=CancelReason.CUSTOMER, actor=clerk, lines={order.lines.first().pk: 1}
    )

    assert not PutBack.objects.exists()


def test_undo_brings_back_what_was_handed_over(shop, clerk) -> None:
    pickup = ready(shop, clerk, quantity=2, method="collect")
    cancel(pickup, clerk, 1)
    hand_over(pickup, clerk)

    pickup_undo(pickup.uid, reason=UndoReason.MISTAKE, actor=clerk)

    assert figures(shop.skus[0], shop.store) == (100, 1)
    assert hand_over(pickup, clerk).code is HandOverAnswer.OK
    assert fresh(pickup).fulfilment_order.order.status == OrderStatus.COMPLETED


@pytest.mark.parametrize("done", [False, True])
def test_a_late_customer_gets_what_was_left_in_the_bag(shop, clerk, done) -> None:
    first, second = (sku.code for sku in shop.skus)
    pickup = ready(shop, clerk, quantity=2)
    cancel(pickup, clerk, 1)
    if done:
        put_back(pickup, clerk)
    overdue(pickup)
    pickup_expire_due(actor=system_actor())
    assert tasks_of(pickup) == [(False, {first: 1}), (True, {first: 1, second: 2})]

    pickup_reinstate(pickup.uid, actor=clerk)

    assert tasks_of(pickup) == [(False, {first: 1})]
    pay(pickup, clerk)
    assert hand_over(pickup, clerk).code is HandOverAnswer.OK
    assert [figures(sku, shop.store) for sku in shop.skus] == [(99, 0), (98, 0)]


def test_the_whole_order_after_a_part_leaves_a_task_for_each(shop, clerk) -> None:
    first, second = (sku.code for sku in shop.skus)
    pickup = ready(shop, clerk, quantity=2)
    cancel(pickup, clerk, 0, 2)
    cancel(pickup, clerk, 2)

    assert fresh(pickup).status == PickupStatus.CANCELLED
    assert tasks_of(pickup) == [(False, {second: 2}), (True, {first: 2})]


def test_units_to_put_back_are_not_missing(shop, clerk) -> None:
    cancel(ready(shop, clerk, quantity=3), clerk, 2)
    wanted = reserve(shop)
    line = wanted.fulfilment_order.lines.order_by("order_line__position").first()

    pickup_decline(
        wanted.uid, line_id=line.pk, units=1, reason=DeclineReason.NOT_FOUND, actor=clerk
    )

    # One in the bag, two beside it.
    assert figures(shop.skus[0], shop.store) == (3, 1)


def test_a_task_is_found_at_its_own_pickup_only(shop, clerk) -> None:
    pickup, other = (ready(shop, clerk, quantity=2) for _ in range(2))
    cancel(pickup, clerk, 1)

    with pytest.raises(NotFound):
        pickup_put_back(other.uid, task_id=pickup.put_backs.get().pk, actor=clerk)


def test_the_counter_says_what_to_take_out_and_it_is_done_with_one_tap(shop, clerk, till) -> None:
    pickup = ready(shop, clerk, quantity=3)
    cancel(pickup, clerk, 2)
    task = pickup.put_backs.get()
    address = reverse("counter-put-back", args=[pickup.uid, task.pk])

    tab = till.get(reverse("counter"), {"tab": "put_back"})
    assert "1 To put back" in text_of(tab)
    assert f"2 × {shop.skus[0].name}" in text_of(tab)
    assert shop.skus[1].name not in text_of(tab)
    assert "the rest stays in the bag" in text_of(tab)
    assert f'action="{address}"' in tab.content.decode()
    opened = text_of(till.get(reverse("counter-pickup", args=[pickup.uid])))
    assert f"Cancelled: take this out 2 × {shop.skus[0].name}" in opened

    done = till.post(address, follow=True)
    assert "The cancelled units of order" in text_of(done)
    assert "Nothing to put back" in text_of(done)
    assert "back on the shelf already" in text_of(till.post(address))
    assert "take this out" not in text_of(till.get(reverse("counter-pickup", args=[pickup.uid])))


@pytest.mark.parametrize("state", ["to_pick", "ready", "collected"])
def test_the_orders_page_asks_for_it_in_every_state_and_stays(shop, clerk, till, state) -> None:
    pickup = reserve(shop, 2, method="collect")
    fulfilment_pick_all(pickup.fulfilment_order_id, actor=clerk)
    cancel(pickup, clerk, 1)
    if state != "to_pick":
        pickup_ready(pickup.uid, place="A1", actor=clerk)
    if state == "collected":
        hand_over(pickup, clerk)
    address = reverse("counter-pickup", args=[pickup.uid])

    assert "Cancelled: take this out" in text_of(till.get(address))
    done = till.post(
        reverse("counter-put-back", args=[pickup.uid, pickup.put_backs.get().pk]), {"stay": "1"}
    )

    assert done.url == address
    assert "Cancelled: take this out" not in text_of(till.get(address))


def test_queries_do_not_grow_with_the_tasks(shop, clerk, till) -> None:
    pickup = ready(shop, clerk, quantity=8)
    pages = [
        (reverse("counter"), {"tab": "put_back"}),
        (reverse("counter-pickup", args=[pickup.uid]), {}),
    ]

    def counted() -> list[int]:
        counts = []
        for address, query in pages:
            with CaptureQueriesContext(connection) as captured:
                till.get(address, query)
            counts.append(len(captured))
        return counts

    cancel(pickup, clerk, 1)
    counted()
    few = counted()
    for _ in range(3):
        cancel(pickup, clerk, 1, 1)
    cancel(ready(shop, clerk, quantity=2), clerk, 1)
    assert counted() == few
