"""Goods in several conditions with one GTIN, where files and devices name them."""

import uuid
from typing import Any

import pytest
from django.db import transaction

from catalog.models import Sku
from inventory import count_examples as examples
from inventory.models import BatchError, CountLine, Location, StockCount
from tests.inventory.factories import make_location, make_sku, put
from tests.inventory.test_api import Api
from tests.inventory.test_batches import csv_of, on_hand, send

pytestmark = pytest.mark.django_db
GTIN = "4006381333931"
OTHER = ("opened", "used")


@pytest.fixture
def store() -> Location:
    return make_location("S1")


@pytest.fixture
def skus(store: Location) -> list[Sku]:
    new = make_sku("NEW", gtin=GTIN)
    skus = [new, *(make_sku(c.upper(), product=new.product, gtin=GTIN, condition=c) for c in OTHER)]
    with transaction.atomic():
        for sku in skus:
            put(sku, store, 5)
    return skus


def test_in_a_batch_a_gtin_stands_for_the_new_one(store: Location, skus: list[Sku]) -> None:
    send(store, csv_of([(GTIN, 6), ("USED", 2)]))
    assert on_hand(store) == {"NEW": 6, "OPENED": 5, "USED": 2}


def test_in_a_batch_it_stands_for_none_of_several_used_ones(
    store: Location, skus: list[Sku]
) -> None:
    Sku.objects.filter(code="NEW").update(gtin="")
    batch = send(store, csv_of([(GTIN, 1)]))
    assert [error.code for error in BatchError.objects.filter(batch=batch)] == ["unknown_sku"]
    Sku.objects.filter(code="OPENED").update(gtin="")
    send(store, csv_of([(GTIN, 1)]), sequence=2)
    assert on_hand(store) == {"NEW": 5, "OPENED": 5, "USED": 1}


def test_a_device_counts_the_one_that_is_on_the_count(store: Location, skus: list[Sku]) -> None:
    api = Api()

    def post(path: str, body: Any) -> Any:
        return api.client.post(
            f"/api/v1/counts/{path}",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )

    made = post("", examples.COUNT_PLAN | {"location": "S1", "skus": ["USED"]})
    assert made.status_code == 201, made.content
    number = StockCount.objects.get().pk
    told = post(f"{number}/lines/", {"lines": [{"sku": GTIN, "units": 4}]})
    assert told.status_code == 200, told.content
    assert CountLine.objects.get().first == 4
