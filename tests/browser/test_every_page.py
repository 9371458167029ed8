"""Every page: narrow and wide, light and dark, nothing logged, nothing sticking out; axe."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Sku
from inventory.models import Location
from oms.core.jobs import jobs_run
from oms.core.models import User
from oms.core.roles import role_grant
from stores.services.ending import pickup_expire_due
from tests.browser.conftest import Open
from tests.browser.inspection import Inspection
from tests.browser.pages import (
    ACTS,
    COUNTER,
    GOODS,
    NOT_SHOWN,
    OFFICE,
    PLACES,
    PORTAL,
    PUBLIC,
    SHOWN,
)
from tests.core.factories import make_user
from tests.inventory.transfers import requested
from tests.orders.factories import Shop, make_channel, make_shop, place_ready
from tests.permissions.routes import PAGES
from tests.permissions.test_page_matrix import page_routes
from tests.permissions.world import SYSTEM, World, make_world
from tests.stores.factories import clerk_of, collected, overdue, ready

# Half of all time in the browser: a group of its own, so that both workers have some.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("pages"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def world(live_server: Any) -> World:
    del live_server
    return make_world()


def test_every_route_is_in_the_table() -> None:
    found = {str(route.name) for route in page_routes()}
    assert found == set(SHOWN) | set(NOT_SHOWN), "list the route in tests/browser/pages.py"
    assert not set(SHOWN) & set(NOT_SHOWN)


def paths(area: str, world: World) -> list[str]:
    """The addresses of an area's pages, of store A's and company X's things."""
    return [
        reverse(name, kwargs=world.subjects.get(PAGES[name].subject, ({}, {}))[0])
        + world.queries.get(name, "")
        for name, whose in SHOWN.items()
        if whose == area
    ]


def head_office(world: World) -> User:
    """Somebody who sees every page of the office."""
    person = world.users["operations admin"]
    role_grant(user=person, role="pricing_admin", actor=SYSTEM)
    return person


def test_what_only_acts_shows_nothing(world: World) -> None:
    client, boss = Client(), head_office(world)
    for name in (name for name, why in NOT_SHOWN.items() if why == ACTS):
        client.force_login(world.users["buyer of X"] if name.startswith("b2b-") else boss)
        arguments = world.subjects.get(PAGES[name].subject, ({}, {}))[0]
        assert client.get(reverse(name, kwargs=arguments)).status_code == 405, name


def test_rows_of_every_list_open(world: World) -> None:
    """j, k and Enter need a row's address; a table that gives none says nothing."""
    client = Client()
    client.force_login(head_office(world))
    lists = [name for name in SHOWN if name.endswith("-list") and SHOWN[name] not in (PORTAL,)]
    tables = {name: client.get(reverse(name)).content.decode() for name in lists}
    closed = [
        name
        for name, html in tables.items()
        if 'class="data-table' in html and "data-href=" not in html
    ]
    assert closed == ["api-key-list"]  # a key has no page of its own


@pytest.mark.parametrize("area", [OFFICE, GOODS, PLACES])
def test_pages_of_the_office(area: str, world: World, open_browser: Open) -> None:
    jobs_run()
    look = Inspection(open_browser(head_office(world)))
    refused = {reverse("fulfilment-ship", kwargs=world.subjects["work"][0])}
    for path in [path for path in paths(area, world) if path not in refused]:
        look.look_at(path)
    if area == PLACES:
        store = Location.objects.get(**world.subjects["location"][0])
        sku = Sku.objects.get(**world.subjects["sku"][0])
        asked = requested(store, Location.objects.exclude(pk=store.pk)[0], {sku: 3})
        for name in ("transfer-detail", "transfer-ship", "transfer-paper"):
            look.look_at(reverse(name, args=[asked.number]))
        look.look_at(reverse("transfer-list") + "?status=cancelled")
    if area == OFFICE:
        _order, parcel = place_ready(make_shop(1))
        look.look_at(reverse("fulfilment-ship", args=[parcel.uid]))
        with look.page.watch.expecting(409):  # type: ignore[attr-defined]
            # Nothing is picked yet: what cannot be done is said on a page, too.
            look.look_at(refused.pop(), status=409)
        look.look_at("/office/search/?q=ada")
        look.look_at("/office/orders/?q=nobody-of-this-name")
    assert not look.found, look.report


def test_pages_of_the_counter(world: World, open_browser: Open) -> None:
    store = Location.objects.get(**world.subjects["location"][0])
    skus = [Sku.objects.get(**world.subjects["sku"][0])]
    shop = Shop(make_channel(), store, store, skus)
    clerk = clerk_of(store)
    waiting = [ready(shop, clerk), ready(shop, clerk, method="collect"), ready(shop, clerk)]
    done = collected(shop, clerk)
    overdue(waiting.pop())
    pickup_expire_due(actor=SYSTEM)
    look = Inspection(open_browser(world.users["clerk of A"]), axe_on_phone=True)
    for path in paths(COUNTER, world):
        look.look_at(path)
    for tab in ("ready", "overdue", "put_back"):
        look.look_at(f"/counter/?tab={tab}")
    for pickup in (*waiting, done):
        look.look_at(reverse("counter-pickup", args=[pickup.uid]))
    look.look_at("/counter/find/?code=Ada")
    other = Location.objects.get(**world.subjects["location"][1])
    asked = requested(store, other, {skus[0]: 3})
    look.look_at(reverse("counter-receive") + "?tab=send")
    look.look_at(reverse("counter-goods", args=["send", asked.uid]))
    look.look_at(reverse("counter-goods-end", args=["send", asked.uid]))
    assert not look.found, look.report


def test_pages_of_the_portal(world: World, open_browser: Open) -> None:
    page = open_browser(world.users["buyer of X"])
    page.goto("/b2b/catalog/")
    page.locator(".put-quantity").first.fill("2")
    page.locator(".put-quantity").first.press("Enter")
    page.locator("#order-bar").get_by_role("link", name="Check the order").wait_for()
    look = Inspection(page)
    for path in paths(PORTAL, world):
        look.look_at(path)
    look.look_at("/b2b/catalog/?view=grid")
    assert not look.found, look.report


def test_pages_for_anybody_and_errors(world: World, open_browser: Open) -> None:
    page = open_browser()
    look = Inspection(page)
    for path in paths(PUBLIC, world):
        look.look_at(path)
    with page.watch.expecting(404):  # type: ignore[attr-defined]
        look.look_at("/no/such/page/", status=404)
        look.look_at("/track/not-a-token/", status=404)
    nobody = Inspection(open_browser(world.users["nobody"]))
    with nobody.page.watch.expecting(403, 404):  # type: ignore[attr-defined]
        nobody.look_at("/office/", status=404)
        nobody.look_at("/", status=403)
    assert not look.found + nobody.found, look.report + nobody.report


def test_first_pages_of_an_empty_house(live_server: Any, open_browser: Open) -> None:
    """Before the first order there is a next step, not a blank."""
    del live_server
    look = Inspection(open_browser(make_user("operations_admin")))
    for name, area in SHOWN.items():
        if area in (OFFICE, GOODS, PLACES) and name.endswith(("-list", "-home", "mailbox")):
            look.look_at(reverse(name))
    assert not look.found, look.report
