from decimal import Decimal

import pytest
from django.db import transaction

from inventory.models import Stock, StockMovement
from inventory.services.audit import stock_audit
from oms.core.errors import InvalidInput
from oms.core.models import Event
from oms.notifications.models import Message
from oms.orders.models import Order, OrderLine
from oms.orders.requests import Contact, OrderLineRequest
from oms.orders.services.fulfilment import fulfilment_pick_all, fulfilment_ship
from oms.orders.services.placement import order_place
from oms.returns.errors import NothingToReturn
from oms.returns.models import ReturnReason
from oms.returns.notices import return_received
from oms.returns.services import ReturnedUnits, return_receive
from tests.catalog.factories import make_kit, make_price_list, make_sku
from tests.core.factories import make_key, make_user
from tests.inventory.factories import put
from tests.orders.factories import ACTOR, make_channel, make_shop, order_request, place

pytestmark = pytest.mark.django_db


def shipped(shop, quantity=3, **changes):
    order = place(shop, quantity, **changes)
    for work in order.fulfilment_orders.all():
        fulfilment_pick_all(work.pk, actor=ACTOR)
        fulfilment_ship(work.pk, carrier="own", tracking_number="T1", actor=ACTOR)
    return Order.objects.get(pk=order.pk)


def give_back(order, shop, quantity=1, sellable=True, lines=None, **options):
    units = ReturnedUnits(quantity, sellable)
    return return_receive(
        order.pk,
        lines=lines or {line.pk: units for line in order.lines.all()},
        location=options.pop("location", shop.warehouse),
        reason=ReturnReason.UNWANTED,
        actor=ACTOR,
        **options,
    )


def test_goods_stock_and_money_come_back():
    shop = make_shop(skus=2, units=10)
    order = shipped(shop, 3)  # 12.20 each, tax included
    goods_return = give_back(order, shop, 1, location=shop.store)
    assert goods_return.refunded == Decimal("24.40")
    assert list(order.lines.values_list("returned", flat=True)) == [1, 1]
    assert Stock.objects.get(sku=shop.skus[0], location=shop.store).on_hand == 11
    tender = order.tenders.get()
    assert (tender.status, tender.refunded) == ("partly_refunded", Decimal("24.40"))
    event = Event.objects.get(type="return.received")
    assert event.payload["return"]["refunded"] == "24.4000"
    assert event.payload["order"]["number"] == order.number


@pytest.mark.parametrize(("language", "words"), [("en", "goes back"), ("it", ""), ("pl", "")])
def test_the_customer_is_told_once(language, words):
    shop = make_shop(skus=1)
    order = shipped(shop, contact=Contact("Ada", email="ada@example.com", language=language))
    give_back(order, shop, 2)
    event = Event.objects.get(type="return.received")
    return_received(event)
    return_received(event)
    message = Message.objects.get(kind="returns/return_received")
    assert (message.recipient, message.language) == ("ada@example.com", language)
    for body in (message.text, message.html):
        assert f"2 × {order.lines.get().name}" in body
        assert "24" in body
        assert words in body


def test_a_return_without_a_refund_promises_no_money():
    shop = make_shop(skus=1)
    give_back(shipped(shop), shop, 1, refund=False)
    return_received(Event.objects.get(type="return.received"))
    assert "goes back" not in Message.objects.get(kind="returns/return_received").text


def test_the_order_s_page_offers_and_tells_a_return(client):
    shop = make_shop(skus=1)
    order = shipped(shop, 2)
    client.force_login(make_user("operations_admin"))
    page, form = f"/office/orders/{order.number}/", f"/office/orders/{order.number}/return/"
    assert form in client.get(page).content.decode()
    give_back(order, shop, 2)
    after = client.get(page).content.decode()
    assert form not in after
    assert "Return received" in after
    assert "2 units · Not wanted" in after


def test_parts_of_a_line_add_up_to_the_whole():
    shop = make_shop(skus=1, price="3.33")
    order = shipped(shop, 3)
    refunded = [give_back(order, shop, 1).refunded for _ in range(3)]
    assert sum(refunded) == order.gross
    assert order.tenders.get().status == "refunded"


def test_what_is_not_sellable_never_counts_as_stock():
    shop = make_shop(skus=1, units=10)
    order = shipped(shop, 3)
    give_back(order, shop, 2, sellable=False)
    assert Stock.objects.get(sku=shop.skus[0], location=shop.warehouse).on_hand == 7
    kinds = StockMovement.objects.filter(cause__startswith="return").order_by("id")
    assert list(kinds.values_list("kind", "on_hand")) == [("returned", 2), ("adjusted", -2)]


def test_a_kit_comes_back_as_its_components():
    shop = make_shop(skus=2, units=10)
    kit = make_kit({shop.skus[0]: 2, shop.skus[1]: 1})
    make_price_list({kit: "20.00"})
    request = order_request(shop, lines=(OrderLineRequest(kit.code, 2),))
    order = order_place(request, actor=ACTOR)
    work = order.fulfilment_orders.get()
    fulfilment_pick_all(work.pk, actor=ACTOR)
    fulfilment_ship(work.pk, carrier="own", tracking_number="", actor=ACTOR)
    give_back(order, shop, 1)
    figures = Stock.objects.filter(location=shop.warehouse).order_by("sku_id")
    assert [stock.on_hand for stock in figures] == [8, 9]


def test_no_more_than_was_fulfilled():
    shop = make_shop(skus=1)
    order = shipped(shop, 2)
    with pytest.raises(InvalidInput) as refused:
        give_back(order, shop, 3)
    assert refused.value.issues[0].code == "too_many"
    give_back(order, shop, 2)
    with pytest.raises(NothingToReturn):
        give_back(order, shop, 1)
    with pytest.raises(NothingToReturn):
        give_back(place(shop), shop, 1)


def test_another_order_s_line_is_refused():
    shop = make_shop(skus=1)
    order, other = shipped(shop), shipped(shop)
    with pytest.raises(InvalidInput):
        give_back(order, shop, lines={other.lines.get().pk: ReturnedUnits(1)})


def test_without_a_refund_no_money_moves():
    shop = make_shop(skus=1)
    order = shipped(shop)
    assert give_back(order, shop, 1, refund=False).refunded == 0
    assert order.tenders.get().refunded == 0
    # A later refund gives back its own units only.
    assert give_back(order, shop, 1).refunded == Decimal("12.20")


def test_over_rest_once_and_listed(client):
    shop = make_shop(skus=1)
    order = shipped(shop)
    _key, token = make_key("orders:write")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "r-1"}
    url = f"/api/v1/orders/{order.number}/returns/"
    body = {
        "location": shop.store.code,
        "reason": "defective",
        "lines": [{"position": 1, "quantity": 2, "sellable": False}],
    }
    first = client.post(url, body, content_type="application/json", headers=headers)
    assert first.status_code == 201, first.content
    assert first.json()["refunded"] == "24.40"
    again = client.post(url, body, content_type="application/json", headers=headers)
    assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
    assert OrderLine.objects.get().returned == 2
    listed = client.get("/api/v1/returns/", headers={"Authorization": f"Bearer {token}"})
    assert listed.json()["results"][0]["uid"] == first.json()["uid"]
    unknown = client.post(
        url,
        body | {"location": "NOPE"},
        content_type="application/json",
        headers=headers | {"Idempotency-Key": "r-2"},
    )
    assert unknown.json()["errors"][0]["code"] == "unknown_location"


def test_a_key_of_another_channel_does_not_see_the_order(client):
    shop = make_shop(skus=1)
    order = shipped(shop)
    _key, token = make_key("orders:write", bound_to=("channel", make_channel("other")))
    answer = client.post(
        f"/api/v1/orders/{order.number}/returns/",
        {"location": "X", "reason": "other", "lines": [{"position": 1, "quantity": 1}]},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "r-1"},
    )
    assert answer.status_code == 404
    listed = client.get("/api/v1/returns/", headers={"Authorization": f"Bearer {token}"})
    assert listed.json()["results"] == []


def test_the_office_records_a_return(client):
    shop = make_shop(skus=1)
    order = shipped(shop)
    client.force_login(make_user("operations_admin"))
    url = f"/office/orders/{order.number}/return/"
    assert client.get(url).status_code == 200
    line = order.lines.get()
    body = {"reason": "unwanted", "location": shop.warehouse.pk, "refund": "on"}
    assert client.post(url, body).status_code == 422
    too_many = body | {f"units_{line.pk}": "9", f"sellable_{line.pk}": "on"}
    assert client.post(url, too_many).status_code == 422
    answer = client.post(url, body | {f"units_{line.pk}": "1", f"sellable_{line.pk}": "on"})
    assert answer.url == f"/office/orders/{order.number}/"
    assert str(order.number) in client.get("/office/returns/").content.decode()


def test_a_store_manager_sees_returns_of_their_store_only(client):
    shop = make_shop(skus=1)
    order = shipped(shop)
    with transaction.atomic():
        put(shop.skus[0], shop.store, 1)
    give_back(order, shop, 1)
    client.force_login(make_user("store_manager", scope=shop.store))
    assert str(order.number) not in client.get("/office/returns/").content.decode()
    assert client.get(f"/office/orders/{order.number}/return/").status_code == 404
    client.force_login(make_user())
    assert client.get("/office/returns/").status_code == 404


def used_one_of(sku):
    return make_sku("USED-ONE", product=sku.product, condition="used", gtin=sku.gtin)


def test_what_comes_back_used_is_in_stock_as_used():
    shop = make_shop(skus=1, units=10)
    order = shipped(shop, 3)
    used, line = used_one_of(shop.skus[0]), order.lines.get()
    before = Stock.objects.get(sku=line.sku, location=shop.warehouse).on_hand
    units = ReturnedUnits(2, restock_as=used.pk)
    goods_return = give_back(order, shop, lines={line.pk: units})
    assert goods_return.refunded == Decimal("24.40")
    assert goods_return.lines.get().restocked_as == used
    movement = StockMovement.objects.get(sku=used)
    assert (movement.kind, movement.on_hand) == ("returned", 2)
    assert Stock.objects.get(sku=line.sku, location=shop.warehouse).on_hand == before
    event = Event.objects.get(type="return.received")
    assert event.payload["return"]["lines"][0]["restocked_as"] == "USED-ONE"
    give_back(order, shop, lines={line.pk: ReturnedUnits(1, False, used.pk)})
    assert Stock.objects.get(sku=used, location=shop.warehouse).on_hand == 2
    assert stock_audit().clean


def test_goods_come_back_as_the_same_goods_only():
    shop = make_shop(skus=2)
    order = shipped(shop)
    other = used_one_of(shop.skus[1])
    with pytest.raises(InvalidInput) as refused:
        give_back(
            order,
            shop,
            lines={order.lines.get(sku=shop.skus[0]).pk: ReturnedUnits(1, restock_as=other.pk)},
        )
    assert refused.value.issues[0].code == "other_goods"


def test_the_form_offers_other_conditions_where_there_are_any(client):
    shop = make_shop(skus=2)
    order = shipped(shop)
    client.force_login(make_user("operations_admin"))
    url = f"/office/orders/{order.number}/return/"
    assert "restock_" not in client.get(url).content.decode()
    used = used_one_of(shop.skus[0])
    first, second = order.lines.order_by("position")
    page = client.get(url).content.decode()
    assert f'name="restock_{first.pk}"' in page
    assert f'name="restock_{second.pk}"' not in page
    sent = {
        "reason": "unwanted",
        "location": shop.store.pk,
        f"units_{first.pk}": 1,
        f"sellable_{first.pk}": "on",
        f"restock_{first.pk}": used.pk,
    }
    assert client.post(url, sent).status_code == 302
    assert Stock.objects.get(sku=used, location=shop.store).on_hand == 1


def test_over_rest_in_another_condition(client):
    shop = make_shop(skus=1)
    order = shipped(shop)
    used_one_of(shop.skus[0])
    _key, token = make_key("orders:write")

    def post(code):
        return client.post(
            f"/api/v1/orders/{order.number}/returns/",
            {
                "location": shop.store.code,
                "reason": "unwanted",
                "lines": [{"position": 1, "quantity": 1, "restock_as": code}],
            },
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": code},
        )

    unknown = post("NOPE")
    assert unknown.json()["errors"][0]["code"] == "unknown_sku"
    done = post("used-one")
    assert done.status_code == 201, done.content
    assert done.json()["lines"][0]["restocked_as"] == "USED-ONE"
