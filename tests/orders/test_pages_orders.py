import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oms.core.events import events_deliver
from oms.notifications.models import Message
from oms.orders.models import Order
from oms.orders.requests import Contact
from tests.core.factories import make_user
from tests.orders.factories import figures, make_channel, make_shop, place

pytestmark = pytest.mark.django_db


def signed_in(role: str = "operations_admin", **options: Any) -> Client:
    client = Client()
    client.force_login(make_user(role, **options))
    return client


def shown(client: Client, **query: Any) -> list[str]:
    """The order numbers a list page shows."""
    page = client.get(reverse("order-list"), query)
    assert page.status_code == 200
    return [str(row.record.number) for row in page.context["table"].page.object_list]


def test_the_list_finds_an_order_by_all_that_people_know() -> None:
    shop = make_shop(1)
    order = place(shop, external_id="SHOP-7", purchase_order="PO-9")
    other = place(shop, contact=order_contact("Grace Hopper"), external_id="SHOP-8")
    client = signed_in()
    assert shown(client) == [str(other.number), str(order.number)]
    for typed in (order.number, f"#{order.number}", "SHOP-7", "PO-9", "byron", "ada@EXAMPLE.com"):
        assert shown(client, q=typed) == [str(order.number)], typed
    assert shown(client, q=shop.skus[0].code) == [str(other.number), str(order.number)]
    assert shown(client, q="+39 02 1234567") == [str(order.number)]
    assert shown(client, q="nobody") == []
    assert client.get(reverse("order-list"), {"q": "\x00"}).status_code == 200


def order_contact(name: str) -> Contact:
    return Contact(name, "grace@example.com", "+1 555 0100100", "en")


def test_filters_live_in_the_address() -> None:
    shop = make_shop(1)
    shipped = place(shop)
    reserved = place(shop, method="reserve", address=None)
    client = signed_in()
    both = [str(reserved.number), str(shipped.number)]
    assert shown(client, method="ship") == both[1:]
    assert shown(client, method=["ship", "reserve"]) == both
    assert shown(client, payment_status="unpaid") == both[:1]
    assert shown(client, location=shop.store.code) == both[:1]
    assert shown(client, channel=shop.channel.code) == both
    assert shown(client, status="cancelled") == []
    assert shown(client, placed_after="2020-01-01") == both
    assert shown(client, placed_before="2020-01-01") == []


@pytest.mark.parametrize("orders", [1, 8])
def test_the_list_costs_the_same_whatever_is_on_it(orders: int) -> None:
    shop = make_shop(2)
    for _ in range(orders):
        place(shop)
    client = signed_in()
    shown(client)
    with CaptureQueriesContext(connection) as captured:
        shown(client)
    assert len(captured) <= 12, [query["sql"][:90] for query in captured]


def test_an_export_is_what_is_filtered_and_no_formula() -> None:
    shop = make_shop(1)
    place(shop, contact=order_contact("=HYPERLINK(1)"), external_id="+1")
    place(shop, method="reserve", address=None)
    client = signed_in()
    answer = client.get(reverse("order-list"), {"method": "ship", "_export": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 2
    assert "'=HYPERLINK(1)" in rows[1]
    assert not any(cell.startswith(("=", "@")) for cell in rows[1])
    book = client.get(reverse("order-list"), {"_export": "xlsx"})
    assert b"".join(book.streaming_content).startswith(b"PK")


def test_one_order_says_who_what_where_and_how_much() -> None:
    shop = make_shop(2)
    order = place(shop, 2)
    events_deliver()
    client = signed_in()
    page = client.get(reverse("order-detail", args=[order.number]))
    text = page.content.decode()
    for words in (
        str(order.number),
        "Ada Byron",
        shop.skus[0].code,
        shop.warehouse.name,
        "Mark as picked",
        "Order placed",
        "Payment authorised",
        "Price list",
        "Chosen",
    ):
        assert words in text, words
    assert Message.objects.get().subject in text
    panel = client.get(
        reverse("order-detail", args=[order.number]),
        headers={"HX-Request": "true", "HX-Target": "side-panel"},
    )
    assert b"<html" not in panel.content
    assert str(order.number) in panel.content.decode()


def test_one_order_costs_the_same_whatever_its_lines() -> None:
    counts = set()
    client = signed_in()
    for lines in (1, 12):
        order = place(make_shop(lines))
        client.get(reverse("order-detail", args=[order.number]))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("order-detail", args=[order.number]))
        counts.add(len(captured))
    assert len(counts) == 1
    assert counts.pop() <= 24


def test_cancelling_shows_the_consequences_first() -> None:
    shop = make_shop(2)
    order = place(shop, 2)
    client = signed_in()
    url = reverse("order-cancel", args=[order.number])
    first, second = order.lines.all()
    page = client.get(url, {"reason": "customer", f"units_{first.pk}": 1, f"units_{second.pk}": 0})
    text = page.content.decode()
    assert "Cancel 1 unit" in text
    assert "12.20" in text
    assert shop.warehouse.name in text
    assert figures(shop.skus[0], shop.warehouse) == (100, 2)

    done = client.post(url, {"reason": "customer", f"units_{first.pk}": 1})
    assert done.status_code == 302
    assert figures(shop.skus[0], shop.warehouse) == (100, 1)
    first.refresh_from_db()
    assert first.cancelled == 1

    wrong = client.post(url, {"reason": "customer", f"units_{first.pk}": 5})
    assert wrong.status_code == 422
    nothing = client.post(url, {"reason": "customer"})
    assert nothing.status_code == 422
    page = client.get(reverse("order-detail", args=[order.number])).content.decode()
    assert "<s>" not in page
    assert client.post(url, {"reason": "customer", f"units_{first.pk}": 1}).status_code == 302
    page = client.get(reverse("order-detail", args=[order.number])).content.decode()
    assert page.count("<s>€24.40</s>") == 1
    assert "Choose at least one unit" in nothing.content.decode()


def test_a_message_is_sent_again() -> None:
    order = place(make_shop(1))
    events_deliver()
    message = Message.objects.get()
    Message.objects.update(status=Message.Status.SENT)
    client = signed_in()
    url = reverse("order-message-resend", args=[order.number, message.uid])
    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 302
    message.refresh_from_db()
    assert message.status == Message.Status.PENDING
    foreign = place(make_shop(1))
    assert (
        client.post(reverse("order-message-resend", args=[foreign.number, message.uid])).status_code
        == 404
    )


@pytest.mark.parametrize("role", ["clerk", "buyer", "auditor"])
def test_who_may_not(role: str) -> None:
    shop = make_shop(1)
    order = place(shop)
    if role == "buyer":
        client = Client()
        client.force_login(make_user())
    else:
        client = signed_in(role, **({"scope": shop.store} if role == "clerk" else {}))
    may_look = role == "auditor"
    expected = 200 if may_look else 404
    assert client.get(reverse("order-list")).status_code == expected
    assert client.get(reverse("order-detail", args=[order.number])).status_code == expected
    assert client.get(reverse("order-cancel", args=[order.number])).status_code == 404
    assert client.post(reverse("order-cancel", args=[order.number])).status_code == 404
    assert client.get(reverse("customer-list")).status_code == expected
    assert Order.objects.get().status == "open"


def test_strangers_are_asked_to_sign_in() -> None:
    assert Client().get(reverse("order-list")).status_code == 302


def test_customers_by_the_shops_reference() -> None:
    shop = make_shop(1)
    order = place(shop, customer_reference="C-1")
    place(shop)
    client = signed_in()
    page = client.get(reverse("customer-list"), {"q": "C-1"})
    assert "Ada Byron" in page.content.decode()
    assert order.customer is not None
    assert shown(client, customer=order.customer.uid) == [str(order.number)]
    assert client.get(reverse("order-list"), {"customer": "x"}).status_code == 404
    make_channel("unused")
