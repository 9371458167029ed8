"""What the objects of audit entries are called, where they are shown, and which go by a name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from django.db.models import Q

from oms.core.actors import Actor
from oms.core.audit_words import subject_model
from oms.core.links import link
from oms.core.models import AuditEntry


@dataclass(frozen=True, slots=True)
class _Kind:
    """`called`, `by`: paths from a row to its name and to the argument of its page.

    Without `called` it goes by its `str`, without `by` its page is found by its name.
    """

    called: str = ""
    page: str = ""
    by: str = ""


KINDS: Mapping[str, _Kind] = {
    "b2b.company": _Kind("", "company-detail", "code"),
    "catalog.category": _Kind("", "category-edit", "pk"),
    "catalog.discountrule": _Kind("", "discount-rule-detail", "uid"),
    "catalog.pricelist": _Kind("", "price-list-detail", "code"),
    "catalog.sku": _Kind("code", "sku-detail"),
    "core.job": _Kind("", "job-detail", "uid"),
    "inventory.availabilityrule": _Kind("pk", "availability-rule-edit", "uid"),
    "inventory.disposition": _Kind("sku__code"),
    "inventory.location": _Kind("", "location-detail", "code"),
    "inventory.purchaseorder": _Kind("number", "purchase-order-detail"),
    "inventory.shortage": _Kind("sku__code", "shortage-detail", "uid"),
    "inventory.stockbatch": _Kind("", "stock-batch", "uid"),
    "inventory.stockcount": _Kind("pk", "count-detail"),
    "inventory.supplier": _Kind("", "supplier-detail", "code"),
    "inventory.transfer": _Kind("number", "transfer-detail"),
    "notifications.message": _Kind("", "message-detail", "uid"),
    "orders.fulfilmentorder": _Kind("order__number", "order-detail"),
    "orders.order": _Kind("number", "order-detail"),
    "stores.pickup": _Kind("fulfilment_order__order__number", "order-detail"),
}
# What people type to find an object.
FOUND_BY = {
    "b2b.company": "code",
    "catalog.pricelist": "code",
    "catalog.sku": "code",
    "inventory.location": "code",
    "inventory.purchaseorder": "number",
    "inventory.supplier": "code",
    "inventory.transfer": "number",
    "orders.fulfilmentorder": "order__number",
    "orders.order": "number",
    "stores.pickup": "fulfilment_order__order__number",
}
# A number beyond it is none of ours.
MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Named:
    """An object in words; `url` is empty where it has no page, or none for the reader."""

    name: str
    url: str = ""


def subjects_named(entries: Iterable[AuditEntry], actor: Actor) -> dict[tuple[str, str], Named]:
    """(object type, object id) → what it is called; one query per kind of object.

    What is gone is left out.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        wanted[entry.object_type].add(entry.object_id)
    found = {}
    for object_type, keys in wanted.items():
        model, kind = subject_model(object_type), KINDS.get(object_type, _Kind())
        if model is None:
            continue
        for row in model._base_manager.filter(pk__in=keys).select_related():
            name = str(_at(row, kind.called) if kind.called else row)
            url = link(actor, kind.page, _at(row, kind.by or kind.called)) if kind.page else ""
            found[object_type, str(row.pk)] = Named(name, url)
    return found


def subjects_called(text: str) -> Q:
    """The entries about objects whose number or code is `text`; one query per kind of object."""
    text = text.strip()
    is_number = text.isdecimal() and len(text) <= MOST_DIGITS
    found = Q(pk=None)
    for label, path in FOUND_BY.items():
        model = subject_model(label)
        if model is None or (path.endswith("number") and not is_number):
            continue
        rows = model._base_manager.filter(**{f"{path}__in": {text, text.upper()}})
        keys = [str(key) for key in rows.values_list("pk", flat=True)]
        if keys:
            found |= Q(object_type=label, object_id__in=keys)
    return found


def _at(row: object, path: str) -> object:
    return attrgetter(path.replace("__", "."))(row)
