"""Purchase orders from the draft to the invoice."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.test import override_settings

from catalog.models import Sku
from inventory.errors import AlreadyBooked, InvoiceRecorded, OverReceipt
from inventory.models import (
    ExpectedSupply,
    PurchaseOrder,
    PurchaseReceipt,
    Stock,
    StockMovement,
    SupplierItem,
)
from inventory.services.deliveries import Delivery, ReceivedLine, purchase_receive
from inventory.services.invoices import (
    InvoiceLine,
    InvoiceRequest,
    invoice_accept,
    invoice_matches,
    invoice_record,
)
from inventory.services.purchasing import (
    Confirmation,
    PurchaseRequest,
    WantedLine,
    purchase_cancel,
    purchase_change,
    purchase_close,
    purchase_confirm,
    purchase_create,
    purchase_send,
)
from inventory.status import PURCHASE_TRANSITIONS, InvoiceStatus, MovementKind, PurchaseStatus
from oms.core.audit import audit_trail
from oms.core.clock import now
from oms.core.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from oms.core.events import events_deliver
from oms.core.looks import STATUS_LOOK
from oms.notifications.models import Message
from oms.notifications.senders import Email
from tests.inventory.factories import ACTOR, make_kit, make_location, make_sku
from tests.inventory.purchasing import make_ordered, make_purchase, make_supplier, receive, sells

pytestmark = pytest.mark.django_db
S = PurchaseStatus


def again(order: PurchaseOrder) -> PurchaseOrder:
    return PurchaseOrder.objects.get(pk=order.pk)


def expected(order: PurchaseOrder) -> list[int]:
    rows = ExpectedSupply.objects.filter(source=order.uid).order_by("pk")
    return list(rows.values_list("quantity", flat=True))


def test_every_status_has_a_look_and_a_row() -> None:
    assert set(PURCHASE_TRANSITIONS) == set(S)
    assert set(S.values) | set(InvoiceStatus.values) <= set(STATUS_LOOK)


def test_a_draft_costs_what_the_supplier_says_and_else_the_last_cost() -> None:
    supplier, known = make_supplier(), make_sku()
    sells(supplier, known, "3.1250", supplier_code="X-9")
    lines = [WantedLine(known, 4), WantedLine(make_sku(cost=Decimal("7.00")), 2)]
    order = purchase_create(PurchaseRequest(supplier, make_location(), lines), actor=ACTOR)
    assert list(order.lines.values_list("supplier_code", "cost")) == [
        ("X-9", Decimal("3.1250")),
        ("", Decimal("7.0000")),
    ]
    assert (order.status, expected(order)) == (S.DRAFT, [])


def codes(refused: InvalidInput) -> list[str]:
    return [issue.code for issue in refused.issues]


def test_a_draft_names_every_row_that_is_wrong() -> None:
    supplier, packed, least, costless = make_supplier(), make_sku(), make_sku(), make_sku()
    sells(supplier, packed, pack_multiple=6)
    sells(supplier, least, minimum_quantity=10)
    kit = make_kit({packed: 1})
    wanted = [(packed, 7), (least, 9), (costless, 1), (kit, 1), (packed, 6), (packed, 0)]
    lines = [WantedLine(sku, units) for sku, units in wanted]
    with pytest.raises(InvalidInput) as refused:
        purchase_create(PurchaseRequest(supplier, make_location(), lines), actor=ACTOR)
    assert codes(refused.value) == [
        "pack", "below_minimum", "no_cost", "kit", "duplicate", "duplicate",
    ]  # fmt: skip
    with pytest.raises(InvalidInput):
        purchase_create(PurchaseRequest(supplier, make_location(), []), actor=ACTOR)


def test_a_draft_changes_and_an_order_does_not() -> None:
    order = make_purchase([3, 4])
    sku = make_sku()
    request = PurchaseRequest(
        order.supplier, order.location, [WantedLine(sku, 8, Decimal(1))], note="soon"
    )
    purchase_change(order.number, request, actor=ACTOR)
    assert list(order.lines.values_list("sku", "ordered")) == [(sku.pk, 8)]
    purchase_send(order.number, actor=ACTOR)
    with pytest.raises(InvalidTransition):
        purchase_change(order.number, request, actor=ACTOR)


def test_ordering_expects_the_units_after_the_lead_time_and_tells_the_supplier() -> None:
    supplier, sku = make_supplier(lead_time_days=5, language="it"), make_sku()
    sells(supplier, sku, lead_time_days=9)
    order = make_purchase([10], supplier=supplier, skus=[sku])
    order = purchase_send(order.number, actor=ACTOR)
    today = now().astimezone(order.location.zone).date()
    assert order.expected_on == today + timedelta(days=9)
    row = ExpectedSupply.objects.get(source=order.uid)
    assert (row.quantity, row.due_on, row.cause) == (10, order.expected_on, order.cause)
    events_deliver()
    message = Message.objects.get(subject_type="purchase_order", subject_id=str(order.number))
    assert (message.recipient, message.language) == (supplier.email, "it")
    assert sku.code in message.text
    assert sku.code in message.html
    assert message.attachments[0]["name"] == f"purchase-order-{order.number}.csv"
    Email().send(message)
    assert [name for name, _text, _type in mail.outbox[0].attachments] == [
        f"purchase-order-{order.number}.csv"
    ]
    with pytest.raises(InvalidTransition):
        purchase_send(order.number, actor=ACTOR)


def test_without_an_address_nobody_is_written_to() -> None:
    make_ordered(supplier=make_supplier(email=""))
    events_deliver()
    assert not Message.objects.exists()


def test_confirming_keeps_the_difference_and_moves_what_is_expected() -> None:
    order = make_ordered([10, 5, 2])
    day = now().date() + timedelta(days=30)
    said = [Confirmation(1, quantity=8, cost=Decimal("2.75")), Confirmation(2, due_on=day)]
    purchase_confirm(order.number, said, actor=ACTOR)
    first, second, third = order.lines.order_by("position")
    assert (first.ordered, first.confirmed, first.open) == (10, 8, 8)
    assert (first.cost, first.price) == (Decimal("2.5"), Decimal("2.75"))
    assert (second.confirmed, third.confirmed) == (5, 2)
    rows = ExpectedSupply.objects.filter(source=order.uid).order_by("pk")
    assert [(row.quantity, row.due_on) for row in rows] == [
        (8, order.expected_on),
        (5, day),
        (2, order.expected_on),
    ]
    with pytest.raises(InvalidInput):
        purchase_confirm(order.number, [Confirmation(9)], actor=ACTOR)


def test_receiving_in_parts_books_stock_costs_and_what_is_left() -> None:
    order = make_ordered([10, 4])
    first, second = order.lines.order_by("position")
    receive(order, 6)
    assert again(order).status == S.PARTLY_RECEIVED
    assert expected(order) == [4, 4]
    movement = StockMovement.objects.get(sku=first.sku_id)
    assert (movement.kind, movement.on_hand) == (MovementKind.RECEIVED, 6)
    assert movement.cause == f"purchase order {order.number}"
    assert Sku.objects.get(pk=first.sku_id).cost == Decimal("2.5")
    assert Sku.objects.get(pk=second.sku_id).cost is None
    receive(order, 4, 4)
    assert again(order).status == S.RECEIVED
    assert expected(order) == []
    assert Stock.objects.get(sku=first.sku_id, location=order.location).on_hand == 10


@override_settings(RETAILER_CURRENCY="PLN")
def test_a_cost_in_another_currency_is_not_the_cost() -> None:
    order = make_ordered([1])
    receive(order, 1)
    assert Sku.objects.get(pk=order.lines.get().sku_id).cost is None


def test_the_history_of_a_cost_does_not_tell_the_cost() -> None:
    order = make_ordered([1], cost="9.87")
    receive(order, 1)
    entry = audit_trail(order.lines.get().sku).get(action="sku.cost_changed")
    assert entry.data == {"cause": order.cause}


def test_damaged_units_never_enter_stock_and_are_still_owed() -> None:
    order = make_ordered([10])
    receive(order, 7, damaged=3)
    line = order.lines.get()
    assert (line.received, line.damaged, line.open) == (7, 3, 3)
    assert Stock.objects.get(location=order.location).on_hand == 7
    receive(order, 0, damaged=1)
    assert again(order).status == S.PARTLY_RECEIVED


def test_only_damaged_goods_leave_the_order_where_it_was() -> None:
    order = make_ordered([10])
    receive(order, 0, damaged=2)
    assert again(order).status == S.ORDERED


def test_too_many_are_asked_about_beyond_the_tolerance() -> None:
    order = make_ordered([100])
    receive(order, 105)
    with pytest.raises(OverReceipt) as refused:
        receive(order, 1)
    assert refused.value.data["items"][0] | {"sku": ""} == {
        "sku": "", "ordered": 100, "received": 106,
    }  # fmt: skip
    receive(order, 1, accept_over=True)
    assert order.lines.get().received == 106


def test_a_delivery_sent_twice_books_once() -> None:
    order, uid = make_ordered([10]), uuid.uuid4()
    one, two = receive(order, 6, uid=uid), receive(order, 6, uid=uid)
    assert one == two
    assert Stock.objects.get(location=order.location).on_hand == 6
    with pytest.raises(AlreadyBooked):
        receive(make_ordered([10]), 6, uid=uid)


def test_a_delivery_says_what_is_wrong_with_it() -> None:
    order = make_ordered([10])
    lines = [ReceivedLine(9, 1), ReceivedLine(1, -1), ReceivedLine(1, 1, reason="because")]
    with pytest.raises(InvalidInput) as refused:
        purchase_receive(order.number, Delivery(uuid.uuid4(), lines), actor=ACTOR)
    assert codes(refused.value) == ["unknown_line", "bad_quantity", "unknown_line"]
    with pytest.raises(InvalidInput):
        receive(order, 0)
    with pytest.raises(InvalidTransition):
        receive(make_purchase([1]), 1)
    with pytest.raises(NotFound):
        purchase_receive(1, Delivery(uuid.uuid4(), []), actor=ACTOR)
    assert not PurchaseReceipt.objects.exists()


def test_closing_short_ends_the_waiting() -> None:
    order = make_ordered([10])
    receive(order, 6)
    purchase_close(order.number, reason="out of production", actor=ACTOR)
    assert (again(order).status, order.lines.get().cancelled, expected(order)) == (S.CLOSED, 4, [])
    with pytest.raises(InvalidTransition):
        receive(order, 1)


def test_cancelling_tells_the_supplier_who_knows() -> None:
    draft, ordered, coming = make_purchase([1]), make_ordered([1]), make_ordered([2])
    purchase_cancel(draft.number, reason="", actor=ACTOR)
    purchase_cancel(ordered.number, reason="too dear", actor=ACTOR)
    events_deliver()
    kinds = Message.objects.values_list("subject_id", "kind")
    assert (str(draft.number), "inventory/purchase_cancelled") not in kinds
    assert (str(ordered.number), "inventory/purchase_cancelled") in kinds
    assert expected(ordered) == []
    receive(coming, 1)
    with pytest.raises(InvalidTransition):
        purchase_cancel(coming.number, reason="", actor=ACTOR)


def invoice(order: PurchaseOrder, number: str, *lines: tuple[int, int, str]) -> str:
    rows = [InvoiceLine(position, units, Decimal(cost)) for position, units, cost in lines]
    return invoice_record(order.number, InvoiceRequest(number, rows), actor=ACTOR).status


def test_the_three_way_match() -> None:
    order = make_ordered([100, 10], cost="2.50")
    receive(order, 100, 8)
    assert invoice(order, "A1", (1, 60, "2.50")) == InvoiceStatus.MATCHED
    assert invoice(order, "A2", (1, 40, "2.55")) == InvoiceStatus.MATCHED  # 2 % is tolerated
    assert invoice(order, "A3", (2, 10, "2.50")) == InvoiceStatus.DIFFERS  # 8 came
    first, second = invoice_matches(order).values()
    assert (first.invoiced, first.overcharge, first.differs) == (100, Decimal("2.00"), False)
    assert (second.units_over, second.overcharge) == (2, Decimal("5.00"))
    receive(order, 0, 2)
    assert order.invoices.get(number="A3").status == InvoiceStatus.MATCHED
    with pytest.raises(InvoiceRecorded):
        invoice(order, "A1", (1, 1, "2.50"))


def test_a_dearer_invoice_is_accepted_by_somebody_for_a_reason() -> None:
    order = make_ordered([10], cost="2.50")
    receive(order, 10)
    assert invoice(order, "B1", (1, 10, "2.56")) == InvoiceStatus.DIFFERS
    row = order.invoices.get()
    with pytest.raises(InvalidInput):
        invoice_accept(row.uid, reason=" ", actor=ACTOR)
    accepted = invoice_accept(row.uid, reason="freight", actor=ACTOR)
    assert (accepted.status, accepted.accepted_by, accepted.accepted_reason) == (
        InvoiceStatus.ACCEPTED, "test", "freight",
    )  # fmt: skip
    receive(order, 1, accept_over=True)
    row.refresh_from_db()
    assert row.status == InvoiceStatus.ACCEPTED
    with pytest.raises(InvalidTransition):
        invoice_accept(row.uid, reason="again", actor=ACTOR)
    with pytest.raises(NotFound):
        invoice_accept(uuid.uuid4(), reason="x", actor=ACTOR)


def test_what_cannot_be_invoiced() -> None:
    with pytest.raises(Conflict):
        invoice(make_purchase([1]), "C1", (1, 1, "1"))
    order = make_ordered([1])
    for lines in ([], [(2, 1, "1")], [(1, 1, "1"), (1, 1, "1")]):
        with pytest.raises(InvalidInput):
            invoice(order, "C2", *lines)


def test_a_sku_has_one_preferred_supplier() -> None:
    sku, first, second = make_sku(), make_supplier(), make_supplier()
    sells(first, sku, preferred=True)
    sells(second, sku, preferred=True)
    sells(second, sku, "1.0000", preferred=True)
    preferred = SupplierItem.objects.filter(preferred=True)
    assert list(preferred.values_list("supplier", "cost")) == [(second.pk, Decimal("1.0000"))]


def test_what_was_never_ordered_gets_a_line_and_no_cost() -> None:
    order, sku = make_ordered([10]), make_sku()
    delivery = Delivery(uuid.uuid4(), unordered={sku.pk: 3})
    with pytest.raises(OverReceipt) as refused:
        purchase_receive(order.number, delivery, actor=ACTOR)
    assert refused.value.data["items"] == [{"sku": sku.code, "ordered": 0, "received": 3}]
    meant = Delivery(uuid.uuid4(), unordered={sku.pk: 3}, accept_over=True)
    purchase_receive(order.number, meant, actor=ACTOR)
    line = order.lines.get(sku=sku)
    assert (line.ordered, line.received, line.open) == (0, 3, 0)
    assert Stock.objects.get(sku=sku, location=order.location).on_hand == 3
    assert Sku.objects.get(pk=sku.pk).cost is None
    known = order.lines.exclude(sku=sku).get().sku_id
    for wrong in ({known: 1}, {make_kit({sku: 1}).pk: 1}, {0: 1}):
        with pytest.raises(InvalidInput):
            wrongly = Delivery(uuid.uuid4(), unordered=wrong, accept_over=True)
            purchase_receive(order.number, wrongly, actor=ACTOR)
