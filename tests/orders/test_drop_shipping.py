"""Orders that a supplier sends: its purchase orders follow the fulfilment orders."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from catalog.services.substitutes import sku_substitutes_set
from inventory.errors import DropShipped
from inventory.models import (
    ExpectedSupply,
    Location,
    PurchaseOrder,
    PurchaseOrderLine,
    Shortage,
    Stock,
    StockMovement,
)
from inventory.services.deliveries import Delivery, ReceivedLine, purchase_receive
from inventory.services.invoices import InvoiceLine, InvoiceRequest, invoice_record
from inventory.services.purchasing import Confirmation, purchase_cancel, purchase_confirm
from inventory.status import InvoiceStatus, LocationKind, PurchaseStatus
from oms.core.clock import now
from oms.core.events import events_deliver
from oms.core.models import Event
from oms.notifications.models import Message
from oms.orders.models import Order
from oms.orders.services.changes import order_cancel
from oms.orders.services.fulfilment import (
    fulfilment_decline,
    fulfilment_pick_all,
    fulfilment_ship,
)
from oms.orders.services.resourcing import fulfilment_resource
from oms.orders.services.shortages import (
    shortage_back_order,
    shortage_cancel,
    shortage_resource,
    shortage_substitute,
)
from oms.orders.status import CancelReason
from stores.goods.deliveries import DeliveryIn
from tests.catalog.factories import make_kit, make_price_list, make_sku
from tests.core.factories import make_key, make_user
from tests.inventory.factories import make_location, put
from tests.inventory.purchasing import make_supplier, sells
from tests.orders.factories import ACTOR, Shop, make_shop, place

pytestmark = pytest.mark.django_db
S = PurchaseStatus


@pytest.fixture
def shop() -> Shop:
    """Two SKUs that nobody has but the supplier, who sells the first for 4.10."""
    shop = make_shop(2, units=1)
    far = {"latitude": Decimal("49.48"), "longitude": Decimal("20.03")}
    location = make_location("SUP", kind=LocationKind.SUPPLIER, ships=True, **far)
    supplier = make_supplier(code="FORNACI", location=location, lead_time_days=30)
    sells(supplier, shop.skus[0], "4.10", supplier_code="F-1", pack_multiple=6, minimum_quantity=12)
    with transaction.atomic():
        Stock.objects.filter(location=shop.warehouse).update(safety_stock=1000)
        for sku in shop.skus:
            put(sku, location, 50)
    return shop


def ordered(shop: Shop, quantity: int = 2, **changes: Any) -> Order:
    order = place(shop, quantity, **changes)
    events_deliver()
    return order


def only() -> PurchaseOrder:
    return PurchaseOrder.objects.exclude(status=S.CANCELLED).get()


def told(kind: str) -> int:
    return Message.objects.filter(kind=f"inventory/{kind}").count()


def work_of(order: Order) -> Any:
    return order.fulfilment_orders.get(location__code="SUP")


def shipped(order: Order) -> None:
    work = work_of(order)
    fulfilment_pick_all(work.pk, actor=ACTOR)
    fulfilment_ship(work.pk, carrier="DHL", tracking_number="JD0146", actor=ACTOR)
    events_deliver()


def test_the_supplier_is_told_what_to_send_where_and_at_what_cost(shop: Shop) -> None:
    shop.skus[1].cost = Decimal("7.5")
    shop.skus[1].save()
    order = ordered(shop)
    purchase = only()
    assert (purchase.demand, purchase.reference) == (work_of(order).uid, str(order.number))
    assert (purchase.status, purchase.supplier.code, purchase.location.code) == (
        S.ORDERED, "FORNACI", "SUP",
    )  # fmt: skip
    lines = purchase.lines.order_by("sku").values_list("sku", "ordered", "cost", "supplier_code")
    assert list(lines) == [
        (shop.skus[0].pk, 2, Decimal("4.1"), "F-1"),
        (shop.skus[1].pk, 2, Decimal("7.5"), ""),
    ]
    assert purchase.ship_to == {
        "name": "Ada Byron", "street": "Via Dante 1", "postcode": "20121", "city": "Milano",
        "country": "IT", "phone": "+39 02 1234567",
    }  # fmt: skip
    promised = work_of(order).promised_at.astimezone(purchase.location.zone).date()
    assert purchase.expected_on == promised
    message = Message.objects.get(kind="inventory/purchase_ordered")
    for body in (message.text, message.html):
        assert "Via Dante 1" in body
        assert str(order.number) in body
    assert not ExpectedSupply.objects.exists()


def test_events_that_come_twice_order_once(shop: Shop) -> None:
    order = ordered(shop)
    shipped(order)
    Event.objects.update(state=Event.State.PENDING, attempts=0, due_at=now())
    events_deliver()
    assert Event.objects.exclude(state=Event.State.DELIVERED).count() == 0
    assert PurchaseOrder.objects.get().receipts.count() == 1
    assert told("purchase_ordered") == 1


def test_two_orders_for_one_demand_cannot_be(shop: Shop) -> None:
    ordered(shop)
    again = only()
    again.pk, again.uid = None, uuid4()
    with pytest.raises(IntegrityError, match="purchase_order_demand_once"), transaction.atomic():
        again.save()


def test_what_our_own_locations_send_is_not_ordered(shop: Shop) -> None:
    Stock.objects.filter(location=shop.warehouse).update(safety_stock=0)
    ordered(shop, 1)
    ordered(shop, 1, method="collect")
    assert not PurchaseOrder.objects.exists()


def test_dispatch_closes_it_and_is_no_stock_of_ours(shop: Shop) -> None:
    order = ordered(shop)
    purchase = only()
    before = StockMovement.objects.count()
    shipped(order)
    purchase.refresh_from_db()
    assert purchase.status == S.CLOSED
    assert [line.received for line in purchase.lines.all()] == [2, 2]
    receipt = purchase.receipts.get()
    assert (receipt.delivery_note, receipt.uid) == ("JD0146", work_of(order).shipment.uid)
    # The two that left the supplier's shelf, and nothing that came to one of ours.
    assert StockMovement.objects.count() == before + 2
    assert shop.skus[0].cost is None


def test_no_counter_waits_for_it(shop: Shop) -> None:
    ordered(shop)
    assert list(DeliveryIn().waiting(only().location, actor=ACTOR)) == []


def test_its_invoice_is_compared_with_what_was_sent(shop: Shop) -> None:
    order = ordered(shop)
    purchase = only()
    lines = [InvoiceLine(line.position, 2, line.cost) for line in purchase.lines.all()]
    early = invoice_record(purchase.number, InvoiceRequest("F1", lines), actor=ACTOR)
    assert early.status == InvoiceStatus.DIFFERS
    shipped(order)
    early.refresh_from_db()
    assert early.status == InvoiceStatus.MATCHED
    more = [InvoiceLine(1, 1, Decimal("4.10"))]
    late = invoice_record(purchase.number, InvoiceRequest("F2", more), actor=ACTOR)
    assert late.status == InvoiceStatus.DIFFERS


def test_cancelling_the_order_calls_it_off(shop: Shop) -> None:
    order = ordered(shop)
    order_cancel(order.pk, reason=CancelReason.CUSTOMER, actor=ACTOR)
    events_deliver()
    assert PurchaseOrder.objects.get().status == S.CANCELLED
    assert told("purchase_cancelled") == 1


def test_fewer_units_are_another_order(shop: Shop) -> None:
    order = ordered(shop)
    first = only()
    purchase_confirm(first.number, [Confirmation(1, cost=Decimal("4.05"))], actor=ACTOR)
    line = order.lines.first()
    assert line is not None
    order_cancel(order.pk, reason=CancelReason.CUSTOMER, actor=ACTOR, lines={line.pk: 1})
    events_deliver()
    second = only()
    assert second.pk != first.pk
    assert sorted(second.lines.values_list("ordered", flat=True)) == [1, 2]
    assert (told("purchase_ordered"), told("purchase_cancelled")) == (2, 1)


def test_declined_by_the_supplier(shop: Shop) -> None:
    order = ordered(shop)
    fulfilment_decline(work_of(order).pk, reason="out of it", actor=ACTOR)
    events_deliver()
    assert PurchaseOrder.objects.get().status == S.CANCELLED


def test_what_comes_from_elsewhere_after_all(shop: Shop) -> None:
    order = ordered(shop, 1)
    Stock.objects.filter(location=shop.warehouse).update(safety_stock=0)
    work = work_of(order)
    for line_id, units in work.lines.values_list("pk", "quantity"):
        fulfilment_resource(work.pk, line_id=line_id, units=units, reason="shortage", actor=ACTOR)
    events_deliver()
    assert PurchaseOrder.objects.get().status == S.CANCELLED


def lacking(shop: Shop, order: Order) -> dict[str, Any]:
    """The supplier says that it has but one of the two units of the first SKU."""
    location = Location.objects.get(code="SUP")
    put(shop.skus[0], location, -49)
    item = Shortage.objects.get(closed_at=None)
    line = work_of(order).lines.get(order_line__sku=shop.skus[0])
    return {"uid": item.uid, "line_id": line.pk, "actor": ACTOR}


def units_ordered() -> dict[str, dict[str, int]]:
    """Supplier → SKU → units, of what is not called off."""
    lines = PurchaseOrderLine.objects.exclude(purchase_order__status=S.CANCELLED)
    found: dict[str, dict[str, int]] = {}
    for code, sku, units in lines.values_list(
        "purchase_order__supplier__code", "sku__code", "ordered"
    ):
        found.setdefault(code, {})[sku] = units
    return found


def test_what_the_supplier_lacks_is_ordered_of_another(shop: Shop) -> None:
    order = ordered(shop)
    other = make_location("SUP2", kind=LocationKind.SUPPLIER, ships=True)
    make_supplier(code="SECOND", location=other)
    put(shop.skus[0], other, 5)
    shortage_resource(**lacking(shop, order))
    events_deliver()
    first, second = (sku.code for sku in shop.skus)
    assert units_ordered() == {"FORNACI": {first: 1, second: 2}, "SECOND": {first: 1}}
    demands = set(
        PurchaseOrder.objects.exclude(status=S.CANCELLED).values_list("demand", flat=True)
    )
    works = order.fulfilment_orders.exclude(status="cancelled")
    assert demands == set(works.values_list("uid", flat=True))


@pytest.mark.parametrize("way", [shortage_cancel, shortage_back_order])
def test_what_the_supplier_lacks_is_not_ordered_of_it_any_more(
    shop: Shop, way: Callable[..., Any]
) -> None:
    order = ordered(shop)
    way(**lacking(shop, order))
    events_deliver()
    first, second = (sku.code for sku in shop.skus)
    assert units_ordered() == {"FORNACI": {first: 1, second: 2}}


def test_the_supplier_sends_the_stand_in(shop: Shop) -> None:
    order = ordered(shop, accepts_substitutes=True)
    stand_in = make_sku()
    make_price_list({stand_in: "5.00"})
    put(stand_in, Location.objects.get(code="SUP"), 9)
    sku_substitutes_set(shop.skus[0].pk, [stand_in.code], actor=ACTOR)
    shortage_substitute(**lacking(shop, order), sku=stand_in.code)
    events_deliver()
    first, second = (sku.code for sku in shop.skus)
    assert units_ordered() == {"FORNACI": {first: 1, second: 2, stand_in.code: 1}}


def test_a_late_worker_finds_the_parcel_gone(shop: Shop) -> None:
    order = place(shop)
    shipped(order)
    assert PurchaseOrder.objects.get().status == S.CLOSED


def test_a_set_is_ordered_by_its_parts(shop: Shop) -> None:
    first, second = shop.skus
    kit = make_kit({first: 2, second: 1})
    make_price_list({kit: "30.00"})
    shop.skus.append(kit)
    ordered(shop, 1)
    assert dict(only().lines.values_list("sku", "ordered")) == {first.pk: 3, second.pk: 2}


def test_without_a_supplier_nobody_is_ordered_from(shop: Shop) -> None:
    location = Location.objects.get(code="SUP")
    location.supplier.delete()
    order = ordered(shop)
    shipped(order)
    assert not PurchaseOrder.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda number: purchase_cancel(number, reason="", actor=ACTOR),
        lambda number: purchase_receive(
            number, Delivery(uuid4(), [ReceivedLine(1, 1)]), actor=ACTOR
        ),
    ],
)
def test_it_is_not_ours_to_receive_or_cancel(shop: Shop, change: Callable[[int], Any]) -> None:
    order = ordered(shop)
    with pytest.raises(DropShipped) as refused:
        change(only().number)
    assert refused.value.data["reference"] == str(order.number)
    assert only().status == S.ORDERED


def test_it_is_marked_in_the_office(shop: Shop) -> None:
    order = ordered(shop)
    number = only().number
    office = Client()
    office.force_login(make_user("operations_admin"))
    page = office.get("/office/purchasing/?drop_ship=true").content.decode()
    assert "Drop-ship" in page
    assert f">{number}<" in page
    none = office.get("/office/purchasing/?drop_ship=false").content.decode()
    assert f">{number}<" not in none
    found = office.get(f"/office/purchasing/?q={order.number}").content.decode()
    assert f">{number}<" in found
    detail = office.get(f"/office/purchasing/{number}/").content.decode()
    assert "Via Dante 1" in detail
    assert f"/office/orders/{order.number}/" in detail
    assert f"/office/purchasing/{number}/end/" not in detail
    assert office.get(f"/office/purchasing/{number}/end/").status_code == 302
    assert b"Nothing more comes" in office.get(f"/office/purchasing/{number}/receive/").content
    assert b"Via Dante 1" in office.get(f"/office/purchasing/{number}/paper/").content
    mine = office.get(f"/office/orders/{order.number}/").content.decode()
    assert f"/office/purchasing/{number}/" in mine


def test_it_is_told_over_the_api(shop: Shop) -> None:
    order = ordered(shop)
    _key, token = make_key("purchasing:read")

    def listed(query: str) -> list[Any]:
        answer = Client().get(
            f"/api/v1/purchase-orders/?{query}", headers={"Authorization": f"Bearer {token}"}
        )
        rows: list[Any] = answer.json()["results"]
        return rows

    (one,) = listed(f"reference={order.number}")
    assert one["drop_ship"]["reference"] == str(order.number)
    assert one["drop_ship"]["ship_to"]["city"] == "Milano"
    assert [row["number"] for row in listed("drop_ship=true")] == [one["number"]]
    assert listed("drop_ship=false") == []
