"""What somebody asks for when they place an order: plain, frozen, checked by placement."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from catalog.audiences import Audience
from oms.core.models import User
from oms.orders.models import Channel


@dataclass(frozen=True, slots=True)
class OrderLineRequest:
    """`quantity` units of the SKU with this code (or GTIN)."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    email: str = ""
    phone: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """How it is paid. Without an amount: the order's total."""

    provider: str
    means: str
    token: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The company that buys, by id and name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order as asked for.

    `audiences` are the buyer's own, most specific first; the method and the channel add theirs.
    `location` is the code of the collecting store, for methods that need one.
    """

    channel: Channel
    lines: tuple[OrderLineRequest, ...]
    contact: Contact
    method: str
    address: Address | None = None
    location: str = ""
    external_id: str | None = None
    payment: PaymentRequest | None = None
    coupon: str = ""
    audiences: tuple[Audience, ...] = ()
    account: Account | None = None
    purchase_order: str = ""
    placed_by: User | None = None
    customer_reference: str = ""
    deputy: str = ""
    # What is missing may be replaced by what the catalogue names for it, and is never dearer.
    accepts_substitutes: bool = False
    note: str = ""
    # The basket's hold, which the order takes the place of.
    hold: UUID | None = None
    # When the customer ordered, if not now (orders taken over from another system).
    placed_at: datetime | None = None
