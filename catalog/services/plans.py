"""What a set of catalogue rows would change, before anything is written.

The dry run of an import and the write itself go through the same plan, so a preview shows exactly
what will happen.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from catalog.gtin import normal_gtin
from catalog.models import KitComponent, Sku, TaxClass
from catalog.selectors import category_names, kit_components
from catalog.services.categories import path_key
from catalog.services.substitutes import substitute_codes, substitutes_check
from catalog.status import SkuCondition, SkuStatus
from oms.core.errors import InvalidInput, Issue, Text

Components = tuple[tuple[str, int], ...]
MAX_INTEGER = 2**31 - 1
COST_LIMIT, COST_PLACES = 10**8, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogRow:
    """One SKU with its product. None leaves a value as it is, or takes the default of a new SKU.

    `product` is a code (default: the SKU's own product, or one with the SKU's code); `category`
    the names from the macro-category down; `components` make the SKU a kit, () makes it none;
    `substitutes` are codes, the best one first.
    `row` is the row of a file, for error messages.
    """

    sku: str
    name: str | None = None
    product: str | None = None
    product_name: str | None = None
    description: str | None = None
    category: tuple[str, ...] | None = None
    brand: str | None = None
    tax_class: str | None = None
    gtin: str | None = None
    condition: str | None = None
    status: str | None = None
    pack_size: int | None = None
    weight_g: int | None = None
    cost: Decimal | None = None
    image: str | None = None
    options: dict[str, str] | None = None
    components: Components | None = None
    substitutes: tuple[str, ...] | None = None
    row: int | None = None


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


class _Owner(NamedTuple):
    """A SKU that has a GTIN."""

    sku: str
    product: str
    condition: str


@dataclass(frozen=True, slots=True)
class _Known:
    """The database's side of the comparison."""

    skus: dict[str, dict[str, Any]]
    products: dict[str, dict[str, Any]]
    gtins: dict[str, list[_Owner]]
    tax_classes: frozenset[str]
    default_tax_class: str | None
    categories: frozenset[str]
    components: frozenset[str]
    parts: frozenset[str]
    substitutes: frozenset[str]


def catalog_plan(rows: Sequence[CatalogRow]) -> CatalogPlan:
    """Compare rows with the catalogue; a constant number of queries.

    Rows with something wrong are left out of the plan and named in `issues`.
    """
    known = _known(rows)
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


def _known(rows: Sequence[CatalogRow]) -> _Known:
    codes = {row.sku.strip().upper() for row in rows}
    products = {row.product for row in rows if row.product} | codes
    paths = category_names()
    found = (
        Sku.objects.filter(code__in=codes)
        | Sku.objects.filter(product__code__in=products)
        | Sku.objects.filter(gtin__in=_gtins(rows)).exclude(gtin="")
    )
    skus = list(found.select_related("product__brand", "tax_class"))
    kits = kit_components([sku.pk for sku in skus])
    component_ids = {component for parts in kits.values() for component, _quantity in parts}
    component_codes = dict(Sku.objects.filter(pk__in=component_ids).values_list("pk", "code"))
    usable, parts = _usable_components(rows, codes)
    substitutes = substitute_codes(sku.pk for sku in skus)
    stand_ins = {one for row in rows for one in row.substitutes or ()}
    tax_classes = list(TaxClass.objects.order_by("pk").values_list("code", flat=True))
    return _Known(
        skus={
            sku.code: _values_of(
                sku,
                paths,
                tuple(sorted((component_codes[c], n) for c, n in kits.get(sku.pk, ()))),
            )
            | {"substitutes": substitutes.get(sku.pk, ())}
            for sku in skus
        },
        products={sku.product.code: _product_values(sku, paths) for sku in skus},
        gtins=_owners(sku for sku in skus if sku.gtin and sku.code not in codes),
        tax_classes=frozenset(tax_classes),
        default_tax_class="standard" if "standard" in tax_classes else None,
        categories=frozenset(path_key(path) for path in paths.values()),
        components=usable,
        parts=parts,
        # They may be new SKUs of the same file.
        substitutes=frozenset(
            {*Sku.objects.filter(code__in=stand_ins).values_list("code", flat=True), *codes}
        ),
    )


def _owners(skus: Iterable[Sku]) -> dict[str, list[_Owner]]:
    owners: dict[str, list[_Owner]] = {}
    for sku in skus:
        owner = _Owner(sku.code, sku.product.code, sku.condition)
        owners.setdefault(sku.gtin, []).append(owner)
    return owners


def _usable_components(
    rows: Sequence[CatalogRow], codes: set[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """SKUs that may be components once `rows` are applied; and SKUs that may not become kits,
    because kits that `rows` leave as they are hold them: there are no kits inside kits.
    """
    said = {row.sku.strip().upper(): row.components for row in rows if row.components is not None}
    becoming = {code for code, components in said.items() if components}
    wanted = {component for components in said.values() for component, _quantity in components}
    plain = Sku.objects.filter(code__in=wanted).values_list("code", flat=True)
    kits = KitComponent.objects.filter(kit__code__in=wanted).exclude(kit__code__in=said)
    # Components may be new SKUs of the same file.
    usable = {*plain, *codes} - {*kits.values_list("kit__code", flat=True)} - becoming
    holding = KitComponent.objects.filter(component__code__in=becoming)
    parts = holding.exclude(kit__code__in=said).values_list("component__code", flat=True)
    return frozenset(usable), frozenset(parts)


def _gtins(rows: Iterable[CatalogRow]) -> set[str]:
    gtins = set()
    for row in rows:
        try:
            gtins.add(normal_gtin(row.gtin) if row.gtin else "")
        except InvalidInput:
            continue
    return gtins


def _product_values(sku: Sku, paths: dict[int, tuple[str, ...]]) -> dict[str, Any]:
    product = sku.product
    return {
        "product_name": product.name,
        "description": product.description,
        "category": paths.get(product.category_id, ()),
        "brand": product.brand.name if product.brand else "",
    }


def _values_of(
    sku: Sku, paths: dict[int, tuple[str, ...]], components: Components
) -> dict[str, Any]:
    return {
        "name": sku.name,
        "product": sku.product.code,
        "tax_class": sku.tax_class.code,
        "gtin": sku.gtin,
        "condition": sku.condition,
        "status": sku.status,
        "pack_size": sku.pack_size,
        "weight_g": sku.weight_g,
        "cost": sku.cost,
        "image": sku.image,
        "options": sku.options,
        "components": components,
    } | _product_values(sku, paths)


def _wanted(
    row: CatalogRow, code: str, known: _Known, seen: dict[str, dict[str, Any]]
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


def _check_values(row: CatalogRow, code: str, wanted: dict[str, Any], known: _Known) -> list[Issue]:
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
    row: CatalogRow, code: str, wanted: dict[str, Any], owners: list[_Owner]
) -> list[Issue]:
    """A GTIN is of one product, and there of one SKU in each condition. Adds this one to them."""
    owner = _Owner(code, wanted["product"], wanted["condition"])
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


def _compare(plan: CatalogPlan, code: str, wanted: dict[str, Any], known: _Known) -> None:
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
