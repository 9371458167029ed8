"""Examples of the OpenAPI document. `tests/inventory/test_api_purchasing.py` sends the requests."""

from typing import Any

SUPPLIER: dict[str, Any] = {
    "uid": "0f6d1c1e-7f0b-4f0c-8a77-0f3a6c1b2d11",
    "code": "FORNACI",
    "name": "Fornaci Rossi",
    "email": "ordini@fornaci.example",
    "language": "it",
    "currency": "EUR",
    "lead_time_days": 9,
    "lead_time_spread": 2,
    "minimum_order_value": "250.00",
    "is_active": True,
    "location": None,
}
ITEM: dict[str, Any] = {
    "supplier": "FORNACI",
    "sku": "GRD-SHEARS-01",
    "supplier_code": "FR-1180",
    "cost": "4.1250",
    "pack_multiple": 6,
    "minimum_quantity": 12,
    "lead_time_days": 9,
    "preferred": True,
}
NEW_PURCHASE: dict[str, Any] = {
    "supplier": "FORNACI",
    "location": "MI01",
    "lines": [{"sku": "GRD-SHEARS-01", "quantity": 24}],
    "note": "Before noon",
    "order": True,
}
PURCHASE: dict[str, Any] = {
    "uid": "6a2b8e52-43d3-4a3e-9d8a-5f2f7a0b9c01",
    "number": 1007,
    "supplier": "FORNACI",
    "location": "MI01",
    "status": "ordered",
    "currency": "EUR",
    "expected_on": "2026-12-01",
    "note": "Before noon",
    "drop_ship": None,
    "created_at": "2026-11-22T10:00:00Z",
    "ordered_at": "2026-11-22T10:00:00Z",
    "lines": [
        {
            "position": 1,
            "sku": "GRD-SHEARS-01",
            "supplier_code": "FR-1180",
            "ordered": 24,
            "confirmed": None,
            "cost": "4.1250",
            "confirmed_cost": None,
            "due_on": None,
            "received": 0,
            "damaged": 0,
            "cancelled": 0,
            "open": 24,
        }
    ],
}
DELIVERY: dict[str, Any] = {
    "uid": "3d6f0a5e-8a3e-4b0e-9a44-2d9f5b7a6c10",
    "delivery_note": "DDT 4711",
    "lines": [{"sku": "GRD-SHEARS-01", "quantity": 12, "damaged": 2, "reason": "damaged"}],
}
OVER: dict[str, Any] = {"sku": "GRD-SHEARS-01", "ordered": 24, "received": 30}
DROP_SHIP: dict[str, Any] = PURCHASE | {
    "number": 1008,
    "location": "FORNACI",
    "note": "",
    "drop_ship": {
        "reference": "100045",
        "ship_to": {
            "name": "Ada Byron",
            "street": "Via Dante 1",
            "postcode": "20121",
            "city": "Milano",
            "country": "IT",
            "phone": "+39 02 1234567",
        },
    },
}
