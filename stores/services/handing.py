"""At the counter: the payment, the hand-over, and taking both back."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import InvalidInput, Issue, PermissionRefused, StaleVersion
from oms.core.models import User
from oms.orders.errors import PaymentMismatch
from oms.orders.models import Order, Tender
from oms.orders.requests import PaymentRequest
from oms.orders.services.fulfilment import fulfilment_collect, fulfilment_uncollect
from oms.orders.services.payment import order_due, tender_refund, tender_take
from oms.orders.status import TenderStatus
from stores.deadlines import AT_COUNTER, UNDO
from stores.errors import NothingDue, NothingToUndo, NotReady, UndoTooLate
from stores.locks import pickup_for_update
from stores.models import HandOver, Pickup
from stores.services.answers import Answer, hand_over_of, refusal
from stores.services.events import pickup_event
from stores.services.picking import pickup_move
from stores.status import HandOverAnswer, PickupStatus, Proof, UndoReason

PROVIDER = "in_store"
MEANS = ("cash", "card")


@dataclass(frozen=True, slots=True)
class HandOverRequest:
    """One tap on "Hand over". `nonce` is the page's: the same nonce is the same tap."""

    nonce: UUID
    proof: Proof = Proof.NAME
    # Who came, if not the customer.
    collected_by: str = ""
    id_checked: bool = False
    # Some of the order is still being picked; the customer takes what is there.
    partly: bool = False


@transaction.atomic
def pickup_pay(uid: UUID, *, means: str, nonce: UUID, actor: Actor) -> Tender:
    """Take what is due, in cash or by card on the terminal. The same `nonce` never charges twice.

    Raises NotReady, NothingDue (a colleague was faster), PaymentRefused, InvalidInput.
    """
    if means not in MEANS:
        raise InvalidInput([Issue("means", _("Choose cash or card"))])
    pickup = pickup_for_update(uid, actor=actor)
    token = f"till-{nonce}"
    order_id = pickup.fulfilment_order.order_id
    earlier = Tender.objects.filter(order_id=order_id, provider=PROVIDER, token=token).first()
    if earlier is not None:
        return earlier
    if pickup.status != PickupStatus.READY:
        raise NotReady(status=pickup.status)
    if order_due(pickup.fulfilment_order.order) <= 0:
        raise NothingDue
    tender = tender_take(
        order_id, PaymentRequest(provider=PROVIDER, means=means, token=token), actor=actor
    )
    _keep_for_the_counter(pickup)
    pickup.save(update_fields=["expires_at"])
    audit_record(
        "pickup.paid",
        pickup,
        actor=actor,
        data={"means": means, "amount": str(tender.amount), "currency": tender.currency},
    )
    return tender


@transaction.atomic
def pickup_pay_back(uid: UUID, *, actor: Actor) -> Pickup:
    """Give back what was paid at the counter, before anything was handed over."""
    pickup = pickup_for_update(uid, actor=actor)
    if pickup.status != PickupStatus.READY:
        raise NotReady(status=pickup.status)
    if not _give_back(pickup.fulfilment_order.order, reason="paid_back", actor=actor):
        raise PaymentMismatch(_("Nothing was paid at the counter"))
    audit_record("pickup.paid_back", pickup, actor=actor)
    return pickup


@transaction.atomic
def pickup_hand_over(uid: UUID, *, request: HandOverRequest, actor: Actor) -> Answer:
    """Give the goods to the customer; stock leaves and the online payment is captured here.

    Every ordinary obstacle is an answer, not an error: nothing was changed then. The same nonce
    again gets the same answer. Raises StaleVersion for the nonce of an undone hand-over, Shortage
    when the ledger says that the goods cannot be there, PaymentRefused.
    """
    clerk = _clerk(actor)
    pickup = pickup_for_update(uid, actor=actor)
    earlier = HandOver.objects.filter(uid=request.nonce).select_related("by").first()
    if earlier is not None:
        if earlier.pickup_id != pickup.pk or earlier.undone_at is not None:
            raise StaleVersion
        return Answer(HandOverAnswer.OK, pickup=pickup, hand_over=earlier, proof=request.proof)
    refused = refusal(pickup, id_checked=request.id_checked, partly=request.partly)
    if refused is not None:
        return refused
    fulfilment_collect(pickup.fulfilment_order_id, actor=actor)
    pickup_move(pickup, PickupStatus.COLLECTED)
    pickup.save(update_fields=["status"])
    hand_over = HandOver.objects.create(
        uid=request.nonce,
        pickup=pickup,
        by=clerk,
        collected_by=request.collected_by.strip(),
        id_checked=request.id_checked,
        proof=request.proof,
        tender=taken_in_store(pickup.fulfilment_order.order).last(),
        at=now(),
    )
    audit_record(
        "pickup.handed_over",
        pickup,
        actor=actor,
        data={
            "hand_over": str(hand_over.uid),
            "proof": hand_over.proof,
            "id_checked": hand_over.id_checked,
            "deputy": bool(hand_over.collected_by),
        },
    )
    pickup_event("collected", pickup, collected_at=hand_over.at.isoformat())
    return Answer(HandOverAnswer.OK, pickup=pickup, hand_over=hand_over, proof=request.proof)


@transaction.atomic
def pickup_undo(uid: UUID, *, reason: UndoReason, actor: Actor) -> Pickup:
    """Take back a hand-over of a moment ago: the goods are at the desk again, unpaid if
    they were paid at the counter.

    Compensating movements and a refund, never an edit. Raises NothingToUndo, UndoTooLate.
    """
    clerk = _clerk(actor)
    pickup = pickup_for_update(uid, actor=actor)
    hand_over = hand_over_of(pickup)
    if hand_over is None:
        raise NothingToUndo
    if hand_over.at < now() - UNDO:
        raise UndoTooLate
    fulfilment_uncollect(pickup.fulfilment_order_id, reason=reason, actor=actor)
    refunded = _give_back(pickup.fulfilment_order.order, reason=reason, actor=actor)
    pickup_move(pickup, PickupStatus.READY)
    _keep_for_the_counter(pickup)
    pickup.save(update_fields=["status", "expires_at"])
    hand_over.undone_at = now()
    hand_over.undone_by = clerk
    hand_over.undo_reason = reason
    hand_over.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    audit_record(
        "pickup.undone",
        pickup,
        actor=actor,
        data={
            "hand_over": str(hand_over.uid),
            "reason": reason,
            "refunded": [str(tender.amount) for tender in refunded],
            "currency": pickup.fulfilment_order.order.currency,
        },
    )
    pickup_event("undone", pickup, reason=reason)
    return pickup


def _clerk(actor: Actor) -> User:
    """Who did it is a person, never the till. Raises PermissionRefused for machines."""
    if actor.user is None:
        raise PermissionRefused
    return actor.user


def _keep_for_the_counter(pickup: Pickup) -> None:
    """The customer stands here: the sweep must not take the goods away under their hands."""
    if pickup.expires_at is not None:
        pickup.expires_at = max(pickup.expires_at, now() + AT_COUNTER)


def _give_back(order: Order, *, reason: str, actor: Actor) -> list[Tender]:
    tenders = list(taken_in_store(order))
    for tender in tenders:
        tender_refund(tender.pk, reason=reason, actor=actor)
    return tenders


def taken_in_store(order: Order) -> QuerySet[Tender]:
    """What was paid at the counter and not given back."""
    return order.tenders.filter(
        provider=PROVIDER, status__in=[TenderStatus.CAPTURED, TenderStatus.PARTLY_REFUNDED]
    ).order_by("pk")
