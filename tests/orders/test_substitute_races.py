"""A substitute sent by two at once, and its last unit wanted by somebody else."""

import pytest

from catalog.models import Sku
from catalog.services.substitutes import sku_substitutes_set
from inventory.errors import InsufficientStock
from inventory.models import Shortage
from inventory.services.audit import stock_audit
from oms.core.errors import DomainError
from oms.orders import locks
from oms.orders.errors import NoSubstitute, ShortageSolved
from oms.orders.models import FulfilmentLine, Order
from oms.orders.requests import OrderLineRequest
from oms.orders.services import placement, shortages, substituting, wanted
from oms.orders.services.placement import order_place
from oms.orders.services.shortages import shortage_cancel, shortage_substitute
from tests.catalog.factories import make_price_list, make_sku
from tests.inventory.factories import put
from tests.inventory.racing import Meeting, race, rows_without_lock
from tests.orders.factories import ACTOR, Shop, figures, make_shop, order_request, place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
TRIES = 4


def scene(units: int = 10) -> tuple[Shop, Sku, Order, Shortage, int]:
    """An order of five of which two are missing; `units` of what may stand in lie there."""
    shop, other = make_shop(1, units=5), make_sku()
    make_price_list({other: "10.00"})
    now(lambda: put(other, shop.warehouse, units))
    sku_substitutes_set(shop.skus[0].pk, [other.code], actor=ACTOR)
    order = place(shop, 5, accepts_substitutes=True)
    now(lambda: put(shop.skus[0], shop.warehouse, -2))
    item = Shortage.objects.get(sku=shop.skus[0], closed_at=None)
    return shop, other, order, item, FulfilmentLine.objects.get(order_line__order=order).pk


def now(call) -> None:
    (result,) = race([call], threads=1)
    assert not isinstance(result, Exception), result


def refused(results: list) -> list[type]:
    errors = [one for one in results if isinstance(one, Exception)]
    assert all(isinstance(one, DomainError) for one in errors), errors
    return [type(one) for one in errors]


def test_two_people_solve_it_once() -> None:
    for _ in range(TRIES):
        shop, other, order, item, line = scene()

        def sent(uid=item.uid, pk=line, code=other.code):
            return shortage_substitute(uid, line_id=pk, sku=code, actor=ACTOR)

        def cancelled(uid=item.uid, pk=line):
            return shortage_cancel(uid, line_id=pk, actor=ACTOR)

        results = race([sent, cancelled, sent], threads=3)
        assert refused(results) == [ShortageSolved] * 2
        assert order.lines.get(position=1).cancelled == 2
        assert figures(shop.skus[0], shop.warehouse) == (3, 3)
        stands_in = order.lines.filter(position=2).exists()
        assert figures(other, shop.warehouse) == (10, 2 if stands_in else 0)
        order.refresh_from_db()
        assert str(order.current_total) == ("56.6000" if stands_in else "36.6000")
    assert stock_audit().clean


@pytest.fixture
def meeting(monkeypatch):
    """Both see that units are lacking."""
    monkeypatch.setattr(shortages, "_lacking", Meeting().after(shortages._lacking))


@pytest.fixture
def sourcing(monkeypatch):
    """Both find the last unit."""
    look = Meeting().after(placement.source)
    monkeypatch.setattr(placement, "source", look)
    monkeypatch.setattr(wanted, "source", look)


def both_ways() -> tuple[list, tuple[int, int]]:
    shop, other, _order, item, line = scene()
    results = race(
        [
            lambda: shortage_substitute(item.uid, line_id=line, sku=other.code, actor=ACTOR),
            lambda: shortage_cancel(item.uid, line_id=line, actor=ACTOR),
        ],
        threads=2,
    )
    return results, figures(shop.skus[0], shop.warehouse)


def test_replaced_and_cancelled_at_once_it_is_one_of_them(meeting) -> None:
    results, left = both_ways()
    assert refused(results) == [ShortageSolved]
    assert left == (3, 3)


def test_without_the_locks_units_are_both_replaced_and_cancelled(meeting, monkeypatch) -> None:
    """The control: neither the order's lock nor the second look under the shelf's."""
    monkeypatch.setattr(locks, "lock_rows_where", rows_without_lock)
    monkeypatch.setattr(shortages, "stock_lock", lambda *_args, **_more: None)
    monkeypatch.setattr(shortages, "_still_lacking", lambda *_args: None)
    _results, left = both_ways()
    assert left != (3, 3)


def last_unit() -> tuple[list, tuple[int, int]]:
    shop, other, _order, item, line = scene(units=1)
    request = order_request(shop, lines=(OrderLineRequest(other.code, 1),))
    results = race(
        [
            lambda: shortage_substitute(item.uid, line_id=line, sku=other.code, actor=ACTOR),
            lambda: order_place(request, actor=ACTOR),
        ],
        threads=2,
    )
    return results, figures(other, shop.warehouse)


def test_its_last_unit_goes_to_one_of_two(sourcing) -> None:
    results, left = last_unit()
    assert refused(results) in ([NoSubstitute], [InsufficientStock])
    assert left == (1, 1)
    assert stock_audit().clean


def test_without_the_claim_both_think_they_have_it(sourcing, monkeypatch) -> None:
    """The control: what is promised is not taken from the shelf's figures."""
    monkeypatch.setattr(substituting, "reallocate", lambda *_args, **_more: None)
    results, left = last_unit()
    assert refused(results) == []
    assert left == (1, 1)
