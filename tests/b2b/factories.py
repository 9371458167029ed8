"""Two companies with buyers, an agent, a B2B channel, and goods at the companies' prices."""

import itertools
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from b2b.models import Company
from catalog.models import Sku
from inventory.models import Location
from inventory.status import LocationKind
from oms.core.actors import Actor, user_actor
from oms.core.models import User
from oms.core.roles import role_grant
from oms.orders.models import Channel
from oms.orders.requests import OrderLineRequest
from oms.orders.status import ChannelKind
from tests.catalog.factories import make_price_list, make_sku
from tests.core.factories import make_user
from tests.inventory.factories import ACTOR, make_location, put
from tests.orders.factories import make_channel

_numbers = itertools.count(1)


def make_company(code: str = "", **fields: Any) -> Company:
    code = code or f"company-{next(_numbers)}"
    address = {"street": "Via Roma 1", "postcode": "20100", "city": "Milano", "country": "IT"}
    return Company.objects.create(
        code=code,
        **{"name": f"{code.title()} Srl", "email": f"{code}@example.com", "vat_id": "IT01234567890"}
        | address
        | fields,
    )


@dataclass
class Trade:
    """Companies X and Y; `anna` buys for X, `yuri` for Y, `agent` for both; a warehouse, goods."""

    channel: Channel
    warehouse: Location
    skus: list[Sku]
    x: Company
    y: Company
    anna: User
    yuri: User
    agent: User

    @property
    def buyer(self) -> Actor:
        return user_actor(self.anna)

    def lines(self, quantity: int = 1) -> list[OrderLineRequest]:
        return [OrderLineRequest(sku.code, quantity) for sku in self.skus]


def make_trade(
    skus: int = 3, units: int = 1000, price: str = "10.00", public: str = "12.00"
) -> Trade:
    """Goods at `public` for any business and at `price` for X, both net of tax."""
    channel = make_channel("b2b", kind=ChannelKind.B2B, country="IT", language="it")
    warehouse = make_location(
        f"W{next(_numbers)}",
        kind=LocationKind.WAREHOUSE,
        latitude=Decimal("45.07"),
        longitude=Decimal("7.69"),
    )
    goods = [make_sku() for _ in range(skus)]
    x, y = make_company(f"x-{next(_numbers)}"), make_company(f"y-{next(_numbers)}")
    make_price_list(dict.fromkeys(goods, public), ("channel:b2b",), tax_included=False)
    make_price_list(dict.fromkeys(goods, price), (f"company:{x.code}",), tax_included=False)
    with transaction.atomic():
        for sku in goods:
            put(sku, warehouse, units)
    agent = make_user("agent", scope=x)
    role_grant(user=agent, role="agent", scope=y, actor=ACTOR)
    return Trade(
        channel=channel,
        warehouse=warehouse,
        skus=goods,
        x=x,
        y=y,
        anna=make_user("buyer", scope=x),
        yuri=make_user("buyer", scope=y),
        agent=agent,
    )
