"""Examples of the OpenAPI document. `tests/inventory/test_api_counts.py` sends the requests."""

from typing import Any

COUNT_PLAN: dict[str, Any] = {
    "location": "MI01",
    "basis": "listed",
    "skus": ["GRD-SHEARS-01", "4006381333931"],
    "note": "Aisle 4",
}
COUNT_REPORT: dict[str, Any] = {
    "lines": [{"sku": "GRD-SHEARS-01", "units": 11}, {"sku": "4006381333931", "units": 4}]
}
COUNT_RECOUNT: dict[str, Any] = {"skus": ["GRD-SHEARS-01"]}
COUNT: dict[str, Any] = {
    "number": 118,
    "location": "MI01",
    "status": "counting",
    "basis": "listed",
    "scope": "",
    "is_blind": True,
    "note": "Aisle 4",
    "lines": 2,
    "lines_counted": 2,
    "lines_open": 0,
    "lines_off": 1,
    "created_by": "Handhelds Milano",
    "created_at": "2026-11-22T08:12:00Z",
    "closed_by": "",
    "closed_at": None,
}
COUNT_LINE: dict[str, Any] = {
    "sku": "GRD-SHEARS-01",
    "gtin": "8001234567895",
    "name": "Garden shears",
    "status": "counted_once",
    "abc_class": "A",
    "is_extra": False,
    "counted": 11,
    "counted_at": "2026-11-22T08:40:00Z",
    "counted_by": "Handhelds Milano",
    "expected": 12,
    "difference": -1,
    "booked": None,
}
