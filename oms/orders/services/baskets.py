"""What somebody wants to buy, before it is an order: its SKUs, and what is missing of them."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from catalog.models import Sku
from catalog.selectors import skus_by_code
from catalog.status import SkuStatus
from oms.core.errors import Issue
from oms.orders.requests import OrderLineRequest
from oms.sourcing.solver import Line, Outcome, parts_needed

MAX_QUANTITY = 1_000_000


def skus_resolve(lines: Sequence[OrderLineRequest]) -> tuple[tuple[Sku, ...], list[Issue]]:
    """The SKU of each line, and an issue for each line that cannot be ordered; one query.

    The SKUs are the lines' only if there are no issues.
    """
    issues: list[Issue] = []
    found = skus_by_code(line.sku for line in lines)
    skus: list[Sku] = []
    for index, line in enumerate(lines):
        sku = found.get(line.sku.strip().upper())
        if sku is None:
            issues.append(
                Issue(f"lines[{index}].sku", _("There is no such SKU"), "unknown_sku", index + 1)
            )
        elif sku.status != SkuStatus.ACTIVE:
            issues.append(
                Issue(f"lines[{index}].sku", _("No longer sold"), "discontinued", index + 1)
            )
        else:
            skus.append(sku)
        if not 1 <= line.quantity <= MAX_QUANTITY:
            issues.append(
                Issue(
                    f"lines[{index}].quantity",
                    _("Order 1 to %(most)s") % {"most": MAX_QUANTITY},
                    "bad_quantity",
                    index + 1,
                )
            )
    return tuple(skus), issues


def shortfall(
    lines: Sequence[Line], codes: Mapping[int, str], outcome: Outcome
) -> list[dict[str, object]]:
    """Per SKU: what was wanted and the most that all candidates have together."""
    need = parts_needed(lines)
    most = {
        sku: sum(max(verdict.candidate.stock.get(sku, 0), 0) for verdict in outcome.verdicts)
        for sku in need
    }
    short = {sku for sku in need if most[sku] < need[sku]} or set(need)
    return [
        {"sku": codes.get(sku, str(sku)), "wanted": need[sku], "available": most[sku]}
        for sku in sorted(short)
    ]
