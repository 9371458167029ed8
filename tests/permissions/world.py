"""Two stores, two companies, and one of everything a route can name, on either side."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import uuid4

from django.db import transaction

from catalog.services.substitutes import sku_substitutes_set
from inventory.models import AvailabilityRule, Location, Shortage, StockBatch, StockCount
from inventory.services.adjustment import StockChange, adjust
from inventory.services.count_planning import CountPlan, count_plan
from inventory.services.invoices import InvoiceLine, InvoiceRequest, invoice_record
from inventory.status import BatchKind, CountBasis
from oms.core.actors import system_actor, user_actor
from oms.core.audit import audit_record, audit_trail
from oms.core.clock import now
from oms.core.jobs import job_start
from oms.core.models import User
from oms.notifications.services import message_queue
from oms.orders.models import BasketHold, FulfilmentLine, Order
from oms.orders.requests import Account, Contact, OrderRequest, PaymentRequest
from oms.orders.services.placement import order_place
from oms.orders.tracking import tracking_token
from stores.models import PutBack
from tests.b2b.factories import make_trade
from tests.catalog.factories import make_category, make_price_list, make_rule, make_sku
from tests.core.factories import add_event, make_key, make_user
from tests.inventory.dispositions import make_aside
from tests.inventory.factories import make_location, put
from tests.inventory.purchasing import make_ordered, make_supplier, sells
from tests.inventory.transfers import sent_to
from tests.orders.factories import ALWAYS_OPEN, MILAN, Shop, make_shop, place
from tests.stores.factories import make_decline, reserve

Arguments = dict[str, Any]
SYSTEM = system_actor("test")


@dataclass
class World:
    """`subjects`: name → (arguments of A's or X's object, arguments of B's or Y's).

    `queries`: what the address of a page must go on with, for A's object.
    """

    users: dict[str, User]
    subjects: dict[str, tuple[Arguments, Arguments]] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)


def make_world() -> World:
    shop = make_shop(2)
    other = make_location(
        f"B{uuid4().hex[:6]}", ships=False, collects=True, opening_hours=ALWAYS_OPEN
    )
    with transaction.atomic():
        for sku in shop.skus:
            put(sku, other, 100)
    trade = make_trade()
    pickups = (reserve(shop), reserve(shop, location=other.code))
    world = World(_users(shop.store, other, trade))
    orders = tuple(Order.objects.get(fulfilment_orders__pickup=one) for one in pickups)
    world.objects = {"channel": shop.channel}
    add = world.subjects.__setitem__
    add("pickup", tuple({"uid": one.uid} for one in pickups))
    add(
        "pickup_line",
        tuple({"uid": one.uid, "line": one.fulfilment_order.lines.first().pk} for one in pickups),
    )
    tasks = [PutBack.objects.create(pickup=p, location=p.location, whole=False) for p in pickups]
    add("put_back", tuple({"uid": one.pickup.uid, "task": one.pk} for one in tasks))
    declines = [make_decline(reserve(shop, location=one.code)) for one in (shop.store, other)]
    add("decline", tuple({"uid": one.pickup.uid, "decline": one.uid} for one in declines))
    add("work", tuple({"uid": one.fulfilment_order.uid} for one in pickups))
    held = BasketHold.objects.create(
        channel=shop.channel, method="ship", lines=[], expires_at=now() + timedelta(hours=1)
    )
    add("held_basket", ({"uid": held.uid},) * 2)
    add("order", tuple({"number": order.number} for order in orders))
    add("tracking", tuple({"token": tracking_token(order.pk)} for order in orders))
    add("location", ({"code": shop.store.code}, {"code": other.code}))
    add(
        "stock",
        tuple({"code": shop.skus[0].code, "location": one.code} for one in (shop.store, other)),
    )
    transfers = [sent_to(shop.warehouse, one, shop.skus[0]) for one in (shop.store, other)]
    goods = [{"kind": "transfer", "uid": one.uid} for one in transfers]
    add("goods", tuple(goods))
    add("goods_line", tuple(one | {"sku": shop.skus[0].pk} for one in goods))
    add("transfer", tuple({"number": one.number} for one in transfers))
    _shortages(world, shop, (shop.store, other))
    asides = [make_aside(shop.skus[0], one) for one in (shop.store, other)]
    add("disposition", tuple({"uid": one.uid} for one in asides))
    add("batch", tuple({"uid": make_batch(one).uid} for one in (shop.store, other)))
    counts = [make_count(one) for one in (shop.store, other)]
    add("count", tuple({"number": one.pk} for one in counts))
    add("count_line", tuple({"number": one.pk, "line": one.lines.all()[0].pk} for one in counts))
    add("company", ({"code": trade.x.code}, {"code": trade.y.code}))
    _purchases(world, (shop.store, other))
    _company_orders(world, trade)
    _shared(world, shop, orders)
    return world


def _shortages(world: World, shop: Shop, places: tuple[Location, Location]) -> None:
    """Either place lacks two units of what is reserved there, with a substitute accepted."""
    short, stand_in = make_sku(), make_sku()
    make_price_list({short: "12.20", stand_in: "9.90"})
    sku_substitutes_set(short.pk, [stand_in.code], actor=SYSTEM)
    with transaction.atomic():
        for sku, location in product((short, stand_in), places):
            put(sku, location, 5)
    at_places = [Shop(shop.channel, shop.warehouse, one, [short]) for one in places]
    orders = [place(one, 5, method="reserve", accepts_substitutes=True) for one in at_places]
    changes = [StockChange(short.pk, one.pk, -2) for one in places]
    with transaction.atomic():
        adjust(changes, cause="shelf check 5", actor=SYSTEM)
    found = [Shortage.objects.get(sku=short, location=one) for one in places]
    world.subjects["shortage"] = ({"uid": found[0].uid}, {"uid": found[1].uid})
    line = FulfilmentLine.objects.get(fulfilment_order__order=orders[0])
    world.queries["shortage-substitute"] = f"?line={line.pk}"


def _purchases(world: World, places: tuple[Location, Location]) -> None:
    """An order for either place, invoiced too dear before anything came."""
    supplier, sku = make_supplier(), make_sku()
    sells(supplier, sku)
    orders = [make_ordered([10], supplier=supplier, skus=[sku], location=one) for one in places]
    invoices = [
        invoice_record(
            order.number,
            InvoiceRequest("4711", [InvoiceLine(1, 10, Decimal(9))]),
            actor=SYSTEM,
        )
        for order in orders
    ]
    add = world.subjects.__setitem__
    add("purchase", tuple({"number": order.number} for order in orders))
    add("supplier_invoice", tuple({"uid": one.uid} for one in invoices))
    add("supplier", ({"code": supplier.code},) * 2)
    add("supplier_item", ({"code": supplier.code, "sku": sku.code},) * 2)
    add("supplier_table", ({"what": "items"},) * 2)


def make_count(location: Location) -> StockCount:
    return count_plan(CountPlan(location, CountBasis.EVERYTHING), actor=SYSTEM)


def make_batch(location: Location) -> StockBatch:
    return StockBatch.objects.create(
        location=location,
        batch_id="evening",
        sequence=1,
        kind=BatchKind.FULL,
        as_of=now(),
        digest="0" * 64,
        created_by="feed",
    )


def _users(a: Any, b: Any, trade: Any) -> dict[str, User]:
    disabled = make_user("clerk", scope=a)
    disabled.is_active = False
    disabled.save()
    return {
        "clerk of A": make_user("clerk", scope=a),
        "clerk of B": make_user("clerk", scope=b),
        "manager of A": make_user("store_manager", scope=a),
        "buyer of X": make_user("buyer", scope=trade.x),
        "buyer of Y": make_user("buyer", scope=trade.y),
        "agent of X": make_user("agent", scope=trade.x),
        "pricing admin": make_user("pricing_admin"),
        "operations admin": make_user("operations_admin"),
        "auditor": make_user("auditor"),
        "nobody": make_user(),
        "disabled": disabled,
    }


def _company_orders(world: World, trade: Any) -> None:
    from_x, from_y = (_order_for(trade, company) for company in (trade.x, trade.y))
    world.subjects["company_order"] = ({"number": from_x.number}, {"number": from_y.number})
    world.subjects["company_order_line"] = (
        {"number": from_x.number, "position": 1},
        {"number": from_y.number, "position": 1},
    )


def _order_for(trade: Any, company: Any) -> Order:
    return order_place(
        OrderRequest(
            channel=trade.channel,
            lines=tuple(trade.lines()),
            contact=Contact(company.name),
            method="ship",
            address=MILAN,
            payment=PaymentRequest("on_account", "on account"),
            account=Account(company.pk, company.name),
        ),
        actor=SYSTEM,
    )


def _shared(world: World, shop: Any, orders: tuple[Order, ...]) -> None:
    """Things without a scope: one set of arguments serves both sides."""
    admin = world.users["operations admin"]
    sku = shop.skus[0]
    price_list, rule = make_price_list({sku: "9.00"}), make_rule()
    kept_back = AvailabilityRule.objects.create(effect="buffer", sku=sku, units=1)
    message = message_queue(
        kind="orders/order_cancelled",
        source=uuid4().hex,
        recipient="ada@example.com",
        language="en",
        context={"order": {"name": "Ada", "number": 1}, "whole": True, "tracking_url": "x"},
        subject_type="order",
        subject_id=str(orders[0].pk),
    )
    assert message is not None
    with transaction.atomic():
        audit_record("test.done", admin, actor=SYSTEM)
    job = job_start("catalog.import", title="Import", actor=user_actor(admin), upload=b"sku\n")
    both: dict[str, Arguments] = {
        "product": {"code": sku.product.code},
        "sku": {"code": sku.code},
        "adjustment": {"nonce": uuid4()},
        "category": {"pk": make_category().pk},
        "price_list": {"code": price_list.code},
        "price_list_move": {"code": price_list.code, "move": "unpublish"},
        "rule": {"uid": rule.uid},
        "rule_move": {"uid": rule.uid, "move": "unpublish"},
        "availability_rule": {"uid": kept_back.uid},
        "availability_rule_move": {"uid": kept_back.uid, "move": "deactivate"},
        "job": {"uid": job.uid},
        "message": {"uid": message.uid},
        "order_message": {"number": orders[0].number, "uid": message.uid},
        "audit": {"pk": audit_trail(admin).last().pk},  # type: ignore[union-attr]
        "event": {"position": add_event().position},
        "key": {"pk": make_key()[0].pk},
    }
    for name, arguments in both.items():
        world.subjects[name] = (arguments, arguments)
