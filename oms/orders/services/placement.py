"""Placing an order: validate → price → source → allocate → pay → confirm, in one transaction.

The number of SQL statements does not depend on the number of lines (pinned in
`tests/orders/test_placement.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.audiences import Audience, AudienceKind
from catalog.models import Sku
from catalog.pricing import PriceContext, PricedBasket, PriceRequest, price_basket
from catalog.selectors import parts_of
from inventory.demand import Demand
from inventory.errors import InsufficientStock
from inventory.models import Location
from inventory.services.allocation import allocate
from inventory.services.holds import hold_convert
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import DomainError, InvalidInput, Issue
from oms.core.events import event_add
from oms.core.locks import require_transaction
from oms.core.sql import rows_insert, rows_together
from oms.notifications.services import supported_language
from oms.orders.errors import DuplicateOrder
from oms.orders.methods import Method, method_of
from oms.orders.models import (
    FIRST_NUMBER,
    BasketHold,
    Customer,
    FulfilmentLine,
    FulfilmentOrder,
    Order,
    OrderLine,
    Tender,
)
from oms.orders.payloads import order_payload
from oms.orders.requests import Address, OrderRequest
from oms.orders.services.baskets import shortfall, skus_resolve
from oms.orders.services.payment import DuplicatePayment, payment_check, tender_open
from oms.orders.status import PaymentStatus
from oms.sourcing.services import decision_store, source
from oms.sourcing.solver import MAX_PARCELS, Line, Outcome

MAX_LINES = 2000
# Somebody may take the stock between sourcing and allocating: look again this many times.
SOURCING_TRIES = 3


@dataclass(frozen=True, slots=True)
class _Basket:
    """The request, resolved against the catalogue."""

    skus: tuple[Sku, ...]
    lines: tuple[Line, ...]

    @property
    def codes(self) -> dict[int, str]:
        return {sku.pk: sku.code for sku in self.skus}


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """A new order with the rows written for it, so that nobody has to read them again."""

    order: Order
    lines: list[OrderLine]
    fulfilment_orders: list[FulfilmentOrder]
    fulfilment_lines: list[FulfilmentLine]
    tender: Tender | None


@transaction.atomic
def order_place(request: OrderRequest, *, actor: Actor) -> Order:
    """Place the order; its stock is allocated and its prices and sourcing are stored with it.

    Raises InvalidInput (naming line and field), NoPrice, InsufficientStock, DuplicateOrder,
    PaymentMismatch, PaymentRefused. Nothing is kept of a refused order.
    """
    return order_place_whole(request, actor=actor).order


def order_place_whole(request: OrderRequest, *, actor: Actor) -> PlacedOrder:
    """`order_place` inside the caller's transaction, answering with everything it wrote.

    The caller must let its transaction fail if this raises: an idempotent write does.
    """
    require_transaction()
    method = method_of(request.method)
    basket = _resolve(request, method)
    locations = method.candidates(request)
    country = method.supply_country(request, locations)
    audiences = audiences_of(request, method)
    prices = price_basket(
        [PriceRequest(line.sku_id, line.quantity) for line in basket.lines],
        PriceContext(
            audiences=audiences,
            currency=request.channel.currency,
            country=country,
            at=request.placed_at or now(),
            coupon=request.coupon,
        ),
    )
    payment_status = payment_check(
        request.payment,
        gross=prices.gross,
        currency=prices.currency,
        prepaid=method.prepaid,
    )
    keys = {Order: 1, OrderLine: len(basket.lines), FulfilmentOrder: MAX_PARCELS, Tender: 1}
    try:
        with rows_together(keys):
            order = _order_create(request, prices, country, audiences, payment_status)
            lines = _lines_create(order, request, basket, prices)
            outcome = _source_and_allocate(
                order, lines, basket, locations, hold=request.hold, actor=actor
            )
            work, shares = _fulfilment_create(order, lines, outcome, locations, method)
            decision_store(order.uid, basket.lines, outcome, codes=basket.codes)
            tender = None
            if request.payment is not None and prices.gross > 0:
                tender = tender_open(order, request.payment, prices.gross, actor=actor)
            method.opened(work, order=order, request=request, actor=actor)
            audit_record("order.placed", order, actor=actor, data={"lines": len(lines)})
            event_add(
                "order.placed",
                aggregate="order",
                aggregate_id=order.uid,
                payload=order_payload(order, request.channel, lines, basket.skus),
            )
    except IntegrityError as error:
        raise _refusal_of(error, request) from error
    except DomainError as error:
        # Whoever sends an order again shall hear that we have it, not that its goods are gone.
        if _is_known(request):
            raise DuplicateOrder(external_id=request.external_id) from error
        raise
    return PlacedOrder(order, lines, work, shares, tender)


def _resolve(request: OrderRequest, method: Method) -> _Basket:
    issues = list(method.check(request))
    if not request.contact.name:
        issues.append(Issue("contact.name", _("Give the customer's name"), "required"))
    if request.hold and not BasketHold.objects.filter(uid=request.hold, channel=request.channel):
        issues.append(Issue("hold", _("There is no such hold in this channel"), "unknown_hold"))
    if not request.lines:
        issues.append(Issue("lines", _("Order at least one line"), "required"))
    if len(request.lines) > MAX_LINES:
        issues.append(Issue("lines", _("At most %(n)s lines") % {"n": MAX_LINES}, "too_many_lines"))
    skus, wrong = skus_resolve(request.lines)
    issues += wrong
    if issues:
        raise InvalidInput(issues)
    parts = parts_of(skus)
    return _Basket(
        skus=skus,
        lines=tuple(
            Line(position, sku.pk, line.quantity, parts[sku.pk])
            for position, (sku, line) in enumerate(zip(skus, request.lines, strict=True), 1)
        ),
    )


def audiences_of(request: OrderRequest, method: Method) -> tuple[Audience, ...]:
    """The buyer's audiences, the method's and the channel's, most specific first."""
    channel = Audience(AudienceKind.CHANNEL, request.channel.code)
    return (*request.audiences, *method.audiences(request), channel)


def _order_create(
    request: OrderRequest,
    prices: PricedBasket,
    country: str,
    audiences: Sequence[Audience],
    payment_status: PaymentStatus,
) -> Order:
    contact = request.contact
    address = request.address or Address()
    order = Order(
        channel=request.channel,
        external_id=request.external_id or None,
        customer=_customer(request),
        account_id=request.account.id if request.account else None,
        account_name=request.account.name if request.account else "",
        purchase_order=request.purchase_order,
        placed_by=request.placed_by,
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        language=contact.language or request.channel.language,
        street=address.street,
        postcode=address.postcode,
        city=address.city,
        country=address.country,
        latitude=address.latitude,
        longitude=address.longitude,
        method=request.method,
        currency=request.channel.currency,
        supply_country=country,
        net=prices.net,
        tax=prices.tax,
        gross=prices.gross,
        current_total=prices.gross,
        payment_status=payment_status,
        coupon=request.coupon,
        audiences=[str(one) for one in audiences],
        accepts_substitutes=request.accepts_substitutes,
        note=request.note,
        placed_at=request.placed_at or now(),
    )
    rows_insert([order])
    # The database makes it of the key in the same way, once the row is written.
    order.number = order.pk + FIRST_NUMBER
    return order


def _refusal_of(error: IntegrityError, request: OrderRequest) -> Exception:
    """What the constraint behind `error` says about the request; the error itself if nothing."""
    if "order_external_once" in str(error):
        return DuplicateOrder(external_id=request.external_id)
    if "tender_token_once" in str(error):
        return DuplicatePayment()
    return error


def _is_known(request: OrderRequest) -> bool:
    return (
        bool(request.external_id)
        and Order.objects.filter(channel=request.channel, external_id=request.external_id).exists()
    )


def _customer(request: OrderRequest) -> Customer | None:
    if not request.customer_reference:
        return None
    # One statement whether they are new or known, also when two of their orders come at once.
    (customer,) = Customer.objects.bulk_create(
        [
            Customer(
                reference=request.customer_reference,
                name=request.contact.name,
                email=request.contact.email,
                phone=request.contact.phone,
                language=request.contact.language,
            )
        ],
        update_conflicts=True,
        unique_fields=["reference"],
        update_fields=["name"],
    )
    return customer


def _lines_create(
    order: Order, request: OrderRequest, basket: _Basket, prices: PricedBasket
) -> list[OrderLine]:
    # The customer reads the lines, first of all.
    with translation.override(supported_language(order.language)):
        names = [sku.full_name for sku in basket.skus]
    return rows_insert(
        [
            OrderLine(
                uid=uuid4(),
                order=order,
                position=line.position,
                sku=sku,
                name=name,
                quantity=line.quantity,
                list_price=price.list_price,
                unit_price=price.unit_price,
                tax_included=price.tax_included,
                tax_percent=price.tax_percent,
                net=price.net,
                tax=price.tax,
                gross=price.gross,
                price_trace=price.trace,
            )
            for line, sku, name, price in zip(
                basket.lines, basket.skus, names, prices.lines, strict=True
            )
        ]
    )


def _source_and_allocate(
    order: Order,
    lines: Sequence[OrderLine],
    basket: _Basket,
    locations: Sequence[Location],
    *,
    hold: UUID | None,
    actor: Actor,
) -> Outcome:
    """Choose locations and claim their stock; choose again if somebody was faster.

    Raises InsufficientStock with every SKU that no set of locations covers.
    """
    destination = (
        (float(order.latitude), float(order.longitude))
        if order.latitude is not None and order.longitude is not None
        else None
    )
    uids = {line.position: line for line in lines}
    for attempt in range(1, SOURCING_TRIES + 1):
        outcome = source(
            basket.lines,
            locations,
            destination=destination,
            channel=order.channel.code,
            holder=hold,
        )
        if not outcome.shares:
            raise InsufficientStock(items=shortfall(basket.lines, basket.codes, outcome))
        demands = [
            Demand(
                uid=uids[share.position].uid,
                sku_id=uids[share.position].sku_id,
                location_id=share.location_id,
                quantity=share.quantity,
            )
            for share in outcome.shares
        ]
        cause = f"order {order.number}"
        if hold is not None:
            # If the order is refused after all, the basket is held as before.
            hold_convert(hold, demands, cause=cause, actor=actor)
            BasketHold.objects.filter(uid=hold).delete()
        try:
            allocate(demands, cause=cause, actor=actor)
        except InsufficientStock:
            if attempt == SOURCING_TRIES:
                raise
        else:
            return outcome
    raise AssertionError("unreachable: the last attempt returns or raises")


def _fulfilment_create(
    order: Order,
    lines: Sequence[OrderLine],
    outcome: Outcome,
    locations: Sequence[Location],
    method: Method,
) -> tuple[list[FulfilmentOrder], list[FulfilmentLine]]:
    by_id = {one.pk: one for one in locations}
    by_position = {line.position: line for line in lines}
    created = {
        fulfilment_order.location_id: fulfilment_order
        for fulfilment_order in rows_insert(
            [
                FulfilmentOrder(
                    uid=uuid4(),
                    order=order,
                    location=by_id[location_id],
                    method=order.method,
                    promised_at=method.promise(by_id[location_id], order.placed_at),
                )
                for location_id in outcome.locations
            ]
        )
    }
    shares = rows_insert(
        [
            FulfilmentLine(
                fulfilment_order=created[share.location_id],
                order_line=by_position[share.position],
                quantity=share.quantity,
            )
            for share in outcome.shares
        ]
    )
    return list(created.values()), shares
