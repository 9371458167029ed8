"""One rule for "may this be handed over, and if not, why?", used by look-up and hand-over."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory.models import Location
from oms.core.money import ZERO
from oms.orders.services.payment import order_due
from stores.models import HandOver, Pickup
from stores.status import HandOverAnswer, PickupStatus, Proof

A = HandOverAnswer
BY_STATUS: dict[str, HandOverAnswer] = {
    PickupStatus.AWAITING_GOODS: A.NOT_READY,
    PickupStatus.IN_TRANSIT: A.NOT_READY,
    PickupStatus.ARRIVED: A.NOT_READY,
    PickupStatus.TO_PICK: A.NOT_READY,
    PickupStatus.READY: A.OK,
    PickupStatus.COLLECTED: A.ALREADY_COLLECTED,
    PickupStatus.DECLINED: A.CANCELLED,
    PickupStatus.CANCELLED: A.CANCELLED,
    PickupStatus.EXPIRED: A.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the counter is told. Only the fields the code speaks of are filled."""

    code: HandOverAnswer
    pickup: Pickup | None = None
    # Ambiguous: every order that fits.
    pickups: Sequence[Pickup] = ()
    # Ok and already collected: the hand-over in force.
    hand_over: HandOver | None = None
    # Unpaid: what is to be paid first.
    due: Decimal = ZERO
    # Wrong store: where it waits. Nothing else is said about another store's orders.
    location: Location | None = None
    # Partly ready: what is not there yet, in words.
    missing: Sequence[str] = ()
    proof: Proof = Proof.NAME


def status_answer(pickup: Pickup) -> HandOverAnswer:
    """What the pickup's status alone says; OK when it is ready."""
    return BY_STATUS[pickup.status]


def refusal(pickup: Pickup, *, id_checked: bool, partly: bool) -> Answer | None:
    """Why the pickup may not be handed over, or None. Its order is locked by the caller.

    `partly`: the customer takes what is there although more of the order is still being picked.
    """
    code = status_answer(pickup)
    if code is A.ALREADY_COLLECTED:
        return Answer(code, pickup=pickup, hand_over=hand_over_of(pickup))
    if code is not A.OK:
        return Answer(code, pickup=pickup)
    due = order_due(pickup.fulfilment_order.order)
    if due > 0:
        return Answer(A.UNPAID, pickup=pickup, due=due)
    missing = () if partly else still_picking(pickup)
    if missing:
        return Answer(A.PARTLY_READY, pickup=pickup, missing=missing)
    if pickup.needs_id and not id_checked:
        return Answer(A.NEEDS_ID, pickup=pickup)
    return None


def hand_over_of(pickup: Pickup) -> HandOver | None:
    """The hand-over in force, with the clerk."""
    return pickup.hand_overs.filter(undone_at=None).select_related("by").first()


def still_picking(pickup: Pickup) -> Sequence[str]:
    """Names of the order's items that this store has still to pick."""
    waiting = Pickup.objects.filter(
        fulfilment_order__order_id=pickup.fulfilment_order.order_id,
        location_id=pickup.location_id,
        status__in=[code for code, answer in BY_STATUS.items() if answer is A.NOT_READY],
    )
    return tuple(
        waiting.order_by("pk", "fulfilment_order__lines__order_line__position").values_list(
            "fulfilment_order__lines__order_line__name", flat=True
        )
    )
