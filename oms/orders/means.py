"""What people call the means that customers pay with."""

from django.utils.translation import gettext_lazy as _

from oms.core.errors import Text

NAMES: dict[str, Text] = {
    "card": _("card"),
    "cash": _("cash"),
    "paypal": _("PayPal"),
    "bank transfer": _("bank transfer"),
    "on account": _("on account"),
}


def means_name(means: str) -> str:
    """The name in the reader's language; of means that only a channel knows, what it said."""
    return str(NAMES.get(means.lower().replace("_", " "), means))
