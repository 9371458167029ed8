"""What orders refuse, by name."""

from django.utils.translation import gettext_lazy as _

from oms.core.errors import Conflict


class DuplicateOrder(Conflict):
    """The channel already sent an order with this external id."""

    code = "duplicate_external_id"
    title = _("This channel already has an order with this external id")


class OrderClosed(Conflict):
    """Nothing of the order is left to change."""

    code = "order_closed"
    title = _("The order is finished or cancelled")


class GoodsLeft(Conflict):
    """The units were shipped or handed over; they can be returned, not cancelled."""

    code = "goods_left"
    title = _("These goods have left; record a return instead")


class PaymentMismatch(Conflict):
    """The payment does not equal what is due."""

    code = "payment_mismatch"
    title = _("The payment does not equal the total")


class AtTheCounter(Conflict):
    """A pickup is made ready and handed over at the store's counter, with its code."""

    code = "at_the_counter"
    title = _("This is collected by the customer; the store's counter does it")


class PickingBegan(Conflict):
    """Somebody is picking the goods already, so the customer cannot cancel alone."""

    code = "picking_began"
    title = _("We are already preparing this order")


class NoOtherLocation(Conflict):
    """No other locations have the units together, as far as the solver may split them.

    `items`: `{"sku", "wanted", "available"}`: what all the others have.
    """

    code = "no_other_location"
    title = _("No other location has enough of it")


class NotMovable(Conflict):
    """Picked, packed or gone already, or collected at this very store: it cannot come elsewhere."""

    code = "not_movable"
    title = _("These units can no longer come from another location")


class CannotWait(Conflict):
    """Only units to be shipped that nobody has picked can be back-ordered."""

    code = "cannot_wait"
    title = _("Only units to be shipped, and not picked yet, can wait for goods")


class GoodsElsewhere(Conflict):
    """Other locations have all the units now, so they need not wait."""

    code = "goods_elsewhere"
    title = _("Other locations have these units: send them from there")


class ShortageSolved(Conflict):
    """Somebody was faster, or the figures recovered: nothing was changed."""

    code = "shortage_solved"
    title = _("This order no longer lacks anything here")


class SubstitutesNotAccepted(Conflict):
    """The customer ordered without accepting that anything stands in for what is missing."""

    code = "substitutes_not_accepted"
    title = _("This order does not accept substitutes")


class NotASubstitute(Conflict):
    """The catalogue does not name this SKU for the missing one, or it is no longer sold."""

    code = "not_a_substitute"
    title = _("This SKU does not stand in for what is missing")


class NotReplaceable(Conflict):
    """Only units that nobody has picked can be replaced."""

    code = "not_replaceable"
    title = _("Only units that nobody has picked can be replaced")


class SubstituteChanged(Conflict):
    """What stands in for the units is not as it was: some of it was cancelled, or replaced too."""

    code = "substitute_changed"
    title = _("What was taken instead has changed since. Undo that first.")


class NoSubstitute(Conflict):
    """None of the substitute can be had where the order's goods may come from.

    `items`: `{"sku", "wanted", "available"}`.
    """

    code = "no_substitute"
    title = _("There is none of this substitute to be had")
