"""The OpenAPI document says all of it, and its examples are true."""

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator

from catalog.models import Sku
from oms.orders.api import examples
from tests.orders.api import shop_api
from tests.orders.factories import make_shop

OURS = (
    "/orders/",
    "/fulfilment-orders/",
    "/availability/",
    "/prices/",
    "/promise/",
    "/shortages/",
)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return dict(SchemaGenerator().get_schema(request=None, public=True))


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        if path.startswith(tuple(f"/api/v1{one}" for one in OURS)) and "/returns/" not in path
        for method, operation in methods.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]


def test_every_route_of_ours_is_described(schema: dict[str, Any]) -> None:
    routes = {
        pattern
        for pattern in get_resolver().reverse_dict
        if isinstance(pattern, str) and pattern.startswith("api-order")
    }
    assert {"api-order-list", "api-order-detail", "api-order-cancel"} <= routes
    assert len(operations(schema)) == 21


def test_every_operation_has_words_errors_and_examples(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        where = f"{method} {path}"
        assert operation["summary"], where
        statuses = set(operation["responses"])
        assert {"401", "403", "503"} <= statuses, where
        if "{" in path:
            assert "404" in statuses, where
        if method == "post" and "Idempotency-Key" in str(operation.get("parameters")):
            assert {"400", "409", "422"} <= statuses, where
        for status, response in operation["responses"].items():
            if status.startswith(("4", "5")):
                (content,) = response["content"].values()
                assert list(response["content"]) == ["application/problem+json"], where
                assert content["examples"], f"{where} {status}"


def test_the_document_and_its_page_are_open_to_all() -> None:
    client = Client()
    assert client.get("/api/schema/").status_code == 200
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert b"<style" not in page.content
    assert client.get("/api/docs/?script=").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("example", [examples.SHIPPED, examples.RESERVED])
def test_the_examples_of_requests_are_accepted(example: dict[str, Any]) -> None:
    shop = make_shop(2)
    shop.store.code = "MI01"
    shop.store.save()
    for sku, line in zip(shop.skus, examples.SHIPPED["lines"], strict=True):
        gtin = line["sku"] if line["sku"].isdigit() else ""
        code = sku.code if gtin else line["sku"]
        Sku.objects.filter(pk=sku.pk).update(code=code, gtin=gtin)
    answer = shop_api(shop).post("orders/", example)
    assert answer.status_code == 201, answer.content
    assert set(answer.json()) == set(examples.ORDER)
