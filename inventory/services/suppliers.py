"""Suppliers, and what they sell to us."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from catalog.locks import skus_for_change
from inventory.models import Supplier, SupplierItem
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import InvalidInput, Issue

ITEM_FIELDS = (
    "supplier_code", "cost", "pack_multiple", "minimum_quantity", "lead_time_days", "preferred",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemValues:
    """A SKU as a supplier sells it; `cost` in the supplier's currency, `lead_time_days` of its own
    or None for the supplier's.
    """

    sku_id: int
    cost: Decimal
    supplier_code: str = ""
    pack_multiple: int = 1
    minimum_quantity: int = 1
    lead_time_days: int | None = None
    preferred: bool = False


@transaction.atomic
def supplier_save(supplier: Supplier, *, values: Mapping[str, Any], actor: Actor) -> Supplier:
    """Store a new or changed supplier; the audit keeps what changed. Raises InvalidInput."""
    is_new = supplier.pk is None
    changes: dict[str, list[str]] = {}
    for name, value in values.items():
        before = getattr(supplier, name)
        if before != value:
            changes[name] = ["" if is_new else str(before), str(value)]
            setattr(supplier, name, value)
    try:
        supplier.full_clean()
    except ValidationError as error:
        raise InvalidInput(
            [
                Issue(field, message)
                for field, messages in error.message_dict.items()
                for message in messages
            ]
        ) from error
    supplier.save()
    if changes:
        audit_record(
            "supplier.created" if is_new else "supplier.changed",
            supplier,
            actor=actor,
            # An address is personal: that it changed is kept, not what it was.
            data={"changes": {k: v for k, v in changes.items() if k != "email"}},
        )
    return supplier


@transaction.atomic
def supplier_items_set(
    supplier: Supplier, rows: Sequence[ItemValues], *, actor: Actor, cause: str = ""
) -> int:
    """Add or replace what a supplier sells; each SKU once. How many rows there were.

    A SKU has one preferred supplier: preferring this one ends another's preference.
    """
    # Whoever prefers another supplier for the same SKU meanwhile waits here.
    skus_for_change(row.sku_id for row in rows)
    preferred = [row.sku_id for row in rows if row.preferred]
    SupplierItem.objects.filter(sku__in=preferred, preferred=True).exclude(
        supplier=supplier
    ).update(preferred=False)
    SupplierItem.objects.bulk_create(
        [
            SupplierItem(
                supplier=supplier,
                sku_id=row.sku_id,
                **{name: getattr(row, name) for name in ITEM_FIELDS},
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["supplier", "sku"],
        update_fields=ITEM_FIELDS,
    )
    if rows:
        audit_record(
            "supplier.items_set", supplier, actor=actor, data={"items": len(rows), "cause": cause}
        )
    return len(rows)


@transaction.atomic
def supplier_items_remove(supplier: Supplier, sku_ids: Collection[int], *, actor: Actor) -> int:
    """Take SKUs off what a supplier sells; what was ordered stays. How many there were."""
    removed, _rows = SupplierItem.objects.filter(supplier=supplier, sku__in=sku_ids).delete()
    if removed:
        audit_record("supplier.items_removed", supplier, actor=actor, data={"items": removed})
    return removed
