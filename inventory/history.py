"""The audit of a purchase order or supplier, in words."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inventory.status import InvoiceStatus
from oms.core.audit import audit_trail
from oms.core.errors import Text
from oms.core.models import AuditEntry

SHOWN = 50
ACTIONS: dict[str, tuple[Text, str, str]] = {
    "purchase_order.created": (gettext_lazy("Drawn up"), "file-plus", "grey"),
    "purchase_order.changed": (gettext_lazy("Changed"), "pencil", "grey"),
    "purchase_order.ordered": (gettext_lazy("Ordered"), "send", "blue"),
    "purchase_order.confirmed": (gettext_lazy("Confirmed"), "calendar-check", "blue"),
    "purchase_order.received": (gettext_lazy("Received"), "package-import", "green"),
    "purchase_order.dispatched": (gettext_lazy("Sent to the customer"), "truck-delivery", "green"),
    "purchase_order.invoiced": (gettext_lazy("Invoice recorded"), "file-invoice", "blue"),
    "purchase_order.invoice_accepted": (gettext_lazy("Invoice accepted"), "checks", "grey"),
    "purchase_order.cancelled": (gettext_lazy("Cancelled"), "circle-off", "grey"),
    "purchase_order.closed": (gettext_lazy("Closed"), "circle-check", "grey"),
    "supplier.created": (gettext_lazy("Supplier made"), "file-plus", "blue"),
    "supplier.changed": (gettext_lazy("Supplier changed"), "pencil", "blue"),
    "supplier.items_set": (gettext_lazy("What it sells changed"), "packages", "blue"),
    "supplier.items_removed": (gettext_lazy("No longer bought here"), "package-off", "grey"),
}


def purchasing_history(subject: models.Model) -> list[dict[str, Any]]:
    """Timeline entries (see ui/timeline.html), newest first. One query."""
    return [_entry(entry) for entry in audit_trail(subject).order_by("-id")[:SHOWN]]


def _entry(entry: AuditEntry) -> dict[str, Any]:
    title, icon, tone = ACTIONS.get(entry.action, (entry.action, "point", "grey"))
    return {
        "title": title,
        "icon": icon,
        "tone": tone,
        "at": entry.at,
        "who": entry.actor_label,
        "text": " · ".join(_parts(entry.data)),
    }


def _parts(data: dict[str, Any]) -> list[str]:
    parts: list[str] = []
    if "invoice" in data:
        parts.append(str(data["invoice"]))
    if data.get("status") in InvoiceStatus.values:
        parts.append(str(InvoiceStatus(data["status"]).label))
    if "lines" in data:
        parts.append(ngettext("%(n)d line", "%(n)d lines", data["lines"]) % {"n": data["lines"]})
    if "units" in data:
        parts.append(ngettext("%(n)d unit", "%(n)d units", data["units"]) % {"n": data["units"]})
    if data.get("damaged"):
        parts.append(_("%(n)d damaged") % {"n": data["damaged"]})
    if data.get("delivery_note"):
        parts.append(_("delivery note %(number)s") % {"number": data["delivery_note"]})
    if data.get("differing"):
        words = ngettext("%(n)d line differs", "%(n)d lines differ", data["differing"])
        parts.append(words % {"n": data["differing"]})
    if "items" in data:
        parts.append(ngettext("%(n)d SKU", "%(n)d SKUs", data["items"]) % {"n": data["items"]})
    if data.get("text"):
        parts.append(str(data["text"]))
    return parts
