"""What events tell of inventory: JSON-safe, all that their readers need."""

from collections.abc import Sequence
from typing import Any

from inventory.models import PurchaseOrder, PurchaseOrderLine


def purchase_payload(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> dict[str, Any]:
    """A purchase order with its supplier, where it goes, and its lines. Amounts are text.

    `location` is where it goes unless `drop_ship` names a customer's address.
    """
    supplier, location = order.supplier, order.location
    ordered = sorted(lines, key=lambda line: line.position)
    return {
        "uid": str(order.uid),
        "number": order.number,
        "currency": order.currency,
        "expected_on": order.expected_on.isoformat() if order.expected_on else None,
        "note": order.note,
        "drop_ship": order.drop_ship,
        "supplier": {
            "code": supplier.code,
            "name": supplier.name,
            "email": supplier.email,
            "language": supplier.language,
        },
        "location": {
            "code": location.code,
            "name": location.name,
            "street": location.street,
            "postcode": location.postcode,
            "city": location.city,
            "country": location.country,
        },
        "lines": [
            {
                "position": line.position,
                "sku": line.sku.code,
                "name": line.sku.full_name,
                "gtin": line.sku.gtin,
                "supplier_code": line.supplier_code,
                "quantity": line.ordered,
                "cost": str(line.cost),
            }
            for line in ordered
        ],
    }
