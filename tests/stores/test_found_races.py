"""Two clerks find the same thing, or somebody ends the order meanwhile: exactly one wins."""

from typing import Any

import pytest

from inventory.models import Shortage
from inventory.services.audit import stock_audit
from inventory.status import LocationKind
from oms.core.actors import Actor, system_actor
from oms.orders import locks
from oms.orders.models import FulfilmentLine, OrderLine
from oms.orders.services.changes import order_cancel
from oms.orders.services.shortages import shortage_resource
from oms.orders.status import CancelReason
from stores.errors import NothingToUndo, OrderWentOn
from stores.models import Decline
from stores.services import found
from stores.services.ending import pickup_expire_due
from stores.services.found import pickup_found
from stores.status import HandOverAnswer, PickupStatus
from tests.inventory.factories import make_location, put
from tests.inventory.racing import Meeting, race, rows_without_lock
from tests.orders.factories import Shop, figures, make_shop, place
from tests.stores.factories import (
    clerk_of,
    fresh,
    hand_over,
    make_decline,
    make_ready,
    overdue,
    pay,
    reserve,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
SYSTEM = system_actor()
TRIES = 4
S = PickupStatus


@pytest.fixture
def shop() -> Shop:
    return make_shop(1)


@pytest.fixture
def clerks(shop: Shop) -> tuple[Actor, Actor]:
    return clerk_of(shop.store), clerk_of(shop.store)


def undo(one: Decline, clerk: Actor) -> Decline:
    return pickup_found(one.pickup.uid, decline=one.uid, actor=clerk)


def two_undos(shop: Shop, clerks: tuple[Actor, Actor], monkeypatch: Any) -> list[str]:
    """Both have looked before either acts. Two of three units are declined, in two goes."""
    pickup = reserve(shop, 3)
    make_decline(pickup)
    one = make_decline(pickup)
    monkeypatch.setattr(found, "_undoable", Meeting().after(found._undoable))
    results = race([lambda c=clerk: undo(one, c) for clerk in clerks], threads=2)
    return sorted(type(result).__name__ for result in results)


def test_two_clerks_undo_once(
    shop: Shop, clerks: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert two_undos(shop, clerks, monkeypatch) == ["Decline", NothingToUndo.__name__]
    assert figures(shop.skus[0], shop.store) == (100, 2)
    assert OrderLine.objects.get().cancelled == 1


def test_without_the_orders_lock_it_is_undone_twice(
    shop: Shop, clerks: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what another clerk declined is undone with it."""
    monkeypatch.setattr(locks, "lock_rows_where", rows_without_lock)
    assert two_undos(shop, clerks, monkeypatch) == ["Decline", "Decline"]
    assert figures(shop.skus[0], shop.store) == (100, 3)


def test_undo_against_hand_over(shop: Shop, clerks: tuple[Actor, Actor]) -> None:
    for _ in range(TRIES):
        pickup = reserve(shop, 2)
        one = make_decline(pickup)
        make_ready(pickup, clerks[0])
        pay(pickup, clerks[0])

        undone, answer = race(
            [lambda o=one: undo(o, clerks[0]), lambda p=pickup: hand_over(p, clerks[1])], threads=2
        )

        went = (type(undone), answer.code, fresh(pickup).status)
        assert went in [
            (Decline, HandOverAnswer.NOT_READY, S.TO_PICK),
            (OrderWentOn, HandOverAnswer.OK, S.COLLECTED),
        ]
    assert stock_audit().clean


def test_undo_against_expiry(shop: Shop, clerks: tuple[Actor, Actor]) -> None:
    for _ in range(TRIES):
        pickup = reserve(shop, 2)
        one = make_decline(pickup)
        overdue(make_ready(pickup, clerks[0]))

        undone, expired = race(
            [lambda o=one: undo(o, clerks[0]), lambda: pickup_expire_due(actor=SYSTEM)], threads=2
        )

        went = (type(undone), expired, fresh(pickup).status)
        assert went in [(Decline, 0, S.TO_PICK), (OrderWentOn, 1, S.EXPIRED)]
    assert stock_audit().clean


def test_undo_against_cancellation(shop: Shop, clerks: tuple[Actor, Actor]) -> None:
    for _ in range(TRIES):
        pickup = reserve(shop, 2)
        one = make_decline(pickup)
        order_id = pickup.fulfilment_order.order_id

        undone, cancelled = race(
            [
                lambda o=one: undo(o, clerks[0]),
                lambda pk=order_id: order_cancel(pk, reason=CancelReason.CUSTOMER, actor=SYSTEM),
            ],
            threads=2,
        )

        # Whoever is first, the customer's word is the last.
        assert isinstance(undone, Decline | OrderWentOn)
        assert not isinstance(cancelled, Exception)
        assert fresh(pickup).status == S.CANCELLED
    assert figures(shop.skus[0], shop.store) == (100, 0)


def test_undo_against_another_customer(shop: Shop, clerks: tuple[Actor, Actor]) -> None:
    """Ninety-nine of a hundred are claimed: the last one has one owner."""
    for _ in range(TRIES):
        pickup = reserve(shop, 2)
        one = make_decline(pickup)
        on_hand, allocated = figures(shop.skus[0], shop.store)
        reserve(shop, on_hand - allocated - 1)

        results = race([lambda o=one: undo(o, clerks[0]), lambda: reserve(shop, 1)], threads=2)

        assert sum(isinstance(result, Exception) for result in results) == 1
        assert figures(shop.skus[0], shop.store) == (on_hand, on_hand)
        put_more(shop, on_hand)
    assert stock_audit().clean


def put_more(shop: Shop, units: int) -> None:
    race([lambda: put(shop.skus[0], shop.store, units)], threads=1)


def test_undo_against_resourcing_of_another_order(clerks: tuple[Actor, Actor], shop: Shop) -> None:
    """The record comes back, or the other order has left: it never lacks and moves at once."""
    sku, store = shop.skus[0], shop.store
    type(store).objects.filter(pk=store.pk).update(ships=True)
    second = make_location(kind=LocationKind.WAREHOUSE, latitude="41.9", longitude="12.5")
    race([lambda: put(sku, second, 20)], threads=1)
    for _ in range(TRIES):
        pickup = reserve(shop, 2)
        shipped = place(shop, 2)
        assert shipped.fulfilment_orders.get().location == store
        one = make_decline(pickup, 1, "not_found")
        line = FulfilmentLine.objects.get(fulfilment_order__order=shipped)
        shortage = Shortage.objects.get(location=store, closed_at=None)

        results = race(
            [
                lambda o=one: undo(o, clerks[0]),
                lambda s=shortage, pk=line.pk: shortage_resource(s.uid, line_id=pk, actor=SYSTEM),
            ],
            threads=2,
        )

        assert isinstance(results[0], Decline)
        assert not Shortage.objects.filter(closed_at=None).exists()
        assert OrderLine.objects.get(order=shipped).open == 2
    assert stock_audit().clean
