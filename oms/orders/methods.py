"""How goods reach the customer: a small protocol, chosen in settings `FULFILMENT_METHODS`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import ClassVar, Protocol

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from catalog.audiences import Audience
from inventory.hours import add_opening_minutes
from inventory.models import Location
from oms.core.actors import Actor
from oms.core.errors import InvalidInput, Issue
from oms.core.sql import fetch_models
from oms.orders.models import FulfilmentLine, FulfilmentOrder, Order
from oms.orders.requests import OrderRequest


class Method(Protocol):
    """What placement and the changes after it ask a method."""

    code: ClassVar[str]
    label: ClassVar[str | Promise]
    is_pickup: ClassVar[bool]
    # Paid online before the goods are touched, or by the customer at the counter.
    prepaid: ClassVar[bool]

    def check(self, request: OrderRequest) -> list[Issue]:
        """What is missing or wrong in the request for this method."""
        ...

    def candidates(self, request: OrderRequest) -> Sequence[Location]:
        """Locations the goods may come from."""
        ...

    def audiences(self, request: OrderRequest) -> tuple[Audience, ...]:
        """Audiences the method adds before the channel's, e.g. the store's own prices."""
        ...

    def supply_country(self, request: OrderRequest, locations: Sequence[Location]) -> str:
        """Country whose tax applies."""
        ...

    def promise(self, location: Location, moment: datetime) -> datetime:
        """When `location` will have done its part of an order placed at `moment`."""
        ...

    def opened(
        self,
        fulfilment_orders: Sequence[FulfilmentOrder],
        *,
        order: Order,
        request: OrderRequest,
        actor: Actor,
    ) -> None:
        """React to new fulfilment orders, in placement's transaction."""
        ...

    def cancelled(self, fulfilment_orders: Sequence[FulfilmentOrder], *, actor: Actor) -> None:
        """React to cancelled fulfilment orders, in the transaction that cancelled them."""
        ...

    def shrunk(
        self,
        fulfilment_order: FulfilmentOrder,
        units: Mapping[FulfilmentLine, int],
        *,
        actor: Actor,
    ) -> None:
        """React to `units` that were picked and then cancelled, while the rest goes on."""
        ...


# Every order asks for every location that ships; where it stands, by its coordinates.
NOT_FOR_SOURCING = (
    "uid",
    "kind",
    "is_active",
    "ships",
    "collects",
    "street",
    "postcode",
    "city",
    "phone",
)


class Ship:
    """A parcel to the customer's address, from whichever locations the solver chooses."""

    code: ClassVar[str] = "ship"
    label = _("Ship")
    is_pickup: ClassVar[bool] = False
    prepaid: ClassVar[bool] = True

    def check(self, request: OrderRequest) -> list[Issue]:
        address = request.address
        if address is None:
            return [Issue("ship_to", _("Say where to ship to"), "required")]
        return [
            Issue(f"ship_to.{name}", _("This is needed to ship"), "required")
            for name in ("street", "city", "country")
            if not getattr(address, name)
        ]

    def candidates(self, request: OrderRequest) -> Sequence[Location]:
        return fetch_models(Location, "WHERE is_active AND ships", {}, defer=NOT_FOR_SOURCING)

    def audiences(self, request: OrderRequest) -> tuple[Audience, ...]:
        return ()

    def supply_country(self, request: OrderRequest, locations: Sequence[Location]) -> str:
        return request.address.country if request.address else request.channel.country

    def promise(self, location: Location, moment: datetime) -> datetime:
        minutes: int = settings.SHIP_PACKING_MINUTES
        if not location.opening_hours:  # a warehouse without hours works around the clock
            return moment + timedelta(minutes=minutes)
        return add_opening_minutes(location, moment, minutes)

    def opened(
        self,
        fulfilment_orders: Sequence[FulfilmentOrder],
        *,
        order: Order,
        request: OrderRequest,
        actor: Actor,
    ) -> None:
        """Nothing more: the warehouse sees its fulfilment order."""

    def cancelled(self, fulfilment_orders: Sequence[FulfilmentOrder], *, actor: Actor) -> None:
        """Nothing more."""

    def shrunk(
        self,
        fulfilment_order: FulfilmentOrder,
        units: Mapping[FulfilmentLine, int],
        *,
        actor: Actor,
    ) -> None:
        """Nothing more: whoever packs compares with the list."""


@cache
def method_of(code: str) -> Method:
    """The method settings name `code`. Raises InvalidInput if there is none."""
    path = settings.FULFILMENT_METHODS.get(code)
    if path is None:
        known = ", ".join(settings.FULFILMENT_METHODS)
        raise InvalidInput(
            [Issue("method", _("Choose one of: %(known)s") % {"known": known}, "unknown_method")]
        )
    method: Method = import_string(path)()
    return method


def methods() -> list[Method]:
    """Every method, in the order settings give them."""
    return [method_of(code) for code in settings.FULFILMENT_METHODS]
