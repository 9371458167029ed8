"""Reads of returns."""

from django.db.models import QuerySet, Sum

from inventory.models import Location
from inventory.selectors import locations_visible
from oms.core.actors import Actor
from oms.core.permissions import Permission, ScopedQuerySet
from oms.orders.models import Order, OrderLine
from oms.returns.models import Return


def returns_visible(
    actor: Actor, permission: Permission = Permission.ORDERS_VIEW
) -> QuerySet[Return]:
    """The returns `actor` may reach, with order, location and the number of `units`."""
    visible: ScopedQuerySet[Return] = Return.objects.visible_to(actor, permission)
    counted: QuerySet[Return] = visible.select_related("order__channel", "location")
    return counted.annotate(units=Sum("lines__quantity"))


def returnable_lines(order: Order) -> list[tuple[OrderLine, int]]:
    """Lines with units at the customer's, and how many."""
    return [
        (line, line.fulfilled - line.returned)
        for line in order.lines.select_related("sku")
        if line.fulfilled > line.returned
    ]


def receiving_locations(actor: Actor) -> QuerySet[Location]:
    """Where `actor` may take goods back: active locations they manage orders at.

    A key bound to a channel works for orders, not for places: it may name any active location.
    """
    if actor.key is not None and actor.key.scope_kind == "channel":
        found: QuerySet[Location] = Location.objects.all()
    else:
        found = locations_visible(actor, Permission.ORDERS_MANAGE)
    return found.filter(is_active=True).order_by("name")
