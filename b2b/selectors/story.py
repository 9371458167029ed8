"""What happened to a company, in words, for ui/timeline.html."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from b2b.models import Company
from oms.core.audit import audit_trail
from oms.core.models import AuditEntry

Words = str | Promise
# Audit action → (words, tone, icon).
ACTIONS: dict[str, tuple[Words, str, str]] = {
    "company.created": (gettext_lazy("Company made"), "blue", "building"),
    "company.changed": (gettext_lazy("Details changed"), "grey", "pencil"),
    "company.order_placed": (gettext_lazy("Order placed"), "blue", "shopping-cart"),
    "company.payment_recorded": (gettext_lazy("Payment booked"), "green", "cash"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    title: Words
    text: str
    who: str
    tone: str
    icon: str


def company_story(company: Company, most: int) -> list[Entry]:
    """The company's latest changes, newest first; one query."""
    return [_entry(entry) for entry in audit_trail(company).order_by("-id")[:most]]


def _entry(entry: AuditEntry) -> Entry:
    title, tone, icon = ACTIONS.get(entry.action, (entry.action, "grey", "point"))
    return Entry(entry.at, title, _text(entry.data), entry.actor_label, tone, icon)


def _text(data: dict[str, Any]) -> str:
    if "order" in data:
        text = _("Order %(number)s") % {"number": data["order"]}
        return f"{text} · {_('on behalf of the company')}" if data.get("on_behalf") else text
    changes = data.get("changes") or {}
    return "; ".join(
        f"{_label(name)}: {old or '–'} → {new or '–'}" for name, (old, new) in changes.items()
    )


def _label(field: str) -> str:
    return str(getattr(Company._meta.get_field(field), "verbose_name", field))
