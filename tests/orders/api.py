"""A client of the order API as a shop or warehouse would be."""

import uuid
from typing import Any

from django.db import models
from django.test import Client

from tests.core.factories import make_key
from tests.orders.factories import Shop

ALL = (
    "orders:read",
    "orders:write",
    "fulfilment:write",
    "stock:read",
    "prices:read",
)


class Api:
    """Sends JSON with a key; a new Idempotency-Key for every POST unless one is given."""

    def __init__(self, *scopes: str, bound_to: tuple[str, models.Model] | None = None) -> None:
        self.key, self.token = make_key(*(scopes or ALL), bound_to=bound_to)
        self.client = Client(headers={"Authorization": f"Bearer {self.token}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query)

    def put(self, path: str, body: Any) -> Any:
        return self.client.put(
            f"/api/v1/{path}",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/v1/{path}", headers={"Idempotency-Key": uuid.uuid4().hex})

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        return self.client.post(
            f"/api/v1/{path}",
            body if isinstance(body, str | bytes) else ({} if body is None else body),
            content_type="application/json",
            headers={"Idempotency-Key": key if key is not None else uuid.uuid4().hex},
        )


def shop_api(shop: Shop, *scopes: str) -> Api:
    """A key bound to the shop's channel."""
    return Api(*scopes, bound_to=("channel", shop.channel))


def order_body(shop: Shop, quantity: int = 1, **changes: Any) -> dict[str, Any]:
    """A shipped, prepaid order of `quantity` of each SKU."""
    return {
        "method": "ship",
        "lines": [{"sku": sku.code, "quantity": quantity} for sku in shop.skus],
        "customer": {"name": "Ada Byron", "email": "ada@example.com", "language": "en"},
        "ship_to": {
            "street": "Via Dante 1",
            "postcode": "20121",
            "city": "Milano",
            "country": "IT",
            "latitude": 45.46427,
            "longitude": 9.18951,
        },
        "payment": {"token": uuid.uuid4().hex},
    } | changes
