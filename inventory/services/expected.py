"""What is on its way, kept by the purchase orders and transfers that bring it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from inventory.models import ExpectedSupply
from oms.core.events import event_add
from oms.core.locks import require_transaction


@dataclass(frozen=True, slots=True)
class Expected:
    """`quantity` units (at least 1) of a SKU due at a location; `due_on` None: nobody knows."""

    sku_id: int
    location_id: int
    quantity: int
    due_on: date | None = None


def expected_set(source: UUID, rows: Sequence[Expected], *, cause: str) -> None:
    """Make `rows` all that `source` still brings; none ends it. Whoever calls has locked it.

    Where that is news, the event `supply.changed` names the SKUs.
    """
    require_transaction()
    known = ExpectedSupply.objects.filter(source=source)
    before = Counter(known.values_list("sku_id", "location_id", "quantity", "due_on"))
    after = Counter((row.sku_id, row.location_id, row.quantity, row.due_on) for row in rows)
    if before == after:
        return
    known.delete()
    ExpectedSupply.objects.bulk_create(
        ExpectedSupply(
            source=source,
            cause=cause,
            sku_id=row.sku_id,
            location_id=row.location_id,
            quantity=row.quantity,
            due_on=row.due_on,
        )
        for row in rows
    )
    changed = (before - after) | (after - before)
    event_add(
        "supply.changed",
        aggregate="supply",
        aggregate_id=source,
        payload={"cause": cause, "skus": sorted({sku_id for sku_id, *_row in changed})},
    )
