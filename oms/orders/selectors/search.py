"""Finding orders among many: what is typed is looked up in indexes, one kind of thing at a time."""

from typing import Any

from django.db.models import Q, QuerySet

from catalog.gtin import is_gtin_shaped, shortest
from oms.core.actors import Actor
from oms.core.permissions import Permission, ScopedQuerySet
from oms.orders.models import FIRST_NUMBER, Channel, FulfilmentOrder, Order, OrderLine

MAX_TYPED = 100
BIGGEST = 2**63 - 1
# A trigram index needs three characters to be of use.
MIN_NAME = 3


def orders_visible(
    actor: Actor, permission: Permission = Permission.ORDERS_VIEW
) -> ScopedQuerySet[Order]:
    """The orders `actor` may reach with `permission`."""
    visible: ScopedQuerySet[Order] = Order.objects.visible_to(actor, permission)
    return visible


def fulfilments_visible(
    actor: Actor, permission: Permission = Permission.ORDERS_FULFIL
) -> ScopedQuerySet[FulfilmentOrder]:
    """The fulfilment orders `actor` may reach with `permission`."""
    visible: ScopedQuerySet[FulfilmentOrder] = FulfilmentOrder.objects.visible_to(actor, permission)
    return visible


def orders_search(orders: QuerySet[Order], typed: str) -> QuerySet[Order]:
    """Those of `orders` that `typed` names: number, external id, e-mail, phone, SKU, GTIN, name.

    Each kind is its own indexed query and the ids are united, because one OR over columns of
    several tables is answered by reading all of them.
    """
    text = " ".join(typed.replace("\0", "").split())[:MAX_TYPED]
    if not text:
        return orders
    kinds: list[QuerySet[Any, Any]] = [
        Order.objects.filter(condition).values("pk") for condition in _conditions(text)
    ]
    kinds += [OrderLine.objects.filter(condition).values("order_id") for condition in _goods(text)]
    found = kinds[0].union(*kinds[1:], all=True) if len(kinds) > 1 else kinds[0]
    return orders.filter(pk__in=found)


def _conditions(text: str) -> list[Q]:
    # Naming every channel lets the unique index on (channel, external id) answer.
    conditions = [Q(channel__in=Channel.objects.values("pk"), external_id=text)]
    if "@" in text:
        return [*conditions, Q(email__iexact=text)]
    digits = "".join(one for one in text if one in "0123456789")
    if text.lstrip("#") == digits and digits and FIRST_NUMBER < int(digits) <= BIGGEST:
        # The number is the id plus a constant: the primary key answers.
        conditions.append(Q(pk=int(digits) - FIRST_NUMBER))
    if len(digits) >= 6 and not any(one.isalpha() for one in text):
        conditions.append(Q(phone=text) | Q(phone=f"+{digits}") | Q(phone=digits))
    if len(text) >= MIN_NAME and not text.isdigit():
        conditions.append(Q(name__icontains=text))
    if not text.isdigit():
        conditions.append(Q(purchase_order=text))
    return conditions


def _goods(text: str) -> list[Q]:
    if " " in text:
        return []
    conditions = [Q(sku__code=text.upper())]
    if is_gtin_shaped(text):
        conditions.append(Q(sku__gtin=shortest(text)))
    return conditions
