"""What the catalogue says already about the SKUs, products and GTINs of a set of rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from catalog.gtin import normal_gtin
from catalog.models import KitComponent, Sku, TaxClass
from catalog.selectors import category_names, kit_components
from catalog.services.categories import path_key
from catalog.services.rows import CatalogRow, Components
from catalog.services.substitutes import substitute_codes
from oms.core.errors import InvalidInput


class Owner(NamedTuple):
    """A SKU that has a GTIN."""

    sku: str
    product: str
    condition: str


@dataclass(frozen=True, slots=True)
class Known:
    """The database's side of the comparison."""

    skus: dict[str, dict[str, Any]]
    products: dict[str, dict[str, Any]]
    gtins: dict[str, list[Owner]]
    tax_classes: frozenset[str]
    default_tax_class: str | None
    categories: frozenset[str]
    components: frozenset[str]
    parts: frozenset[str]
    substitutes: frozenset[str]


def known_of(rows: Sequence[CatalogRow]) -> Known:
    """Everything to compare the rows with; a constant number of queries."""
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
    return Known(
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


def _owners(skus: Iterable[Sku]) -> dict[str, list[Owner]]:
    owners: dict[str, list[Owner]] = {}
    for sku in skus:
        owner = Owner(sku.code, sku.product.code, sku.condition)
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
