"""However the fields of a page are filled, people get an answer, never a defect."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.permissions.routes import PAGES
from tests.permissions.test_page_matrix import MONITORING, page_routes
from tests.permissions.world import World, make_world

HOLDERS = ("operations admin", "pricing admin", "auditor", "clerk of A", "buyer of X")
SPOILT = ("9" * 30, "2026-13-45", "a\x00b", "é" * 3000)
CONTROLS = ("input", "select", "textarea", "button")


@dataclass
class Form:
    method: str
    action: str
    names: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    """The forms of a page: where they go, and what they send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("method", "get"), given.get("action", "")))
        elif tag in CONTROLS and self.found and given.get("name"):
            self.found[-1].names.add(given["name"])
        for attribute in ("hx-post", "hx-get"):
            if given.get(attribute):
                names = {given["name"]} if given.get("name") else set()
                self.found.insert(0, Form(attribute[3:], given[attribute], names))


def clients(world: World) -> Iterator[Client]:
    for holder in HOLDERS:
        client = Client(raise_request_exception=False)
        client.force_login(world.users[holder], backend="django.contrib.auth.backends.ModelBackend")
        yield client


def forms_of(client: Client, address: str) -> list[Form]:
    with transaction.atomic():
        page = client.get(address)
        transaction.set_rollback(True)
    if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
        return []
    parser = Forms()
    parser.feed(page.content.decode())
    for form in parser.found:
        form.action = urljoin(address, form.action)
    return parser.found


@pytest.mark.django_db
def test_no_field_of_any_page_leads_to_a_defect() -> None:
    world = make_world()
    done, broken = set(), set()
    for client in clients(world):
        for one in page_routes():
            if one.name in MONITORING or one.name == "logout":
                continue
            arguments = world.subjects.get(PAGES[str(one.name)].subject, ({}, {}))[0]
            for form in forms_of(client, reverse(str(one.name), kwargs=arguments)):
                where = (form.method, urlsplit(form.action).path, frozenset(form.names))
                if not form.names or where in done or "/logout/" in form.action:
                    continue
                done.add(where)
                broken |= {(*where, value[:40]) for value in SPOILT if fails(client, form, value)}
    assert len(done) > 150
    assert not broken


def fails(client: Client, form: Form, value: str) -> bool:
    """Whether the form with `value` in all of its fields ends in a defect; nothing is kept."""
    send = client.post if form.method == "post" else client.get
    with transaction.atomic():
        answer = send(form.action, dict.fromkeys(form.names, value))
        transaction.set_rollback(True)
    return answer.status_code >= 500
