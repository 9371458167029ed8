"""What returns refuse, by name."""

from django.utils.translation import gettext_lazy as _

from oms.core.errors import Conflict


class NothingToReturn(Conflict):
    """No unit of the order is with the customer."""

    code = "nothing_to_return"
    title = _("Nothing of this order is with the customer")
