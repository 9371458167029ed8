"""Mending drift: entries that bring ledger, claims and figures together; nothing is edited away."""

from collections.abc import Collection

from django.db import connection, transaction

from inventory.models import Stock
from inventory.services import audit_statements as statements
from inventory.services.ledger import MAX_ACTOR
from oms.core.actors import Actor
from oms.core.audit import audit_record_many
from oms.core.sql import array

CAUSE = "audit repair"


@transaction.atomic
def stock_repair(pairs: Collection[tuple[int, int]], *, actor: Actor) -> int:
    """Bring the stock rows of an audit's pairs in line, and return how many were not.

    On hand stays as recorded, for goods were sold by it: the ledger gets the difference. Allocated
    and held become what the claims say, and unavailable what is set aside, in ledger and stock row
    alike. A row that was deleted comes back as the ledger has it. All is measured anew under the
    locks, so that running it twice, or while orders come in, books nothing twice.
    """
    if not pairs:
        return 0
    params = {
        "skus": array(sku for sku, _location in pairs),
        "locations": array(location for _sku, location in pairs),
        "cause": CAUSE,
        "actor": actor.label[:MAX_ACTOR],
    }
    with connection.cursor() as cursor:
        cursor.execute(statements.REMAKE, params)
        # The ledger is read by a statement that begins after the wait for the locks.
        cursor.execute(statements.LOCK, params)
        locked = [row[0] for row in cursor.fetchall()]
        cursor.execute(statements.REPAIR, params)
        mended: int = cursor.fetchone()[0]
    if mended:
        audit_record_many("stock.repaired", Stock.objects.filter(pk__in=locked), actor=actor)
    return mended
