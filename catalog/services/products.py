"""Products and SKUs, written as sets."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from catalog.models import Brand, Category, KitComponent, Product, Sku, TaxClass
from catalog.services.categories import category_paths_ensure, path_key
from catalog.services.plans import CatalogPlan, catalog_plan
from catalog.services.rows import CatalogRow
from catalog.services.substitutes import substitutes_write
from oms.core.actors import Actor
from oms.core.audit import audit_record_many
from oms.core.errors import InvalidInput

BATCH = 5000


def sku_upsert(row: CatalogRow, *, actor: Actor) -> Sku:
    """Create or change one SKU with its product. Raises InvalidInput."""
    catalog_upsert([row], actor=actor)
    return Sku.objects.select_related("product").get(code=row.sku.strip().upper())


@transaction.atomic
def catalog_upsert(
    rows: Sequence[CatalogRow], *, actor: Actor, keep_good: bool = False, cause: str = ""
) -> CatalogPlan:
    """Create and change SKUs with their products and kits; what was done.

    A constant number of queries but for categories that are new. Rows that change nothing are left
    alone. Raises InvalidInput naming every bad row, unless `keep_good` asks for the others.
    """
    plan = catalog_plan(rows)
    if plan.issues and not keep_good:
        raise InvalidInput(plan.issues)
    if not plan.values:
        return plan
    categories = category_paths_ensure(plan.new_categories, actor=actor)
    products = _products_write(plan.values.values(), categories)
    skus = _skus_write(plan.values, products)
    _kits_write(plan.values, skus)
    substitutes_write({code: each["substitutes"] for code, each in plan.values.items()}, skus)
    audit_record_many(
        "sku.created", [skus[code] for code in plan.new], actor=actor, data={"cause": cause}
    )
    audit_record_many(
        "sku.changed", [skus[code] for code in plan.changed], actor=actor, data={"cause": cause}
    )
    return plan


def _products_write(
    values: Iterable[dict[str, Any]], categories: dict[str, Category]
) -> dict[str, int]:
    wanted = {each["product"]: each for each in values}
    names = {each["brand"] for each in wanted.values()} - {""}
    Brand.objects.bulk_create([Brand(name=name) for name in sorted(names)], ignore_conflicts=True)
    brands = dict(Brand.objects.filter(name__in=names).values_list("name", "pk"))
    Product.objects.bulk_create(
        [
            Product(
                code=code,
                name=each["product_name"],
                description=each["description"],
                category=categories[path_key(each["category"])],
                brand_id=brands.get(each["brand"]),
            )
            for code, each in sorted(wanted.items())
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "description", "category", "brand", "updated_at"],
        batch_size=BATCH,
    )
    return dict(Product.objects.filter(code__in=wanted).values_list("code", "pk"))


def _skus_write(values: dict[str, dict[str, Any]], products: dict[str, int]) -> dict[str, Sku]:
    taxes = dict(TaxClass.objects.values_list("code", "pk"))
    # Two SKUs may swap their GTINs: the old ones go first.
    Sku.objects.filter(code__in=values).exclude(gtin="").update(gtin="")
    Sku.objects.bulk_create(
        [
            Sku(
                code=code,
                product_id=products[each["product"]],
                tax_class_id=taxes[each["tax_class"]],
                **{
                    name: each[name]
                    for name in (
                        "name",
                        "gtin",
                        "condition",
                        "status",
                        "pack_size",
                        "weight_g",
                        "cost",
                        "image",
                        "options",
                    )
                },
            )
            for code, each in sorted(values.items())
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[
            "product",
            "tax_class",
            "name",
            "gtin",
            "condition",
            "status",
            "pack_size",
            "weight_g",
            "cost",
            "image",
            "options",
            "updated_at",
        ],
        batch_size=BATCH,
    )
    return {sku.code: sku for sku in Sku.objects.filter(code__in=values)}


def _kits_write(values: dict[str, dict[str, Any]], skus: dict[str, Sku]) -> None:
    wanted = {
        (code, component): quantity
        for code, each in values.items()
        for component, quantity in each["components"]
    }
    KitComponent.objects.filter(kit__in=[sku.pk for sku in skus.values()]).delete()
    if not wanted:
        return
    parts = {component for _code, component in wanted}
    ids = dict(Sku.objects.filter(code__in=parts).values_list("code", "pk"))
    KitComponent.objects.bulk_create(
        [
            KitComponent(kit=skus[code], component_id=ids[component], quantity=quantity)
            for (code, component), quantity in sorted(wanted.items())
        ],
        batch_size=BATCH,
    )
