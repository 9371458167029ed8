"""What SKUs cost us: the last purchase cost."""

from collections.abc import Mapping
from decimal import Decimal

from catalog.locks import skus_for_change
from catalog.models import Sku
from oms.core.actors import Actor
from oms.core.audit import audit_record_many
from oms.core.locks import require_transaction


def sku_costs_set(costs: Mapping[int, Decimal], *, cause: str, actor: Actor) -> int:
    """Set what a unit of each SKU costs, in the retailer's currency; how many changed.

    The cost is the last one paid, not an average: it says what buying the next unit takes. The
    audit names the cause and never the figure, which not everybody who sees the history may see.
    """
    require_transaction()
    changed = [sku for sku in skus_for_change(costs) if sku.cost != costs[sku.pk]]
    for sku in changed:
        sku.cost = costs[sku.pk]
    Sku.objects.bulk_update(changed, ["cost"])
    audit_record_many("sku.cost_changed", changed, actor=actor, data={"cause": cause})
    return len(changed)
