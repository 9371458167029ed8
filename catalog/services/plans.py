"""What a set of catalogue rows would change, before anything is written.

The dry run of an import and the write itself go through the same plan, so a preview shows exactly
what will happen.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.gtin import normal_gtin
from catalog.services.categories import path_key
from catalog.services.known import Known, Owner, known_of
from catalog.services.rows import CatalogRow
from catalog.services.substitutes import substitutes_check
from catalog.status import SkuCondition, SkuStatus
from oms.core.errors import InvalidInput, Issue, Text

MAX_INTEGER = 2**31 - 1
COST_LIMIT, COST_PLACES = 10**8, 4
SKU_FIELDS = (
    "name",
    "product",
    "tax_class",
    "gtin",
    "condition",
    "status",
    "pack_size",
    "weight_g",
    "cost",
    "image",
    "options",
    "components",
    "substitutes",
)
PRODUCT_FIELDS = ("product_name", "description", "category", "brand")
LENGTHS = {
    "sku": 60,
    "name": 200,
    "product": 60,
    "product_name": 200,
    "brand": 120,
    "image": 200,
}
DEFAULTS: dict[str, Any] = {
    "description": "",
    "brand": "",
    "gtin": "",
    "condition": SkuCondition.NEW.value,
    "status": SkuStatus.ACTIVE.value,
    "pack_size": 1,
    "weight_g": 0,
    "cost": None,
    "image": "",
    "options": {},
    "components": (),
    "substitutes": (),
}


@dataclass(slots=True)
class CatalogPlan:
    """`values` are the full wanted values per SKU code, of those SKUs that are new or change."""

    new: list[str] = field(default_factory=list)
    changed: dict[str, dict[str, tuple[Any, Any]]] = field(default_factory=dict)
    unchanged: int = 0
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    rows: dict[str, int | None] = field(default_factory=dict)
    new_categories: set[tuple[str, ...]] = field(default_factory=set)

    def counts(self) -> dict[str, int]:
        return {"new": len(self.new), "changed": len(self.changed), "unchanged": self.unchanged}


def catalog_plan(rows: Sequence[CatalogRow]) -> CatalogPlan:
    """Compare rows with the catalogue; a constant number of queries.

    Rows with something wrong are left out of the plan and named in `issues`.
    """
    known = known_of(rows)
    plan = CatalogPlan()
    codes = Counter(row.sku.strip().upper() for row in rows)
    owners = {gtin: list(those) for gtin, those in known.gtins.items()}
    product_values: dict[str, dict[str, Any]] = {}
    for row in rows:
        code = row.sku.strip().upper()
        issues, wanted = _wanted(row, code, known, product_values)
        if codes[code] > 1:
            issues.append(Issue("sku", _("This SKU stands in the file twice"), "twice", row.row))
        issues += _check_product(row, wanted, product_values)
        if wanted["gtin"]:
            issues += _check_owners(row, code, wanted, owners.setdefault(wanted["gtin"], []))
        if issues:
            plan.issues += issues
            continue
        product_values.setdefault(wanted["product"], {n: wanted[n] for n in PRODUCT_FIELDS})
        _compare(plan, code, wanted, known)
        plan.rows[code] = row.row
    plan.new_categories = {
        values["category"]
        for values in plan.values.values()
        if path_key(values["category"]) not in known.categories
    }
    return plan


def _wanted(
    row: CatalogRow, code: str, known: Known, seen: dict[str, dict[str, Any]]
) -> tuple[list[Issue], dict[str, Any]]:
    """What is wrong with a row by itself, and the full values it asks for.

    What it leaves open about its product is as an earlier row said, else as it is.
    """
    present = known.skus.get(code, {})
    product = row.product or present.get("product") or code
    base = DEFAULTS | {"tax_class": known.default_tax_class}
    base |= seen.get(product) or known.products.get(product, {})
    base |= {name: present[name] for name in SKU_FIELDS if name in present}
    given = {
        each.name: getattr(row, each.name)
        for each in fields(row)
        if each.name not in ("sku", "row") and getattr(row, each.name) is not None
    }
    wanted: dict[str, Any] = base | given | {"product": product}
    wanted.setdefault("name", "")
    wanted.setdefault("product_name", wanted["name"])
    wanted.setdefault("category", ())
    wanted["components"] = tuple(sorted(wanted["components"]))
    issues = [*_check_texts(row, code, wanted), *_check_values(row, code, wanted, known)]
    try:
        wanted["gtin"] = normal_gtin(wanted["gtin"]) if wanted["gtin"] else ""
    except InvalidInput as error:
        issues += [Issue("gtin", issue.message, issue.code, row.row) for issue in error.issues]
    return issues, wanted


def _check_texts(row: CatalogRow, code: str, wanted: dict[str, Any]) -> list[Issue]:
    issues = [
        Issue(name, _("Fill this in"), "required", row.row)
        for name, value in (("sku", code), *((n, wanted[n]) for n in ("name", "category")))
        if not value
    ]
    for name, length in LENGTHS.items():
        if len(str((wanted | {"sku": code}).get(name) or "")) > length:
            message = _("At most %(length)d characters") % {"length": length}
            issues.append(Issue(name, message, "too_long", row.row))
    if any(not name or len(name) > 120 for name in wanted["category"]):
        issues.append(
            Issue("category", _("A category's name is 1 to 120 characters"), "name", row.row)
        )
    return issues


def _check_values(row: CatalogRow, code: str, wanted: dict[str, Any], known: Known) -> list[Issue]:
    message: Text
    issues = []
    for name, choices, words in (
        ("tax_class", known.tax_classes, _("There is no such tax class; there are: %(names)s")),
        ("status", SkuStatus.values, _("Use one of: %(names)s")),
        ("condition", SkuCondition.values, _("Use one of: %(names)s")),
    ):
        if wanted[name] not in choices:
            names = ", ".join(sorted(choices))
            issues.append(Issue(name, words % {"names": names}, "unknown", row.row))
    for name, least in (("pack_size", 1), ("weight_g", 0)):
        if not least <= wanted[name] <= MAX_INTEGER:
            message = _("A whole number from %(least)d on") % {"least": least}
            issues.append(Issue(name, message, "range", row.row))
    cost = wanted["cost"]
    if cost is not None and not (0 <= cost < COST_LIMIT and cost == round(cost, COST_PLACES)):
        message = _("An amount from 0 on, with at most %(places)d decimals")
        issues.append(Issue("cost", message % {"places": COST_PLACES}, "range", row.row))
    if row.components and code in known.parts:
        message = _("%(sku)s is part of a kit: it cannot be a kit itself") % {"sku": code}
        issues.append(Issue("components", message, "component", row.row))
    for component, quantity in wanted["components"]:
        if component == code or component not in known.components:
            message = _("%(sku)s cannot be a component: it is unknown, or a kit itself")
            issues.append(Issue("components", message % {"sku": component}, "component", row.row))
        if not 1 <= quantity <= MAX_INTEGER:
            issues.append(Issue("components", _("The quantity is at least 1"), "min", row.row))
    return issues + substitutes_check(code, row.substitutes or (), known.substitutes, row.row)


def _check_owners(
    row: CatalogRow, code: str, wanted: dict[str, Any], owners: list[Owner]
) -> list[Issue]:
    """A GTIN is of one product, and there of one SKU in each condition. Adds this one to them."""
    owner = Owner(code, wanted["product"], wanted["condition"])
    taken = next(
        (
            other
            for other in owners
            if other.sku != code
            and (other.product != owner.product or other.condition == owner.condition)
        ),
        None,
    )
    owners.append(owner)
    if taken is None:
        return []
    message = _("SKU %(sku)s has this GTIN already") % {"sku": taken.sku}
    return [Issue("gtin", message, "taken", row.row)]


def _check_product(
    row: CatalogRow, wanted: dict[str, Any], seen: dict[str, dict[str, Any]]
) -> list[Issue]:
    """Rows of one product must agree on what they say about it."""
    other = seen.get(wanted["product"])
    if other is None:
        return []
    return [
        Issue(name, _("An earlier row says otherwise about this product"), "disagrees", row.row)
        for name in PRODUCT_FIELDS
        if getattr(row, name) is not None and wanted[name] != other[name]
    ]


def _compare(plan: CatalogPlan, code: str, wanted: dict[str, Any], known: Known) -> None:
    present = known.skus.get(code)
    if present is None:
        plan.new.append(code)
        plan.values[code] = wanted
        return
    differences = {
        name: (present[name], wanted[name])
        for name in (*SKU_FIELDS, *PRODUCT_FIELDS)
        if not _same(name, present[name], wanted[name])
    }
    if differences:
        plan.changed[code] = differences
        plan.values[code] = wanted
    else:
        plan.unchanged += 1


def _same(name: str, old: Any, new: Any) -> bool:
    if name == "category":
        return path_key(old) == path_key(new)
    return bool(old == new)
