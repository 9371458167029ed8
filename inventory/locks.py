"""How stock rows lock: by SKU, then location, everywhere, or two orders could wait for each other.

The fragments end the locking sub-query of a ledger statement. NO KEY is the strength the update
takes anyway. A locking sub-query returns each row as it is *after* the wait, so guards on its
columns are exact; a guard on the target of the UPDATE would first be tried on the old version.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from inventory.models import (
    AvailabilityRule,
    Location,
    PurchaseOrder,
    Stock,
    StockBatch,
    StockCount,
    StockFeed,
    Tally,
    Transfer,
)
from inventory.status import PurchaseStatus
from oms.core.actors import Actor
from oms.core.errors import NotFound
from oms.core.locks import lock_rows
from oms.core.permissions import Permission
from oms.core.sql import fetch_rows

STOCK_FOR_UPDATE = "ORDER BY stock.sku_id, stock.location_id FOR NO KEY UPDATE OF stock"

# Everybody who waits for a row wakes up whenever it changes: sixty-four buyers of one SKU are
# busy jostling. So whoever comes to claim queues first, and only the head waits for the row. The
# queue guards nothing. A transaction with an id may have rows locked already and does not queue:
# the head could be waiting for it. Nor does a long list, whose queues would fill the lock table.
STOCK_QUEUE = """
    queued AS MATERIALIZED (
        SELECT sku_id, location_id, quantity,
            CASE WHEN pg_current_xact_id_if_assigned() IS NULL AND together <= 20
                THEN pg_advisory_xact_lock(hashint8(sku_id), hashint8(location_id)) END
        FROM (
            SELECT sku_id, location_id, quantity, COUNT(*) OVER () AS together FROM need
            ORDER BY hashint8(sku_id), hashint8(location_id)) AS in_order)"""

# The stock row first: whoever touches a claim holds its stock row already.
CLAIM_FOR_UPDATE = (
    "ORDER BY stock.sku_id, stock.location_id, claim.id FOR NO KEY UPDATE OF stock, claim"
)


def stock_for_update(sku_id: int, location_id: int) -> Stock:
    """Lock one stock row, which must exist. Never more than one: several lock in a statement."""
    return lock_rows(Stock.objects.filter(sku=sku_id, location=location_id))[0]


@contextmanager
def feed_worked_alone(location_id: int, *, waiting: Callable[[], None]) -> Iterator[None]:
    """One worker at a time goes through a feed's batches; `waiting` is called every while.

    The lock is the connection's and not a transaction's: the work takes several, and whoever sends
    to the feed meanwhile does not wait for it. It ends with a worker that is killed.
    """
    feed = {"feed": f"stock feed {location_id}"}
    while not fetch_rows(TRY_ALONE, feed)[0][0]:
        waiting()
        time.sleep(PAUSE)
    try:
        yield
    finally:
        fetch_rows(END_ALONE, feed)


TRY_ALONE = "SELECT pg_try_advisory_lock(hashtextextended(%(feed)s::text, 0))"
END_ALONE = "SELECT pg_advisory_unlock(hashtextextended(%(feed)s::text, 0))"
PAUSE = 0.5


def batch_for_update(batch: StockBatch) -> StockBatch:
    """The batch as it is now, locked. Before any stock row."""
    return lock_rows(StockBatch.objects.select_related("location").filter(pk=batch.pk))[0]


def feed_for_update(location: Location) -> StockFeed:
    """The location's feed, made if it has none, locked. Before any stock row."""
    StockFeed.objects.bulk_create([StockFeed(location=location)], ignore_conflicts=True)
    return lock_rows(StockFeed.objects.filter(location=location))[0]


def transfer_for_update(uid: UUID) -> Transfer:
    """The transfer as it is now, with its ends, locked; its lines change under this lock only.

    Before any tally and any stock row. Raises NotFound.
    """
    rows = lock_rows(Transfer.objects.select_related("source", "destination").filter(uid=uid))
    if not rows:
        raise NotFound
    return rows[0]


def tally_for_update(document: UUID, location_id: int) -> Tally:
    """The open tally of a document at a location, made if there is none, locked.

    After the document and before any stock row.
    """
    Tally.objects.bulk_create(
        [Tally(document=document, location_id=location_id)], ignore_conflicts=True
    )
    return lock_rows(Tally.objects.filter(document=document, location=location_id, closed_at=None))[
        0
    ]


def purchase_for_update(number: int) -> PurchaseOrder:
    """The locked purchase order; its lines, receipts and invoices change under it only.

    Before any stock row. Raises NotFound.
    """
    orders = PurchaseOrder.objects.select_related("supplier", "location")
    rows = lock_rows(orders.filter(number=number))
    if not rows:
        raise NotFound
    return rows[0]


def drop_ship_for_update(demand: UUID) -> PurchaseOrder | None:
    """The locked purchase order that a supplier sends for this demand; None: there is none."""
    orders = PurchaseOrder.objects.select_related("supplier", "location").filter(demand=demand)
    rows = lock_rows(orders.exclude(status=PurchaseStatus.CANCELLED))
    return rows[0] if rows else None


def availability_rule_for_update(rule_id: int) -> AvailabilityRule:
    """The locked rule; nothing else is locked with it. Raises NotFound."""
    rows = lock_rows(AvailabilityRule.objects.filter(pk=rule_id))
    if not rows:
        raise NotFound
    return rows[0]


def count_for_update(number: int, permission: Permission, *, actor: Actor) -> StockCount:
    """The count as it is now, locked, with its location. Before any stock row.

    Whoever enters a line takes it too, for some milliseconds: two phones on one line wait for each
    other, and nobody finishes a count under somebody's hands. Raises NotFound.
    """
    visible = StockCount.objects.visible_to(actor, permission)
    found: list[StockCount] = lock_rows(visible.select_related("location").filter(pk=number))
    if not found:
        raise NotFound
    return found[0]
