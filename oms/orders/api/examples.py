"""Examples of the OpenAPI document. `tests/orders/test_api_schema.py` sends the requests."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

SHIPPED: dict[str, Any] = {
    "external_id": "SHOP-100045",
    "method": "ship",
    "lines": [
        {"sku": "GRD-SHEARS-01", "quantity": 2},
        {"sku": "8001234567895", "quantity": 1},
    ],
    "customer": {
        "name": "Ada Byron",
        "email": "ada@example.com",
        "phone": "+39 02 1234567",
        "language": "it",
        "reference": "C-4711",
    },
    "ship_to": {
        "street": "Via Dante 1",
        "postcode": "20121",
        "city": "Milano",
        "country": "IT",
        "latitude": 45.46427,
        "longitude": 9.18951,
    },
    "payment": {"provider": "external", "means": "card", "token": "pay_3NkQ"},
}
RESERVED: dict[str, Any] = {
    "external_id": "SHOP-100046",
    "method": "reserve",
    "location": "MI01",
    "lines": [{"sku": "GRD-SHEARS-01", "quantity": 1}],
    "customer": {"name": "Ada Byron", "email": "ada@example.com"},
    "deputy": "Charles Babbage",
}
LINE: dict[str, Any] = {
    "position": 1,
    "sku": "GRD-SHEARS-01",
    "name": "Garden shears 20 cm",
    "substitutes": None,
    "quantity": 2,
    "open": 2,
    "back_ordered": 0,
    "expected_on": None,
    "fulfilled": 0,
    "cancelled": 0,
    "returned": 0,
    "list_price": "12.20",
    "unit_price": "12.20",
    "tax_included": True,
    "tax_percent": "22.00",
    "net": "20.00",
    "tax": "4.40",
    "gross": "24.40",
}
WORK: dict[str, Any] = {
    "uid": "0a7c0d1e-5f2e-4d0b-9a57-0f2b1a6f1c11",
    "location": "WH01",
    "method": "ship",
    "status": "open",
    "promised_at": "2026-11-23T14:00:00Z",
    "finished_at": None,
    "lines": [
        {
            "position": 1,
            "sku": "GRD-SHEARS-01",
            "name": "Garden shears 20 cm",
            "quantity": 2,
            "picked": 0,
        }
    ],
    "shipment": None,
}
ORDER: dict[str, Any] = {
    "number": 100045,
    "uid": "6f1d3c52-0b4e-4b8e-8a54-1f1d2a7b9c10",
    "external_id": "SHOP-100045",
    "channel": "eshop",
    "method": "ship",
    "status": "open",
    "payment_status": "authorised",
    "cancel_reason": "",
    "currency": "EUR",
    "net": "20.00",
    "tax": "4.40",
    "gross": "24.40",
    "current_total": "24.40",
    "promised_at": "2026-11-23T14:00:00Z",
    "placed_at": "2026-11-23T09:12:05.417Z",
    "updated_at": "2026-11-23T09:12:05.421Z",
    "customer": SHIPPED["customer"],
    "ship_to": SHIPPED["ship_to"],
    "company": "",
    "purchase_order": "",
    "coupon": "",
    "note": "",
    "accepts_substitutes": False,
    "tracking_url": "https://shop.example.com/track/MTIz:abc/",
    "lines": [LINE],
    "fulfilment_orders": [WORK],
    "tenders": [
        {
            "uid": "d2f7a1a0-93ab-4c30-bb2c-6b9d9a5a2f01",
            "provider": "external",
            "means": "card",
            "status": "authorised",
            "currency": "EUR",
            "amount": "24.40",
            "captured": "0.00",
            "refunded": "0.00",
        }
    ],
}
LISTED_SHORTAGE: dict[str, Any] = {
    "uid": "4d7c0a53-6f4e-4d53-8f0b-0d8a7c1b9e21",
    "sku": "GRD-SHEARS-01",
    "name": "Garden shears 20 cm",
    "location": "WH01",
    "units": 1,
    "cause": "shelf check 402",
    "opened_at": "2026-11-23T10:02:11Z",
    "closed_at": None,
}
SHORTAGE: dict[str, Any] = LISTED_SHORTAGE | {
    "claims": [
        {
            "order_number": 100045,
            "fulfilment_order": WORK["uid"],
            "position": 1,
            "promised_at": "2026-11-23T14:00:00Z",
            "cause": "",
            "units": 2,
            "lacking": 1,
            "movable": 1,
            "replaceable": 0,
        }
    ]
}
SHORTAGE_MOVE: dict[str, Any] = {"fulfilment_order": WORK["uid"], "position": 1}
SUBSTITUTE: dict[str, Any] = SHORTAGE_MOVE | {"sku": "GRD-SHEARS-02"}
SHORT: dict[str, dict[str, Any]] = {
    "insufficient_stock": {
        "items": [{"sku": "GRD-SHEARS-01", "location": "WH01", "wanted": 2, "available": 1}]
    },
    "payment_mismatch": {"due": "24.40", "paid": "24.00", "currency": "EUR"},
    "duplicate_external_id": {"external_id": "SHOP-100045"},
}
LINES = SHIPPED["lines"]


def request_example(name: str, value: Any) -> OpenApiExample:
    """An example of a request body."""
    return OpenApiExample(name, value=value, request_only=True)


def answer_example(name: str, value: Any, status: int = 200) -> OpenApiExample:
    """An example of a good answer."""
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])
