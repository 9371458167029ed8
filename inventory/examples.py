"""Examples of the OpenAPI document. `tests/inventory/test_api.py` sends the request."""

from typing import Any

LOCATION: dict[str, Any] = {
    "uid": "0b5f8f0e-0a66-4b53-9d3e-3c8d0f0c7a11",
    "code": "MI01",
    "name": "Milano Centro",
    "kind": "store",
    "is_active": True,
    "ships": True,
    "collects": True,
    "street": "Via Dante 1",
    "postcode": "20121",
    "city": "Milano",
    "country": "IT",
    "phone": "+39 02 1234567",
    "latitude": "45.46427",
    "longitude": "9.18951",
    "time_zone": "Europe/Rome",
    "opening_hours": {"1": [["15:30", "19:30"]], "2": [["09:00", "13:00"], ["15:30", "19:30"]]},
}
STOCK: dict[str, Any] = {
    "sku": "GRD-SHEARS-01",
    "location": "MI01",
    "on_hand": 12,
    "allocated": 3,
    "held": 0,
    "unavailable": 1,
    "safety_stock": 2,
    "available": 6,
}
MOVEMENT: dict[str, Any] = {
    "id": 91344,
    "sku": "GRD-SHEARS-01",
    "location": "MI01",
    "kind": "received",
    "on_hand": 12,
    "allocated": 0,
    "held": 0,
    "unavailable": 0,
    "demand": None,
    "cause": "delivery 4711",
    "reason": "receipt",
    "reference": "4711-1",
    "occurred_at": "2026-11-20T08:12:00Z",
    "recorded_at": "2026-11-20T08:12:00Z",
}
ADJUSTMENT: dict[str, Any] = {
    "cause": "delivery 4711",
    "changes": [
        {
            "sku": "GRD-SHEARS-01",
            "location": "MI01",
            "delta": 12,
            "kind": "received",
            "reference": "4711-1",
        },
        {"sku": "8001234567895", "location": "MI01", "delta": -1, "reason": "damaged"},
    ],
}
SHORT: dict[str, Any] = {"sku": "GRD-SHEARS-01", "location": "MI01", "wanted": 5, "on_hand": 3}
