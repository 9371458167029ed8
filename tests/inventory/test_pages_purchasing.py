"""The office's pages of suppliers, purchase orders and proposals."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from inventory.models import (
    PurchaseOrder,
    PurchaseReceipt,
    Supplier,
    SupplierInvoice,
    SupplierItem,
)
from inventory.services.expected import Expected, expected_set
from inventory.status import InvoiceStatus, LocationKind, PurchaseStatus
from oms.core.jobs import jobs_run
from oms.core.models import Job
from tests.inventory.factories import make_location, make_sku
from tests.inventory.purchasing import make_ordered, make_purchase, make_supplier, receive, sells
from tests.inventory.test_pages import signed_in, text
from tests.inventory.test_reorder import months, sold

__all__ = ["months"]
pytestmark = pytest.mark.django_db
S = PurchaseStatus


@pytest.fixture
def buyer() -> Client:
    return signed_in("operations_admin")


def url(name: str, order: PurchaseOrder) -> str:
    return reverse(f"purchase-order-{name}", args=[order.number])


def status(order: PurchaseOrder) -> str:
    return PurchaseOrder.objects.get(pk=order.pk).status


def test_lists_and_orders_take_a_constant_number_of_queries(
    buyer, django_assert_max_num_queries
) -> None:
    order = make_ordered([5] * 12)
    receive(order, *[3] * 12)
    for _number in range(4):
        make_ordered([1, 2])
    with django_assert_max_num_queries(14):
        page = text(buyer.get(reverse("purchase-order-list"), {"q": order.supplier.code}))
    assert "1 result" in page
    with django_assert_max_num_queries(22):
        page = text(buyer.get(url("detail", order)))
    assert "Partly received" in page
    with django_assert_max_num_queries(14):
        buyer.get(reverse("supplier-list"))
    with django_assert_max_num_queries(22):
        buyer.get(reverse("supplier-detail", args=[order.supplier.code]))


def test_an_order_is_pasted_drawn_up_and_sent(buyer) -> None:
    supplier, place = make_supplier(), make_location(kind=LocationKind.WAREHOUSE)
    one, _two = make_sku("P-1"), make_sku("P-2", cost=Decimal("3.00"))
    sells(supplier, one, pack_multiple=6)
    data = {"supplier": supplier.code, "location": place.code}
    wrong = buyer.post(
        reverse("purchase-order-new"), data | {"lines": "sku\tunits\nP-1\t7\nNOPE\t1\nP-2\tx"}
    )
    assert wrong.status_code == 422
    assert "Row 3: There is no SKU “NOPE”" in text(wrong)
    packs = text(buyer.post(reverse("purchase-order-new"), data | {"lines": "P-1 7"}))
    assert "packs of 6" in packs
    buyer.post(reverse("purchase-order-new"), data | {"lines": "P-1\t12\np-2;4;3,2500"})
    order = PurchaseOrder.objects.get()
    lines = order.lines.order_by("position").values_list("sku__code", "ordered", "cost")
    assert list(lines) == [("P-1", 12, Decimal("2.5")), ("P-2", 4, Decimal("3.25"))]
    edit = text(buyer.get(url("edit", order)))
    assert "P-2\t4\t3.25" in edit
    buyer.post(url("edit", order), data | {"lines": "P-1 18", "note": "before noon"})
    buyer.post(url("send", order))
    assert status(order) == S.ORDERED
    assert buyer.get(url("edit", order)).status_code == 302


def test_confirm_receive_too_much_and_accept(buyer) -> None:
    order = make_ordered([10])
    line = order.lines.get()
    buyer.post(url("confirm", order), {"quantity_1": 8, "due_on_1": "", "cost_1": "2.60"})
    page = text(buyer.get(url("detail", order)))
    assert '<s class="text-3">10</s>' in page
    form = {"quantity_1": 12, "damaged_1": 0, "uid": "7d7f2c7e-8ad1-4a54-8f63-0d6a6f0b1c22"}
    asked = buyer.post(url("receive", order), form)
    assert (asked.status_code, PurchaseReceipt.objects.count()) == (422, 0)
    assert "12 instead of 8" in text(asked)
    for _time in range(2):
        buyer.post(url("receive", order), form | {"accept_over": "true"})
    line.refresh_from_db()
    assert (line.received, status(order)) == (12, S.RECEIVED)
    nothing = buyer.post(url("receive", order), {"uid": "7d7f2c7e-8ad1-4a54-8f63-0d6a6f0b1c23"})
    assert "Say what came" in text(nothing)


def test_who_unloads_sees_no_cost(buyer) -> None:
    order = make_ordered([10], cost="7.77")
    clerk = signed_in("clerk", order.location)
    page = text(clerk.get(url("receive", order)))
    assert "Good units" in page
    assert "7.77" not in page
    assert clerk.get(url("detail", order)).status_code == 404
    done = clerk.post(
        url("receive", order),
        {"quantity_1": 10, "uid": "7d7f2c7e-8ad1-4a54-8f63-0d6a6f0b1c24"},
        follow=True,
    )
    assert "10 units are in stock" in text(done)
    assert signed_in("clerk", make_location()).get(url("receive", order)).status_code == 404


def test_an_invoice_is_typed_or_uploaded_and_accepted_with_a_reason(buyer) -> None:
    order = make_ordered([10, 4])
    receive(order, 10, 4)
    code = order.lines.get(position=1).sku.code
    typed = {"number": "F-1", "quantity_2": 4, "cost_1": "2.5", "cost_2": "2.5"}
    buyer.post(url("invoice", order), typed)
    again = buyer.post(url("invoice", order), typed)
    assert "recorded already" in text(again)
    bad = SimpleUploadedFile("f.csv", b"sku,quantity,cost\nNOPE,1,1\n")
    refused = buyer.post(url("invoice", order), typed | {"number": "F-2", "file": bad})
    assert "is not on this purchase order" in text(refused)
    file = SimpleUploadedFile("f.csv", f"sku,quantity,cost\n{code},10,2.80\n".encode())
    buyer.post(url("invoice", order), typed | {"number": "F-2", "file": file})
    first, second = SupplierInvoice.objects.order_by("pk")
    assert (first.status, second.status) == (InvoiceStatus.MATCHED, InvoiceStatus.DIFFERS)
    assert "0.30" in text(buyer.get(url("detail", order)))
    accept = reverse("supplier-invoice-accept", args=[second.uid])
    buyer.post(accept, {"reason": ""})
    second.refresh_from_db()
    assert second.status == InvoiceStatus.DIFFERS
    buyer.post(accept, {"reason": "announced"})
    second.refresh_from_db()
    assert (second.status, second.accepted_reason) == (InvoiceStatus.ACCEPTED, "announced")


def test_ending_shows_its_consequences(buyer) -> None:
    order = make_ordered([10])
    assert "told by e-mail" in text(buyer.get(url("end", order)))
    buyer.post(url("end", order), {"reason": "too dear"})
    assert status(order) == S.CANCELLED
    short = make_ordered([10])
    receive(short, 4)
    assert "6 units are not expected any more" in text(buyer.get(url("end", short)))
    buyer.post(url("end", short), {"reason": ""})
    assert status(short) == S.CLOSED
    assert buyer.get(url("end", short)).status_code == 302


def test_paper_and_table(buyer) -> None:
    order = make_purchase([10], cost="2.1234")
    assert "2.1234" in text(buyer.get(url("paper", order)))
    table = text(buyer.get(url("table", order)))
    assert "position,sku,supplier_code,gtin,name,quantity,cost,currency" in table


def test_suppliers_and_what_they_sell_by_hand(buyer) -> None:
    data = {"code": "ARNO", "name": "Arno", "language": "it", "currency": "EUR"}
    data |= {"lead_time_days": "7", "lead_time_spread": "1", "is_active": "on"}
    wrong = buyer.post(reverse("supplier-new"), data | {"code": "new"})
    assert wrong.status_code == 422
    buyer.post(reverse("supplier-new"), data)
    supplier = Supplier.objects.get()
    buyer.post(reverse("supplier-edit", args=["ARNO"]), data | {"name": "Arno & figli"})
    supplier.refresh_from_db()
    assert supplier.name == "Arno & figli"
    sku = make_sku("S-9")
    item: dict[str, Any] = {"sku_code": "s-9", "cost": "4.1250", "pack_multiple": "6"}
    item |= {"minimum_quantity": "0", "preferred": "on"}
    refused = buyer.post(reverse("supplier-item-new", args=["ARNO"]), item)
    assert "at least 1" in text(refused)
    buyer.post(reverse("supplier-item-new", args=["ARNO"]), item | {"minimum_quantity": "12"})
    known = SupplierItem.objects.get(sku=sku)
    assert (known.cost, known.preferred) == (Decimal("4.125"), True)
    page = reverse("supplier-item", args=["ARNO", "S-9"])
    auditor = signed_in("auditor")
    assert "Save" not in text(auditor.get(page))
    assert auditor.post(page, {"remove": "1"}).status_code == 404
    buyer.post(page, {"remove": "1"})
    assert not SupplierItem.objects.exists()


def test_a_table_is_checked_and_then_applied(buyer) -> None:
    file = SimpleUploadedFile("s.csv", b"supplier,name\nA,Arno\n")
    upload = {"what": "suppliers", "file": file, "dry_run": "on"}
    buyer.post(reverse("supplier-import"), upload)
    jobs_run()
    assert not Supplier.objects.exists()
    assert "Apply 1 row" in text(buyer.get(reverse("supplier-import")))
    buyer.post(reverse("supplier-import-apply", args=[Job.objects.get().uid]))
    jobs_run()
    assert Supplier.objects.get().name == "Arno"
    template = reverse("supplier-import-template", args=["items"])
    assert "supplier,sku,supplier_code,cost" in text(buyer.get(template))
    assert buyer.get(reverse("supplier-import-template", args=["x"])).status_code == 404


def test_proposals_say_why_and_become_drafts(buyer, months) -> None:
    place = make_location(kind=LocationKind.WAREHOUSE)
    first, second = make_supplier(name="A", minimum_order_value=9999), make_supplier(name="B")
    one, two, three = make_sku("R-1"), make_sku("R-2"), make_sku("R-3")
    sells(first, one, pack_multiple=6)
    sells(second, two)
    sells(second, three)
    for sku in (one, two, three):
        sold(sku, place, 3, 4, 5, 4, 3)
    with transaction.atomic():
        expected_set(PurchaseOrder().uid, [Expected(three.pk, place.pk, 500)], cause="transfer 1")
    page = text(buyer.get(reverse("reorder-proposals")))
    assert "R-1" in page
    assert "R-3" not in page
    assert "below the supplier's minimum" in page.replace("&#x27;", "'")
    assert "Reorder point, s = d·L + safety stock" in page
    items = {item.sku_id: item for item in SupplierItem.objects.all()}
    units = {f"units-{items[one.pk].pk}": "7", f"units-{items[two.pk].pk}": "40"}
    refused = buyer.post(reverse("reorder-proposals"), units)
    assert refused.status_code == 422
    assert "packs of 6" in text(refused)
    assert not PurchaseOrder.objects.exists()
    buyer.post(reverse("reorder-proposals"), units | {f"units-{items[one.pk].pk}": "12"})
    made = PurchaseOrder.objects.order_by("supplier__name")
    assert [(o.supplier, o.location, o.status) for o in made] == [
        (first, place, S.DRAFT),
        (second, place, S.DRAFT),
    ]
    assert [o.lines.get().ordered for o in made] == [12, 40]
    empty = buyer.post(reverse("reorder-proposals"), {}, follow=True)
    assert "Nothing was chosen" in text(empty)
    looks_only = text(signed_in("auditor").get(reverse("reorder-proposals")))
    assert "Make draft orders" not in looks_only


def test_empty_pages_say_what_they_are_for(buyer) -> None:
    assert "Nothing ordered" in text(buyer.get(reverse("purchase-order-list")))
    assert "No suppliers" in text(buyer.get(reverse("supplier-list")))
    make_location(kind=LocationKind.WAREHOUSE)
    assert "Nothing to order" in text(buyer.get(reverse("reorder-proposals")))
