"""The money of an order: tenders authorised, captured, voided and refunded, under the order's lock.

Every movement of money is an append-only `TenderTransaction` and an event that tells the shop or
accounting; the order's payment status is derived from its tenders.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import Conflict, InvalidInput, Issue, NotFound
from oms.core.events import event_add
from oms.core.locks import require_transaction
from oms.core.money import ZERO, round_money
from oms.core.sql import fetch_models, fetch_rows, rows_insert
from oms.orders.errors import PaymentMismatch
from oms.orders.locks import order_for_update
from oms.orders.models import Order, OrderLine, Tender, TenderTransaction
from oms.orders.requests import PaymentRequest
from oms.orders.status import (
    TENDER_TRANSITIONS,
    PaymentStatus,
    TenderStatus,
    derive_payment_status,
    require_transition,
)
from oms.payments.providers import Money, provider_of

Kind = TenderTransaction.Kind
TOTAL_NOW = "SELECT current_total FROM orders_order WHERE id = %(order)s::bigint"


class DuplicatePayment(Conflict):
    """The provider's reference already belongs to a payment."""

    code = "duplicate_payment"
    title = _("This payment was already used")


def payment_check(
    payment: PaymentRequest | None, *, gross: Decimal, currency: str, prepaid: bool
) -> PaymentStatus:
    """Whether the payment that comes with an order fits it, and the order's status with it.

    Raises InvalidInput if a prepaid method came without a payment or another with one, and
    PaymentMismatch unless it covers `gross` exactly.
    """
    status = PaymentStatus.UNPAID
    if payment is None:
        if prepaid and gross > 0:
            raise InvalidInput(
                [Issue("payment", _("This method is paid online: send the payment"), "required")]
            )
    else:
        if not prepaid:
            raise InvalidInput(
                [Issue("payment", _("This method is paid at the counter"), "not_allowed")]
            )
        if payment.amount is not None and payment.amount != gross:
            raise PaymentMismatch(due=str(gross), paid=str(payment.amount), currency=currency)
        at_once = provider_of(payment.provider).captures_at_once
        status = PaymentStatus.PAID if at_once else PaymentStatus.AUTHORISED
    return status if gross > 0 else PaymentStatus.NOTHING_DUE


def tender_open(order: Order, payment: PaymentRequest, amount: Decimal, *, actor: Actor) -> Tender:
    """Secure `amount`, or take it if the provider takes at once. Aborts the transaction if refused.

    Raises PaymentRefused, or DuplicatePayment for a provider's reference that was used before.
    """
    provider = provider_of(payment.provider)
    reference = provider.authorise(Money(amount, order.currency), token=payment.token)
    at_once = provider.captures_at_once
    tender = Tender(
        order=order,
        provider=payment.provider,
        means=payment.means,
        token=reference,
        currency=order.currency,
        amount=amount,
        captured=amount if at_once else ZERO,
        status=TenderStatus.CAPTURED if at_once else TenderStatus.AUTHORISED,
    )
    try:
        rows_insert([tender])
    except IntegrityError as error:
        if "tender_token_once" in str(error):
            raise DuplicatePayment from error
        raise
    _record(tender, Kind.CAPTURE if at_once else Kind.AUTHORISE, amount, actor=actor)
    return tender


@transaction.atomic
def tender_take(order_id: int, payment: PaymentRequest, *, actor: Actor) -> Tender:
    """Take money for an order at the counter (or later): what is due, unless an amount is given.

    Safe to repeat with the same token: the first tender is the answer. Raises NotFound,
    PaymentMismatch when nothing or less is due, PaymentRefused.
    """
    order = order_for_update(order_id)
    if payment.token:
        earlier = Tender.objects.filter(
            order=order, provider=payment.provider, token=payment.token
        ).first()
        if earlier is not None:
            return earlier
    due = order_due(order)
    amount = due if payment.amount is None else round_money(payment.amount, order.currency)
    if amount <= 0 or amount > due:
        raise PaymentMismatch(due=str(due), paid=str(amount), currency=order.currency)
    tender = tender_open(order, payment, amount, actor=actor)
    payment_status_refresh(order)
    audit_record(
        "order.payment_taken",
        order,
        actor=actor,
        data={"amount": str(amount), "means": tender.means},
    )
    return tender


def tenders_capture(order: Order, *, actor: Actor) -> None:
    """Capture what is authorised, as the first goods leave. The order is locked by the caller.

    No more than the order is worth by now: units cancelled since it was placed are not taken.
    """
    require_transaction()
    tenders, total = _tenders(order), order_total(order)
    left = total - _captured_net(tenders)
    for tender in tenders:
        amount = min(tender.amount, left)
        if tender.status != TenderStatus.AUTHORISED or amount <= 0:
            continue
        left -= amount
        provider_of(tender.provider).capture(Money(amount, tender.currency), token=tender.token)
        _move(tender, TenderStatus.CAPTURED, captured=amount)
        _record(tender, Kind.CAPTURE, amount, actor=actor)
        _announce(order, "payment.captured", tender, amount)
    _payment_status_store(order, tenders, total)


def tenders_give_back(order: Order, amount: Decimal, *, reason: str, actor: Actor) -> Decimal:
    """Give back up to `amount`: void what was only secured, refund what was taken.

    The order is locked by the caller. Returns what was refunded or voided, newest tender first.
    """
    require_transaction()
    left = amount
    tenders = _tenders(order)
    for tender in reversed(tenders):
        if left <= 0:
            break
        if tender.status == TenderStatus.AUTHORISED:
            left -= _void(order, tender, left, reason=reason, actor=actor)
        elif tender.captured > tender.refunded:
            left -= _refund(order, tender, left, reason=reason, actor=actor)
    _payment_status_store(order, tenders, order_total(order))
    return amount - left


@transaction.atomic
def tender_refund(tender_id: int, *, reason: str, actor: Actor) -> Tender:
    """Give one tender back in full (undo of a hand-over). Raises NotFound, InvalidTransition."""
    order_id = Tender.objects.filter(pk=tender_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound
    order = order_for_update(order_id)
    tender = Tender.objects.get(pk=tender_id)
    _refund(order, tender, tender.captured - tender.refunded, reason=reason, actor=actor)
    payment_status_refresh(order)
    return tender


def _void(order: Order, tender: Tender, most: Decimal, *, reason: str, actor: Actor) -> Decimal:
    """Void an authorisation when all of it is given up; less is simply never captured."""
    if most < tender.amount:
        return min(most, tender.amount)
    provider_of(tender.provider).void(Money(tender.amount, tender.currency), token=tender.token)
    _move(tender, TenderStatus.VOIDED)
    _record(tender, Kind.VOID, tender.amount, reason=reason, actor=actor)
    _announce(order, "payment.voided", tender, tender.amount)
    return tender.amount


def _refund(order: Order, tender: Tender, most: Decimal, *, reason: str, actor: Actor) -> Decimal:
    amount = min(most, tender.captured - tender.refunded)
    provider_of(tender.provider).refund(Money(amount, tender.currency), token=tender.token)
    refunded = tender.refunded + amount
    whole = refunded == tender.captured
    _move(
        tender,
        TenderStatus.REFUNDED if whole else TenderStatus.PARTLY_REFUNDED,
        refunded=refunded,
    )
    _record(tender, Kind.REFUND, amount, reason=reason, actor=actor)
    _announce(order, "payment.refunded", tender, amount)
    return amount


def _move(tender: Tender, wanted: TenderStatus, **amounts: Decimal) -> None:
    require_transition(TENDER_TRANSITIONS, what="tender", current=tender.status, wanted=wanted)
    tender.status = wanted
    for name, value in amounts.items():
        setattr(tender, name, value)
    tender.save(update_fields=["status", *amounts])


def _record(tender: Tender, kind: Kind, amount: Decimal, *, actor: Actor, reason: str = "") -> None:
    transaction_row = TenderTransaction(
        tender=tender,
        kind=kind,
        amount=amount,
        reference=tender.token,
        reason=reason,
        actor=actor.label,
    )
    rows_insert([transaction_row])


def _announce(order: Order, event_type: str, tender: Tender, amount: Decimal) -> None:
    payload: dict[str, Any] = {
        "order": {"id": order.pk, "uid": str(order.uid), "number": order.number},
        "tender": {
            "uid": str(tender.uid),
            "provider": tender.provider,
            "means": tender.means,
            "token": tender.token,
        },
        "amount": str(amount),
        "currency": tender.currency,
    }
    event_add(event_type, aggregate="order", aggregate_id=order.uid, payload=payload)


def order_total(order: Order) -> Decimal:
    """What the customer owes in all, as stored now: another copy of `order` may have changed it."""
    ((total,),) = fetch_rows(TOTAL_NOW, {"order": order.pk})
    return Decimal(total)


def line_value(line: OrderLine, units: int, order: Order) -> Decimal:
    """Gross value of `units` of a line: all but the last unit rounded, so that parts add up."""
    if units == line.quantity:
        return line.gross
    return round_money(line.gross * units / line.quantity, order.currency)


def order_due(order: Order) -> Decimal:
    """What is still to be paid: total less what is captured or secured; never below zero."""
    return max(-_balance(order), ZERO)


def order_overpaid(order: Order) -> Decimal:
    """What is captured or secured beyond the order's total; never below zero."""
    return max(_balance(order), ZERO)


def _balance(order: Order) -> Decimal:
    tenders = _tenders(order)
    secured = sum((t.amount for t in tenders if t.status == TenderStatus.AUTHORISED), ZERO)
    return _captured_net(tenders) + secured - order_total(order)


def _tenders(order: Order) -> list[Tender]:
    """Oldest first."""
    return fetch_models(
        Tender, "WHERE order_id = %(order)s::bigint ORDER BY id", {"order": order.pk}
    )


def _captured_net(tenders: Iterable[Tender]) -> Decimal:
    return sum((tender.captured - tender.refunded for tender in tenders), ZERO)


def payment_status_refresh(order: Order) -> None:
    """Derive and store the payment status; the order is locked by the caller."""
    _payment_status_store(order, _tenders(order), order_total(order))


def _payment_status_store(order: Order, tenders: Sequence[Tender], total: Decimal) -> None:
    order.payment_status = derive_payment_status(
        due=total,
        authorised=sum((t.amount for t in tenders if t.status == TenderStatus.AUTHORISED), ZERO),
        captured=sum((t.captured for t in tenders), ZERO),
        refunded=sum((t.refunded for t in tenders), ZERO),
        voided=sum((t.amount for t in tenders if t.status == TenderStatus.VOIDED), ZERO),
    )
    order.save(update_fields=["payment_status", "updated_at"])
