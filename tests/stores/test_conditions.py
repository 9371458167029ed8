"""One barcode on goods in several conditions, at the counter: never a silent guess."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from catalog.models import Sku
from inventory.errors import AmbiguousBarcode
from inventory.models import CountLine
from inventory.services.count_planning import CountPlan, count_plan
from inventory.services.tallies import Place, tally_units
from inventory.status import CountBasis
from stores.errors import OverScan, WrongItem
from stores.services.picking import pickup_scan
from tests.catalog.factories import make_price_list, make_sku
from tests.inventory.factories import ACTOR, put
from tests.inventory.transfers import shipped
from tests.orders.factories import Shop, make_shop
from tests.stores.factories import clerk_of, reserve

pytestmark = pytest.mark.django_db
GTIN = "4006381333931"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def shop() -> Shop:
    """Of its goods the second is the first, used."""
    shop = make_shop(1, units=10)
    new = shop.skus[0]
    Sku.objects.filter(pk=new.pk).update(gtin=GTIN, name="Drill")
    new.refresh_from_db()
    used = make_sku("USED", product=new.product, gtin=GTIN, name="Drill", condition="used")
    make_price_list({used: "6"})
    with transaction.atomic():
        put(used, shop.store, 5)
    shop.skus = [new, used]
    return shop


def choices(answer: Any) -> dict[str, str]:
    """Label → address of the buttons of "Which one is it?"."""
    page = answer.content.decode()
    assert "Which one is it?" in page
    forms = re.findall(r'<form method="post" action="([^"]+)">.*?<button[^>]*>([^<]+)<', page)
    return {label: address.replace("&amp;", "&") for address, label in forms}


def picked(pickup: Any) -> dict[str, int]:
    lines = pickup.fulfilment_order.lines.select_related("order_line__sku")
    return {line.order_line.sku.code: line.picked for line in lines}


class TestPicking:
    def test_the_one_ordered_is_counted(self, shop: Shop) -> None:
        new, used = shop.skus
        clerk = clerk_of(shop.store)
        shop.skus = [used]
        pickup = reserve(shop)
        line = pickup_scan(pickup.uid, code=GTIN, actor=clerk)
        assert (line.order_line.sku, line.order_line.name) == (used, "Drill (used)")
        with pytest.raises(OverScan):
            pickup_scan(pickup.uid, code=GTIN, actor=clerk)
        with pytest.raises(WrongItem):
            pickup_scan(pickup.uid, code=new.code, actor=clerk)

    def test_of_both_the_clerk_says_which(self, shop: Shop, till: Client) -> None:
        new, used = shop.skus
        pickup = reserve(shop)
        url = reverse("counter-pick-scan", args=[pickup.uid])
        asked = choices(till.post(url, {"code": GTIN}, headers=HTMX))
        assert picked(pickup) == {new.code: 0, used.code: 0}
        assert till.post(asked["Used"]).status_code == 302
        assert picked(pickup) == {new.code: 0, used.code: 1}
        # Only the new one is left to pick.
        till.post(url, {"code": GTIN}, headers=HTMX)
        assert picked(pickup) == {new.code: 1, used.code: 1}

    def test_what_is_not_ordered_in_any_condition_is_wrong(self, shop: Shop) -> None:
        other = make_sku()
        make_price_list({other: "5"})
        with transaction.atomic():
            put(other, shop.store, 3)
        shop.skus = [other]
        with pytest.raises(WrongItem, match="This is Drill"):
            pickup_scan(reserve(shop).uid, code=GTIN, actor=clerk_of(shop.store))

    def test_the_list_says_it_in_the_clerk_s_words(self, shop: Shop, till: Client) -> None:
        pickup = reserve(shop)
        page = till.get(reverse("counter-pickup", args=[pickup.uid])).content.decode()
        assert "Drill (used)" in page
        assert f'Used · <span class="code">{shop.skus[1].code}' in page


class TestGoods:
    def scan(self, till: Client, transfer: Any, **data: Any) -> Any:
        url = reverse("counter-goods-scan", args=["transfer", transfer.uid])
        return till.post(url, {"code": GTIN, "nonce": uuid4()} | data, headers=HTMX)

    def test_the_one_that_is_still_to_come(self, shop: Shop, till: Client) -> None:
        new, used = shop.skus
        with transaction.atomic():
            put(used, shop.warehouse, 5)
        transfer = shipped(shop.warehouse, shop.store, {used: 1})
        place = Place(transfer.uid, shop.store.pk)
        self.scan(till, transfer)
        assert tally_units(place) == {used.pk: 1}
        # One more than expected is still of the goods that are expected.
        self.scan(till, transfer)
        assert tally_units(place) == {used.pk: 2}

    def test_of_both_or_of_none_the_clerk_says_which(self, shop: Shop, till: Client) -> None:
        new, used = shop.skus
        with transaction.atomic():
            put(used, shop.warehouse, 5)
        both = shipped(shop.warehouse, shop.store, {new: 1, used: 1})
        asked = choices(self.scan(till, both))
        till.post(asked["New"])
        assert tally_units(Place(both.uid, shop.store.pk)) == {new.pk: 1}

        other = make_sku()
        with transaction.atomic():
            put(other, shop.warehouse, 5)
        neither = shipped(shop.warehouse, shop.store, {other: 1})
        asked = choices(self.scan(till, neither))
        answer = till.post(asked["Used"], headers=HTMX).content.decode()
        assert "This is Drill (used)" in answer
        assert "It came with them: count it" in answer


class TestCounting:
    def test_a_count_of_both_asks_and_of_one_takes_it(self, shop: Shop, till: Client) -> None:
        new, used = shop.skus
        listed = CountPlan(shop.store, CountBasis.LISTED, sku_ids=(used.pk,))
        one = count_plan(listed, actor=ACTOR)
        url = reverse("counter-count-scan", args=[one.pk])
        till.post(url, {"code": GTIN, "nonce": uuid4()}, headers=HTMX)
        assert CountLine.objects.get(stock_count=one).first == 1

        more = CountPlan(shop.store, CountBasis.LISTED, sku_ids=(new.pk,))
        other = count_plan(more, actor=ACTOR)
        CountLine.objects.create(stock_count=other, sku=used, is_extra=True)
        url = reverse("counter-count-scan", args=[other.pk])
        asked = choices(till.post(url, {"code": GTIN, "nonce": uuid4()}, headers=HTMX))
        till.post(asked["Used"])
        counted = dict(other.lines.values_list("sku", "first"))
        assert counted == {new.pk: None, used.pk: 1}


class TestLookingUp:
    def test_the_page_says_which_it_took_and_offers_the_other(
        self, shop: Shop, till: Client
    ) -> None:
        new, used = shop.skus
        answer = till.post(reverse("counter-look-up"), {"code": GTIN}, follow=True)
        page = answer.content.decode()
        assert answer.redirect_chain[0][0] == reverse("counter-item", args=[new.code])
        head = page[page.index("item-head") : page.index("item-conditions")]
        assert "<span>New<" in head
        assert reverse("counter-item", args=[used.code]) in page
        assert "5 here" in page

    def test_goods_in_one_condition_say_nothing_of_it(self, shop: Shop, till: Client) -> None:
        plain = make_sku()
        page = till.get(reverse("counter-item", args=[plain.code])).content.decode()
        assert "item-conditions" not in page
        assert "<span>New<" not in page

    def test_the_pages_that_book_say_it_too(self, shop: Shop, till: Client) -> None:
        for name in ("counter-adjust", "counter-set-aside"):
            page = till.get(reverse(name, args=["USED"])).content.decode()
            assert "<span>Used<" in page


def test_nobody_guesses_between_conditions(shop: Shop) -> None:
    pickup = reserve(shop)
    with pytest.raises(AmbiguousBarcode) as refused:
        pickup_scan(pickup.uid, code=GTIN, actor=clerk_of(shop.store))
    assert refused.value.data["skus"] == [
        {"sku": shop.skus[0].code, "condition": "new"},
        {"sku": "USED", "condition": "used"},
    ]
