"""Payment providers: a small protocol, chosen in settings `PAYMENT_PROVIDERS` by code.

We never see a card number: a provider works with its own token. Amounts are `Decimal` in the
tender's currency. A provider answers with its reference, or raises `PaymentRefused`.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import ClassVar, Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from oms.core.errors import Conflict, InvalidInput, Issue


class PaymentRefused(Conflict):
    """The provider declined; nothing was taken."""

    code = "payment_refused"
    title = _("The payment was refused")


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str


class Provider(Protocol):
    """Takes and gives back money. Every call may be repeated with the same token and amount."""

    # Captured at once (cash in the till), or authorised now and captured at shipment or hand-over.
    captures_at_once: ClassVar[bool]

    def authorise(self, money: Money, *, token: str) -> str:
        """Secure `money`; the provider's reference. Raises PaymentRefused."""
        ...

    def capture(self, money: Money, *, token: str) -> str:
        """Take secured `money`; the provider's reference. Raises PaymentRefused."""
        ...

    def void(self, money: Money, *, token: str) -> str:
        """Give up secured `money` that was not taken."""
        ...

    def refund(self, money: Money, *, token: str) -> str:
        """Give back taken `money`."""
        ...


class External:
    """The e-shop's own payment provider: it authorised, and acts on our capture and refund events.

    The tender's story here is the instruction; events `payment.captured`, `payment.voided` and
    `payment.refunded` carry it to the shop.
    """

    captures_at_once: ClassVar[bool] = False

    def authorise(self, _money: Money, *, token: str) -> str:
        if not token:
            raise InvalidInput([Issue("payment.token", _("Give the provider's reference"))])
        return token

    def capture(self, _money: Money, *, token: str) -> str:
        return token

    def void(self, _money: Money, *, token: str) -> str:
        return token

    def refund(self, _money: Money, *, token: str) -> str:
        return token


class InStore(External):
    """Cash, or a card on the store's terminal: taken at once, the receipt number is the token."""

    captures_at_once: ClassVar[bool] = True

    def authorise(self, _money: Money, *, token: str) -> str:
        return token


class OnAccount(External):
    """A company's account: secured by its credit limit, taken (invoiced) when the goods leave."""

    def authorise(self, _money: Money, *, token: str) -> str:
        return token


@cache
def provider_of(code: str) -> Provider:
    """The provider settings name `code`. Raises InvalidInput if there is none."""
    path = settings.PAYMENT_PROVIDERS.get(code)
    if path is None:
        raise InvalidInput([Issue("payment.provider", _("There is no such payment provider"))])
    provider: Provider = import_string(path)()
    return provider
