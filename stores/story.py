"""The audit of a pickup as a story a clerk can read."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oms.core.models import AuditEntry

WORDS: Mapping[str, tuple[str | Promise, str]] = {
    "pickup.ready": (_("Made ready"), "circle-check"),
    "pickup.unready": (_("Not ready after all"), "arrow-back-up"),
    "pickup.moved": (_("Bag moved"), "map-pin"),
    "pickup.paid": (_("Paid at the counter"), "cash"),
    "pickup.paid_back": (_("Money given back"), "cash-off"),
    "pickup.handed_over": (_("Handed over"), "shopping-bag-check"),
    "pickup.undone": (_("Hand-over undone"), "arrow-back-up"),
    "pickup.reminded": (_("Customer reminded"), "bell"),
    "pickup.extended": (_("Kept longer"), "calendar-plus"),
    "pickup.unextended": (_("Not kept longer after all"), "arrow-back-up"),
    "pickup.expired": (_("Not collected in time"), "hourglass-empty"),
    "pickup.reinstated": (_("Made ready again"), "refresh"),
    "pickup.put_back": (_("Put back on the shelf"), "package"),
    "pickup.put_back_undone": (_("Not put back after all"), "arrow-back-up"),
    "pickup.shrunk": (_("Some units cancelled"), "basket-x"),
    "pickup.cancelled": (_("Cancelled"), "circle-off"),
    "pickup.declined": (_("Goods could not be had"), "thumb-down"),
    "pickup.found": (_("Found after all"), "arrow-back-up"),
}


def story_of(entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Timeline entries, newest first; what is only of technical interest is left out."""
    told = [
        {
            "title": WORDS[entry.action][0],
            "icon": WORDS[entry.action][1],
            "at": entry.at,
            "who": entry.actor_label,
        }
        for entry in entries
        if entry.action in WORDS
    ]
    return told[::-1]
