"""What asks for stock. Inventory knows demands, never orders: a line, a transfer, a quote."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Demand:
    """`quantity` units of a SKU (or kit) at one location, for whatever `uid` names."""

    uid: UUID
    sku_id: int
    location_id: int
    quantity: int
