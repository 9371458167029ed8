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

SET_ASIDE: dict[str, Any] = {
    "sku": "GRD-SHEARS-01",
    "location": "MI01",
    "units": 2,
    "reason": "damaged",
    "note": "fell off the shelf",
}
DISPOSITION: dict[str, Any] = {
    "uid": "c2a0d9d4-5b1e-4c7b-8f0e-2f6f1f9e7a55",
    "sku": "GRD-SHEARS-01",
    "location": "MI01",
    "units": 2,
    "reason": "damaged",
    "note": "fell off the shelf",
    "created_at": "2026-11-22T08:12:00Z",
    "created_by": "Store system",
    "expires_at": "2026-12-22T08:12:00Z",
    "outcome": "",
    "ended_at": None,
    "ended_by": "",
}

BATCH_CSV = "sku,quantity\nHO007-TER,12\nKI018-SAG,0\n"
BATCH = {
    "uid": "5a0f1c0e-4c1b-4b57-9b1d-0f6f6f0f7a31",
    "location": "MI-NAV",
    "batch_id": "2026-11-22-evening",
    "sequence": 326,
    "kind": "full",
    "as_of": "2026-11-22T19:30:00Z",
    "dry_run": False,
    "keep_good": True,
    "status": "applied",
    "result": {
        "rows": 41200,
        "rows_with_errors": 3,
        "changed": 1180,
        "units_up": 2210,
        "units_down": 1944,
        "shortages": 1,
        "beyond_zero": 0,
    },
    "error_count": 3,
    "row_errors": "https://oms.example.com/api/v1/stock-batches/5a0f1c0e-…/errors/",
    "created_at": "2026-11-22T19:31:02Z",
    "finished_at": "2026-11-22T19:31:06Z",
}

FEW: dict[str, Any] = {"sku": "GRD-SHEARS-01", "location": "MI-NAV", "wanted": 12, "available": 8}
TRANSFER_REQUEST = {
    "source": "MI-NAV",
    "destination": "MI01",
    "expected_on": "2026-11-24",
    "lines": [{"sku": "GRD-SHEARS-01", "quantity": 12}],
}
TRANSFER_SHIP = {"lines": [{"sku": "GRD-SHEARS-01", "shipped": 10}]}
TRANSFER_RECEIVE = {
    "reference": "R-2026-118",
    "lines": [{"sku": "GRD-SHEARS-01", "received": 8, "missing": 1, "damaged": 1}],
}
TRANSFER = {
    "number": 1042,
    "uid": "7d2f9a34-1f7e-4a6b-9a52-0a4b8d1c2e90",
    "status": "requested",
    "source": "MI-NAV",
    "destination": "MI01",
    "expected_on": "2026-11-24",
    "note": "",
    "created_at": "2026-11-22T08:12:00Z",
    "shipped_at": None,
    "ended_at": None,
    "lines": [
        {
            "uid": "e1a9c1c2-7f24-4a37-8f3f-6a1f4cb8a4f1",
            "sku": "GRD-SHEARS-01",
            "requested": 12,
            "shipped": 0,
            "received": 0,
            "in_transit": 0,
            "written_off": 0,
            "sent_back": 0,
        }
    ],
}
