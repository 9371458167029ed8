"""Holding a basket: its stock is kept for a customer who is about to pay."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from catalog.selectors import parts_of
from inventory.demand import Demand
from inventory.errors import InsufficientStock
from inventory.models import Location
from inventory.services.holds import hold, hold_convert, unhold
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import InvalidInput
from oms.orders.locks import basket_hold_for_update
from oms.orders.methods import method_of
from oms.orders.models import BasketHold
from oms.orders.requests import OrderRequest
from oms.orders.services.baskets import shortfall, skus_resolve
from oms.orders.services.placement import SOURCING_TRIES
from oms.sourcing.services import source
from oms.sourcing.solver import Line

CAUSE = "basket"
# So long a lapsed basket is still told from one that never was.
REMEMBERED = timedelta(days=1)


@transaction.atomic
def basket_hold(
    request: OrderRequest, *, actor: Actor, basket: BasketHold | None = None
) -> BasketHold:
    """Keep the stock of a basket for as long as its channel says, where an order would take it.

    `basket` is one that is held already: its lines become these, and its time begins anew. Without
    an address everything is equally near. Raises InvalidInput, InsufficientStock; a basket that was
    held stays so.
    """
    method = method_of(request.method)
    skus, issues = skus_resolve(request.lines)
    if method.is_pickup:
        issues = [*method.check(request), *issues]
    if issues:
        raise InvalidInput(issues)
    parts = parts_of(skus)
    lines = [
        Line(position, sku.pk, line.quantity, parts[sku.pk])
        for position, (sku, line) in enumerate(zip(skus, request.lines, strict=True), 1)
    ]
    basket = BasketHold() if basket is None else basket_hold_for_update(basket.uid)
    basket.channel = request.channel
    basket.method = request.method
    basket.lines = [
        {"sku": sku.code, "quantity": line.quantity}
        for sku, line in zip(skus, request.lines, strict=True)
    ]
    basket.expires_at = now() + timedelta(minutes=request.channel.hold_minutes)
    codes = {sku.pk: sku.code for sku in skus}
    _source_and_hold(basket, lines, codes, request, method.candidates(request), actor=actor)
    basket.save()
    audit_record("basket.held", basket, actor=actor, data={"lines": len(lines)})
    return basket


def _source_and_hold(
    basket: BasketHold,
    lines: Sequence[Line],
    codes: dict[int, str],
    request: OrderRequest,
    locations: Sequence[Location],
    *,
    actor: Actor,
) -> None:
    address = request.address
    place = None
    if address is not None and address.latitude is not None and address.longitude is not None:
        place = (float(address.latitude), float(address.longitude))
    skus = {line.position: line.sku_id for line in lines}
    for attempt in range(1, SOURCING_TRIES + 1):
        outcome = source(
            lines, locations, destination=place, channel=request.channel.code, holder=basket.uid
        )
        if not outcome.shares:
            raise InsufficientStock(items=shortfall(lines, codes, outcome))
        demands = [
            Demand(basket.uid, skus[share.position], share.location_id, share.quantity)
            for share in outcome.shares
        ]
        hold_convert(basket.uid, demands, cause=CAUSE, actor=actor)
        try:
            return hold(demands, until=basket.expires_at, cause=CAUSE, actor=actor)
        except InsufficientStock:
            if attempt == SOURCING_TRIES:
                raise


@transaction.atomic
def basket_unhold(basket: BasketHold, *, actor: Actor) -> None:
    """Let a basket go: its stock is free at once. Raises NotFound if it has gone already."""
    basket = basket_hold_for_update(basket.uid)
    unhold([basket.uid], cause=CAUSE, actor=actor)
    audit_record("basket.unheld", basket, actor=actor)
    basket.delete()


def basket_holds_prune() -> int:
    """Forget the baskets that lapsed more than a day ago; how many."""
    return BasketHold.objects.filter(expires_at__lt=now() - REMEMBERED).delete()[0]
