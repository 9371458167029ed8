"""What happened to an order, newest first: audit, messages, money and stock in one list."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inventory.models import StockMovement
from inventory.status import MovementKind
from oms.core.audit import audit_trail
from oms.core.formats import format_when
from oms.core.models import AuditEntry
from oms.core.money import format_money
from oms.notifications.models import Message
from oms.orders.models import Order, TenderTransaction
from oms.orders.status import CancelReason

Words = str | Promise

# Audit action → (words, tone, icon). Actions of the apps above have their own words here too:
# they are plain strings in the audit, so nothing is imported for them.
ACTIONS: dict[str, tuple[Words, str, str]] = {
    "order.placed": (gettext_lazy("Order placed"), "blue", "shopping-cart"),
    "order.cancelled": (gettext_lazy("Cancelled"), "grey", "circle-off"),
    "order.back_ordered": (gettext_lazy("Waits for goods"), "amber", "clock-hour-4"),
    "order.back_order_later": (gettext_lazy("Goods come later"), "amber", "clock-exclamation"),
    "order.back_order_served": (gettext_lazy("Goods are there"), "blue", "package-import"),
    "order.substituted": (gettext_lazy("Replaced"), "amber", "replace"),
    "order.restored": (gettext_lazy("Found after all"), "blue", "arrow-back-up"),
    "order.payment_taken": (gettext_lazy("Payment taken"), "green", "cash"),
    "order.note_added": (gettext_lazy("Note"), "grey", "note"),
    "order.message_resent": (gettext_lazy("Message sent again"), "grey", "mail-forward"),
    "fulfilment.started": (gettext_lazy("Picking started"), "blue", "basket-down"),
    "fulfilment.picked": (gettext_lazy("Picked"), "blue", "basket-check"),
    "fulfilment.ready": (gettext_lazy("Ready"), "green", "circle-check"),
    "fulfilment.unready": (gettext_lazy("Not ready after all"), "amber", "arrow-back-up"),
    "fulfilment.shipped": (gettext_lazy("Shipped"), "green", "truck-delivery"),
    "fulfilment.collected": (gettext_lazy("Collected"), "green", "shopping-bag-check"),
    "fulfilment.uncollected": (gettext_lazy("Hand-over undone"), "amber", "arrow-back-up"),
    "fulfilment.declined": (gettext_lazy("Declined"), "red", "thumb-down"),
    "fulfilment.resourced": (gettext_lazy("Sent from elsewhere"), "amber", "route"),
    "fulfilment.expired": (gettext_lazy("Not collected in time"), "amber", "hourglass-empty"),
    "fulfilment.reinstated": (gettext_lazy("Open again"), "amber", "arrow-back-up"),
    "return.received": (gettext_lazy("Return received"), "amber", "arrow-back-up"),
}
# Reasons the apps above give: for returns, for goods that cannot be had, for an undone hand-over.
REASONS: dict[str, Words] = {
    "unwanted": gettext_lazy("Not wanted"),
    "defective": gettext_lazy("Defective"),
    "wrong_item": gettext_lazy("Wrong item"),
    "not_found": gettext_lazy("Not found"),
    "damaged": gettext_lazy("Damaged"),
    "mismatch": gettext_lazy("Not what the record says"),
    "wrong_customer": gettext_lazy("Wrong customer"),
    "wrong_goods": gettext_lazy("Wrong goods"),
    "changed_mind": gettext_lazy("The customer does not want them"),
    "shortage": gettext_lazy("Shortage"),
    "reinstated": gettext_lazy("Open again"),
}
MONEY: dict[str, tuple[Words, str, str]] = {
    "authorise": (gettext_lazy("Payment authorised"), "blue", "credit-card"),
    "capture": (gettext_lazy("Payment captured"), "green", "cash"),
    "void": (gettext_lazy("Authorisation given up"), "grey", "ban"),
    "refund": (gettext_lazy("Refunded"), "grey", "credit-card-refund"),
}
MAX_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline, in words."""

    at: datetime
    title: Words
    text: str = ""
    who: str = ""
    tone: str = "grey"
    icon: str = "point"


def order_timeline(order: Order) -> list[Entry]:
    """The order's story, newest first: four queries."""
    entries = [_audited(entry) for entry in audit_trail(order)[:MAX_ENTRIES]]
    entries += _money(order)
    entries += _messages(order)
    entries += _movements(order)
    # Of one moment, the cause (audit) is told after its effects, so that it stands below them.
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _audited(entry: AuditEntry) -> Entry:
    words, tone, icon = ACTIONS.get(
        entry.action, (entry.action.replace("_", " ").replace(".", ": "), "grey", "point")
    )
    return Entry(entry.at, words, _detail(entry.action, entry.data), entry.actor_label, tone, icon)


def _detail(action: str, data: dict[str, Any]) -> str:
    parts: list[str] = []
    if data.get("location"):
        parts.append(str(data["location"]))
    if action == "order.placed" and "lines" in data:
        parts.append(ngettext("%(n)d line", "%(n)d lines", data["lines"]) % {"n": data["lines"]})
    if "units" in data:
        parts.append(ngettext("%(n)d unit", "%(n)d units", data["units"]) % {"n": data["units"]})
    if data.get("reason"):
        parts.append(reason_words(str(data["reason"])))
    if data.get("expected_on"):
        day = format_when(date.fromisoformat(data["expected_on"]))
        parts.append(_("expected %(day)s") % {"day": day})
    elif "expected_on" in data:
        parts.append(_("no day known"))
    if data.get("text"):
        parts.append(str(data["text"]))
    return " · ".join(parts)


def reason_words(reason: str) -> str:
    """Why something happened to an order, whichever app said so."""
    if reason in CancelReason.values:
        return str(CancelReason(reason).label)
    return str(REASONS.get(reason) or reason.replace("_", " ").capitalize())


def _money(order: Order) -> list[Entry]:
    rows = TenderTransaction.objects.filter(tender__order=order).select_related("tender")
    entries = []
    for row in rows.order_by("pk"):
        words, tone, icon = MONEY[row.kind]
        text = f"{format_money(row.amount, row.tender.currency)} · {row.tender.means_name}"
        if row.reason:
            text += f" · {reason_words(row.reason)}"
        entries.append(Entry(row.at, words, text, row.actor, tone, icon))
    return entries


def _messages(order: Order) -> list[Entry]:
    rows = Message.objects.filter(subject_type="order", subject_id=str(order.pk))
    return [
        Entry(
            message.sent_at or message.created_at,
            _("Message: %(subject)s") % {"subject": message.subject},
            _message_state(message),
            tone="red" if message.status in ("failed", "dead") else "grey",
            icon="mail",
        )
        for message in rows.order_by("pk")[:MAX_ENTRIES]
    ]


def _message_state(message: Message) -> str:
    return str(message.get_status_display())


def _movements(order: Order) -> list[Entry]:
    """Stock that moved for the order, one entry per moment, kind and location."""
    rows = (
        StockMovement.objects.filter(demand__in=order.lines.values("uid"))
        .values("occurred_at", "kind", "location__code", "location__name", "actor")
        .annotate(on_hand_sum=Sum("on_hand"), allocated_sum=Sum("allocated"))
        .order_by("occurred_at")[:MAX_ENTRIES]
    )
    entries = []
    for row in rows:
        units = abs(row["on_hand_sum"] or row["allocated_sum"] or 0)
        words = ngettext("%(n)d unit", "%(n)d units", units) % {"n": units}
        entries.append(
            Entry(
                row["occurred_at"],
                _("Stock: %(kind)s") % {"kind": _kind(row["kind"])},
                f"{words} · {row['location__name']}",
                row["actor"],
                icon="packages",
            )
        )
    return entries


def _kind(kind: str) -> str:
    return str(MovementKind(kind).label).lower() if kind in MovementKind.values else kind
