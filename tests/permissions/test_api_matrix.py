"""API key × route × method × own or foreign object, generated from the URLconf."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from oms.core.permissions import API_SCOPES, Permission
from tests.core.factories import make_key
from tests.orders.factories import make_channel
from tests.permissions.world import World, make_world

P = Permission
# Route → (permission per method, what its arguments name). A route not listed fails.
ROUTES: dict[str, tuple[dict[str, Permission], str]] = {
    "api-product-list": ({"GET": P.CATALOG_VIEW}, ""),
    "api-product-detail": ({"GET": P.CATALOG_VIEW}, "product"),
    "api-sku-list": ({"GET": P.CATALOG_VIEW}, ""),
    "api-sku-detail": ({"GET": P.CATALOG_VIEW}, "sku"),
    "api-category-list": ({"GET": P.CATALOG_VIEW}, ""),
    "api-price-list-list": ({"GET": P.PRICES_VIEW}, ""),
    "api-price-list-prices": ({"GET": P.PRICES_VIEW, "POST": P.PRICES_MANAGE}, "price_list"),
    "api-location-list": ({"GET": P.STOCK_VIEW}, ""),
    "api-stock-list": ({"GET": P.STOCK_VIEW}, ""),
    "api-stock-adjustment": ({"POST": P.STOCK_ADJUST}, ""),
    "api-disposition-list": ({"GET": P.STOCK_VIEW, "POST": P.STOCK_HANDLE}, ""),
    "api-disposition-put-back": ({"POST": P.STOCK_HANDLE}, "disposition"),
    "api-disposition-write-off": ({"POST": P.STOCK_ADJUST}, "disposition"),
    "api-stock-movement-list": ({"GET": P.STOCK_VIEW}, ""),
    "api-stock-batch-list": ({"GET": P.STOCK_VIEW, "POST": P.STOCK_ADJUST}, ""),
    "api-stock-batch": ({"GET": P.STOCK_VIEW}, "batch"),
    "api-stock-batch-errors": ({"GET": P.STOCK_VIEW}, "batch"),
    "api-supplier-list": ({"GET": P.PURCHASING_VIEW}, ""),
    "api-supplier-item-list": ({"GET": P.PURCHASING_VIEW}, ""),
    "api-purchase-order-list": ({"GET": P.PURCHASING_VIEW, "POST": P.PURCHASING_MANAGE}, ""),
    "api-purchase-order": ({"GET": P.PURCHASING_VIEW}, "purchase"),
    "api-purchase-order-receive": ({"POST": P.PURCHASING_MANAGE}, "purchase"),
    "api-count-list": ({"GET": P.STOCK_VIEW, "POST": P.STOCK_HANDLE}, ""),
    "api-count": ({"GET": P.STOCK_VIEW}, "count"),
    "api-count-line-list": ({"GET": P.STOCK_VIEW, "POST": P.STOCK_HANDLE}, "count"),
    "api-count-finish": ({"POST": P.STOCK_HANDLE}, "count"),
    "api-count-approve": ({"POST": P.STOCK_ADJUST}, "count"),
    "api-count-recount": ({"POST": P.STOCK_ADJUST}, "count"),
    "api-count-cancel": ({"POST": P.STOCK_ADJUST}, "count"),
    "api-transfer-list": ({"GET": P.STOCK_VIEW, "POST": P.STOCK_HANDLE}, ""),
    "api-transfer": ({"GET": P.STOCK_VIEW}, "transfer"),
    "api-transfer-ship": ({"POST": P.STOCK_HANDLE}, "transfer"),
    "api-transfer-receive": ({"POST": P.STOCK_HANDLE}, "transfer"),
    "api-order-list": ({"GET": P.ORDERS_VIEW, "POST": P.ORDERS_PLACE}, ""),
    "api-order-detail": ({"GET": P.ORDERS_VIEW}, "order"),
    "api-order-cancel": ({"POST": P.ORDERS_MANAGE}, "order"),
    "api-order-fulfilment": ({"GET": P.ORDERS_VIEW}, "order"),
    "api-fulfilment-list": ({"GET": P.ORDERS_FULFIL}, ""),
    "api-fulfilment-detail": ({"GET": P.ORDERS_FULFIL}, "work"),
    "api-fulfilment-pick": ({"POST": P.ORDERS_FULFIL}, "work"),
    "api-fulfilment-ready": ({"POST": P.ORDERS_FULFIL}, "work"),
    "api-fulfilment-ship": ({"POST": P.ORDERS_FULFIL}, "work"),
    "api-shortage-list": ({"GET": P.STOCK_VIEW}, ""),
    "api-shortage": ({"GET": P.STOCK_VIEW}, "shortage"),
    "api-shortage-resource": ({"POST": P.ORDERS_MANAGE}, "shortage"),
    "api-shortage-back-order": ({"POST": P.ORDERS_MANAGE}, "shortage"),
    "api-shortage-substitute": ({"POST": P.ORDERS_MANAGE}, "shortage"),
    "api-shortage-cancel": ({"POST": P.ORDERS_MANAGE}, "shortage"),
    "api-availability": ({"GET": P.STOCK_VIEW, "POST": P.STOCK_VIEW}, ""),
    "api-availability-changes": ({"GET": P.STOCK_VIEW}, ""),
    "api-hold-list": ({"POST": P.ORDERS_PLACE}, ""),
    "api-hold-detail": (
        {"GET": P.ORDERS_PLACE, "PUT": P.ORDERS_PLACE, "DELETE": P.ORDERS_PLACE},
        "held_basket",
    ),
    "api-prices": ({"POST": P.PRICES_VIEW}, ""),
    "api-promise": ({"POST": P.STOCK_VIEW}, ""),
    "api-return-list": ({"GET": P.ORDERS_VIEW}, ""),
    "api-order-return": ({"POST": P.ORDERS_MANAGE}, "order"),
    "api-company-list": ({"GET": P.COMPANIES_VIEW}, ""),
    "api-company-detail": ({"GET": P.COMPANIES_VIEW}, "company"),
}
# Objects that belong to the channel of the world's orders.
OF_A_CHANNEL = {"order", "work", "held_basket"}
GRANTING = {
    permission: [scope for scope, held in API_SCOPES.items() if permission in held]
    for permission in Permission
}


def api_routes() -> Iterator[URLPattern]:
    def walk(patterns: list[Any], inside: bool) -> Iterator[URLPattern]:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, inside or str(one.pattern) == "api/v1/")
            elif inside:
                yield one

    yield from walk(get_resolver().url_patterns, inside=False)


def test_every_route_is_listed_with_what_it_asks_for() -> None:
    found = {
        str(one.name): dict(one.callback.view_class.permissions_required) for one in api_routes()
    }
    assert found == {name: methods for name, (methods, _subject) in ROUTES.items()}


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def call(method: str, name: str, arguments: dict[str, Any], token: str = "") -> int:
    """The answer to an empty call; whatever it did is undone."""
    headers = {"Idempotency-Key": uuid4().hex}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with transaction.atomic():
        response = Client().generic(
            method,
            reverse(name, kwargs=arguments),
            "{}" if method == "POST" else "",
            content_type="application/json",
            headers=headers,
        )
        transaction.set_rollback(True)
    return response.status_code


def cases(world: World) -> Iterator[tuple[str, str, Permission, str, dict[str, Any]]]:
    for name, (methods, subject) in ROUTES.items():
        for method, permission in methods.items():
            own, _foreign = world.subjects.get(subject, ({}, {}))
            yield name, method, permission, subject, own


def test_without_a_key_or_with_a_revoked_one_nothing_answers(world: World) -> None:
    key, token = make_key(*API_SCOPES)
    key.is_active = False
    key.save()
    wrong = [
        (name, method)
        for name, method, _permission, _subject, own in cases(world)
        if call(method, name, own) != 401 or call(method, name, own, token) != 401
    ]
    assert wrong == []


def test_a_key_without_the_scope_is_refused(world: World) -> None:
    wrong = []
    for name, method, permission, _subject, own in cases(world):
        others = [scope for scope in API_SCOPES if scope not in GRANTING[permission]]
        status = call(method, name, own, make_key(*others)[1])
        if status != 403:
            wrong.append((name, method, status))
    assert wrong == []


def test_a_key_with_the_scope_is_served(world: World) -> None:
    wrong = []
    for name, method, permission, _subject, own in cases(world):
        for scope in GRANTING[permission]:
            status = call(method, name, own, make_key(scope)[1])
            if status in (401, 403, 404) or status >= 500:
                wrong.append((name, method, scope, status))
    assert wrong == []


def test_another_channels_object_is_not_there(world: World) -> None:
    other = make_channel(f"other-{uuid4().hex[:6]}")
    wrong = []
    for name, method, permission, subject, own in cases(world):
        if subject not in OF_A_CHANNEL:
            continue
        for scope in GRANTING[permission]:
            foreign = call(method, name, own, make_key(scope, bound_to=("channel", other))[1])
            bound = ("channel", world.objects["channel"])
            mine = call(method, name, own, make_key(scope, bound_to=bound)[1])
            if foreign != 404 or mine in (401, 403, 404):
                wrong.append((name, method, scope, foreign, mine))
    assert wrong == []
