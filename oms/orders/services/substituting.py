"""A substitute: units of a line given up, and another SKU sent in their place, never dearer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from uuid import uuid4

from django.db.models import Max
from django.utils import translation

from catalog.audiences import Audience
from catalog.models import Sku, Substitute
from catalog.pricing import (
    PriceContext,
    PricedLine,
    PriceRequest,
    at_most,
    price_basket,
    price_each,
)
from catalog.status import SkuStatus
from inventory.demand import Demand
from inventory.models import Location
from inventory.services.allocation import reallocate
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.events import event_add
from oms.core.locks import require_transaction
from oms.core.money import round_money
from oms.notifications.services import supported_language
from oms.orders.errors import (
    NoOtherLocation,
    NoSubstitute,
    NotASubstitute,
    NotReplaceable,
    SubstitutesNotAccepted,
)
from oms.orders.methods import method_of
from oms.orders.models import FulfilmentLine, FulfilmentOrder, Order, OrderLine
from oms.orders.payloads import order_payload_load
from oms.orders.services.changes import work_shrink
from oms.orders.services.payment import line_value, order_overpaid, tenders_give_back
from oms.orders.services.resourcing import promised
from oms.orders.services.state import units_move
from oms.orders.services.wanted import places_of, source_and_claim, wanted_of, works_add


def line_substitute(
    line: FulfilmentLine,
    units: int,
    *,
    code: str,
    reason: str,
    actor: Actor,
    check: Callable[[int], None] | None = None,
) -> OrderLine:
    """Send the SKU with this code instead of `units` of the line, or as many as there are of it.

    Answers with the new order line. The order is locked by the caller, and the units are not
    picked. `check` is told the units and may refuse by an exception under the stock's locks. The
    caller must let its transaction fail if this raises: SubstitutesNotAccepted, NotASubstitute,
    NotReplaceable, NoSubstitute, NoPrice, NoTaxRate.
    """
    require_transaction()
    work, replaced = line.fulfilment_order, line.order_line
    order = work.order
    if not units:
        raise NotReplaceable
    sku = _stand_in(order, replaced, code)
    last = order.lines.aggregate(last=Max("position"))["last"]
    new = OrderLine(uid=uuid4(), order=order, position=last + 1, sku=sku, substitutes=replaced)
    with translation.override(supported_language(order.language)):
        new.name = sku.full_name
    places, before, owed = stand_in_places(work), promised(order), order.current_total

    def claim(there: list[Demand]) -> None:
        moved = sum(one.quantity for one in there)
        reallocate(
            [Demand(replaced.uid, replaced.sku_id, work.location_id, moved)],
            there,
            cause=f"order {order.number} substituted",
            actor=actor,
            reason=reason,
            check=partial(check, moved) if check is not None else None,
        )

    try:
        found, outcome = source_and_claim(wanted_of(order, new, units), places, claim)
    except NoOtherLocation as none:
        raise NoSubstitute(**none.data) from none
    _line_store(new, found.units, stand_in_price(order, replaced, sku.pk, found.units))
    # First what comes and then what goes, so that work with something left to do goes on.
    works = works_add(found, outcome, places, promised=work)
    work_shrink([(line, found.units)], actor=actor)
    units_move(order, {replaced.pk: found.units}, counter="cancelled")
    tenders_give_back(order, order_overpaid(order), reason=reason, actor=actor)
    _tell(new, works, saved=owed - order.current_total, before=before, reason=reason, actor=actor)
    return new


def _stand_in(order: Order, replaced: OrderLine, code: str) -> Sku:
    if not order.accepts_substitutes:
        raise SubstitutesNotAccepted
    rows = Substitute.objects.filter(sku=replaced.sku_id, substitute__status=SkuStatus.ACTIVE)
    row = rows.select_related("substitute").filter(substitute__code=code.strip().upper()).first()
    if row is None:
        raise NotASubstitute
    return row.substitute


def stand_in_places(work: FulfilmentOrder) -> Sequence[Location]:
    """Where a stand-in may come from: a pickup is one bag, at its store."""
    return [work.location] if method_of(work.method).is_pickup else places_of(work.order)


def stand_in_price(order: Order, replaced: OrderLine, sku_id: int, units: int) -> PricedLine:
    """What `units` of the SKU cost this customer today: no more than what they replace.

    Raises NoPrice, NoTaxRate.
    """
    (priced,) = price_basket([PriceRequest(sku_id, units)], _context(order)).lines
    return _capped(order, replaced, priced)


def stand_in_prices(
    order: Order, replaced: OrderLine, units: Mapping[int, int]
) -> dict[int, PricedLine]:
    """SKU id → what so many units of it cost, each as if alone; absent: no price. One query."""
    requests = [PriceRequest(sku_id, count) for sku_id, count in units.items()]
    priced = price_each(requests, _context(order)) if requests else []
    return {one.sku_id: _capped(order, replaced, one) for one in priced if one is not None}


def _context(order: Order) -> PriceContext:
    return PriceContext(
        audiences=tuple(Audience.of(text) for text in order.audiences),
        currency=order.currency,
        country=order.supply_country,
        at=now(),
        coupon=order.coupon,
    )


def _capped(order: Order, replaced: OrderLine, priced: PricedLine) -> PricedLine:
    most = freed_value(order, replaced, priced.quantity)
    return at_most(priced, most, order.currency, instead_of=replaced.sku.code)


def freed_value(order: Order, replaced: OrderLine, units: int) -> Decimal:
    """What the order is worth less once `units` of the line are given up."""
    left = replaced.quantity - replaced.cancelled - replaced.returned
    freed = line_value(replaced, left, order) - line_value(replaced, left - units, order)
    return round_money(freed, order.currency)


def _line_store(new: OrderLine, units: int, price: PricedLine) -> None:
    new.quantity = units
    new.list_price = price.list_price
    new.unit_price = price.unit_price
    new.tax_included = price.tax_included
    new.tax_percent = price.tax_percent
    new.net, new.tax, new.gross = price.net, price.tax, price.gross
    new.price_trace = price.trace
    new.save()


def _tell(
    new: OrderLine,
    works: Sequence[FulfilmentOrder],
    *,
    saved: Decimal,
    before: datetime,
    reason: str,
    actor: Actor,
) -> None:
    order, replaced = new.order, new.substitutes
    assert replaced is not None  # noqa: S101 - for the types
    places, until = [work.location.code for work in works], promised(order)
    audit_record(
        "order.substituted",
        order,
        actor=actor,
        data={
            "location": ", ".join(places),
            "units": new.quantity,
            "reason": reason,
            "text": f"{replaced.sku.code} → {new.sku.code}",
        },
    )
    event_add(
        "order.substituted",
        aggregate="order",
        aggregate_id=order.uid,
        payload=order_payload_load(order)
        | {
            "line": _named(replaced),
            "substitute": _named(new),
            "units": new.quantity,
            # What the order is worth less than before.
            "saved": str(saved),
            "locations": places,
            "reason": reason,
            "promised_at": until.isoformat(),
            "later": until > before,
        },
    )


def _named(line: OrderLine) -> dict[str, object]:
    return {"position": line.position, "sku": line.sku.code, "name": line.name}
