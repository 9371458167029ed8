"""How a store plugs into orders: goods from its own shelves, collected by the customer.

*Collect from store stock* is paid online at the e-shop's prices; *reserve & pay in store* is paid
at the counter at the store's own prices. Both are named in settings `FULFILMENT_METHODS`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.audiences import Audience, AudienceKind
from inventory.hours import add_opening_minutes
from inventory.models import Location
from oms.core.actors import Actor
from oms.core.errors import Issue
from oms.core.sql import fetch_models, rows_insert
from oms.orders.models import FulfilmentLine, FulfilmentOrder, Order
from oms.orders.requests import OrderRequest
from stores.codes import code_digest, pickup_code, pickup_token, token_digest
from stores.models import Pickup
from stores.services.ending import pickup_shrunk, pickups_cancelled
from stores.status import PickupStatus


class CollectFromStock:
    """Picked from the store's own shelf, paid online, collected with a code."""

    code: ClassVar[str] = "collect"
    label: ClassVar[str | Promise] = _("Collect from store stock")
    is_pickup: ClassVar[bool] = True
    prepaid: ClassVar[bool] = True

    def check(self, request: OrderRequest) -> list[Issue]:
        if not request.location:
            return [Issue("location", _("Say at which store it is collected"), "required")]
        if not self.candidates(request):
            return [Issue("location", _("Nothing can be collected there"), "not_collecting")]
        return []

    def candidates(self, request: OrderRequest) -> Sequence[Location]:
        """The named store alone, if customers may collect there."""
        return fetch_models(
            Location,
            "WHERE code = %(code)s::text AND is_active AND collects",
            {"code": request.location},
        )

    def audiences(self, request: OrderRequest) -> tuple[Audience, ...]:
        """None of its own: the channel's prices, as if it were shipped."""
        return ()

    def supply_country(self, request: OrderRequest, locations: Sequence[Location]) -> str:
        """Tax is due where the goods change hands."""
        return locations[0].country if locations else request.channel.country

    def promise(self, location: Location, moment: datetime) -> datetime:
        return add_opening_minutes(location, moment, settings.PICKUP_PICK_MINUTES)

    def opened(
        self,
        fulfilment_orders: Sequence[FulfilmentOrder],
        *,
        order: Order,
        request: OrderRequest,
        actor: Actor,
    ) -> None:
        """A pickup for each, in one statement; of its code and token only the digests."""
        pickups = []
        for fulfilment_order in fulfilment_orders:
            uid = uuid4()
            pickups.append(
                Pickup(
                    uid=uid,
                    fulfilment_order=fulfilment_order,
                    location_id=fulfilment_order.location_id,
                    status=PickupStatus.TO_PICK,
                    pay_in_store=not self.prepaid,
                    code_digest=code_digest(pickup_code(uid)),
                    token_digest=token_digest(pickup_token(uid)),
                    deputy=request.deputy,
                )
            )
        rows_insert(pickups)

    def cancelled(self, fulfilment_orders: Sequence[FulfilmentOrder], *, actor: Actor) -> None:
        """The pickup ends; goods that already wait at the desk go back to the shelf."""
        pickups_cancelled(fulfilment_orders, actor=actor)

    def shrunk(
        self,
        fulfilment_order: FulfilmentOrder,
        units: Mapping[FulfilmentLine, int],
        *,
        actor: Actor,
    ) -> None:
        """A clerk is told to take them out of the bag, before the customer gets them."""
        pickup_shrunk(fulfilment_order, units, actor=actor)


class ReserveAndPay(CollectFromStock):
    """Kept for the customer on the store's own shelf, paid at the counter at the store's prices."""

    code: ClassVar[str] = "reserve"
    label: ClassVar[str | Promise] = _("Reserve and pay in store")
    prepaid: ClassVar[bool] = False

    def audiences(self, request: OrderRequest) -> tuple[Audience, ...]:
        return (Audience(AudienceKind.STORE, request.location),)
