"""Choosing what is to be counted, and how many lines that would be."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from catalog.models import Category
from inventory.errors import NothingToCount
from inventory.models import Location, StockCount
from inventory.services import count_statements as statements
from inventory.status import CountBasis
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.permissions import Permission, require
from oms.core.sql import array, fetch_rows, text_array

CLASSES = ("A", "B", "C")
# More lines than this are several counts.
MOST_LINES = 100_000


@dataclass(frozen=True, slots=True)
class CountPlan:
    """What to count at a location. `classes` and `due_only` are read by class only, `category` by
    category and `sku_ids` (no kits among them) as a list; `most` lines, the doubtful ones first.
    """

    location: Location
    basis: CountBasis
    classes: tuple[str, ...] = CLASSES
    due_only: bool = False
    category: Category | None = None
    sku_ids: tuple[int, ...] = ()
    most: int = MOST_LINES
    is_blind: bool = True
    note: str = ""

    @property
    def scope(self) -> str:
        """What the basis is told further, for people."""
        if self.basis == CountBasis.ABC:
            return ", ".join(self.classes)
        if self.basis == CountBasis.CATEGORY and self.category is not None:
            return self.category.name
        return ""


@dataclass(frozen=True, slots=True)
class CountPreview:
    """Lines, units on hand, lines by class, doubtful lines, and what other open counts keep."""

    lines: int
    units: int
    class_a: int
    class_b: int
    class_c: int
    doubtful: int
    elsewhere: int


def count_preview(plan: CountPlan) -> CountPreview:
    """What `count_plan` would choose at this moment; changes nothing. One query."""
    return CountPreview(*fetch_rows(statements.PREVIEW, _params(plan))[0])


@transaction.atomic
def count_plan(plan: CountPlan, *, actor: Actor) -> StockCount:
    """Plan a count. Raises NothingToCount when no SKU fits, PermissionRefused."""
    require(actor, Permission.STOCK_HANDLE, scope=plan.location)
    count = StockCount.objects.create(
        location=plan.location,
        basis=plan.basis,
        scope=plan.scope[:120],
        is_blind=plan.is_blind,
        note=plan.note,
        created_by=actor.label[:150],
    )
    lines = len(fetch_rows(statements.PLAN, _params(plan) | {"count": count.pk}))
    if not lines:
        raise NothingToCount
    audit_record(
        "count.planned", count, actor=actor, data={"basis": str(plan.basis), "lines": lines}
    )
    return count


def _params(plan: CountPlan) -> dict[str, Any]:
    moment = now()
    by_class = plan.basis == CountBasis.ABC
    inside = plan.category if plan.basis == CountBasis.CATEGORY else None
    listed = plan.basis == CountBasis.LISTED
    due = {
        f"due_{name.lower()}": moment - timedelta(days=settings.COUNT_DUE_DAYS[name])
        for name in CLASSES
    }
    return due | {
        "location": plan.location.pk,
        "since": moment - timedelta(days=settings.COUNT_ABC_DAYS),
        "listed": listed,
        "skus": array(plan.sku_ids if listed else ()),
        "classes": text_array(plan.classes if by_class else CLASSES),
        "due_only": by_class and plan.due_only,
        "path": inside.path if inside is not None else "",
        "by_value": plan.basis == CountBasis.VALUE,
        "most": plan.most,
    }
