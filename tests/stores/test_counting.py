"""Counting shelves at the counter."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from inventory.models import CountLine, StockCount
from inventory.services.count_lines import lines_count
from inventory.services.count_planning import CountPlan, count_plan
from inventory.services.count_posting import count_finish
from inventory.status import CountBasis, CountStatus
from oms.orders.services.fulfilment import fulfilment_pick_all
from stores.selectors import units_in_bags
from tests.catalog.factories import make_kit, make_price_list, make_sku
from tests.inventory.factories import ACTOR, figures
from tests.orders.factories import make_shop
from tests.stores.factories import clerk_of, make_clerk, reserve

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def shop():
    return make_shop(2)


@pytest.fixture
def count(shop) -> StockCount:
    return count_plan(CountPlan(shop.store, CountBasis.EVERYTHING), actor=ACTOR)


@pytest.fixture
def client(shop) -> Client:
    return signed_in(make_clerk(shop.store))


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(client: Client, name: str, *args: Any, query: str = "", **data: Any) -> Any:
    return client.post(reverse(name, args=args) + query, data, headers=HTMX)


def scan(client: Client, count: StockCount, code: str, **data: Any) -> Any:
    return post(client, "counter-count-scan", count.pk, code=code, **{"nonce": uuid4()} | data)


def line_of(count: StockCount, sku: Any) -> CountLine:
    return CountLine.objects.get(stock_count=count, sku=sku)


def test_scans_count_and_say_so(client, shop, count) -> None:
    sku = shop.skus[0]
    nonce = uuid4()
    for _ in range(2):
        answer = scan(client, count, sku.code, nonce=nonce).content.decode()
    assert f"{sku.name}: 1" in answer
    assert 'hx-swap-oob="outerHTML"' in answer
    scan(client, count, sku.code)
    scan(client, count, sku.code, add="-1")
    assert line_of(count, sku).first == 1
    assert scan(client, count, sku.code, add="1000").status_code == 404
    assert scan(client, count, sku.code, nonce="again").status_code == 404


def test_what_cannot_be_counted_fills_the_screen(client, shop, count) -> None:
    assert b"Unknown barcode" in scan(client, count, "999").content
    stray = make_sku(name="Blue paint")
    answer = scan(client, count, stray.code).content.decode()
    assert "Not on the list" in answer
    assert "Add it, and count 1" in answer
    added = client.post(
        reverse("counter-count-scan", args=[count.pk])
        + f"?code={stray.code}&nonce={uuid4()}&accept=yes"
    )
    assert added.status_code == 302
    assert line_of(count, stray).is_extra
    kit = make_kit({shop.skus[0]: 2})
    assert b"count its parts" in scan(client, count, kit.code).content


def test_a_number_is_typed_and_taken_back(client, shop, count) -> None:
    line = line_of(count, shop.skus[0])
    args = ("counter-count-line", count.pk, line.pk)
    answer = post(client, *args, units="97", seen="").content.decode()
    assert "Undo" in answer
    assert b"Counted meanwhile" in post(client, *args, units="98", seen="").content
    post(client, *args, units="", seen="97")
    assert line_of(count, shop.skus[0]).first is None
    assert post(client, *args, units="many", seen="").status_code == 404
    # Without JavaScript the page is shown again.
    plain = client.post(reverse(args[0], args=args[1:]), {"units": "5", "seen": ""})
    assert plain["Location"] == reverse("counter-count-page", args=[count.pk])


@pytest.mark.parametrize("is_blind", [True, False])
def test_a_blind_count_says_nothing_of_what_should_be_there(client, shop, is_blind) -> None:
    count = count_plan(CountPlan(shop.store, CountBasis.EVERYTHING, is_blind=is_blind), actor=ACTOR)
    page = client.get(reverse("counter-count-page", args=[count.pk])).content.decode()
    assert ("of 100" in page) is not is_blind


def test_units_in_bags_are_counted_too(client, shop, count) -> None:
    """They are on hand until they are handed over, but on no shelf."""
    first, second = shop.skus
    kit = make_kit({second: 3})
    make_price_list({kit: "20"})
    pickups = [reserve(shop, 2)]
    shop.skus = [kit]
    pickups.append(reserve(shop))
    assert units_in_bags(shop.store) == {}
    for pickup in pickups:
        fulfilment_pick_all(pickup.fulfilment_order_id, actor=clerk_of(shop.store))
    assert units_in_bags(shop.store) == {first.pk: 2, second.pk: 5}
    page = client.get(reverse("counter-count-page", args=[count.pk])).content.decode()
    assert "2 are in bags for customers" in page


def finish(client: Client, count: StockCount, query: str = "") -> str:
    return post(client, "counter-count-end", count.pk, query=query).content.decode()


def test_what_is_off_is_counted_again_then_booked(client, shop, count) -> None:
    first, second = shop.skus
    assert "Nothing is counted yet" in finish(client, count)
    lines_count(count.pk, {first.pk: 50}, actor=ACTOR)
    answer = finish(client, count)
    assert "1 line is not counted" in answer
    assert "?leave=yes" in answer
    lines_count(count.pk, {second.pk: 100}, actor=ACTOR)
    assert "Count again" in finish(client, count)
    again = client.get(reverse("counter-count-page", args=[count.pk])).content.decode()
    assert "Count these once more" in again
    assert b"not to be counted again" in scan(client, count, second.code).content
    line = line_of(count, first)
    post(client, "counter-count-line", count.pk, line.pk, units="99", seen="")
    assert "The differences are booked" in finish(client, count)
    assert figures(first, shop.store) == (99, 0)
    gone = client.get(reverse("counter-count-page", args=[count.pk]))
    assert gone["Location"] == reverse("counter-count-list")


def test_a_large_difference_waits_for_the_manager(client, shop, count, settings) -> None:
    settings.COUNT_LIMIT_UNITS = 0
    lines_count(count.pk, {sku.pk: 99 for sku in shop.skus}, actor=ACTOR)
    assert "a manager looks at it" in finish(client, count)
    assert "A manager looks at these" in client.get(reverse("counter-count-list")).content.decode()
    assert figures(shop.skus[0], shop.store) == (100, 0)


def test_the_list_and_its_empty_state(client, shop) -> None:
    url = reverse("counter-count-list")
    assert "Nothing to count" in client.get(url).content.decode()
    assert url in client.get(reverse("counter-more")).content.decode()
    count = count_plan(CountPlan(shop.store, CountBasis.EVERYTHING, note="cellar"), actor=ACTOR)
    assert "cellar" in client.get(url).content.decode()
    lines_count(count.pk, {sku.pk: 100 for sku in shop.skus}, actor=ACTOR)
    assert count_finish(count.pk, actor=ACTOR).status == CountStatus.POSTED
    assert "cellar" not in client.get(url).content.decode()


def test_a_page_costs_the_same_for_many_lines(
    client, shop, count, django_assert_max_num_queries
) -> None:
    for _ in range(10):
        CountLine.objects.create(stock_count=count, sku=make_sku())
    with django_assert_max_num_queries(20):
        client.get(reverse("counter-count-page", args=[count.pk]))
