"""How stock rows lock: by SKU, then location, everywhere, or two orders could wait for each other.

The fragments end the locking sub-query of a ledger statement. NO KEY is the strength the update
takes anyway. A locking sub-query returns each row as it is *after* the wait, so guards on its
columns are exact; a guard on the target of the UPDATE would first be tried on the old version.
"""

from inventory.models import Location, Stock, StockFeed
from oms.core.locks import lock_rows

STOCK_FOR_UPDATE = "ORDER BY stock.sku_id, stock.location_id FOR NO KEY UPDATE OF stock"

# The stock row first: whoever touches a claim holds its stock row already.
CLAIM_FOR_UPDATE = (
    "ORDER BY stock.sku_id, stock.location_id, claim.id FOR NO KEY UPDATE OF stock, claim"
)


def stock_for_update(sku_id: int, location_id: int) -> Stock:
    """Lock one stock row, which must exist. Never more than one: several lock in a statement."""
    return lock_rows(Stock.objects.filter(sku=sku_id, location=location_id))[0]


def feed_for_update(location: Location) -> StockFeed:
    """The location's feed, made if it has none, locked. Before any stock row."""
    StockFeed.objects.bulk_create([StockFeed(location=location)], ignore_conflicts=True)
    return lock_rows(StockFeed.objects.filter(location=location))[0]
