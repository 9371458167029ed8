"""Where goods are, how many, and every movement that made it so."""

from inventory.models.changes import (
    AvailabilityChange,
    HeardCategory,
    HeardKitComponent,
    HeardProduct,
    HeardSku,
)
from inventory.models.counts import CountLine, CountScan, StockCount
from inventory.models.dispositions import Disposition
from inventory.models.drift import BatchDrift
from inventory.models.expected import ExpectedSupply
from inventory.models.feeds import BatchChunk, BatchError, StockBatch, StockFeed
from inventory.models.ledger import SourceReference, StockMovement
from inventory.models.locations import (
    LOCATION_PERMISSIONS,
    Location,
    LocationUserObjectPermission,
)
from inventory.models.purchasing import (
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseReceipt,
    PurchaseReceiptLine,
    Supplier,
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierItem,
)
from inventory.models.rules import AvailabilityRule
from inventory.models.shortages import Shortage
from inventory.models.stock import Allocation, Hold, Stock
from inventory.models.tallies import Tally, TallyEntry
from inventory.models.transfers import Transfer, TransferDiscrepancy, TransferLine

__all__ = [
    "LOCATION_PERMISSIONS",
    "Allocation",
    "AvailabilityChange",
    "AvailabilityRule",
    "BatchChunk",
    "BatchDrift",
    "BatchError",
    "CountLine",
    "CountScan",
    "Disposition",
    "ExpectedSupply",
    "HeardCategory",
    "HeardKitComponent",
    "HeardProduct",
    "HeardSku",
    "Hold",
    "Location",
    "LocationUserObjectPermission",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "PurchaseReceipt",
    "PurchaseReceiptLine",
    "Shortage",
    "SourceReference",
    "Stock",
    "StockBatch",
    "StockCount",
    "StockFeed",
    "StockMovement",
    "Tally",
    "TallyEntry",
    "Transfer",
    "TransferDiscrepancy",
    "TransferLine",
    "Supplier",
    "SupplierInvoice",
    "SupplierInvoiceLine",
    "SupplierItem",
]
