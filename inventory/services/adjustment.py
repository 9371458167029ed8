"""Changes of what lies on the shelf: receipts, counts, corrections, returns to stock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection

from inventory.errors import AlreadyBooked, Shortage
from inventory.services import statements
from inventory.services.ledger import MAX_ACTOR, MAX_CAUSE, MAX_REASON, items, run
from inventory.status import MovementKind
from oms.core.actors import Actor
from oms.core.locks import require_transaction
from oms.core.sql import array
from oms.core.sql import text_array as texts


@dataclass(frozen=True, slots=True)
class StockChange:
    """`delta` units (± whole numbers) on hand of a SKU at a location, and why.

    `source_reference` names the delivery, count line or sale: given twice, it books once.
    """

    sku_id: int
    location_id: int
    delta: int
    reason: str = ""
    source_reference: str | None = None
    kind: MovementKind = MovementKind.ADJUSTED


def adjust(rows: Sequence[StockChange], *, cause: str, actor: Actor) -> None:
    """Book all the changes or none; stock rows that do not exist yet are made before any locks.

    Rows of no change book nothing. Raises Shortage when on hand would fall below zero, and
    AlreadyBooked for a known source reference.
    """
    require_transaction()
    if not rows:
        return
    params: dict[str, Any] = {
        "skus": array(row.sku_id for row in rows),
        "locations": array(row.location_id for row in rows),
        "deltas": array(row.delta for row in rows),
        "reasons": texts(row.reason[:MAX_REASON] for row in rows),
        "references": texts(row.source_reference for row in rows),
        "kinds": texts(row.kind.value for row in rows),
        "cause": cause[:MAX_CAUSE],
        "actor": actor.label[:MAX_ACTOR],
    }
    try:
        refused = run(statements.ADJUST, params)
        if any(row.problem == "missing" for row in refused):
            stock_add(params["skus"], params["locations"])
            refused = run(statements.ADJUST, params)
    except IntegrityError as error:
        if "inventory_sourcereference" in str(error):
            raise AlreadyBooked from error
        raise
    if any(row.problem == "booked" for row in refused):
        raise AlreadyBooked
    if refused:
        raise Shortage(items=items(refused, "on_hand"))


def stock_add(skus: str, locations: str) -> None:
    """Make the stock rows that are missing; array literals of ids, side by side."""
    with connection.cursor() as cursor:
        cursor.execute(statements.ADD_STOCK, {"skus": skus, "locations": locations})
