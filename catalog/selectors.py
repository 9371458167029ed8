"""Reads of the catalogue."""

from collections.abc import Iterable

from django.db.models import Q

from catalog.gtin import is_gtin_shaped, shortest
from catalog.models import KitComponent, Sku


def skus_by_code(codes: Iterable[str]) -> dict[str, Sku]:
    """SKUs by the code or GTIN asked for (upper-cased); unknown ones are absent. One query.

    A GTIN is found however many leading zeros it is written with. A code is meant before a GTIN
    that happens to look the same.
    """
    wanted = {code.strip().upper() for code in codes} - {""}
    gtins = {code: shortest(code) for code in wanted if is_gtin_shaped(code)}
    matching = Q(code__in=wanted)
    if gtins:
        matching |= Q(gtin__in=set(gtins.values()))
    rows = list(Sku.objects.filter(matching).select_related("product"))
    by_gtin = {sku.gtin: sku for sku in rows if sku.gtin}
    found = {code: by_gtin[gtin] for code, gtin in gtins.items() if gtin in by_gtin}
    return found | {sku.code: sku for sku in rows if sku.code in wanted}


def kit_components(sku_ids: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    """Components of those SKUs that are kits, as (component id, units per kit). One query."""
    kits: dict[int, list[tuple[int, int]]] = {}
    rows = KitComponent.objects.filter(kit_id__in=list(sku_ids)).order_by("kit_id", "component_id")
    for kit, component, quantity in rows.values_list("kit_id", "component_id", "quantity"):
        kits.setdefault(kit, []).append((component, quantity))
    return kits
