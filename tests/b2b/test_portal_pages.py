from decimal import Decimal

import pytest
from django.test import Client

from b2b.models import BasketLine, Company
from catalog.models import Sku
from oms.orders.models import Order
from tests.b2b.factories import make_company
from tests.catalog.factories import make_category, make_price_list, make_product, make_sku

pytestmark = pytest.mark.django_db


def put(client, sku, quantity="1", **more):
    return client.post("/b2b/basket/put/", {"sku": sku.code, "quantity": quantity, **more})


def order_through_pages(client, trade):
    for sku in trade.skus:
        put(client, sku, "2")
    client.post("/b2b/checkout/", {"purchase_order": "PO 1", "ship_to": "company", "note": ""})
    page = client.get("/b2b/checkout/check/")
    basket = page.context["basket"]
    answer = {
        "key": str(basket.key),
        "total": str(basket.checked.priced.gross),
        "lines": str(basket.line_count),
    }
    return answer, client.post("/b2b/checkout/check/", answer)


def test_home_shows_the_company_and_its_credit(anna, trade):
    page = anna.get("/b2b/").content.decode()
    assert trade.x.name in page
    assert "Ordering for" not in page


def test_the_catalogue_shows_own_price_first_and_the_list_price_struck(anna, trade):
    for view in ("table", "grid"):
        page = anna.get("/b2b/catalog/", {"view": view}).content.decode()
        assert page.count("€10.00") == len(trade.skus)
        assert page.count('<s class="price-list">') == len(trade.skus)
        assert "€12.00" in page


def test_breaks_are_those_of_the_engine(anna, trade):
    sku = make_sku("BRK", pack_size=6)
    make_price_list(
        {sku: {1: "10.00", 10: "9.00", 100: "8.00"}},
        (f"company:{trade.x.code}",),
        tax_included=False,
    )
    row = anna.get("/b2b/catalog/", {"q": "BRK"}).context["rows"][0]
    assert [(each.quantity, each.net) for each in row.breaks] == [
        (6, Decimal("10")),
        (12, Decimal("9")),
        (102, Decimal("8")),
    ]


def test_a_sku_without_a_price_is_shown_and_cannot_be_ordered(anna, trade):
    sku = make_sku("FREE")
    page = anna.get("/b2b/catalog/", {"q": "FREE"}).content.decode()
    assert "Price on request" in page
    assert 'name="sku" value="FREE"' not in page
    assert anna.get(f"/b2b/catalog/sku/{sku.code}").status_code == 200


def test_search_and_category(anna, trade):
    garden = make_category("Garden")
    tools = make_category("Tools", garden)
    sku = make_sku("SPADE-1", make_product(tools, name="Spade"), name="Spade, long")
    rows = anna.get("/b2b/catalog/", {"q": "long spade"}).context["rows"]
    assert [row.sku for row in rows] == [sku]
    rows = anna.get("/b2b/catalog/", {"category": garden.code}).context["rows"]
    assert [row.sku for row in rows] == [sku]
    assert anna.get("/b2b/catalog/", {"category": "nope"}).status_code == 404


def test_the_results_alone_for_htmx(anna, trade):
    headers = {"HX-Request": "true", "HX-Target": "results"}
    page = anna.get("/b2b/catalog/", headers=headers).content.decode()
    assert page.strip().startswith('<div id="results"')
    assert "<html" not in page


def test_the_sku_page_says_why(anna, trade):
    page = anna.get(f"/b2b/catalog/sku/{trade.skus[0].code}").content.decode()
    assert "Why this price" in page
    assert "Price list" in page
    steps = anna.get(f"/b2b/catalog/why/{trade.skus[0].code}", {"quantity": "3"})
    assert "€10.00" in steps.content.decode()


def test_adding_answers_htmx_with_the_bar_and_a_browser_with_the_page(anna, trade):
    answer = put(anna, trade.skus[0], "3", next="/b2b/catalog/?q=x")
    assert (answer.status_code, answer.url) == (302, "/b2b/catalog/?q=x")
    assert put(anna, trade.skus[0], "3", next="https://evil.example/").url == "/b2b/catalog/"
    part = anna.post(
        "/b2b/basket/put/",
        {"sku": trade.skus[0].code, "quantity": "1"},
        headers={"HX-Request": "true"},
    )
    assert 'id="order-bar"' in part.content.decode()
    assert "7 in the basket" in part.content.decode()
    assert BasketLine.objects.get().quantity == 7


@pytest.mark.parametrize("quantity", ["", "0", "1,5", "many", "-1"])
def test_a_quantity_that_is_none_is_refused(anna, trade, quantity):
    assert put(anna, trade.skus[0], quantity).status_code == 400
    assert not BasketLine.objects.exists()


def test_the_basket_survives_signing_out(anna, trade):
    put(anna, trade.skus[0], "3")
    anna.logout()
    anna.force_login(trade.anna)
    assert anna.get("/b2b/basket/").context["basket"].line_count == 1


def test_basket_lines_change_round_and_go(anna, trade):
    sku = trade.skus[0]
    Sku.objects.filter(pk=sku.pk).update(pack_size=6)
    put(anna, sku, "10")
    page = anna.get("/b2b/basket/").content.decode()
    assert "Sold in packs of 6" in page
    assert "Take 12" in page
    anna.post("/b2b/basket/change/", {"action": "round"})
    assert BasketLine.objects.get().quantity == 12
    anna.post("/b2b/basket/change/", {"sku_id": sku.pk, "quantity": "18"})
    assert BasketLine.objects.get().quantity == 18
    part = anna.post(
        "/b2b/basket/change/",
        {"sku_id": sku.pk, "remove": "1"},
        headers={"HX-Request": "true"},
    )
    assert "The basket is empty" in part.content.decode()
    assert not BasketLine.objects.exists()


def test_from_basket_to_order_and_back_again(anna, trade):
    answer, placed = order_through_pages(anna, trade)
    order = Order.objects.get()
    assert placed.url == f"/b2b/orders/{order.number}/placed/"
    assert (order.purchase_order, order.net) == ("PO 1", Decimal("60.00"))
    # The back button and a second click: the same order.
    assert anna.post("/b2b/checkout/check/", answer).url == placed.url
    assert Order.objects.count() == 1
    page = anna.get(placed.url).content.decode()
    assert f"Order {order.number} is placed" in page
    detail = anna.get(f"/b2b/orders/{order.number}/").content.decode()
    assert trade.skus[0].code in detail
    assert anna.get(f"/b2b/orders/{order.number}/why/1/").status_code == 200
    listed = anna.get("/b2b/orders/", {"q": "PO 1"})
    assert str(order.number) in listed.content.decode()
    assert str(order.number) not in anna.get("/b2b/orders/", {"q": "zzz"}).content.decode()
    export = b"".join(anna.get("/b2b/orders/", {"_export": "csv"}).streaming_content).decode()
    assert str(order.number) in export


def test_a_changed_price_is_a_stop_with_the_new_total(anna, trade):
    put(anna, trade.skus[0], "1")
    basket = anna.get("/b2b/checkout/check/").context["basket"]
    stale = {"key": str(basket.key), "total": "1.00", "lines": "1"}
    page = anna.post("/b2b/checkout/check/", stale)
    assert page.status_code == 409
    assert "The total changed" in page.content.decode()
    assert "€12.20" in page.content.decode()
    assert not Order.objects.exists()


def test_too_much_for_the_credit_is_said_before_and_after(anna, trade):
    Company.objects.filter(pk=trade.x.pk).update(credit_limit=Decimal("10"))
    put(anna, trade.skus[0], "1")
    assert "more than the credit" in anna.get("/b2b/basket/").content.decode().lower()
    basket = anna.get("/b2b/checkout/check/").context["basket"]
    answer = {"key": str(basket.key), "total": "12.20", "lines": "1"}
    page = anna.post("/b2b/checkout/check/", answer)
    assert page.status_code == 409
    assert "credit is left" in page.content.decode()


def test_a_needed_po_number_sends_to_the_delivery_page(anna, trade):
    Company.objects.filter(pk=trade.x.pk).update(requires_po_number=True)
    put(anna, trade.skus[0], "1")
    assert anna.get("/b2b/checkout/check/").url == "/b2b/checkout/"
    page = anna.post("/b2b/checkout/", {"ship_to": "company"})
    assert page.status_code == 422
    page = anna.post("/b2b/checkout/", {"ship_to": "company", "purchase_order": "P"})
    assert page.url == "/b2b/checkout/check/"


def test_substitutes_are_accepted_where_the_box_is_ticked(anna, trade):
    _answer, placed = order_through_pages(anna, trade)
    assert not Order.objects.get().accepts_substitutes
    assert "Substitutes" not in anna.get(placed.url).content.decode()
    put(anna, trade.skus[0], "1")
    answers = {"ship_to": "company", "accepts_substitutes": "on"}
    assert anna.post("/b2b/checkout/", answers).status_code == 302
    form = anna.get("/b2b/checkout/").context["form"]
    assert form["accepts_substitutes"].value() is True
    page = anna.get("/b2b/checkout/check/")
    assert "<dt>Substitutes</dt>" in page.content.decode()
    basket = page.context["basket"]
    answer = {"key": basket.key, "total": basket.checked.priced.gross, "lines": "1"}
    placed = anna.post("/b2b/checkout/check/", {**answer})
    assert Order.objects.latest("id").accepts_substitutes
    assert "<dt>Substitutes</dt>" in anna.get(placed.url).content.decode()


def test_another_address(anna, trade):
    put(anna, trade.skus[0], "1")
    assert anna.post("/b2b/checkout/", {"ship_to": "other", "city": "Roma"}).status_code == 422
    other = {"ship_to": "other", "street": "Via Po 2", "city": "Roma", "country": "it"}
    assert anna.post("/b2b/checkout/", other).status_code == 302
    assert "Via Po 2" in anna.get("/b2b/checkout/check/").content.decode()


def test_one_company_needs_no_choice_and_several_do(anna, agent, trade):
    fresh = Client()
    fresh.force_login(trade.agent)
    assert fresh.get("/b2b/catalog/").url == "/b2b/switch/?next=/b2b/catalog/"
    page = fresh.get("/b2b/switch/").content.decode()
    assert trade.x.name in page
    assert trade.y.name in page
    assert make_company().name not in page
    assert "Ordering for" in agent.get("/b2b/catalog/").content.decode()


def test_a_second_tab_cannot_order_for_another_customer(agent, trade):
    agent.post("/b2b/switch/choose/", {"code": trade.y.code})
    answer = put(agent, trade.skus[0], "1", company=trade.x.code)
    assert answer.status_code == 409
    assert not BasketLine.objects.exists()
