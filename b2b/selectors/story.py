"""What happened to a company, in words, for ui/timeline.html."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from b2b.models import Company
from b2b.services.company import AUDITED
from oms.core.audit import audit_trail
from oms.core.audit_words import audit_lines
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
    entries = audit_trail(company).order_by("-id")[:most]
    changes = audit_lines(entries, most=len(AUDITED), only_changes=True)
    return [_entry(entry, changes[entry.pk]) for entry in entries]


def _entry(entry: AuditEntry, changes: str) -> Entry:
    title, tone, icon = ACTIONS.get(entry.action, (entry.action, "grey", "point"))
    return Entry(entry.at, title, _text(entry, changes), entry.actor_label, tone, icon)


def _text(entry: AuditEntry, changes: str) -> str:
    if "order" in entry.data:
        text = _("Order %(number)s") % {"number": entry.data["order"]}
        return f"{text} · {_('on behalf of the company')}" if entry.data.get("on_behalf") else text
    return changes
