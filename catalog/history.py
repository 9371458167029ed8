"""The audit of a price list or rule, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from catalog.models import DiscountRule, PriceList, Sku
from oms.core.audit import audit_trail
from oms.core.audit_words import audit_lines
from oms.core.errors import Text
from oms.core.models import AuditEntry

SHOWN = 15
FIELDS_SHOWN = 4

ACTIONS: dict[str, tuple[Text, str, str]] = {
    "price_list.created": (gettext_lazy("Price list made"), "file-plus", "blue"),
    "price_list.changed": (gettext_lazy("Settings changed"), "pencil", "blue"),
    "price_list.prices_set": (gettext_lazy("Prices changed"), "tag", "blue"),
    "price_list.published": (gettext_lazy("Published"), "circle-check", "green"),
    "price_list.unpublished": (gettext_lazy("Taken back"), "arrow-back-up", "amber"),
    "price_list.archived": (gettext_lazy("Archived"), "archive", "grey"),
    "discount_rule.created": (gettext_lazy("Rule made"), "file-plus", "blue"),
    "discount_rule.changed": (gettext_lazy("Rule changed"), "pencil", "blue"),
    "discount_rule.published": (gettext_lazy("Published"), "circle-check", "green"),
    "discount_rule.unpublished": (gettext_lazy("Taken back"), "arrow-back-up", "amber"),
    "discount_rule.archived": (gettext_lazy("Archived"), "archive", "grey"),
    "sku.created": (gettext_lazy("SKU made"), "file-plus", "blue"),
    "sku.changed": (gettext_lazy("SKU changed"), "pencil", "blue"),
    "sku.cost_changed": (gettext_lazy("Cost changed"), "coin", "blue"),
}
COUNTS = {
    "created": gettext_lazy("new"),
    "changed": gettext_lazy("changed"),
    "removed": gettext_lazy("taken away"),
}


def history(subject: PriceList | DiscountRule | Sku) -> list[dict[str, Any]]:
    """Timeline entries (see ui/timeline.html), newest first."""
    entries = audit_trail(subject).order_by("-id")[:SHOWN]
    changed = [entry for entry in entries if not entry.action.endswith(".created")]
    changes = audit_lines(changed, most=FIELDS_SHOWN, only_changes=True)
    return [_entry(entry, changes.get(entry.pk, "")) for entry in entries]


def last_change(subject: PriceList | DiscountRule) -> AuditEntry | None:
    """Who changed it last, for the words of a conflict."""
    return audit_trail(subject).order_by("-id").first()


def _entry(entry: AuditEntry, changes: str) -> dict[str, Any]:
    title, icon, tone = ACTIONS.get(entry.action, (entry.action, "point", "grey"))
    return {
        "title": title,
        "icon": icon,
        "tone": tone,
        "at": entry.at,
        "who": entry.actor_label,
        "text": _counts(entry.data) or changes,
    }


def _counts(data: Mapping[str, Any]) -> str:
    return ", ".join(f"{data[name]} {word}" for name, word in COUNTS.items() if data.get(name))
