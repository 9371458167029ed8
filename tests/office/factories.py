import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

from inventory.models import Location
from oms.core.clock import now
from oms.orders.models import Channel, FulfilmentOrder, Order

_numbers = itertools.count(1)


def make_location(name: str = "Milano", kind: str = "store") -> Location:
    number = next(_numbers)
    location: Location = Location.objects.create(code=f"L{number}", name=name, kind=kind)
    return location


def make_channel(name: str = "E-shop") -> Channel:
    return Channel.objects.get_or_create(name=name, defaults={"code": f"c{next(_numbers)}"})[0]


def make_order(*, channel: str = "E-shop", gross: str = "12.20", **fields: Any) -> Order:
    """An order as a row: what the office's figures and search read."""
    total = Decimal(gross)
    net = (total / Decimal("1.22")).quantize(Decimal("0.01"))
    values = {
        "channel": make_channel(channel),
        "external_id": f"W-{next(_numbers)}",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "method": "ship",
        "currency": "EUR",
        "supply_country": "IT",
        "net": net,
        "tax": total - net,
        "gross": total,
        "current_total": Decimal(0) if fields.get("status") == "cancelled" else total,
        **fields,
    }
    order: Order = Order.objects.create(**values)
    order.refresh_from_db()
    return order


def make_work(*, late: bool = False, **fields: Any) -> FulfilmentOrder:
    """A fulfilment order; `late`: its promise is broken since two hours."""
    promised = now() + timedelta(hours=-2 if late else 2)
    values = {"method": "ship", "promised_at": promised, **fields}
    values["order"] = fields.get("order") or make_order()
    values["location"] = fields.get("location") or make_location()
    work: FulfilmentOrder = FulfilmentOrder.objects.create(**values)
    return work
