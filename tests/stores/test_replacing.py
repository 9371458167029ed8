"""What a clerk takes instead of what is not there, when the customer agreed to it."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Sku
from catalog.services.substitutes import sku_substitutes_set
from inventory.services.audit import stock_audit
from oms.core.actors import Actor
from oms.core.audit import audit_trail
from oms.core.events import events_deliver
from oms.notifications.models import Message
from oms.orders.errors import NoSubstitute, SubstitutesNotAccepted
from oms.orders.models import OrderLine
from oms.orders.services.payment import order_due
from oms.orders.status import OrderStatus
from stores.errors import NotToPick
from stores.models import Pickup
from stores.services.declining import pickup_replace
from stores.services.picking import pickup_ready, pickup_scan
from stores.status import DeclineReason, PickupStatus
from tests.catalog.factories import make_price_list, make_sku
from tests.inventory.factories import put
from tests.orders.factories import ACTOR, Shop, figures, make_shop
from tests.stores.factories import fresh, hand_over, make_ready, pay, reserve
from tests.stores.test_pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    """One SKU at 12.20."""
    return make_shop(1)


def stand_ins(shop: Shop, *units: int, price: str = "10.00") -> list[Sku]:
    """What the catalogue names for the shop's SKU: so many of each in the store."""
    skus = [make_sku(name=f"Other thing {number}") for number, _there in enumerate(units)]
    make_price_list(dict.fromkeys(skus, price))
    for sku, there in zip(skus, units, strict=True):
        put(sku, shop.store, there)
        put(sku, shop.warehouse, 50)
    sku_substitutes_set(shop.skus[0].pk, [sku.code for sku in skus], actor=ACTOR)
    return skus


def accepting(shop: Shop, quantity: int = 2, **changes: Any) -> Pickup:
    return reserve(shop, quantity, accepts_substitutes=True, **changes)


def replace(pickup: Pickup, sku: Sku, clerk: Actor, units: int = 2, reason: str = "not_found"):
    line = pickup.fulfilment_order.lines.get(order_line__position=1)
    return pickup_replace(
        pickup.uid,
        line_id=line.pk,
        units=units,
        reason=DeclineReason(reason),
        sku=sku.code,
        actor=clerk,
    )


def way(pickup: Pickup) -> str:
    line = pickup.fulfilment_order.lines.get(order_line__position=1)
    return reverse("counter-decline", args=[pickup.uid, line.pk])


def test_it_is_picked_paid_and_handed_over_like_what_was_ordered(shop: Shop, clerk: Actor) -> None:
    (other,) = stand_ins(shop, 5)
    pickup = accepting(shop)
    promise = pickup.fulfilment_order.promised_at

    new = replace(pickup, other, clerk)

    pickup = fresh(pickup)
    order, work = pickup.fulfilment_order.order, pickup.fulfilment_order
    assert (pickup.status, work.promised_at) == (PickupStatus.TO_PICK, promise)
    assert [(line.order_line, line.quantity) for line in work.lines.all()] == [(new, 2)]
    # The record drops to what is in the bags, and the stand-in is claimed where it lies.
    assert figures(shop.skus[0], shop.store) == (0, 0)
    assert figures(other, shop.store) == (5, 2)
    assert figures(other, shop.warehouse) == (50, 0)
    assert (order.status, order_due(order)) == (OrderStatus.OPEN, Decimal("20.00"))
    for _unit in range(2):
        pickup_scan(pickup.uid, code=other.code, actor=clerk)
    pickup_ready(pickup.uid, place="A1", actor=clerk)
    pay(pickup, clerk)
    hand_over(pickup, clerk)
    order.refresh_from_db()
    assert (order.status, order.current_total) == (OrderStatus.COMPLETED, Decimal("20.00"))
    assert figures(other, shop.store) == (3, 0)
    assert stock_audit().clean


def test_what_was_paid_too_much_goes_back_at_once(shop: Shop, clerk: Actor) -> None:
    (other,) = stand_ins(shop, 5)
    pickup = accepting(shop, method="collect")
    replace(pickup, other, clerk)
    order = fresh(pickup).fulfilment_order.order
    assert (order.current_total, order_due(order)) == (Decimal("20.00"), Decimal("0.00"))


def test_fewer_of_it_and_the_rest_is_cancelled(shop: Shop, clerk: Actor) -> None:
    (other,) = stand_ins(shop, 1)
    pickup = accepting(shop, 3)
    pickup_scan(pickup.uid, code=shop.skus[0].code, actor=clerk)

    new = replace(pickup, other, clerk, 2)

    lines = pickup.fulfilment_order.lines.order_by("order_line__position")
    assert [(line.quantity, line.picked) for line in lines] == [(1, 1), (1, 0)]
    assert (new.quantity, OrderLine.objects.get(pk=new.substitutes_id).cancelled) == (1, 2)
    # What is in the bag stays on hand.
    assert figures(shop.skus[0], shop.store) == (1, 1)
    assert stock_audit().clean


def test_damaged_ones_are_set_aside_as_ever(shop: Shop, clerk: Actor) -> None:
    (other,) = stand_ins(shop, 5)
    pickup = accepting(shop)
    before = figures(shop.skus[0], shop.store)
    replace(pickup, other, clerk, reason="damaged")
    assert figures(shop.skus[0], shop.store) == (before[0], 0)
    data = audit_trail(pickup).get(action="pickup.declined").data
    assert (data["set_aside"], data["instead"], data["units"]) == (2, other.code, 2)


def test_refused_without_a_trace(shop: Shop, clerk: Actor) -> None:
    (other,) = stand_ins(shop, 0)
    unasked, empty = reserve(shop, 1), accepting(shop, 1)
    before = figures(shop.skus[0], shop.store)
    with pytest.raises(SubstitutesNotAccepted):
        replace(unasked, other, clerk, 1)
    # There are fifty in the warehouse: a pickup takes nothing from elsewhere.
    with pytest.raises(NoSubstitute):
        replace(empty, other, clerk, 1)
    assert figures(shop.skus[0], shop.store) == before
    make_ready(empty, clerk)
    with pytest.raises(NotToPick):
        replace(empty, other, clerk, 1)


def test_the_clerk_chooses_with_three_taps(shop: Shop, till: Client) -> None:
    first, second, none = stand_ins(shop, 1, 5, 0)
    pickup = accepting(shop)
    address = way(pickup)

    page = text_of(till.get(address))
    assert "what lies here comes next" in page
    assert "Cancelled for the customer" not in page
    page = text_of(till.post(address, {"units": "2", "reason": "not_found"}))
    saved = "1 here · €2.20 less · the rest is cancelled"
    assert f"Take 1 × {first.name} {first.code} · {saved}" in page
    assert f"Take 2 × {second.name} {second.code} · 5 here · €4.40 less" in page
    assert none.name not in page
    assert figures(second, shop.store) == (5, 0)

    given = {"units": "2", "reason": "not_found", "instead": second.code}
    done = text_of(till.post(address, given, follow=True))
    assert f"Now pick 2 × {second.name}." in done
    assert "0 of 2 picked" in done
    # A second tap finds nothing left to replace.
    assert till.post(address, given).status_code == 302
    assert figures(second, shop.store) == (5, 2)
    events_deliver()
    (told,) = Message.objects.exclude(kind="stores/order_placed")
    assert told.kind == "orders/order_substituted"
    assert "Instead we keep 2 × " in told.text


def test_or_nothing_and_it_ends_as_ever(shop: Shop, till: Client) -> None:
    stand_ins(shop, 5)
    pickup = accepting(shop)
    given = {"units": "2", "reason": "mismatch", "instead": ""}
    assert till.post(way(pickup), given).status_code == 302
    assert fresh(pickup).status == PickupStatus.DECLINED


def test_nothing_is_offered_that_was_not_asked_for_or_is_not_here(shop: Shop, till: Client) -> None:
    unasked = reserve(shop, 1)
    stand_ins(shop, 0)
    for pickup in (unasked, accepting(shop, 1)):
        assert "Cancelled for the customer" in text_of(till.get(way(pickup)))
        assert till.post(way(pickup), {"units": "1", "reason": "damaged"}).status_code == 302
        assert fresh(pickup).status == PickupStatus.DECLINED


@pytest.mark.parametrize("number", [1, 8])
def test_the_page_costs_the_same_however_many_lie_here(
    shop: Shop, till: Client, number: int, django_assert_num_queries: Any
) -> None:
    stand_ins(shop, *[3] * number)
    address = way(accepting(shop))
    with django_assert_num_queries(13):
        page = till.post(address, {"units": "2", "reason": "damaged"})
    assert text_of(page).count("Take 2 × ") == number
