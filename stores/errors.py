"""What the counter refuses, by name."""

from django.utils.translation import gettext_lazy as _

from oms.core.errors import Conflict


class UndoTooLate(Conflict):
    """It is too late to undo the hand-over; from now on it is a return."""

    code = "undo_too_late"
    title = _("The time to undo this is over. Record a return instead.")


class NothingToUndo(Conflict):
    """The goods are not with the customer (any more)."""

    code = "nothing_to_undo"
    title = _("This hand-over was undone already")


class PaymentGivenUp(Conflict):
    """What was paid for the units was refunded, voided or not taken: it cannot be as it was."""

    code = "payment_given_up"
    title = _("The payment for this was given up already. The customer has to order again.")


class OrderWentOn(Conflict):
    """What happened to the pickup since stands against an undo. `status`: what it is now."""

    code = "order_went_on"
    title = _("This order has ended since. The customer has to order again.")


class AlreadyPutBack(Conflict):
    """The goods lie on the shelf again and may be sold to somebody else."""

    code = "already_put_back"
    title = _("The goods are back on the shelf already")


class WrongItem(Conflict):
    """A scanned item that is not part of this pickup."""

    code = "wrong_item"
    title = _("This item is not part of the order")


class OverScan(Conflict):
    """One more than ordered."""

    code = "over_scan"
    title = _("All of these are picked already")


class NothingDue(Conflict):
    """The order is paid; nothing was taken."""

    code = "nothing_due"
    title = _("This order is already paid. Nothing was taken.")


class TakenByColleague(Conflict):
    """Somebody else is picking this; they can be relieved, but not by accident."""

    code = "taken_by_colleague"
    title = _("A colleague is picking this order")


class NotToPick(Conflict):
    """The order is not waiting to be picked any more."""

    code = "not_to_pick"
    title = _("This order is not to be picked any more")


class NotReady(Conflict):
    """The pickup is not ready, or not ready any more; no money was taken."""

    code = "not_ready"
    title = _("This order is not ready. No money was taken.")


class NotExpected(Conflict):
    """A scanned item that is not among the goods; it may be counted all the same."""

    code = "not_expected"
    title = _("This item is not among these goods")


class AdjustmentTooLarge(Conflict):
    """More units than a clerk may adjust at once (`COUNTER_ADJUST_UNITS`). `most`: how many."""

    code = "adjustment_too_large"
    title = _("So many units are for somebody who may adjust stock")
