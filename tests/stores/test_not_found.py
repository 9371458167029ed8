"""Not found: the record is zeroed, and the SKU's other open lines there come from elsewhere."""

from decimal import Decimal

import pytest

from inventory.models import Shortage, Stock
from inventory.status import LocationKind
from oms.core.events import events_deliver
from oms.orders.models import Channel
from oms.orders.status import OrderStatus
from stores.services.declining import pickup_decline
from stores.status import DeclineReason
from tests.inventory.dispositions import make_aside
from tests.inventory.factories import make_location, put
from tests.orders.factories import figures, make_shop, place
from tests.stores.factories import clerk_of, reserve

pytestmark = pytest.mark.django_db


def test_other_open_lines_are_resourced_and_pickups_stay_visible() -> None:
    shop = make_shop(1, units=0)
    sku, store = shop.skus[0], shop.store
    Channel.objects.filter(pk=shop.channel.pk).update(resources_shortages=True)
    type(store).objects.filter(pk=store.pk).update(ships=True)
    put(sku, store, 5)
    declined, waiting = reserve(shop), reserve(shop)
    shipped = place(shop, 2)
    assert shipped.fulfilment_orders.get().location == store
    second = make_location(
        kind=LocationKind.WAREHOUSE, latitude=Decimal("41.90"), longitude=Decimal("12.50")
    )
    put(sku, second, 10)

    line = declined.fulfilment_order.lines.get()
    pickup_decline(
        declined.uid,
        line_id=line.pk,
        units=1,
        reason=DeclineReason.NOT_FOUND,
        actor=clerk_of(store),
    )
    assert figures(sku, store) == (0, 3)
    events_deliver()

    assert figures(sku, second) == (10, 2)
    assert [work.status for work in shipped.fulfilment_orders.order_by("pk")] == [
        "cancelled",
        "open",
    ]
    # A pickup is collected here and nowhere else: somebody has to decide.
    item = Shortage.objects.get(closed_at=None)
    assert (item.location, item.units) == (store, 1)
    waiting.fulfilment_order.order.refresh_from_db()
    assert waiting.fulfilment_order.order.status == OrderStatus.OPEN


def test_what_was_set_aside_before_stays_on_hand() -> None:
    shop = make_shop(1, units=0)
    sku, store = shop.skus[0], shop.store
    put(sku, store, 10)
    make_aside(sku, store, 3)
    pickup = reserve(shop, 2)

    pickup_decline(
        pickup.uid,
        line_id=pickup.fulfilment_order.lines.get().pk,
        units=2,
        reason=DeclineReason.NOT_FOUND,
        actor=clerk_of(store),
    )

    stock = Stock.objects.get(sku=sku, location=store)
    assert (stock.on_hand, stock.unavailable, stock.allocated) == (3, 3, 0)
    assert not Shortage.objects.filter(closed_at=None).exists()
