"""What the B2B side refuses, by name."""

from django.utils.translation import gettext_lazy as _

from oms.core.errors import Conflict


class CreditExceeded(Conflict):
    """The order would take the company over its credit limit.

    `data`: currency, limit, open (owed before this order), wanted (its total), left.
    """

    code = "credit_exceeded"
    title = _("The order is larger than the credit that is left")


class PriceChanged(Conflict):
    """The total is no longer the one the buyer agreed to; nothing was ordered."""

    code = "price_changed"
    title = _("The total changed since you saw it: look at the order again")


class CompanySwitched(Conflict):
    """The page was opened for one company while another is chosen by now (a second tab)."""

    code = "company_switched"
    title = _("This page was opened for another customer than the one chosen now")


class CompanyClosed(Conflict):
    """The company is not active."""

    code = "company_inactive"
    title = _("This company may not order at present")


class NoChannel(Conflict):
    """There is no active B2B channel in the company's currency."""

    code = "no_b2b_channel"
    title = _("There is no active B2B channel in this company's currency")
