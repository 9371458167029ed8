"""Units of a stored order that need locations: the search, the claims, and the work there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from catalog.selectors import kit_components
from inventory.demand import Demand
from inventory.errors import InsufficientStock
from inventory.models import Location
from oms.core.clock import now
from oms.orders.errors import NoOtherLocation
from oms.orders.methods import method_of
from oms.orders.models import FulfilmentLine, FulfilmentOrder, Order, OrderLine
from oms.orders.requests import Address, Contact, OrderRequest
from oms.orders.services.baskets import shortfall
from oms.orders.services.placement import SOURCING_TRIES
from oms.orders.status import FulfilmentStatus
from oms.sourcing.services import decision_store, source
from oms.sourcing.solver import Line, Outcome, most_units


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of an order line, as sourcing looks for them."""

    order: Order
    line: OrderLine
    search: Line
    code: str

    @property
    def units(self) -> int:
        return self.search.quantity

    @property
    def codes(self) -> dict[int, str]:
        return {self.line.sku_id: self.code}

    def demands(self, outcome: Outcome) -> list[Demand]:
        """The stock that the plan claims."""
        return [self.at(share.location_id, share.quantity) for share in outcome.shares]

    def at(self, location_id: int, units: int) -> Demand:
        return Demand(self.line.uid, self.line.sku_id, location_id, units)


def wanted_of(order: Order, line: OrderLine, units: int) -> Wanted:
    """`units` of the order's line; two queries."""
    parts = dict(kit_components([line.sku_id]).get(line.sku_id, [(line.sku_id, 1)]))
    return Wanted(order, line, Line(line.position, line.sku_id, units, parts), line.sku.code)


def places_of(order: Order) -> Sequence[Location]:
    """Where the order's goods may come from."""
    return method_of(order.method).candidates(_request(order))


def _request(order: Order) -> OrderRequest:
    """The stored order as somebody would ask for it: what a method chooses candidates by."""
    return OrderRequest(
        channel=order.channel,
        lines=(),
        contact=Contact(order.name),
        method=order.method,
        address=Address(
            order.street,
            order.postcode,
            order.city,
            order.country,
            order.latitude,
            order.longitude,
        ),
    )


def source_and_claim(
    asked: Wanted,
    places: Sequence[Location],
    claim: Callable[[list[Demand]], None],
    *,
    without: Location | None = None,
) -> tuple[Wanted, Outcome]:
    """Choose locations and `claim` their stock: for all the units, or for as many as there are.

    Chooses again if somebody was faster, as placement does. The decision is stored. Answers with
    what is claimed. Raises NoOtherLocation; nothing is claimed then.
    """
    for attempt in range(1, SOURCING_TRIES + 1):
        found, outcome = _search(asked, places, without)
        if outcome.shares:
            try:
                claim(found.demands(outcome))
            except InsufficientStock:
                if attempt < SOURCING_TRIES:
                    continue
            else:
                decision_store(asked.order.uid, [found.search], outcome, codes=asked.codes)
                return found, outcome
        raise NoOtherLocation(items=shortfall([asked.search], asked.codes, outcome))
    raise AssertionError("unreachable: the last attempt returns or raises")


def _search(
    asked: Wanted, places: Sequence[Location], without: Location | None
) -> tuple[Wanted, Outcome]:
    """The best plan for all the units; where there is none, for the most that can be had."""
    order = asked.order
    destination = (
        (float(order.latitude), float(order.longitude))
        if order.latitude is not None and order.longitude is not None
        else None
    )

    def plan(wanted: Wanted) -> Outcome:
        return source(
            [wanted.search],
            places,
            destination=destination,
            channel=order.channel.code,
            without=without,
        )

    outcome = plan(asked)
    if outcome.shares:
        return asked, outcome
    units = most_units(asked.search, [verdict.candidate for verdict in outcome.verdicts])
    if not units:
        return asked, outcome
    part = replace(asked, search=replace(asked.search, quantity=units))
    return part, plan(part)


def works_add(
    found: Wanted,
    outcome: Outcome,
    places: Sequence[Location],
    *,
    promised: FulfilmentOrder | None = None,
) -> list[FulfilmentOrder]:
    """Work at the chosen locations: added to what waits there for the order, for one parcel.

    Work that somebody has begun to pick is left alone, but for a pickup: that is one bag. What the
    `promised` work was promised for holds here too, where the location can keep it.
    """
    order, method = found.order, method_of(found.order.method)
    here = {one.pk: one for one in places}
    joined = [FulfilmentStatus.OPEN]
    if method.is_pickup:
        joined.append(FulfilmentStatus.PICKING)
    works = []
    for share in outcome.shares:
        location = here[share.location_id]
        promise = method.promise(location, now())
        if promised is not None:
            # What replaces something on the same shelves takes no longer than that.
            same = location.pk == promised.location_id
            promise = promised.promised_at if same else max(promise, promised.promised_at)
        waiting = order.fulfilment_orders.filter(
            location=location, method=order.method, status__in=joined
        )
        work = waiting.order_by("pk").first() or FulfilmentOrder(
            order=order, location=location, method=order.method, promised_at=promise
        )
        work.promised_at = max(work.promised_at, promise)
        work.save()
        works.append(work)
        work_add(work, found.line, share.quantity)
    return works


def work_add(work: FulfilmentOrder, line: OrderLine, units: int) -> None:
    """`units` more of the line are to be done there; the order is locked by the caller."""
    added, new = FulfilmentLine.objects.get_or_create(
        fulfilment_order=work, order_line=line, defaults={"quantity": units}
    )
    if not new:
        added.quantity += units
        added.save(update_fields=["quantity"])
