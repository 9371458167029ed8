"""A supplier that ships to our customers: its own location, with the stock its feed says."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from inventory.models import Location, Stock
from inventory.services.batches import BatchHead, batch_receive
from inventory.status import BatchKind, LocationKind
from oms.core.clock import now
from oms.core.jobs import jobs_run
from tests.inventory.factories import ACTOR, make_location
from tests.inventory.purchasing import make_supplier
from tests.orders.factories import Shop, make_shop, place

pytestmark = pytest.mark.django_db


def supplied(shop: Shop, **fields: Any) -> Location:
    """Nothing is left of our own, and the supplier's feed says 50 of everything."""
    location = make_location(kind=LocationKind.SUPPLIER, **fields)
    make_supplier(location=location)
    with transaction.atomic():
        Stock.objects.filter(location=shop.warehouse).update(safety_stock=1000)
    rows = "".join(f"{sku.code},50\n" for sku in shop.skus)
    head = BatchHead(location, "evening", 1, BatchKind.FULL, now() - timedelta(minutes=1))
    batch_receive(head, [b"sku,quantity\n" + rows.encode()], actor=ACTOR)
    jobs_run()
    return location


def test_sourcing_chooses_a_supplier_that_ships() -> None:
    shop = make_shop(2)
    location = supplied(shop)
    order = place(shop)
    assert [work.location for work in order.fulfilment_orders.all()] == [location]
    assert {row.allocated for row in Stock.objects.filter(location=location)} == {1}
