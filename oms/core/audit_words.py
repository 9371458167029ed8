"""The data of audit entries in words: the models' own labels, values as people read them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from oms.core.formats import NOTHING, format_quantity, time_element
from oms.core.looks import STATUS_LOOK
from oms.core.models import AuditEntry
from oms.core.templatetags.ui import badge, money

Vocabulary = Mapping[str, Callable[[str], str | Promise]]
Subject = type[models.Model] | None
# (model's label, key) → what the row is called; a subject's currency is kept at (label, key, "").
Names = dict[tuple[str, ...], str]

MONEY = frozenset(
    {
        "amount",
        "credit_limit",
        "gross",
        "min_basket_value",
        "min_line_value",
        "minimum_order_value",
        "refunded",
    }
)
# What a key holds the ids of where the subject has no such field.
POINTERS = {
    "excluded_categories": "catalog.category",
    "excluded_skus": "catalog.sku",
    "sku": "catalog.sku",
}
# Keys that are no field of what was changed.
WORDS: dict[str, str | Promise] = {
    "amount": gettext_lazy("Amount"),
    "audiences": gettext_lazy("Audiences"),
    "beyond_zero": gettext_lazy("Below zero"),
    "cause": gettext_lazy("Cause"),
    "changed": gettext_lazy("Changed"),
    "code": gettext_lazy("Code"),
    "created": gettext_lazy("New"),
    "currency": gettext_lazy("Currency"),
    "damaged": gettext_lazy("Damaged"),
    "delivery_note": gettext_lazy("Delivery note"),
    "deputy": gettext_lazy("Deputy"),
    "differing": gettext_lazy("Lines that differ"),
    "excluded_categories": gettext_lazy("Except categories"),
    "excluded_skus": gettext_lazy("Except SKUs"),
    "expected_on": gettext_lazy("Expected"),
    "file": gettext_lazy("File"),
    "from": gettext_lazy("From"),
    "gross": gettext_lazy("Total"),
    "hand_over": gettext_lazy("Hand-over"),
    "id_checked": gettext_lazy("ID checked"),
    "invoice": gettext_lazy("Invoice"),
    "items": gettext_lazy("SKUs"),
    "kind": gettext_lazy("Kind"),
    "line": gettext_lazy("Line"),
    "lines": gettext_lazy("Lines"),
    "location": gettext_lazy("Location"),
    "means": gettext_lazy("Paid by"),
    "missing": gettext_lazy("Missing"),
    "moved": gettext_lazy("Moved"),
    "note": gettext_lazy("Note"),
    "on_behalf": gettext_lazy("On behalf of the company"),
    "order": gettext_lazy("Order"),
    "outdone": gettext_lazy("Counted again since"),
    "over": gettext_lazy("More than sent"),
    "parent": gettext_lazy("Part of"),
    "part": gettext_lazy("Part"),
    "payment": gettext_lazy("Payment"),
    "proof": gettext_lazy("Shown"),
    "reason": gettext_lazy("Reason"),
    "received": gettext_lazy("Received"),
    "refunded": gettext_lazy("Refunded"),
    "removed": gettext_lazy("Taken away"),
    "removed_from_stock": gettext_lazy("Taken off the record"),
    "return": gettext_lazy("Return"),
    "role": gettext_lazy("Role"),
    "scope": gettext_lazy("Where"),
    "shortages": gettext_lazy("Shortages"),
    "status": gettext_lazy("Status"),
    "substitutes": gettext_lazy("Substitutes"),
    "text": gettext_lazy("Comment"),
    "to": gettext_lazy("To"),
    "units": gettext_lazy("Units"),
    "units_down": gettext_lazy("Units fewer"),
    "units_up": gettext_lazy("Units more"),
    "version": gettext_lazy("Version"),
    "whole": gettext_lazy("All of it"),
}
# Numbers that name something: nobody groups their digits.
NUMBERS = frozenset({"line", "order", "payment"})
EMPTY: tuple[Any, ...] = (None, "", [], {})
BARE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d($|[T ]\d)")


@dataclass(frozen=True, slots=True)
class Item:
    """A key with its value; of what was changed, also what it was."""

    name: str
    value: Any
    before: Any = None
    changed: bool = False
    # Of a price: whose it is. The name is the quantity it counts from.
    sku: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """An item in words; `before` is None unless something changed."""

    label: str
    value: SafeString
    before: SafeString | None = None

    def __html__(self) -> str:
        if self.before is None:
            return format_html("{}: {}", self.label, self.value)
        return format_html("{}: {} → {}", self.label, self.before, self.value)


def audit_details(entry: AuditEntry, vocabulary: Vocabulary) -> list[Detail]:
    """The data of one entry in words; one query per kind of row that it points to.

    `vocabulary` has the words for values that are no choice of a field, by key.
    """
    return _told({entry: list(_items(entry))}, vocabulary)[entry.pk]


def audit_lines(
    entries: Iterable[AuditEntry],
    *,
    most: int,
    only_changes: bool = False,
    vocabulary: Vocabulary | None = None,
) -> dict[int, SafeString]:
    """Entry id → its first details in one line, and how many more there are.

    One query per kind of row that the entries point to, however many they are.
    """
    items = {
        entry: [one for one in _items(entry) if one.changed or not only_changes]
        for entry in entries
    }
    shown = _told({entry: found[:most] for entry, found in items.items()}, vocabulary or {})
    return {entry.pk: _line(shown[entry.pk], len(found) - most) for entry, found in items.items()}


def _line(details: list[Detail], more: int) -> SafeString:
    line = format_html_join("; ", "{}", ((one,) for one in details))
    if more <= 0:
        return line
    words = ngettext("%(count)d more", "%(count)d more", more) % {"count": more}
    return format_html("{}; {}", line, words)


def _told(
    items: Mapping[AuditEntry, list[Item]], vocabulary: Vocabulary
) -> dict[int, list[Detail]]:
    names = _names(items.items())
    return {
        entry.pk: [_Reader(entry, names, vocabulary).detail(item) for item in found]
        for entry, found in items.items()
    }


def subject_word(object_type: str) -> str:
    """What the model of an entry's object is called."""
    model = subject_model(object_type)
    return object_type if model is None else capfirst(str(model._meta.verbose_name))


def _items(entry: AuditEntry) -> Iterator[Item]:
    made = _is_made(entry)
    return (one for one in _said(entry.data) if not made or one.value not in EMPTY)


def _is_made(entry: AuditEntry) -> bool:
    """Whether its object is new: then nothing was before, and what is empty needs no words."""
    return entry.action.endswith(".created")


def _said(data: Mapping[str, Any]) -> Iterator[Item]:
    # The database keeps the shorter key first, which is "to" before "from".
    for name, value in sorted(data.items(), key=lambda pair: pair[0] != "from"):
        if name == "changes":
            yield from _changes(value)
        elif name == "after" and "before" in data:
            before = data["before"]
            changed = {key: [before.get(key), new] for key, new in value.items()}
            yield from _changes({key: pair for key, pair in changed.items() if pair[0] != pair[1]})
        elif isinstance(value, dict) and value.keys() == {"from", "to"}:
            yield Item(name, value["to"], value["from"], changed=True)
        elif value not in EMPTY[1:] and not (name == "before" and "after" in data):
            yield Item(name, value)


def _changes(changes: Any) -> Iterator[Item]:
    """Of fields by name, or of prices as [SKU, from quantity, before, after]."""
    if isinstance(changes, dict):
        for name, (before, after) in changes.items():
            yield Item(name, after, before, changed=True)
    else:
        for sku, quantity, before, after in changes:
            yield Item(str(quantity), after, before, changed=True, sku=str(sku))


def subject_model(object_type: str) -> Subject:
    """The model of an entry's object; None if there is no such model any more."""
    try:
        return apps.get_model(object_type)
    except (LookupError, ValueError):
        return None


def _field(model: Subject, name: str) -> Any:
    if model is None:
        return None
    try:
        return model._meta.get_field(name.removesuffix("_id"))
    except FieldDoesNotExist:
        return None


def _target(model: Subject, item: Item) -> str:
    """The label of the model that an item's value is the key of, if it is one."""
    if item.sku:
        return ""
    field = _field(model, item.name)
    if field is not None and field.is_relation and field.many_to_one:
        return str(field.related_model._meta.label_lower)
    return POINTERS.get(item.name, "") if field is None else ""


def _keys(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one) for one in values if str(one).isdigit()]


def _names(told: Iterable[tuple[AuditEntry, list[Item]]]) -> Names:
    wanted: dict[str, set[str]] = defaultdict(set)
    priced: dict[str, set[str]] = defaultdict(set)
    for entry, items in told:
        model = subject_model(entry.object_type)
        for item in items:
            target = _target(model, item)
            if target:
                wanted[target].update(_keys(item.value) + _keys(item.before))
            if item.sku:
                wanted[POINTERS["sku"]].add(item.sku)
            if (item.sku or item.name in MONEY) and "currency" not in entry.data:
                priced[entry.object_type].add(entry.object_id)
    names: Names = {}
    for label, keys in wanted.items():
        rows = apps.get_model(label)._base_manager.filter(pk__in=keys).select_related()
        names |= {(label, str(row.pk)): str(row) for row in rows}
    for label, keys in priced.items():
        model = subject_model(label)
        if model is not None and _field(model, "currency") is not None:
            rows = model._base_manager.filter(pk__in=keys).values_list("pk", "currency")
            names |= {(label, str(pk), ""): currency for pk, currency in rows}
    return names


class _Reader:
    """Puts the items of one entry into words."""

    def __init__(self, entry: AuditEntry, names: Names, vocabulary: Vocabulary) -> None:
        self.model = subject_model(entry.object_type)
        self.made = _is_made(entry)
        self.names = names
        self.vocabulary = vocabulary
        subject = (entry.object_type, entry.object_id, "")
        self.currency = str(entry.data.get("currency") or names.get(subject, ""))

    def detail(self, item: Item) -> Detail:
        changed = item.changed and not self.made
        before = self._value(item, item.before) if changed else None
        return Detail(self._label(item), self._value(item, item.value), before)

    def _label(self, item: Item) -> str:
        if item.sku:
            code = self.names.get((POINTERS["sku"], item.sku), item.sku)
            words = {"sku": code, "n": format_quantity(item.name)}
            return code if item.name == "1" else _("%(sku)s from %(n)s") % words
        field = _field(self.model, item.name)
        own = getattr(field, "verbose_name", None)
        # "Deputy: yes" says that there was one; the field of the same name says who.
        another = isinstance(item.value, bool) and not isinstance(field, models.BooleanField)
        if isinstance(own, Promise) and not another:
            return capfirst(str(own))
        if item.name in WORDS:
            return str(WORDS[item.name])
        if field is not None and field.is_relation:
            return capfirst(str(field.related_model._meta.verbose_name))
        return _readable(item.name)

    def _value(self, item: Item, value: Any) -> SafeString:
        if isinstance(value, list):
            return format_html_join(", ", "{}", ((self._value(item, one),) for one in value))
        if isinstance(value, dict):
            pairs = ((_readable(key), self._value(item, one)) for key, one in value.items())
            return format_html_join(", ", "{} {}", pairs)
        if value in (None, "", "None"):
            return conditional_escape(NOTHING)
        text = str(value)
        if text in ("True", "False"):
            return conditional_escape(_("yes") if text == "True" else _("no"))
        target = _target(self.model, item)
        if target:
            return conditional_escape(self.names.get((target, text), text))
        if item.sku or item.name in MONEY:
            return conditional_escape(money(text, self.currency))
        if isinstance(value, int) and item.name not in NUMBERS:
            return conditional_escape(format_quantity(value))
        return self._text(item, text)

    def _text(self, item: Item, text: str) -> SafeString:
        field = _field(self.model, item.name)
        label = dict(getattr(field, "flatchoices", None) or ()).get(text)
        if item.name.endswith("status") and (label or text in STATUS_LOOK):
            return badge(text, label)
        if label:
            return conditional_escape(label)
        if item.name in self.vocabulary:
            return conditional_escape(str(self.vocabulary[item.name](text)))
        if isinstance(field, models.DecimalField | models.IntegerField):
            return conditional_escape(format_quantity(text))
        moment = _moment(text)
        return conditional_escape(text) if moment is None else time_element(moment)


def _moment(text: str) -> date | datetime | None:
    if not ISO_DAY.match(text):
        return None
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return None


def _readable(name: str) -> str:
    """`units_up` as "Units up"; what is no bare name of a program stays."""
    return capfirst(name.replace("_", " ")) if BARE.fullmatch(name) else name
