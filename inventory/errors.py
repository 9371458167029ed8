"""What inventory refuses, and why."""

from django.utils.translation import gettext_lazy as _

from oms.core.errors import Conflict, DomainError


class InsufficientStock(Conflict):
    """Less is available than was asked for; nothing was allocated.

    `items`: `{"sku", "location", "wanted", "available"}` per SKU and location that falls short,
    as codes and units. A kit's shortfall names the component.
    """

    code = "insufficient_stock"
    title = _("There is not enough stock")


class Shortage(Conflict):
    """More should leave than lies on the shelf; nothing was booked.

    `items`: `{"sku", "location", "wanted", "on_hand"}`.
    """

    code = "shortage"
    title = _("Fewer units are on hand than should leave")


class NotAllocated(Conflict):
    """The demand does not hold what should be released, shipped or taken back.

    `items`: `{"sku", "location", "wanted", "allocated"}`.
    """

    code = "not_allocated"
    title = _("This much is not allocated here")


class AlreadyBooked(Conflict):
    """A delivery, count line or sale with this reference is in the ledger already."""

    code = "already_booked"
    title = _("This has been booked already")


class ShortageUnconfirmed(Conflict):
    """Less would be on hand than is allocated: somebody has to accept that first.

    `units`: how many allocated units would be missing; `allocated`: of how many.
    """

    code = "shortage_unconfirmed"
    title = _("Orders have claimed more than would be left")


class StaleBatch(Conflict):
    """A newer batch of this location came before: an older one must not undo it.

    `sequence` and `as_of`: the newest received so far.
    """

    code = "stale_batch"
    title = _("A newer batch was received before this one")


class BatchReused(DomainError):
    """The same batch id with other content: never applied, whichever comes second."""

    status = 422
    code = "batch_reused"
    title = _("This batch id was used for another batch")


class OverReceipt(Conflict):
    """More came than was ordered, beyond the tolerance: somebody has to accept that first.

    `items`: `{"sku", "ordered", "received"}`, received being what it would come to.
    """

    code = "over_receipt"
    title = _("More came than was ordered")


class DropShipped(Conflict):
    """The supplier sends it to a customer: nothing of it comes to us, and it ends with that order.

    `reference`: the number of the customer's order.
    """

    code = "drop_shipped"
    title = _("The supplier sends this to the customer: change the customer's order instead")


class InvoiceRecorded(Conflict):
    """This purchase order has an invoice with this number."""

    code = "invoice_recorded"
    title = _("An invoice with this number is recorded already")


class CursorExpired(DomainError):
    """What changed since this cursor is not known any more; begin anew without one."""

    status = 410
    code = "cursor_expired"
    title = _("This cursor is too old: begin again without one, and read everything anew")


class NothingToCount(Conflict):
    """No SKU fits what was asked for, or all of them are in another open count."""

    code = "nothing_to_count"
    title = _("Nothing fits: no SKU would be counted")


class NotOnCount(Conflict):
    """A SKU that is not in this count, or not among what is to be counted again.

    `sku`: its code; `can_add`: whether it may be added.
    """

    code = "not_on_count"
    title = _("This is not on the list")


class CountMoved(Conflict):
    """Somebody else counted the same line meanwhile; nothing was changed.

    `units`: what the line says now, None for not counted.
    """

    code = "count_moved"
    title = _("Somebody else counted this meanwhile")


class NotAllCounted(Conflict):
    """Lines are still to be counted, and nobody said that they may be left out.

    `lines`: how many.
    """

    code = "not_all_counted"
    title = _("Not everything is counted yet")


class NothingCounted(Conflict):
    """A count of which no line was counted has nothing to finish."""

    code = "nothing_counted"
    title = _("Nothing is counted yet")


class UnknownBarcode(Conflict):
    """A scanned code that no SKU has."""

    code = "unknown_barcode"
    title = _("No item has this barcode")


class AmbiguousBarcode(Conflict):
    """A barcode of goods in several conditions that does not say which one is meant.

    `skus`: `{"sku", "condition"}` of each, the best condition first.
    """

    code = "ambiguous_barcode"
    title = _("Goods in several conditions have this barcode")


class BatchNotChecked(Conflict):
    """Only a finished dry run can be applied, and only for a day: then its rows are gone."""

    code = "batch_not_checked"
    title = _("This batch cannot be applied any more: send it again")
