"""Whoever follows the links of their own pages meets no closed door, whatever SKUs are called."""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from oms.core.actors import Actor, user_actor
from oms.core.forms import DASHES
from oms.core.links import may_open
from tests.catalog import factories
from tests.permissions.routes import PAGES
from tests.permissions.test_page_matrix import MONITORING, page_routes
from tests.permissions.world import World, make_world

# Role → how many kinds of pages the person reaches by links alone, at least.
REACHED = {
    "clerk of A": 20,
    "manager of A": 25,
    "buyer of X": 10,
    "agent of X": 10,
    "pricing admin": 20,
    "operations admin": 60,
    "auditor": 40,
}
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"|\bhx-get="([^"]*)"|<img\b[^>]*?\bsrc="([^"]*)"')
BUTTON = re.compile(r'\bhx-post="([^"]*)"|<form\b[^>]*?\baction="([^"]*)"|\bformaction="([^"]*)"')
# Of pages of a kind as many as these are opened; of one order or SKU after another no more.
OF_A_KIND = 3


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(factories, "SKU_CODE", "É A/B+C%20#?&;=\"'<{}>")
    return make_world()


@dataclass
class Opened:
    status: int
    links: set[str] = field(default_factory=set)
    buttons: set[str] = field(default_factory=set)


def opened(client: Client, address: str) -> Opened:
    page = client.get(address, follow=True)
    if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
        return Opened(page.status_code)
    assert DASHES not in page.content.decode(), address
    here = page.redirect_chain[-1][0] if page.redirect_chain else address

    def found(pattern: re.Pattern[str]) -> set[str]:
        named = ("".join(one) for one in pattern.findall(page.content.decode()))
        return {urldefrag(urljoin(here, unescape(one))).url for one in named}

    return Opened(200, found(LINK), found(BUTTON))


def refuses(button: str, actor: Actor) -> bool:
    """Whether what the button sends to asks for a permission that the actor does not hold."""
    return not may_open(actor, str(resolve(unquote(urlsplit(button).path)).url_name))


@pytest.mark.parametrize("holder", REACHED)
def test_every_link_leads_somewhere(holder: str, world: World) -> None:
    client = Client()
    client.force_login(world.users[holder], backend="django.contrib.auth.backends.ModelBackend")
    actor = user_actor(world.users[holder])
    waiting, seen, kinds, broken = deque([("", "/")]), {"/"}, Counter[str](), []
    while waiting:
        source, address = waiting.popleft()
        page = opened(client, address)
        if page.status == 404 or page.status >= 500:
            broken.append((page.status, address, "on", source))
        broken += [(403, one, "on", address) for one in page.buttons if refuses(one, actor)]
        for url in sorted(page.links - seen):
            path = urlsplit(url).path
            if urlsplit(url).netloc or not path.startswith("/") or path.startswith("/static/"):
                continue
            seen.add(url)
            try:
                kind = str(resolve(unquote(path)).url_name)
            except Resolver404:
                broken.append((404, url, "on", address))
                continue
            kinds[kind] += 1
            if kinds[kind] <= OF_A_KIND and kind != "logout" and not path.startswith("/admin/"):
                waiting.append((address, url))
    assert not broken, "\n".join(map(str, broken))
    assert len(kinds) >= REACHED[holder], sorted(kinds)


def test_every_page_about_a_sku_is_found_whatever_its_code(world: World) -> None:
    client = Client()
    client.force_login(
        world.users["operations admin"], backend="django.contrib.auth.backends.ModelBackend"
    )
    for one in page_routes():
        subject = PAGES[str(one.name)].subject
        if one.name in MONITORING or subject not in ("sku", "product", "stock", "supplier_item"):
            continue
        address = reverse(str(one.name), kwargs=world.subjects[subject][0])
        assert resolve(unquote(address)).url_name == one.name, address
        assert client.get(address).status_code < 400, address
