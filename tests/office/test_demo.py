"""The demo retailer is loaded once for all of these: it takes a while."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.test import Client
from django.urls import reverse
from stdnum import ean
from stdnum.it import iva

from b2b.models import Company
from b2b.services.company import company_save
from catalog.models import Category, DiscountRule, KitComponent, Price, PriceList, Sku
from catalog.status import PublicationStatus, SkuCondition, SkuStatus
from inventory.models import (
    AvailabilityRule,
    Disposition,
    Location,
    PurchaseOrder,
    Shortage,
    Stock,
    StockCount,
    StockMovement,
    Supplier,
    SupplierInvoice,
    SupplierItem,
    Transfer,
)
from inventory.reorder import Policy
from inventory.selectors import availability
from inventory.selectors.reorder import reorder_suggestions
from inventory.selectors.transfers import (
    discrepancies_unsettled,
    on_their_way_to,
    to_send_from,
)
from inventory.status import DispositionReason, LocationKind, TransferStatus
from oms.core.actors import system_actor
from oms.core.api.authentication import digest_of
from oms.core.clock import now
from oms.core.models import ApiKey, AuditEntry, Event, User
from oms.notifications.models import Message
from oms.office.demo.articles import articles_all
from oms.office.demo.load import demo_load
from oms.office.demo.people import API_TOKEN, HOME_STORE, OTHER_STORE
from oms.office.demo_logins import DEMO_LOGINS, PASSWORD
from oms.office.drawings import drawing, shape_of
from oms.orders.models import FulfilmentOrder, Order, OrderLine, Tender
from oms.orders.selectors.shortages import affected_by
from oms.orders.selectors.substitutes import candidates_for
from oms.orders.status import (
    FulfilmentStatus,
    OrderStatus,
    PaymentStatus,
    TenderStatus,
)
from oms.returns.models import Return
from stores.models import HandOver, Pickup, PutBack
from stores.status import PickupStatus

# Ship to store comes later.
NOT_YET = {PickupStatus.AWAITING_GOODS, PickupStatus.IN_TRANSIT, PickupStatus.ARRIVED}
MOST_STATEMENTS = 30_000


pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker) -> Iterator[dict[str, int]]:
    """What was made, with the number of statements; committed, and flushed in the end."""
    statements = 0

    def count(execute, *args):
        nonlocal statements
        statements += 1
        return execute(*args)

    with django_db_blocker.unblock():
        with connection.execute_wrapper(count):
            made = demo_load()
        yield made | {"statements": statements}
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


def test_it_makes_a_whole_retailer() -> None:
    assert Location.objects.filter(kind=LocationKind.WAREHOUSE).count() == 1
    assert Location.objects.filter(kind=LocationKind.STORE, collects=True).count() == 12
    assert Sku.objects.count() >= 500
    assert Category.objects.filter(depth=1).count() >= 5
    assert Sku.objects.filter(status=SkuStatus.DISCONTINUED).exists()
    assert KitComponent.objects.values("kit").distinct().count() >= 5
    assert 10 <= Company.objects.count() <= 20
    assert Company.objects.exclude(parent=None).exists()
    assert 200 <= Order.objects.count() <= 400


def test_barcodes_are_valid_and_nobody_elses() -> None:
    for gtin in Sku.objects.values_list("gtin", flat=True):
        assert ean.is_valid(gtin)
        assert gtin.startswith("2")


def test_italian_vat_ids_are_valid() -> None:
    numbers = Company.objects.filter(country="IT").values_list("vat_id", flat=True)
    assert all(iva.is_valid(number) for number in numbers)


def test_stock_audit_is_clean() -> None:
    out = StringIO()
    call_command("audit_stock", stdout=out)


@pytest.mark.parametrize(
    ("model", "field", "wanted"),
    [
        (Order, "status", set(OrderStatus)),
        (Order, "payment_status", set(PaymentStatus)),
        (Order, "method", set(settings.FULFILMENT_METHODS)),
        (FulfilmentOrder, "status", set(FulfilmentStatus)),
        (Tender, "status", set(TenderStatus)),
        (Pickup, "status", set(PickupStatus) - NOT_YET),
        (Transfer, "status", set(TransferStatus)),
        (PriceList, "status", set(PublicationStatus)),
        (Disposition, "reason", set(DispositionReason)),
        (StockCount, "status", {"planned", "counting", "to_approve", "posted"}),
        (DiscountRule, "status", set(PublicationStatus)),
        (DiscountRule, "target", set(DiscountRule.Target)),
        (DiscountRule, "effect", set(DiscountRule.Effect)),
        (DiscountRule, "stacking", set(DiscountRule.Stacking)),
        (AvailabilityRule, "effect", set(AvailabilityRule.Effect)),
        (AvailabilityRule, "is_active", {True, False}),
    ],
)
def test_every_state_is_there(model, field: str, wanted: set[str]) -> None:
    values = model.objects.order_by().values_list(field, flat=True).distinct()
    found = {str(value) for value in values}
    assert {str(value) for value in wanted} - found == set()


def test_no_day_stands_out() -> None:
    """What waits at this moment is part of a usual day, not on top of it."""
    days = Order.objects.annotate(day=TruncDate("placed_at")).values("day").order_by("day")
    counts = [each["orders"] for each in days.annotate(orders=Count("pk"))]
    usual = sorted(counts[-9:-2])[3]
    assert max(counts[-2:]) <= 2 * usual


def test_all_channels_and_ways_of_ending_are_there() -> None:
    assert Order.objects.values("channel").distinct().count() == 4
    assert Order.objects.exclude(account_id=None).count() > 20
    assert Return.objects.count() > 5
    assert HandOver.objects.exclude(undone_at=None).exists()
    split = [order for order in Order.objects.all() if order.fulfilment_orders.count() > 1]
    assert split
    assert Stock.objects.filter(on_hand=0).exists()


@pytest.mark.parametrize("code", [HOME_STORE, OTHER_STORE])
def test_the_counters_of_the_demo_clerks_have_work(code: str) -> None:
    pickups = Pickup.objects.filter(location__code=code)
    assert pickups.filter(status=PickupStatus.TO_PICK).count() >= 4
    assert pickups.filter(status=PickupStatus.TO_PICK, fulfilment_order__status="picking").exists()
    assert pickups.filter(
        status=PickupStatus.TO_PICK, fulfilment_order__promised_at__lt=now()
    ).exists()
    assert pickups.filter(status=PickupStatus.READY, pay_in_store=True).exists()
    overdue = pickups.filter(status=PickupStatus.READY, collect_by__lt=now())
    assert overdue.filter(expires_at__gt=now()).exists()
    assert PutBack.objects.filter(location__code=code, done_at=None).exists()
    recent = HandOver.objects.filter(pickup__location__code=code, undone_at=None)
    assert recent.filter(at__gt=now() - timedelta(minutes=15)).exists()


def test_goods_are_on_their_way_to_the_demo_clerk_and_to_be_sent() -> None:
    store = Location.objects.get(code=HOME_STORE)
    assert on_their_way_to(store).count() >= 3
    assert to_send_from(store).count() >= 2
    assert discrepancies_unsettled().exists()


def test_time_went_by_and_nothing_lies_ahead() -> None:
    for model, field, days in (
        (Order, "placed_at", 25),
        (AuditEntry, "at", 25),
        (StockMovement, "occurred_at", 25),
        (Message, "created_at", 3),
    ):
        moments = model.objects.order_by(field).values_list(field, flat=True)
        assert moments.first() < now() - timedelta(days=days)
        assert now() - timedelta(hours=12) < moments.last() <= now()


def test_the_clocks_go_right_again() -> None:
    """Both were set back while the demo was lived through."""
    company = company_save({"code": "later", "name": "Later"}, actor=system_actor())
    entry = AuditEntry.objects.filter(object_id=str(company.pk)).latest("id")
    assert abs(entry.at - now()) < timedelta(minutes=5)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM information_schema.columns"
            " WHERE column_default ILIKE '%demo_now%'"
        )
        assert cursor.fetchone() == (0,)


def test_all_news_was_delivered_and_every_message_is_sent() -> None:
    assert not Event.objects.exclude(state=Event.State.DELIVERED).exists()
    assert not Message.objects.exclude(status=Message.Status.SENT).exists()
    assert {"it", "en", "pl"} <= set(Message.objects.values_list("language", flat=True))


@pytest.mark.parametrize("login", DEMO_LOGINS, ids=lambda login: login.username)
def test_everybody_can_sign_in(login) -> None:
    answer = Client().post(
        reverse("login"), {"username": login.username, "password": PASSWORD}, REMOTE_ADDR="10.0.0.1"
    )
    assert answer.status_code == 302


def test_the_key_of_the_eshop_is_made_in_development_only() -> None:
    made = ApiKey.objects.filter(digest=digest_of(API_TOKEN)).exists()
    assert made == settings.DEVELOPMENT


def test_a_second_load_does_nothing_or_refuses() -> None:
    before = (Order.objects.count(), User.objects.count())
    call_command("load_demo", "--if-empty", stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("load_demo")
    assert (Order.objects.count(), User.objects.count()) == before


def test_it_stays_affordable(demo: dict[str, int]) -> None:
    assert demo["statements"] < MOST_STATEMENTS


def test_every_article_has_a_picture_of_its_own_kind() -> None:
    for article in articles_all():
        assert shape_of(str(article.row.product_name)), article.row.product_name


def test_pictures_are_served_to_everybody_and_kept() -> None:
    sku = Sku.objects.exclude(options={}).first()
    assert sku is not None
    answer = Client().get(sku.image)
    assert answer["Content-Type"] == "image/svg+xml"
    assert re.search(r"max-age=\d{5,}", answer["Cache-Control"])
    ElementTree.fromstring(answer.content)  # noqa: S314 - our own drawing
    assert Client().get("/pictures/no-such-thing.svg").status_code == 200


def test_a_picture_takes_the_colour_of_the_sku() -> None:
    assert drawing(["Watering can"], colour="sage") != drawing(["Watering can"], colour="yellow")


def test_two_stores_have_goods_in_other_conditions() -> None:
    others = Sku.objects.exclude(condition=SkuCondition.NEW)
    assert {*others.values_list("condition", flat=True)} == {*SkuCondition.values} - {"new"}
    retail = dict(Price.objects.filter(price_list__code="retail").values_list("sku", "amount"))
    for sku in others:
        new = Sku.objects.get(gtin=sku.gtin, condition=SkuCondition.NEW)
        assert new.product_id == sku.product_id
        assert retail[sku.pk] < retail[new.pk]
    places = Stock.objects.filter(sku__in=others, on_hand__gt=0)
    assert {*places.values_list("location__code", flat=True)} == {HOME_STORE, OTHER_STORE}


def test_it_buys_from_suppliers_and_knows_what_things_cost() -> None:
    assert Supplier.objects.count() == 3
    sold = Sku.objects.filter(status=SkuStatus.ACTIVE, components=None)
    assert not sold.filter(cost=None).exists()
    # What is opened or used comes from customers.
    new = sold.filter(condition=SkuCondition.NEW)
    assert SupplierItem.objects.filter(preferred=True).count() == new.count()
    states = set(PurchaseOrder.objects.values_list("status", flat=True))
    assert states >= {"draft", "ordered", "confirmed", "partly_received", "closed", "cancelled"}
    invoices = set(SupplierInvoice.objects.values_list("status", flat=True))
    assert invoices == {"matched", "differs", "accepted"}
    warehouse = Location.objects.get(kind=LocationKind.WAREHOUSE)
    assert reorder_suggestions(warehouse, Policy(), days=90)


def test_a_supplier_sends_two_orders() -> None:
    theirs = PurchaseOrder.objects.exclude(demand=None).order_by("pk")
    assert list(theirs.values_list("status", flat=True)) == ["closed", "ordered"]


def test_an_order_waits_for_a_delivery() -> None:
    line = OrderLine.objects.get(back_ordered__gt=0)
    assert line.expected_on is not None
    assert line.expected_on > now().date()
    assert line.order.status == OrderStatus.OPEN
    shipping = Location.objects.filter(ships=True).values_list("pk", flat=True)
    assert not any(availability([line.sku_id], location_ids=shipping).values())
    assert Message.objects.filter(kind="orders/order_back_ordered").count() == 1


def test_the_day_it_waits_for_was_moved_and_the_customer_told() -> None:
    line = OrderLine.objects.get(back_ordered__gt=0)
    first = AuditEntry.objects.get(action="order.back_ordered")
    later = AuditEntry.objects.get(action="order.back_order_later")
    assert first.object_id == later.object_id == str(line.order_id)
    assert line.expected_on is not None
    assert first.data["expected_on"] < later.data["expected_on"] == line.expected_on.isoformat()
    assert Message.objects.filter(kind="orders/order_back_order_later").count() == 1


def test_a_shortage_with_two_orders_and_a_way_out() -> None:
    item = Shortage.objects.get(closed_at=None, cause="shelf check 402")
    waiting = affected_by(item)
    assert len({one.order.pk for one in waiting if one.order}) >= 2
    assert any(one.movable for one in waiting)
    units = availability([item.sku_id])
    assert sum(units.values()) >= item.units


def test_something_else_stands_in_and_could_once_more() -> None:
    new = OrderLine.objects.select_related("order", "substitutes").get(substitutes__isnull=False)
    assert new.substitutes is not None
    assert (new.quantity, new.substitutes.cancelled) == (2, 2)
    assert new.order.current_total <= new.order.gross
    assert Message.objects.filter(kind="orders/order_substituted").count() == 1
    item = Shortage.objects.get(closed_at=None, cause="shelf check 404")
    (one,) = [one for one in affected_by(item) if one.order and one.order.accepts_substitutes]
    assert one.line is not None
    assert candidates_for(one.line, one.unpicked)[0].price is not None


def test_a_clerk_finds_a_line_missing_and_may_give_something_else() -> None:
    item = Shortage.objects.get(closed_at=None, cause="shelf check 405")
    assert item.location.code == HOME_STORE
    (one,) = [one for one in affected_by(item) if one.order and one.order.accepts_substitutes]
    assert one.line is not None
    pickup = Pickup.objects.get(fulfilment_order__lines=one.line)
    assert pickup.status == PickupStatus.TO_PICK
    assert pickup.fulfilment_order.lines.count() == 2
    best = candidates_for(one.line, one.unpicked)[0]
    assert best.price is not None
    assert best.units == 1
