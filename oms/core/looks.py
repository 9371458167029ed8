"""What every status of the system looks like: one tone and one icon, the same on every screen.

The tones carry meaning and are never alone: an icon and a word stand beside them.
grey = closed or idle, blue = in progress, green = done or ready, amber = needs someone soon,
red = overdue, blocked, refused.
"""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


class Look(NamedTuple):
    tone: str
    icon: str
    label: str | Promise = ""


UNKNOWN = Look("grey", "circle-dashed")

STATUS_LOOK: dict[str, Look] = {
    # Orders. "open" also opens a fulfilment order; its model's label says "To pick".
    "open": Look("blue", "circle-dot", pgettext_lazy("status", "Open")),
    "processing": Look("blue", "progress", pgettext_lazy("status", "In progress")),
    "partly_fulfilled": Look("blue", "circle-half-2", pgettext_lazy("status", "Partly fulfilled")),
    "completed": Look("green", "circle-check", pgettext_lazy("status", "Completed")),
    "cancelled": Look("grey", "circle-off", pgettext_lazy("status", "Cancelled")),
    "on_hold": Look("amber", "hand-stop", pgettext_lazy("status", "On hold")),
    # Fulfilment orders
    "to_pick": Look("blue", "basket", pgettext_lazy("status", "To pick")),
    "picking": Look("blue", "basket-down", pgettext_lazy("status", "Picking")),
    "picked": Look("blue", "basket-check", pgettext_lazy("status", "Picked")),
    "packed": Look("blue", "package", pgettext_lazy("status", "Packed")),
    "ready": Look("green", "circle-check", pgettext_lazy("status", "Ready")),
    "shipped": Look("green", "truck-delivery", pgettext_lazy("status", "Shipped")),
    "collected": Look("green", "shopping-bag-check", pgettext_lazy("status", "Collected")),
    "declined": Look("red", "thumb-down", pgettext_lazy("status", "Declined")),
    # Pickups
    "awaiting_goods": Look("blue", "clock-hour-4", pgettext_lazy("status", "Awaiting goods")),
    "in_transit": Look("blue", "truck", pgettext_lazy("status", "In transit")),
    "arrived": Look("amber", "package-import", pgettext_lazy("status", "Arrived")),
    "short": Look("red", "basket-x", pgettext_lazy("status", "Short")),
    "expired": Look("amber", "hourglass-empty", pgettext_lazy("status", "Expired")),
    "to_put_back": Look("amber", "arrow-back-up", pgettext_lazy("status", "To put back")),
    "put_back": Look("grey", "arrow-back-up", pgettext_lazy("status", "Put back")),
    "overdue": Look("red", "alarm", pgettext_lazy("status", "Overdue")),
    # Payments
    "unpaid": Look("amber", "credit-card-off", pgettext_lazy("status", "Unpaid")),
    "authorised": Look("blue", "credit-card", pgettext_lazy("status", "Authorised")),
    "partly_paid": Look("amber", "credit-card", pgettext_lazy("status", "Partly paid")),
    "captured": Look("green", "cash", pgettext_lazy("status", "Captured")),
    "paid": Look("green", "cash", pgettext_lazy("status", "Paid")),
    "partly_refunded": Look(
        "grey", "credit-card-refund", pgettext_lazy("status", "Partly refunded")
    ),
    "refunded": Look("grey", "credit-card-refund", pgettext_lazy("status", "Refunded")),
    "voided": Look("grey", "ban", pgettext_lazy("status", "Voided")),
    "nothing_due": Look("grey", "circle-minus", pgettext_lazy("status", "Nothing due")),
    "failed": Look("red", "alert-triangle", pgettext_lazy("status", "Failed")),
    # Jobs
    "queued": Look("grey", "clock", pgettext_lazy("status", "Queued")),
    "running": Look("blue", "loader-2", pgettext_lazy("status", "Running")),
    "done": Look("green", "circle-check", pgettext_lazy("status", "Done")),
    # Price lists and discount rules
    "draft": Look("grey", "pencil", pgettext_lazy("status", "Draft")),
    "scheduled": Look("blue", "calendar-time", pgettext_lazy("status", "Scheduled")),
    "active": Look("green", "circle-check", pgettext_lazy("status", "Active")),
    "inactive": Look("grey", "circle-off", pgettext_lazy("status", "Inactive")),
    "archived": Look("grey", "archive", pgettext_lazy("status", "Archived")),
    # SKUs and stock
    "discontinued": Look("grey", "circle-off", pgettext_lazy("status", "Discontinued")),
    "new": Look("grey", "sparkles", pgettext_lazy("condition", "New")),
    "opened": Look("blue", "package", pgettext_lazy("condition", "Opened box")),
    "refurbished": Look("blue", "tool", pgettext_lazy("condition", "Refurbished")),
    "used": Look("blue", "recycle", pgettext_lazy("condition", "Used")),
    "in_stock": Look("green", "circle-check", pgettext_lazy("status", "In stock")),
    "low": Look("amber", "alert-triangle", pgettext_lazy("status", "Low stock")),
    "out": Look("red", "circle-x", pgettext_lazy("status", "Out of stock")),
    # Stock movements: green came, blue is claimed, grey was given back, amber by hand.
    "received": Look("green", "package-import", pgettext_lazy("status", "Received")),
    "sold": Look("grey", "shopping-bag-check", pgettext_lazy("status", "Sold")),
    "returned": Look("green", "arrow-back-up", pgettext_lazy("status", "Returned")),
    "adjusted": Look("amber", "adjustments", pgettext_lazy("status", "Adjusted")),
    "counted": Look("amber", "list-check", pgettext_lazy("status", "Counted")),
    "transferred_out": Look("grey", "transfer-out", pgettext_lazy("status", "Transferred out")),
    "transferred_in": Look("green", "transfer-in", pgettext_lazy("status", "Transferred in")),
    "allocated": Look("blue", "lock", pgettext_lazy("status", "Allocated")),
    "released": Look("grey", "lock-open", pgettext_lazy("status", "Released")),
    "held": Look("blue", "hand-stop", pgettext_lazy("status", "Held")),
    "unheld": Look("grey", "hand-off", pgettext_lazy("status", "Hold ended")),
    "disposed": Look("amber", "package-off", pgettext_lazy("status", "Set aside")),
    "undisposed": Look("green", "package", pgettext_lazy("status", "Put back on sale")),
    "display": Look("blue", "building-store", pgettext_lazy("status", "On display")),
    # Stock batches
    "applied": Look("green", "circle-check", pgettext_lazy("status", "Applied")),
    "checked": Look("blue", "eye-check", pgettext_lazy("status", "Checked")),
    "refused": Look("red", "circle-x", pgettext_lazy("status", "Refused")),
    # Transfers and what did not arrive
    "requested": Look("blue", "clipboard-list", pgettext_lazy("status", "Requested")),
    "partly_received": Look("amber", "package-import", pgettext_lazy("status", "Partly received")),
    "missing": Look("red", "zoom-question", pgettext_lazy("status", "Missing")),
    "damaged": Look("red", "mood-sad", pgettext_lazy("status", "Damaged")),
    "over": Look("amber", "stack-push", pgettext_lazy("status", "More than sent")),
    "unexpected": Look("amber", "question-mark", pgettext_lazy("status", "Not on the transfer")),
    "written_off": Look("grey", "trash", pgettext_lazy("status", "Written off")),
    "sent_back": Look("grey", "arrow-back-up", pgettext_lazy("status", "Sent back")),
    # Purchase orders and suppliers' invoices
    "ordered": Look("blue", "send", pgettext_lazy("status", "Ordered")),
    "confirmed": Look("blue", "calendar-check", pgettext_lazy("status", "Confirmed")),
    "closed": Look("grey", "circle-check", pgettext_lazy("status", "Closed")),
    "drop_ship": Look("grey", "truck-delivery", pgettext_lazy("status", "Drop-ship")),
    "matched": Look("green", "circle-check", pgettext_lazy("status", "Matched")),
    "differs": Look("amber", "equal-not", pgettext_lazy("status", "Differs")),
    "accepted": Look("grey", "checks", pgettext_lazy("status", "Accepted")),
    # Counts and their lines
    "planned": Look("grey", "calendar-event", pgettext_lazy("status", "Planned")),
    "counting": Look("blue", "list-numbers", pgettext_lazy("status", "Being counted")),
    "recount": Look("amber", "repeat", pgettext_lazy("status", "To count again")),
    "to_approve": Look("amber", "gavel", pgettext_lazy("status", "To approve")),
    "posted": Look("green", "circle-check", pgettext_lazy("status", "Posted")),
    "to_count": Look("grey", "circle-dashed", pgettext_lazy("status", "To count")),
    "counted_once": Look("green", "check", pgettext_lazy("status", "Counted")),
    "to_recount": Look("amber", "repeat", pgettext_lazy("status", "To count again")),
    "counted_twice": Look("green", "checks", pgettext_lazy("status", "Counted twice")),
    # Events and messages
    "pending": Look("blue", "clock", pgettext_lazy("status", "Pending")),
    "delivered": Look("green", "circle-check", pgettext_lazy("status", "Delivered")),
    "dead": Look("red", "alert-octagon", pgettext_lazy("status", "Given up")),
    "sent": Look("green", "send", pgettext_lazy("status", "Sent")),
}


def look_of(status: object) -> Look:
    """The look of a status value; grey for one nobody has described."""
    return STATUS_LOOK.get(str(status), UNKNOWN)


def label_of(status: object) -> str:
    """The word for a status value that came without one."""
    return str(look_of(status).label or str(status).replace("_", " ").capitalize())
