"""Suppliers' deliveries at the counter."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from inventory.models import PurchaseOrder, PurchaseReceiptLine, TallyEntry
from inventory.selectors.purchasing import purchase_code
from inventory.status import PurchaseStatus
from tests.inventory.factories import figures, make_location, make_sku
from tests.inventory.purchasing import make_ordered, make_purchase, make_supplier
from tests.orders.factories import Shop, make_shop
from tests.stores.test_pages import text_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def shop() -> Shop:
    return make_shop(2)


@pytest.fixture
def order(shop: Shop) -> PurchaseOrder:
    """Four of one SKU and two of another, at a cost nobody at the counter should read."""
    supplier = make_supplier(name="Fornaci Rossi")
    return make_ordered([4, 2], supplier=supplier, location=shop.store, skus=shop.skus, cost="7.77")


def url(name: str, order: PurchaseOrder) -> str:
    return reverse(name, args=["delivery", order.uid])


def count(client: Client, order: PurchaseOrder, code: str, units: int, **data: Any) -> Any:
    sent = {"code": code, "nonce": uuid4(), "add": units, **data}
    return client.post(url("counter-goods-scan", order), sent, headers=HTMX)


def finish(client: Client, order: PurchaseOrder, **data: Any) -> Any:
    seen = sum(TallyEntry.objects.filter(tally__closed_at=None).values_list("units", flat=True))
    sent = {"reference": uuid4(), "seen": seen, **data}
    return client.post(url("counter-goods-end", order), sent, headers=HTMX)


def test_it_waits_at_its_store_and_opens_by_number_or_qr(shop, till, order) -> None:
    make_ordered([1], location=make_location())
    make_purchase([1], location=shop.store)
    page = text_of(till.get(reverse("counter-receive")))
    assert "1 On their way here" in page
    assert f"Delivery {order.number} · 6 units" in page
    for code in (str(order.number), purchase_code(order)):
        answer = till.post(reverse("counter-receive-scan"), {"code": code}, headers=HTMX)
        assert answer["HX-Redirect"] == url("counter-goods", order)


def test_scanned_units_are_in_stock_and_no_cost_is_shown(shop, till, order) -> None:
    one, two = shop.skus
    opened = till.get(url("counter-goods", order)).content.decode()
    assert one.code in opened
    assert "7.77" not in opened
    count(till, order, one.code, 4)
    done = count(till, order, two.code, 2)
    assert "Take into stock: 6 units" in text_of(done)
    assert "6 units are in stock here." in text_of(finish(till, order))
    assert (figures(one, shop.store), figures(two, shop.store)) == ((104, 0), (102, 0))
    assert PurchaseOrder.objects.get(pk=order.pk).status == PurchaseStatus.RECEIVED


def test_what_is_broken_is_still_owed_and_the_rest_comes_later(shop, till, order) -> None:
    one, two = shop.skus
    count(till, order, one.code, 1)
    data = {f"choice-{one.pk}": "damaged", f"units-{one.pk}": "2", f"choice-{two.pk}": "later"}
    finish(till, order, **data)
    first, second = order.lines.order_by("position")
    assert (first.received, first.damaged, first.open) == (1, 2, 3)
    assert (second.received, second.open) == (0, 2)
    assert figures(one, shop.store) == (101, 0)


def test_too_many_and_strangers_are_booked_as_such(shop, till, order) -> None:
    one, stranger = shop.skus[0], make_sku()
    count(till, order, one.code, 6)
    refused = count(till, order, stranger.code, 1)
    assert "Not expected" in text_of(refused)
    count(till, order, stranger.code, 1, accept="yes")
    finish(till, order)
    lines = PurchaseReceiptLine.objects.order_by("pk").values_list("quantity", "reason")
    assert list(lines) == [(6, "surplus"), (1, "wrong")]
    assert figures(stranger, shop.store) == (1, 0)


def test_a_finish_sent_twice_books_once(shop, till, order) -> None:
    count(till, order, shop.skus[0].code, 3)
    reference = uuid4()
    finish(till, order, reference=reference)
    finish(till, order, reference=reference)
    assert figures(shop.skus[0], shop.store) == (103, 0)


def test_another_stores_delivery_is_not_there(till) -> None:
    other = make_ordered([1], location=make_location())
    assert till.get(url("counter-goods", other)).status_code == 404
