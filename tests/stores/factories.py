"""Pickups in every state, made through the services, and the clerks who work on them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from inventory.models import Location
from oms.core.actors import Actor, user_actor
from oms.core.clock import now
from oms.core.models import User
from oms.orders.models import Order
from oms.orders.services.fulfilment import fulfilment_pick_all
from stores.models import Decline, Pickup, PutBack
from stores.services.answers import Answer
from stores.services.declining import pickup_decline
from stores.services.ending import pickup_put_back
from stores.services.handing import HandOverRequest, pickup_hand_over, pickup_pay
from stores.services.picking import pickup_ready
from stores.status import DeclineReason
from tests.core.factories import make_user
from tests.orders.factories import ACTOR, Shop, place


def make_clerk(location: Location, **fields: Any) -> User:
    return make_user("clerk", scope=location, **fields)


def clerk_of(location: Location) -> Actor:
    return user_actor(make_clerk(location))


def reserve(shop: Shop, quantity: int = 1, **changes: Any) -> Pickup:
    """A pickup to pick, to be paid at the counter (method="collect": paid online)."""
    return pickup_of(place(shop, quantity, method=changes.pop("method", "reserve"), **changes))


def pickup_of(order: Order) -> Pickup:
    return Pickup.objects.select_related("location").get(fulfilment_order__order=order)


def make_ready(pickup: Pickup, actor: Actor, place: str = "A1") -> Pickup:
    fulfilment_pick_all(pickup.fulfilment_order_id, actor=actor)
    return pickup_ready(pickup.uid, place=place, actor=actor)


def make_decline(
    pickup: Pickup, units: int = 1, reason: str = "mismatch", *, actor: Actor = ACTOR, at: int = 1
) -> Decline:
    """`units` of the line at this position of the order could not be had."""
    line = pickup.fulfilment_order.lines.get(order_line__position=at)
    pickup_decline(
        pickup.uid, line_id=line.pk, units=units, reason=DeclineReason(reason), actor=actor
    )
    return Decline.objects.latest("pk")


def ready(shop: Shop, actor: Actor, **changes: Any) -> Pickup:
    """A pickup that waits for its customer."""
    return make_ready(reserve(shop, **changes), actor)


def pay(pickup: Pickup, actor: Actor, means: str = "cash") -> None:
    pickup_pay(pickup.uid, means=means, nonce=uuid4(), actor=actor)


def hand_over(pickup: Pickup, actor: Actor, **fields: Any) -> Answer:
    fields.setdefault("nonce", uuid4())
    return pickup_hand_over(pickup.uid, request=HandOverRequest(**fields), actor=actor)


def collected(shop: Shop, actor: Actor) -> Pickup:
    pickup = ready(shop, actor, method="collect")
    hand_over(pickup, actor)
    return fresh(pickup)


def overdue(pickup: Pickup) -> Pickup:
    """As if the deadline and the grace period had passed."""
    past = now() - timedelta(hours=1)
    Pickup.objects.filter(pk=pickup.pk).update(collect_by=past, expires_at=past)
    return fresh(pickup)


def put_back(pickup: Pickup, actor: Actor) -> PutBack:
    """The pickup's only put-back task is done."""
    return pickup_put_back(pickup.uid, task_id=pickup.put_backs.get().pk, actor=actor)


def fresh(pickup: Pickup) -> Pickup:
    return Pickup.objects.select_related("location", "fulfilment_order__order").get(pk=pickup.pk)
