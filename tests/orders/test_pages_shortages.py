import pytest
from django.test import Client
from django.urls import reverse

from catalog.services.substitutes import sku_substitutes_set
from inventory.models import Location, Shortage
from inventory.services.adjustment import StockChange, adjust
from oms.core.actors import user_actor
from oms.office.selectors.figures import shortage_count
from oms.orders.models import Order
from oms.orders.tracking import tracking_token
from tests.catalog.factories import make_price_list, make_sku
from tests.core.factories import make_user
from tests.inventory.factories import make_location, put
from tests.inventory.test_pages import signed_in, text
from tests.orders.factories import ACTOR, figures, make_shop, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def short():
    """Two units of three that an order has claimed at the warehouse; more lie at W2."""
    shop = make_shop(1, units=5)
    put(shop.skus[0], make_location("W2", latitude="41.90", longitude="12.50"), 10)
    order = place(shop, 3)
    place(shop, 2)
    adjust([StockChange(shop.skus[0].pk, shop.warehouse.pk, -3)], cause="count 9", actor=ACTOR)
    return shop, order, Shortage.objects.get()


def url(item: Shortage, name: str = "detail") -> str:
    return reverse(f"shortage-{name}", args=[item.uid])


def test_the_list_says_what_is_short_and_why(short, django_assert_max_num_queries) -> None:
    shop, _order, item = short
    client = signed_in("operations_admin")
    with django_assert_max_num_queries(16):
        page = text(client.get(reverse("shortage-list")))
    assert "count 9" in page
    assert url(item) in page
    rows = text(client.get(reverse("shortage-list"), {"_export": "csv"})).splitlines()
    assert rows[1].split(",")[3:5] == ["3", "2"]
    elsewhere = client.get(reverse("shortage-list"), {"_export": "csv", "location": "W2"})
    assert len(text(elsewhere).splitlines()) == 1
    solved = client.get(reverse("shortage-list"), {"_export": "csv", "solved": "true"})
    assert len(text(solved).splitlines()) == 1
    home = text(client.get(reverse("office-home")))
    assert reverse("shortage-list") in home
    movements = client.get(
        reverse("stock-movements", args=[shop.skus[0].code, shop.warehouse.code])
    )
    assert url(item) in text(movements)


def test_its_page_shows_orders_and_ways_out(short, django_assert_max_num_queries) -> None:
    _shop, order, item = short
    client = signed_in("operations_admin")
    with django_assert_max_num_queries(20):
        page = text(client.get(url(item)))
    assert str(order.number) in page
    assert "1 of 3 missing" in page or "2 of 2 missing" in page
    assert "Send all from elsewhere" in page
    assert "Send all from elsewhere" not in text(signed_in("auditor").get(url(item)))


def test_from_elsewhere_and_solved(short) -> None:
    shop, _order, item = short
    client = signed_in("operations_admin")
    answer = client.post(url(item, "resource"), follow=True)
    assert "2 orders come from elsewhere" in text(answer)
    assert "Solved" in text(answer)
    assert figures(shop.skus[0], shop.warehouse) == (2, 2)
    assert text(client.post(url(item, "resource"), follow=True)).count("come from elsewhere") == 0


def test_one_line_moves_or_is_cancelled_and_a_second_tap_says_so(short) -> None:
    shop, order, item = short
    client = signed_in("operations_admin")
    line = order.fulfilment_orders.get(location=shop.warehouse).lines.get().pk
    # Promised alike: the first placed is served first, so lacks one.
    moved = client.post(url(item, "resource"), {"line": line}, follow=True)
    assert "comes from Location W2 now" in text(moved)
    again = client.post(url(item, "cancel"), {"line": line}, follow=True)
    assert "no longer lacks anything" in text(again)
    assert order.lines.get().cancelled == 0
    for wrong in ("", "x", "9" * 30):
        assert client.post(url(item, "cancel"), {"line": wrong}).status_code == 404


def test_one_line_waits_for_goods_unless_others_have_it(short) -> None:
    shop, order, item = short
    client = signed_in("operations_admin")
    assert "Back-order 1" in text(client.get(url(item)))
    line = order.fulfilment_orders.get(location=shop.warehouse).lines.get().pk
    refused = client.post(url(item, "back-order"), {"line": line}, follow=True)
    assert "send them from there" in text(refused)
    Location.objects.filter(code="W2").update(ships=False)
    answer = client.post(url(item, "back-order"), {"line": line}, follow=True)
    assert "waits for goods; no day is known" in text(answer)
    assert order.lines.get().back_ordered == 1
    page = text(client.get(reverse("order-detail", args=[order.number])))
    assert "Waits for goods" in page
    assert "no day known" in page
    listed = client.get(reverse("order-list"), {"_export": "csv", "back_ordered": "true"})
    assert [row.split(",")[0] for row in text(listed).splitlines()[1:]] == [str(order.number)]
    others = client.get(reverse("order-list"), {"_export": "csv", "back_ordered": "false"})
    assert len(text(others).splitlines()) == 2
    tracked = text(client.get(reverse("track", args=[tracking_token(order.pk)])))
    assert "Comes later" in tracked
    cancelling = text(client.get(reverse("order-cancel", args=[order.number])))
    assert "1 unit no longer waits for goods" in cancelling
    again = client.post(url(item, "back-order"), {"line": line}, follow=True)
    assert "no longer lacks anything" in text(again)


def test_an_order_that_waits_whole_says_so_to_the_customer() -> None:
    shop = make_shop(1, units=2)
    order = place(shop, 2)
    adjust([StockChange(shop.skus[0].pk, shop.warehouse.pk, -2)], cause="x", actor=ACTOR)
    item = Shortage.objects.get()
    line = order.fulfilment_orders.get().lines.get().pk
    signed_in("operations_admin").post(url(item, "back-order"), {"line": line})
    tracked = text(Client().get(reverse("track", args=[tracking_token(order.pk)])))
    assert "Waiting for goods" in tracked
    assert "Cancel this order" in tracked


def test_what_is_collected_here_cannot_wait(short) -> None:
    shop, _order, _item = short
    pickup = place(shop, 2, method="collect")
    adjust([StockChange(shop.skus[0].pk, shop.store.pk, -4)], cause="x", actor=ACTOR)
    item = Shortage.objects.get(location=shop.store)
    client = signed_in("operations_admin")
    assert "neither come from elsewhere nor wait" in text(client.get(url(item)))
    line = pickup.fulfilment_orders.get().lines.get().pk
    answer = client.post(url(item, "back-order"), {"line": line}, follow=True)
    assert "Only units to be shipped" in text(answer)


def test_another_stores_manager_does_not_see_it(short) -> None:
    shop, _order, item = short
    other = signed_in("store_manager", shop.store)
    assert other.get(url(item)).status_code == 404
    assert other.post(url(item, "resource")).status_code == 404
    assert other.post(url(item, "back-order"), {"line": 1}).status_code == 404
    own = signed_in("store_manager", shop.warehouse)
    assert own.get(url(item)).status_code == 200
    assert shortage_count(user_actor(make_user("store_manager", scope=shop.store))) == 0


@pytest.fixture
def replaceable(short):
    """As `short`, but both orders accept the one substitute the catalogue names."""
    shop, order, item = short
    other = make_sku(name="Other thing")
    make_price_list({other: "10.00"})
    put(other, shop.warehouse, 1)
    sku_substitutes_set(shop.skus[0].pk, [other.code], actor=ACTOR)
    Order.objects.update(accepts_substitutes=True)
    return shop, order, item, other


def test_something_else_stands_in(replaceable, django_assert_max_num_queries) -> None:
    shop, order, item, other = replaceable
    client = signed_in("operations_admin")
    line = order.fulfilment_orders.get().lines.get().pk
    way = f"{url(item, 'substitute')}?line={line}"
    with django_assert_max_num_queries(20):
        assert way in text(client.get(url(item)))
    with django_assert_max_num_queries(22):
        page = text(client.get(way))
    assert "Other thing" in page
    assert "1 × €10.00 = €10.00" in page
    assert "€2.20 less for the customer to pay" in page
    answer = client.post(url(item, "substitute"), {"line": line, "sku": other.code}, follow=True)
    assert f"Order {order.number}: 1 × Other thing instead" in text(answer)
    assert figures(other, shop.warehouse) == (1, 1)
    again = client.post(url(item, "substitute"), {"line": line, "sku": other.code}, follow=True)
    assert "no longer lacks anything" in text(again)
    page = text(client.get(reverse("order-detail", args=[order.number])))
    assert f"instead of {shop.skus[0].code}" in page
    assert "<s>" not in page
    assert "now €34.40" in page
    assert "accepted" in page
    tracked = text(client.get(reverse("track", args=[tracking_token(order.pk)])))
    assert f"instead of {shop.skus[0].name}" in tracked
    assert "€34.40" in tracked
    header, *rows = text(client.get(reverse("order-list"), {"_export": "csv"})).splitlines()
    assert header.endswith("Total,Total now")
    assert any(row.endswith("36.6000,34.4000") for row in rows)


def test_why_nothing_stands_in(replaceable) -> None:
    shop, order, item, other = replaceable
    client = signed_in("operations_admin")
    line = order.fulfilment_orders.get().lines.get().pk
    way = f"{url(item, 'substitute')}?line={line}"
    put(other, shop.warehouse, -1)
    assert "none there" in text(client.get(way))
    answer = client.post(url(item, "substitute"), {"line": line, "sku": other.code}, follow=True)
    assert "There is none of this substitute" in text(answer)
    Order.objects.update(accepts_substitutes=False)
    assert "The customer accepts no substitute." in text(client.get(way))
    assert "The customer accepts no substitute." in text(client.get(url(item)))
    Order.objects.update(accepts_substitutes=True)
    sku_substitutes_set(shop.skus[0].pk, [], actor=ACTOR)
    assert "The catalogue names no substitute" in text(client.get(way))
    assert "the catalogue names none" in text(client.get(url(item)))
    assert client.get(url(item, "substitute")).status_code == 404
