"""Locking at the counter. A pickup changes only under its order's lock (`oms.orders.locks`)."""

from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from inventory.models import Stock
from oms.core.actors import Actor
from oms.core.locks import lock_rows, lock_unlocked_rows, require_transaction
from oms.core.models import User
from oms.core.permissions import Permission
from oms.core.sql import fetch_models
from oms.orders.locks import order_for_update
from oms.orders.models import Order
from stores.models import Pickup

# Namespace of the advisory locks that count wrong codes: any fixed 32-bit number.
WRONG_CODES = 7_318_902


def pickup_for_update(uid: UUID, *, actor: Actor) -> Pickup:
    """The pickup, read after its order was locked, with its fulfilment order, order and store.

    Raises NotFound: missing, or not one the actor may fulfil.
    """
    pickups = Pickup.objects.select_related("fulfilment_order", "location")
    found = pickups.get_visible(actor, Permission.ORDERS_FULFIL, uid=uid)
    order = order_for_update(found.fulfilment_order.order_id)
    pickup = fetch_models(
        Pickup,
        "WHERE stores_pickup.id = %(id)s::bigint",
        {"id": found.pk},
        related=("fulfilment_order", "location"),
    )[0]
    pickup.fulfilment_order.order = order
    return pickup


def due_for_update(due: QuerySet[Pickup], *, skip: set[int]) -> Pickup | None:
    """Claim the next of the `due` pickups, or None when none is left.

    The claim is the order's row lock, taken where nobody else holds it: a second sweep and a
    hand-over in progress are stepped over, not waited for. `skip`: orders that are left alone.
    """
    left = due.exclude(fulfilment_order__order__in=skip)
    orders = Order.objects.filter(pk__in=left.values("fulfilment_order__order"))
    claimed = lock_unlocked_rows(orders.order_by("pk")[:1])
    if not claimed:
        return None
    # Read again under the lock: a hand-over may have ended between the two.
    pickup = (
        due.filter(fulfilment_order__order=claimed[0])
        .select_related("fulfilment_order", "location")
        .order_by("pk")
        .first()
    )
    if pickup is None:
        skip.add(claimed[0].pk)
        return due_for_update(due, skip=skip)
    pickup.fulfilment_order.order = claimed[0]
    return pickup


def wrong_codes_lock(location_id: int, user: User) -> None:
    """Let one wrong code at a time be counted per store and clerk."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))",
            [WRONG_CODES, f"{location_id}:{user.pk}"],
        )


def stock_for_update(sku_id: int, location_id: int) -> Stock | None:
    """The stock row, locked after its order (the global order), or None if there never was any."""
    rows = lock_rows(Stock.objects.filter(sku_id=sku_id, location_id=location_id))
    return rows[0] if rows else None
