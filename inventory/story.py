"""The audit of a transfer as a story."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inventory.models import Transfer
from inventory.status import DiscrepancyKind
from oms.core.audit import audit_trail
from oms.core.errors import Text
from oms.core.formats import format_quantity

WORDS: Mapping[str, tuple[Text, str, str]] = {
    "transfer.requested": (gettext_lazy("Requested"), "clipboard-list", "blue"),
    "transfer.picking": (gettext_lazy("Picking started"), "basket-down", "blue"),
    "transfer.shipped": (gettext_lazy("Sent"), "truck-delivery", "blue"),
    "transfer.received": (gettext_lazy("Received"), "package-import", "green"),
    "transfer.written_off": (gettext_lazy("Written off"), "trash", "red"),
    "transfer.sent_back": (
        gettext_lazy("Back on the source's shelf"),
        "arrow-back-up",
        "amber",
    ),
    "transfer.cancelled": (gettext_lazy("Cancelled"), "circle-off", "grey"),
}


def transfer_story(transfer: Transfer) -> list[dict[str, Any]]:
    """Timeline entries (see ui/timeline.html), newest first."""
    return [
        {
            "title": WORDS[entry.action][0],
            "icon": WORDS[entry.action][1],
            "tone": WORDS[entry.action][2],
            "text": _details(entry.data),
            "at": entry.at,
            "who": entry.actor_label,
        }
        for entry in audit_trail(transfer).order_by("-id")
        if entry.action in WORDS
    ]


def _details(data: Mapping[str, Any]) -> str:
    parts = []
    units = data.get("units", data.get("received"))
    if units is not None:
        words = ngettext("%(n)s unit", "%(n)s units", units)
        parts.append(words % {"n": format_quantity(units)})
    parts += [
        _("%(kind)s: %(n)s") % {"kind": kind.label, "n": format_quantity(data[kind])}
        for kind in DiscrepancyKind
        if data.get(kind)
    ]
    if data.get("note"):
        parts.append(str(data["note"]))
    return " · ".join(parts)
