"""Role × page × own or foreign object, generated from the URLconf."""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from oms.core.permissions import ROLES, Permission
from tests.permissions.routes import PAGES, PUBLIC, SIGNED_IN, Route
from tests.permissions.world import Arguments, World, make_world

# Who holds which role on what: (role, scope kind, which side).
HOLDERS = {
    "clerk of A": ("clerk", "location", 0),
    "clerk of B": ("clerk", "location", 1),
    "manager of A": ("store_manager", "location", 0),
    "buyer of X": ("buyer", "company", 0),
    "buyer of Y": ("buyer", "company", 1),
    "agent of X": ("agent", "company", 0),
    "pricing admin": ("pricing_admin", "", 0),
    "operations admin": ("operations_admin", "", 0),
    "auditor": ("auditor", "", 0),
}
SUBJECT_SCOPE = {
    "pickup": "location",
    "pickup_line": "location",
    "put_back": "location",
    "work": "location",
    "goods": "location",
    "goods_line": "location",
    "transfer": "location",
    "stock": "location",
    "count": "location",
    "count_line": "location",
    "shortage": "location",
    "disposition": "location",
    "decline": "location",
    "batch": "location",
    "location": "location",
    "purchase": "location",
    "supplier_invoice": "location",
    "order": "location",
    "order_message": "location",
    "company": "company",
    "company_order": "company",
    "company_order_line": "company",
}
REFUSED = {404}
# Send people without a session to sign in, and that is their answer.
LEADS_TO_LOGIN = {"home", "logout"}
# Answer for the whole installation, not for a person; tested in tests/core.
# An empty form names nothing (no nonce, no SKU), or the pickup is not in the state for it: what is
# not there is 404 for those who may, too. That they may is shown in the tests of each app.
EMPTY_IS_MISSING = {
    "stock-import-apply",
    "supplier-import-apply",
    "shortage-back-order",
    "shortage-cancel",
    "shortage-substitute",
    "location-import-apply",
    "counter-count",
    "counter-goods-scan",
    "counter-goods-count",
    "counter-goods-undo",
    "counter-pay",
    "counter-hand-over",
    "counter-resend",
    "counter-count-scan",
    "b2b-choose",
    "b2b-basket-put",
    "company-role-take",
}
MONITORING = {"healthz", "readyz", "metrics"}


def page_routes() -> Iterator[URLPattern]:
    def walk(patterns: list[Any]) -> Iterator[URLPattern]:
        for one in patterns:
            if isinstance(one, URLResolver):
                if str(one.pattern) not in ("admin/", "api/v1/"):
                    yield from walk(one.url_patterns)
            else:
                yield one

    yield from walk(get_resolver().url_patterns)


def test_every_route_is_listed_and_asks_for_what_the_list_says() -> None:
    found = {str(one.name): getattr(one.callback, "permission", None) for one in page_routes()}
    assert set(found) - set(PAGES) == set(), "list these routes in tests/permissions/routes.py"
    wrong = {
        name: (permission, PAGES[name].permission)
        for name, permission in found.items()
        if PAGES[name].permission not in (PUBLIC, SIGNED_IN)
        and permission != PAGES[name].permission
    }
    assert wrong == {}


def expected(holder: str, route: Route, side: int) -> bool | None:
    """Whether the holder may reach the object of that side; None where the view decides itself."""
    if route.permission == PUBLIC:
        return True
    if route.permission == SIGNED_IN:
        return None
    if holder not in HOLDERS:
        return False
    role, scope, own_side = HOLDERS[holder]
    if Permission(route.permission) not in ROLES[role].permissions:
        return False
    subject_scope = SUBJECT_SCOPE.get(route.subject, "")
    if not scope or not subject_scope:
        return True
    return scope == subject_scope and side == own_side


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def status_of(client: Client, path: str) -> tuple[int, str]:
    """GET, or POST where only that is served; whatever it did is undone."""
    cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    with transaction.atomic():
        response = client.get(path)
        if response.status_code == 405:
            response = client.post(path, {})
        transaction.set_rollback(True)
    client.cookies = cookies  # signing out would take the cookie along
    return response.status_code, response.headers.get("Location", "")


def sides(route: Route, world: World) -> list[tuple[int, Arguments]]:
    own, foreign = world.subjects.get(route.subject, ({}, {}))
    return [(0, own)] if own == foreign else [(0, own), (1, foreign)]


@pytest.mark.parametrize("holder", [*HOLDERS, "nobody", "disabled", "anonymous"])
def test_role_by_route_by_owner(holder: str, world: World) -> None:
    client = Client()
    if holder != "anonymous":
        client.force_login(world.users[holder], backend="django.contrib.auth.backends.ModelBackend")
    wrong = []
    for one in page_routes():
        route = PAGES[str(one.name)]
        if one.name in MONITORING:
            continue
        for side, arguments in sides(route, world):
            allowed = expected(holder, route, side)
            status, location = status_of(client, reverse(str(one.name), kwargs=arguments))
            to_login = (
                status == 302 and location.startswith("/login/") and one.name not in LEADS_TO_LOGIN
            )
            signed_out = holder in ("anonymous", "disabled") and route.permission != PUBLIC
            fine = (
                to_login
                if signed_out
                else status < 500
                if allowed is None
                else (
                    (status not in REFUSED or one.name in EMPTY_IS_MISSING)
                    and status < 500
                    and not to_login
                )
                if allowed
                else status in REFUSED
            )
            if not fine:
                wrong.append((one.name, "AB"[side], "may" if allowed else "may not", status))
    assert not wrong, "\n".join(map(str, wrong))
