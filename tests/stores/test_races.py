"""Two people at two tills, a sweep and a customer: for any interleaving exactly one wins."""

from uuid import uuid4

import pytest

from inventory.models import StockMovement
from oms.core.actors import system_actor
from oms.core.models import Event
from oms.orders import locks
from oms.orders.errors import GoodsLeft
from oms.orders.models import Tender
from oms.orders.services.changes import order_cancel
from oms.orders.status import CancelReason
from stores.codes import pickup_code
from stores.errors import NothingDue, NothingToUndo
from stores.models import CodeMiss, HandOver, Pickup, PutBack
from stores.services import handing, lookup
from stores.services.ending import pickup_expire_due, pickup_reinstate
from stores.services.handing import pickup_undo
from stores.services.lookup import MAX_MISSES, pickup_identify
from stores.services.picking import pickup_unready
from stores.status import HandOverAnswer, PickupStatus, UndoReason
from tests.inventory.racing import Meeting, race, rows_without_lock
from tests.orders.factories import figures, make_shop
from tests.stores.factories import clerk_of, collected, fresh, hand_over, overdue, pay, ready

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
A = HandOverAnswer
SYSTEM = system_actor()
TRIES = 5


@pytest.fixture
def shop():
    return make_shop(1)


@pytest.fixture
def clerks(shop):
    return clerk_of(shop.store), clerk_of(shop.store)


@pytest.fixture
def meeting(monkeypatch):
    """Both tills have checked before either hands over."""
    monkeypatch.setattr(handing, "refusal", Meeting().after(handing.refusal))


def codes(results) -> list:
    return sorted(getattr(one, "code", type(one).__name__) for one in results)


def two_tills(pickup, clerks) -> list:
    return race([lambda clerk=clerk: hand_over(pickup, clerk) for clerk in clerks], threads=2)


def test_two_tills_hand_over_once(shop, clerks, meeting) -> None:
    pickup = ready(shop, clerks[0], method="collect")

    results = two_tills(pickup, clerks)

    assert codes(results) == [A.ALREADY_COLLECTED, A.OK]
    assert HandOver.objects.count() == 1
    assert StockMovement.objects.filter(kind="sold").count() == 1
    assert Event.objects.filter(type="pickup.collected").count() == 1


def test_without_the_lock_two_tills_are_not_told_apart(shop, clerks, meeting, monkeypatch) -> None:
    """The control: it proves that the test above can fail."""
    monkeypatch.setattr(locks, "lock_rows_where", rows_without_lock)
    pickup = ready(shop, clerks[0], method="collect")

    assert codes(two_tills(pickup, clerks)) != [A.ALREADY_COLLECTED, A.OK]


def test_a_double_tap_is_one_hand_over(shop, clerks) -> None:
    pickup = ready(shop, clerks[0], method="collect")
    nonce = uuid4()

    results = race([lambda: hand_over(pickup, clerks[0], nonce=nonce)] * 4, threads=4)

    assert codes(results) == [A.OK] * 4
    assert HandOver.objects.count() == 1


def test_hand_over_against_expiry(shop, clerks) -> None:
    for _ in range(TRIES):
        pickup = overdue(ready(shop, clerks[0], method="collect"))

        answer, expired = race(
            [lambda p=pickup: hand_over(p, clerks[0]), lambda: pickup_expire_due(actor=SYSTEM)],
            threads=2,
        )

        status = fresh(pickup).status
        won = (answer.code, expired, status)
        assert won in [
            (A.OK, 0, PickupStatus.COLLECTED),
            (A.EXPIRED, 1, PickupStatus.EXPIRED),
        ]
        assert PutBack.objects.filter(pickup=pickup).exists() == (status == PickupStatus.EXPIRED)


def test_hand_over_against_cancellation(shop, clerks) -> None:
    for _ in range(TRIES):
        pickup = ready(shop, clerks[0], method="collect")
        order_id = pickup.fulfilment_order.order_id

        answer, cancelled = race(
            [
                lambda p=pickup: hand_over(p, clerks[0]),
                lambda pk=order_id: order_cancel(pk, reason=CancelReason.CUSTOMER, actor=SYSTEM),
            ],
            threads=2,
        )

        if isinstance(cancelled, GoodsLeft):
            assert (answer.code, fresh(pickup).status) == (A.OK, PickupStatus.COLLECTED)
        else:
            assert (answer.code, fresh(pickup).status) == (A.CANCELLED, PickupStatus.CANCELLED)


def test_undo_against_another_hand_over(shop, clerks) -> None:
    for _ in range(TRIES):
        pickup = collected(shop, clerks[0])

        undone, answer = race(
            [
                lambda p=pickup: pickup_undo(p.uid, reason=UndoReason.MISTAKE, actor=clerks[0]),
                lambda p=pickup: hand_over(p, clerks[1]),
            ],
            threads=2,
        )

        assert not isinstance(undone, Exception)
        expected = PickupStatus.COLLECTED if answer.code is A.OK else PickupStatus.READY
        assert answer.code in (A.OK, A.ALREADY_COLLECTED)
        assert fresh(pickup).status == expected
        in_force = HandOver.objects.filter(pickup=pickup, undone_at=None).count()
        assert in_force == (expected == PickupStatus.COLLECTED)


def test_two_undos_are_one(shop, clerks) -> None:
    pickup = collected(shop, clerks[0])

    results = race(
        [
            lambda c=clerk: pickup_undo(pickup.uid, reason=UndoReason.MISTAKE, actor=c)
            for clerk in clerks
        ],
        threads=2,
    )

    assert [type(one) for one in results].count(NothingToUndo) == 1
    assert figures(shop.skus[0], shop.store) == (100, 1)


def test_not_ready_after_all_against_hand_over(shop, clerks) -> None:
    for _ in range(TRIES):
        pickup = ready(shop, clerks[0], method="collect")

        undone, answer = race(
            [
                lambda p=pickup: pickup_unready(p.uid, actor=clerks[0]),
                lambda p=pickup: hand_over(p, clerks[1]),
            ],
            threads=2,
        )

        went = (type(undone), answer.code, fresh(pickup).status)
        assert went in [
            (Pickup, A.NOT_READY, PickupStatus.TO_PICK),
            (NothingToUndo, A.OK, PickupStatus.COLLECTED),
        ]


def test_two_tills_take_the_money_once(shop, clerks) -> None:
    for _ in range(TRIES):
        pickup = ready(shop, clerks[0])

        results = race([lambda c=clerk, p=pickup: pay(p, c) for clerk in clerks], threads=2)

        assert [type(one) for one in results].count(NothingDue) == 1
        assert Tender.objects.filter(order=pickup.fulfilment_order.order_id).count() == 1


def test_two_sweeps_expire_each_order_once(shop, clerks) -> None:
    for _ in range(6):
        overdue(ready(shop, clerks[0]))

    results = race([lambda: pickup_expire_due(actor=SYSTEM)] * 2, threads=2)

    assert sum(results) + pickup_expire_due(actor=SYSTEM) == 6
    assert Event.objects.filter(type="pickup.expired").count() == 6
    assert figures(shop.skus[0], shop.store) == (100, 0)


def test_a_late_customer_is_reinstated_once(shop, clerks) -> None:
    pickup = overdue(ready(shop, clerks[0]))
    pickup_expire_due(actor=SYSTEM)

    results = race(
        [lambda c=clerk: pickup_reinstate(pickup.uid, actor=c) for clerk in clerks], threads=2
    )

    assert sum(isinstance(one, Exception) for one in results) == 1
    assert figures(shop.skus[0], shop.store) == (100, 1)


def guess(shop, clerk, times: int) -> list:
    return race(
        [
            lambda: pickup_identify(pickup_code(uuid4()), location=shop.store, actor=clerk)
            for _ in range(times)
        ],
        threads=8,
    )


def test_wrong_codes_are_counted_one_by_one(shop, clerks) -> None:
    results = guess(shop, clerks[0], 40)

    assert codes(results) == [A.LOCKED] * 30 + [A.NOT_FOUND] * MAX_MISSES
    assert CodeMiss.objects.count() == MAX_MISSES


def test_without_the_lock_more_codes_are_tried(shop, clerks, monkeypatch) -> None:
    """The control: counting and writing without the lock lets a burst through."""
    monkeypatch.setattr(lookup, "wrong_codes_lock", lambda *_: None)
    monkeypatch.setattr(lookup, "_misses", Meeting(8).after(lookup._misses))

    results = guess(shop, clerks[0], 40)

    assert codes(results).count(A.NOT_FOUND) > MAX_MISSES
