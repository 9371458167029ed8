"""Reads of the catalogue."""

import json
from collections.abc import Iterable
from typing import Any, cast

from django.db.models import Case, Model, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Length

from catalog.gtin import is_gtin_shaped, shortest
from catalog.models import Category, DiscountRule, PriceList, Product, Sku
from catalog.status import PublicationStatus, SkuCondition, SkuStatus, conditions_named
from oms.core.clock import now
from oms.core.sql import array, fetch_rows, row_loaded, text_array


def skus_by_code(codes: Iterable[str], *, among: QuerySet[Any] | None = None) -> dict[str, Sku]:
    """SKUs by the code or GTIN asked for (upper-cased); unknown ones are absent. One query.

    A GTIN is found however many leading zeros it is written with. It means the SKU that is new, or
    the only one that has it; where several have it and none is new, it says too little to mean any
    of them. `among` are the lines of a document (rows with a `sku`): what is on it comes first.
    """
    meant = skus_meant(codes)
    several = [sku.pk for skus in meant.values() if len(skus) > 1 for sku in skus]
    here: set[int] = set()
    if among is not None and several:
        here = set(among.filter(sku__in=several).values_list("sku", flat=True))
    found = {}
    for code, skus in meant.items():
        left = [sku for sku in skus if sku.pk in here] or skus
        if len(left) == 1 or left[0].condition == SkuCondition.NEW:
            found[code] = left[0]
    return found


def skus_meant(codes: Iterable[str]) -> dict[str, list[Sku]]:
    """Every SKU that a code or GTIN may mean, by what was asked for (upper-cased). One query.

    Several for a GTIN that goods in several conditions carry, in the order of `SkuCondition`. A
    code is meant before a GTIN that happens to look the same.
    """
    wanted = {code.strip().upper() for code in codes} - {""}
    gtins = {code: shortest(code) for code in wanted if is_gtin_shaped(code)}
    by_code: dict[str, list[Sku]] = {}
    by_gtin: dict[str, list[Sku]] = {}
    for sku in _skus_load(wanted, set(gtins.values())):
        by_gtin.setdefault(sku.gtin, []).append(sku)
        if sku.code in wanted:
            by_code[sku.code] = [sku]
    found = {code: by_gtin[gtin] for code, gtin in gtins.items() if gtin in by_gtin}
    for skus in found.values():
        skus.sort(key=_rank)
    return found | by_code


def other_conditions(skus: Iterable[Sku]) -> dict[int, list[Sku]]:
    """Per SKU id the same goods in other conditions: of its product, with its options, still sold.

    The best condition first. One query.
    """
    skus = list(skus)
    found = Sku.objects.filter(
        product__in={sku.product_id for sku in skus}, status=SkuStatus.ACTIVE
    ).order_by("code")
    alike = sorted(found, key=_rank)
    return {
        sku.pk: [
            other
            for other in alike
            if other.product_id == sku.product_id
            and other.options == sku.options
            and other.condition != sku.condition
        ]
        for sku in skus
    }


def _rank(sku: Sku) -> int:
    return SkuCondition.values.index(sku.condition)


MOMENTS = {"created_at", "updated_at"}
# A GTIN is never empty here: '' would find every SKU without one.
SKUS_BY_CODE = """
    SELECT {columns}, EXISTS (SELECT FROM catalog_kitcomponent WHERE kit_id = sku.id)
    FROM catalog_sku AS sku
    JOIN catalog_product AS product ON product.id = sku.product_id
    WHERE sku.code = ANY(%(codes)s::text[]) OR sku.gtin = ANY(%(gtins)s::text[]) AND sku.gtin <> ''
"""


def _skus_load(codes: set[str], gtins: set[str]) -> list[Sku]:
    """What the ORM would load with `select_related("product")`, on the hot path of every order.

    Without the moments of changes: reading them takes as long as all the rest of a row.
    """
    sku_names, product_names = _names_of(Sku), _names_of(Product)
    product_key = cast(Any, Sku._meta.get_field("product"))
    columns = [f"sku.{name}" for name in sku_names] + [f"product.{name}" for name in product_names]
    found = fetch_rows(
        SKUS_BY_CODE.format(columns=", ".join(columns)),
        {"codes": text_array(sorted(codes)), "gtins": text_array(sorted(gtins))},
    )
    skus = []
    for row in found:
        sku = row_loaded(Sku, sku_names, row[: len(sku_names)])
        sku.options = json.loads(sku.options)
        product = row_loaded(Product, product_names, row[len(sku_names) : -1])
        product_key.set_cached_value(sku, product)
        sku.is_kit = row[-1]
        skus.append(sku)
    return skus


def _names_of(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.attname not in MOMENTS]


COMPONENTS = """
    SELECT kit_id, component_id, quantity FROM catalog_kitcomponent
    WHERE kit_id = ANY(%(kits)s::bigint[]) ORDER BY kit_id, component_id
"""


def kit_components(sku_ids: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    """Components of those SKUs that are kits, as (component id, units per kit). One query."""
    kits: dict[int, list[tuple[int, int]]] = {}
    for kit, component, quantity in fetch_rows(COMPONENTS, {"kits": array(sku_ids)}):
        kits.setdefault(kit, []).append((component, quantity))
    return kits


def parts_of(skus: Iterable[Sku]) -> dict[int, dict[int, int]]:
    """Per SKU of `skus_by_code`: what lies on shelves for one unit, as SKU id → units.

    A plain SKU is its own part. One query if there is a kit among them, else none.
    """
    skus = list(skus)
    kits = [sku.pk for sku in skus if sku.is_kit]
    components = kit_components(kits) if kits else {}
    return {sku.pk: dict(components.get(sku.pk, [(sku.pk, 1)])) for sku in skus}


def category_names() -> dict[int, tuple[str, ...]]:
    """The names from the macro-category down, per category id. One query."""
    by_path: dict[str, tuple[str, ...]] = {}
    names: dict[int, tuple[str, ...]] = {}
    rows = Category.objects.order_by("path").values_list("pk", "path", "name")
    for pk, path, name in rows:
        by_path[path] = names[pk] = (*by_path.get(path[: -Category.steplen], ()), name)
    return names


def category_choices() -> list[tuple[int, str]]:
    """Every category as (id, "Garden › Tools"), in the order of the words. One query."""
    labels = [(pk, " › ".join(names)) for pk, names in category_names().items()]
    return sorted(labels, key=lambda choice: choice[1].casefold())


def skus_within(category: Category) -> QuerySet[Sku]:
    """The SKUs of a category and everything below it."""
    return Sku.objects.filter(product__category__path__startswith=category.path)


def skus_search(rows: QuerySet[Sku], text: str) -> QuerySet[Sku]:
    """SKUs whose code, name, product or GTIN holds every word of `text` (trigram indexes).

    The condition is part of the name, as people read it in their language.
    """
    for word in text.split()[:8]:
        matching = (
            Q(code__icontains=word)
            | Q(name__icontains=word)
            | Q(product_id__in=Product.objects.filter(name__icontains=word).values("pk"))
        )
        if is_gtin_shaped(word):
            matching |= Q(gtin=shortest(word))
        conditions = conditions_named(word)
        if conditions:
            matching |= Q(condition__in=conditions)
        rows = rows.filter(matching)
    return rows


def life_of(publication: PriceList | DiscountRule) -> str:
    """Draft, active, scheduled, expired or archived: the status with the validity counted in."""
    if publication.status != PublicationStatus.ACTIVE:
        return publication.status
    moment = now()
    if publication.valid_from is not None and publication.valid_from > moment:
        return "scheduled"
    if publication.valid_to is not None and publication.valid_to <= moment:
        return "expired"
    return publication.status


def rules_touching(sku: Sku) -> QuerySet[DiscountRule]:
    """Rules whose target includes the SKU, in the order they speak; exclusions not counted in."""
    path = sku.product.category.path
    steps = range(Category.steplen, len(path) + 1, Category.steplen)
    return (
        DiscountRule.objects.exclude(status=PublicationStatus.ARCHIVED)
        .filter(
            Q(target="everything")
            | Q(sku=sku)
            | Q(product=sku.product_id)
            | Q(category__path__in=[path[:end] for end in steps])
        )
        .select_related("category", "product", "sku")
        .prefetch_related("audiences", "excluded_categories", "excluded_skus")
        .annotate(reach=Length(Coalesce("category__path", Value(""))))
        .order_by(
            Case(When(target="sku", then=0), When(target="product", then=1), default=2),
            "-reach",
            "-priority",
            "-pk",
        )
    )
