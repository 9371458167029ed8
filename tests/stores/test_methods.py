from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.audiences import Audience, AudienceKind
from catalog.models import TaxRate
from inventory.errors import InsufficientStock
from oms.core.errors import InvalidInput
from oms.orders.methods import method_of
from oms.orders.requests import PaymentRequest
from stores.codes import code_digest, pickup_code, pickup_token, token_digest
from stores.models import Pickup
from stores.status import PickupStatus
from tests.catalog.factories import make_price_list
from tests.orders.factories import figures, make_shop, order_request, place
from tests.stores.factories import pickup_of, reserve

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make_shop()


def test_goods_come_from_the_named_store_only(shop) -> None:
    order = place(shop, 2, method="collect", deputy="Nonna Pina")

    pickup = pickup_of(order)
    assert pickup.location == shop.store
    assert (pickup.status, pickup.pay_in_store) == (PickupStatus.TO_PICK, False)
    assert pickup.deputy == "Nonna Pina"
    assert figures(shop.skus[0], shop.store) == (100, 2)
    assert figures(shop.skus[0], shop.warehouse) == (100, 0)
    with pytest.raises(InsufficientStock):
        place(shop, 99, method="collect")


def test_only_digests_of_code_and_token_are_kept(shop) -> None:
    pickup = reserve(shop)

    code, token = pickup_code(pickup.uid), pickup_token(pickup.uid)
    assert pickup.code_digest == code_digest(code)
    assert pickup.token_digest == token_digest(token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM stores_pickup p")
        (row,) = cursor.fetchone()
    assert code not in row
    assert token not in row


def test_the_stores_prices_count_when_reserving_the_shops_when_collecting(shop) -> None:
    make_price_list(dict.fromkeys(shop.skus, "9.99"), (f"store:{shop.store.code}",))

    reserved = place(shop, method="reserve")
    collected = place(shop, method="collect")

    assert reserved.gross == Decimal("29.97")
    assert collected.gross == Decimal("36.60")
    assert method_of("reserve").audiences(order_request(shop, method="reserve")) == (
        Audience(AudienceKind.STORE, shop.store.code),
    )


def test_tax_is_due_where_the_goods_change_hands(shop) -> None:
    shop.store.country = "AT"
    shop.store.save()
    TaxRate.objects.create(tax_class=shop.skus[0].tax_class, country="AT", percent=Decimal("20.00"))

    order = place(shop, method="collect")

    assert order.supply_country == "AT"
    assert {line.tax_percent for line in order.lines.all()} == {Decimal("20.00")}


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"location": ""}, "required"), ({"location": "NOWHERE"}, "not_collecting")],
)
def test_an_order_names_a_store_where_customers_collect(shop, fields, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        place(shop, method="collect", **fields)
    assert [issue.code for issue in refused.value.issues] == [code]


@pytest.mark.parametrize("fields", [{"is_active": False}, {"collects": False}])
def test_a_closed_store_and_a_warehouse_serve_nobody(shop, fields) -> None:
    type(shop.store).objects.filter(pk=shop.store.pk).update(**fields)

    with pytest.raises(InvalidInput):
        place(shop, method="reserve")


def test_reserving_is_paid_at_the_counter_collecting_before(shop) -> None:
    with pytest.raises(InvalidInput):
        place(shop, method="reserve", payment=PaymentRequest("external", "card", token="t"))
    with pytest.raises(InvalidInput):
        place(shop, method="collect", payment=None)


def test_the_promise_counts_an_hour_of_opening_time(shop) -> None:
    shop.store.opening_hours = {"1": [["09:00", "12:00"]], "2": [["09:00", "12:00"]]}
    shop.store.time_zone = "Europe/Rome"
    method = method_of("collect")

    # Monday 2 March 2026, 11:30 in Rome: half an hour today, half an hour tomorrow.
    promise = method.promise(shop.store, datetime(2026, 3, 2, 10, 30, tzinfo=UTC))

    assert promise == datetime(2026, 3, 3, 8, 30, tzinfo=UTC)


def test_the_retailer_says_how_long_the_work_takes(shop, settings) -> None:
    settings.PICKUP_PICK_MINUTES = 90
    settings.SHIP_PACKING_MINUTES = 30
    shop.warehouse.opening_hours = {}
    moment = datetime(2026, 3, 2, 10, tzinfo=UTC)

    assert method_of("collect").promise(shop.store, moment) == moment + timedelta(minutes=90)
    assert method_of("ship").promise(shop.warehouse, moment) == moment + timedelta(minutes=30)


def test_many_pickups_open_in_one_statement(shop) -> None:
    order = place(shop, method="reserve")
    works = list(order.fulfilment_orders.all())
    Pickup.objects.all().delete()

    with CaptureQueriesContext(connection) as queries:
        method_of("reserve").opened(
            works, order=order, request=order_request(shop, method="reserve"), actor=None
        )

    assert len(queries) == 1
    assert Pickup.objects.count() == len(works)
