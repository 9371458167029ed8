"""Who sees what: buyer of X, buyer of Y, the agent, a clerk, nobody; on every page."""

import pytest
from django.test import Client
from django.urls import get_resolver

from b2b.models import Basket, BasketLine
from b2b.services.people import company_role_take
from oms.core.actors import user_actor
from oms.orders.models import Order
from tests.b2b.factories import make_company, make_trade
from tests.b2b.test_ordering import place
from tests.core.factories import make_user
from tests.inventory.factories import make_location

pytestmark = pytest.mark.django_db

PAGES = {
    "b2b-home": "/b2b/",
    "b2b-switch": "/b2b/switch/",
    "b2b-catalog": "/b2b/catalog/",
    "b2b-why": "/b2b/catalog/why/{sku}",
    "b2b-sku": "/b2b/catalog/sku/{sku}",
    "b2b-quick-order": "/b2b/quick-order/",
    "b2b-quick-order-row": "/b2b/quick-order/row/?code={sku}",
    "b2b-quick-order-sample": "/b2b/quick-order/sample.csv",
    "b2b-basket": "/b2b/basket/",
    "b2b-checkout": "/b2b/checkout/",
    "b2b-check": "/b2b/checkout/check/",
    "b2b-order-list": "/b2b/orders/",
}
ORDER_PAGES = {
    "b2b-order-detail": "/b2b/orders/{order}/",
    "b2b-order-placed": "/b2b/orders/{order}/placed/",
    "b2b-reorder": "/b2b/orders/{order}/again/",
    "b2b-order-line-why": "/b2b/orders/{order}/why/1/",
}
POSTS = {
    "b2b-choose": "/b2b/switch/choose/",
    "b2b-basket-put": "/b2b/basket/put/",
    "b2b-basket-change": "/b2b/basket/change/",
    "b2b-basket-empty": "/b2b/basket/empty/",
}
OFFICE_PAGES = {
    "company-list": "/office/companies/",
    "company-detail": "/office/companies/{company}/",
    "company-create": "/office/companies/new/",
    "company-edit": "/office/companies/{company}/edit/",
}
OFFICE_POSTS = {
    "company-role-give": "/office/companies/{company}/roles/give/",
    "company-role-take": "/office/companies/{company}/roles/take/",
    "company-payment-record": "/office/companies/{company}/payments/",
}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def world():
    trade = make_trade()
    return trade, place(trade)


def urls(pages, world):
    trade, order = world
    names = {"order": order.number, "sku": trade.skus[0].code, "company": trade.x.code}
    return [page.format(**names) for page in pages.values()]


def test_every_route_is_in_these_tables():
    known = {*PAGES, *ORDER_PAGES, *POSTS, *OFFICE_PAGES, *OFFICE_POSTS}
    names = {
        name
        for name in get_resolver().reverse_dict
        if isinstance(name, str) and (name.startswith(("b2b-", "company-")))
    }
    assert names == known


def test_nobody_gets_in_without_signing_in(world):
    client = Client()
    for url in urls(PAGES | ORDER_PAGES | OFFICE_PAGES, world):
        assert client.get(url).url.startswith("/login/"), url
    for url in urls(POSTS | OFFICE_POSTS, world):
        assert client.post(url).url.startswith("/login/"), url


def test_a_clerk_and_an_auditor_find_no_portal(world):
    for client in (
        signed_in(make_user("clerk", scope=make_location())),
        signed_in(make_user("auditor")),
    ):
        for url in urls(PAGES | ORDER_PAGES, world):
            assert client.get(url).status_code == 404, url
        for url in urls(POSTS, world):
            assert client.post(url).status_code == 404, url


def test_a_buyer_sees_their_own_company_and_no_other(world):
    trade, _order = world
    anna, yuri = signed_in(trade.anna), signed_in(trade.yuri)
    for url in urls(PAGES | ORDER_PAGES, world):
        assert anna.get(url).status_code in (200, 302), url
    for url in urls(PAGES, world):
        page = yuri.get(url)
        assert page.status_code in (200, 302), url
        text = b"".join(page) if page.streaming else page.content
        assert trade.x.name not in text.decode(), url
        assert "10.00" not in text.decode(), url  # what X pays
    for url in urls(ORDER_PAGES, world):
        assert yuri.get(url).status_code == 404, url


def test_a_buyer_finds_no_office(world):
    trade, _order = world
    anna = signed_in(trade.anna)
    for url in urls(OFFICE_PAGES, world):
        assert anna.get(url).status_code == 404, url
    for url in urls(OFFICE_POSTS, world):
        assert anna.post(url).status_code == 404, url


def test_a_company_of_somebody_else_cannot_be_chosen(world):
    trade, _order = world
    anna = signed_in(trade.anna)
    for code in (trade.y.code, make_company().code, "nope"):
        assert anna.post("/b2b/switch/choose/", {"code": code}).status_code == 404


def test_an_agent_sees_the_chosen_customer_only(world):
    trade, order = world
    agent = signed_in(trade.agent)
    agent.post("/b2b/switch/choose/", {"code": trade.y.code})
    assert agent.get(f"/b2b/orders/{order.number}/").status_code == 404
    assert str(order.number) not in agent.get("/b2b/orders/").content.decode()
    agent.post("/b2b/switch/choose/", {"code": trade.x.code})
    page = agent.get(f"/b2b/orders/{order.number}/").content.decode()
    assert "Ordering for" in page
    for url in urls(OFFICE_PAGES, world):
        assert agent.get(url).status_code == 404, url


def test_baskets_of_two_people_of_one_company_are_apart(world):
    trade, _order = world
    colleague = make_user("buyer", scope=trade.x)
    signed_in(trade.anna).post("/b2b/basket/put/", {"sku": trade.skus[0].code, "quantity": "1"})
    assert signed_in(colleague).get("/b2b/basket/").context["basket"].line_count == 0
    assert BasketLine.objects.count() == 1


def test_a_submit_key_of_somebody_else_is_worth_nothing(world):
    trade, _order = world
    signed_in(trade.anna).post("/b2b/basket/put/", {"sku": trade.skus[0].code, "quantity": "1"})
    key = Basket.objects.get(user=trade.anna).uid
    yuri = signed_in(trade.yuri)
    yuri.post("/b2b/basket/put/", {"sku": trade.skus[0].code, "quantity": "1"})
    before = Order.objects.count()
    answer = yuri.post("/b2b/checkout/check/", {"key": key, "total": "12.20", "lines": "1"})
    assert answer.status_code == 409
    assert Order.objects.count() == before


def test_a_role_that_was_taken_is_gone_at_once(world):
    trade, order = world
    anna = signed_in(trade.anna)
    assert anna.get("/b2b/").status_code == 200
    company_role_take(trade.x.pk, user=trade.anna, actor=user_actor(trade.agent))
    assert anna.get("/b2b/").status_code == 404
    assert anna.get(f"/b2b/orders/{order.number}/").status_code == 404
