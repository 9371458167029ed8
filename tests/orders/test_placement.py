import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.errors import InsufficientStock
from inventory.models import Allocation
from oms.core.errors import InvalidInput
from oms.core.models import AuditEntry, Event
from oms.orders.errors import DuplicateOrder, PaymentMismatch
from oms.orders.models import Order, Tender
from oms.orders.requests import Address, OrderLineRequest, PaymentRequest
from oms.orders.services.payment import DuplicatePayment
from oms.sourcing.models import Decision
from tests.catalog.factories import make_price_list
from tests.inventory.factories import make_kit, put
from tests.orders.factories import figures, make_shop, order_request, place

pytestmark = pytest.mark.django_db

STATEMENTS = 9


def test_an_order_claims_its_stock_and_keeps_its_reasons() -> None:
    shop = make_shop()
    order = place(shop, 2)
    order.refresh_from_db()
    assert order.gross == Decimal("73.20")
    assert (order.net, order.tax) == (Decimal("60.00"), Decimal("13.20"))
    assert order.payment_status == "authorised"
    assert figures(shop.skus[0], shop.warehouse) == (100, 2)
    assert figures(shop.skus[0], shop.store) == (100, 0)
    work = order.fulfilment_orders.get()
    assert work.location == shop.warehouse
    assert [line.quantity for line in work.lines.all()] == [2, 2, 2]
    assert order.lines.first().price_trace
    decision = Decision.objects.get(subject=order.uid)
    assert {one["location"]: one["reason"] for one in decision.candidates} == {
        shop.warehouse.code: "chosen"
    }
    assert AuditEntry.objects.filter(action="order.placed", object_id=str(order.pk)).count() == 1
    event = Event.objects.get(type="order.placed", aggregate_id=order.uid)
    assert event.payload["order"]["number"] == order.number


@pytest.mark.parametrize("lines", [1, 3, 30])
def test_the_number_of_statements_does_not_depend_on_the_lines(lines: int) -> None:
    shop = make_shop(lines)
    request = order_request(shop)
    # A process asks for the names of sequences once.
    place(shop, lines=request.lines)
    with CaptureQueriesContext(connection) as captured:
        place(shop, lines=request.lines)
    assert len(captured) <= STATEMENTS, [query["sql"][:90] for query in captured]


def test_every_wrong_field_is_named_at_once() -> None:
    shop = make_shop(1)
    with pytest.raises(InvalidInput) as caught:
        place(
            shop,
            lines=(OrderLineRequest("NOPE", 1), OrderLineRequest(shop.skus[0].code, 0)),
            address=Address(city="Milano", country="IT"),
        )
    assert {issue.field: issue.code for issue in caught.value.issues} == {
        "ship_to.street": "required",
        "lines[0].sku": "unknown_sku",
        "lines[1].quantity": "bad_quantity",
    }


@pytest.mark.parametrize("method", ["ship", "reserve"])
@pytest.mark.parametrize("paying", [True, False])
def test_a_gift_leaves_nothing_due(method: str, paying: bool) -> None:
    shop = make_shop(1)
    make_price_list(dict.fromkeys(shop.skus, "0"), (f"channel:{shop.channel.code}",), priority=9)
    paid = {} if paying else {"payment": None}
    order = place(shop, method=method, **paid)
    assert order.gross == 0
    assert order.payment_status == "nothing_due"
    assert not Tender.objects.exists()


def test_too_little_stock_refuses_the_order_and_keeps_nothing() -> None:
    shop = make_shop(2, units=3)
    with pytest.raises(InsufficientStock) as caught:
        place(shop, 4)
    assert {item["sku"] for item in caught.value.data["items"]} == {sku.code for sku in shop.skus}
    assert not Order.objects.exists()
    assert not Allocation.objects.exists()


def test_two_lines_of_one_sku_are_summed() -> None:
    shop = make_shop(1, units=5)
    twice = (OrderLineRequest(shop.skus[0].code, 3), OrderLineRequest(shop.skus[0].code, 3))
    with pytest.raises(InsufficientStock):
        place(shop, lines=twice)


def test_a_kit_and_its_component_in_one_order() -> None:
    shop = make_shop(1, units=5)
    (part,) = shop.skus
    kit = make_kit({part: 2})
    from_kit = (OrderLineRequest(part.code, 3), OrderLineRequest(part.code, 1))
    order = place(shop, lines=from_kit)
    assert figures(part, shop.warehouse) == (5, 4)
    assert order.lines.count() == 2
    assert kit.components.count() == 1


def test_the_same_external_id_is_refused() -> None:
    shop = make_shop(1)
    place(shop, external_id="A1")
    with pytest.raises(DuplicateOrder):
        place(shop, external_id="A1")


def test_a_payment_must_equal_the_total_and_be_new() -> None:
    shop = make_shop(1)
    with pytest.raises(PaymentMismatch):
        place(shop, payment=PaymentRequest("external", "card", "t1", Decimal("1.00")))
    place(shop, payment=PaymentRequest("external", "card", "t2"))
    with pytest.raises(DuplicatePayment):
        place(shop, payment=PaymentRequest("external", "card", "t2"))
    with pytest.raises(InvalidInput):
        place(shop, payment=None)
    assert Tender.objects.count() == 1


def test_an_order_is_split_only_when_it_must() -> None:
    shop = make_shop(1, units=5)
    shop.store.ships = True
    shop.store.save()
    order = place(shop, 8)
    shares = {
        line.fulfilment_order.location: line.quantity
        for line in order.lines.get().fulfilment_lines.select_related("fulfilment_order__location")
    }
    # Milan's store is nearer to the address than Turin's warehouse.
    assert shares == {shop.store: 5, shop.warehouse: 3}


def test_a_demand_is_the_line(django_assert_max_num_queries: object) -> None:
    shop = make_shop(1)
    order = place(shop, 2)
    claim = Allocation.objects.get()
    assert claim.demand == order.lines.get().uid
    assert isinstance(claim.demand, uuid.UUID)
    put_more = put(shop.skus[0], shop.warehouse, 1)
    assert put_more.on_hand == 101
