"""SKUs: the list, and all that is known of one."""

from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from catalog.filters import SkuFilter
from catalog.history import history
from catalog.models import KitComponent, Price, Sku, Substitute
from catalog.rule_words import audience_names_of, audiences_of, names_for, rule_sentence
from catalog.selectors import category_names, life_of, rules_touching, skus_by_code
from catalog.tables import SkuTable
from catalog.views.price_lists import audience_words_of
from oms.core.errors import NotFound
from oms.core.permissions import Permission, grants_for
from oms.core.web import ListPage, PageRequest, page

KITS_SHOWN = 20


class SkuList(ListPage):
    title = gettext_lazy("Catalogue")
    table_class = SkuTable
    filterset_class = SkuFilter
    template_name = "catalog/sku_list.html"
    export_name = "skus"

    def rows(self) -> QuerySet[Any]:
        rows = Sku.objects.select_related("product__brand")
        return rows.annotate(list_count=Count("prices__price_list", distinct=True)).order_by("code")

    def table_options(self, rows: QuerySet[Any]) -> dict[str, Any]:
        del rows
        return {"categories": category_names()}

    def extra_context(self) -> dict[str, Any]:
        actor = self.request.actor
        return {"may_change": grants_for(actor, Permission.CATALOG_MANAGE).any}


catalog_list = page(Permission.CATALOG_VIEW)(SkuList.as_view())


@page(Permission.CATALOG_VIEW)
@require_GET
@vary_on_headers("HX-Request")
def sku_detail(request: PageRequest, code: str) -> HttpResponse:
    """One SKU: facts, prices in every list, rules that touch it, kits it is in."""
    found = next(iter(skus_by_code([code]).values()), None)
    sku = _full(found.pk) if found is not None else None
    if sku is None:
        raise NotFound
    sees_prices = grants_for(request.actor, Permission.PRICES_VIEW).any
    context = {
        "sku": sku,
        "category": " › ".join(category_names().get(sku.product.category_id, ())),
        "siblings": list(sku.product.skus.exclude(pk=sku.pk).order_by("code")[:KITS_SHOWN]),
        "sees_prices": sees_prices,
        "may_change": grants_for(request.actor, Permission.CATALOG_MANAGE).any,
        "prices": _prices(sku) if sees_prices else [],
        "rules": _rules(sku) if sees_prices else [],
        "history": history(sku),
    }
    return render(request, "catalog/sku_detail.html", context)


def _full(pk: int) -> Sku | None:
    rows = Sku.objects.select_related("product__brand", "product__category", "tax_class")
    components = KitComponent.objects.select_related("component").order_by("component__code")
    kits = KitComponent.objects.select_related("kit").order_by("kit__code")
    stand_ins = Substitute.objects.select_related("substitute").order_by("position")
    return rows.prefetch_related(
        Prefetch("components", components),
        Prefetch("kits", kits),
        Prefetch("substitutes", stand_ins),
        "tax_class__rates",
    ).get(pk=pk)


def _prices(sku: Sku) -> list[dict[str, Any]]:
    """The SKU's own prices, per list with its breaks."""
    rows = (
        Price.objects.filter(sku=sku)
        .select_related("price_list")
        .prefetch_related("price_list__audiences")
        .order_by("price_list__name", "min_quantity")
    )
    names = audience_names_of({price.price_list_id: price.price_list for price in rows}.values())
    lists: dict[int, dict[str, Any]] = {}
    for price in rows:
        price_list = price.price_list
        entry = lists.setdefault(
            price_list.pk,
            {
                "list": price_list,
                "life": life_of(price_list),
                "audiences": ", ".join(audience_words_of(audiences_of(price_list), names)[:3]),
                "breaks": [],
            },
        )
        entry["breaks"].append(price)
    return list(lists.values())


def _rules(sku: Sku) -> list[dict[str, Any]]:
    rules = list(rules_touching(sku))
    names = names_for(rules)
    return [
        {"rule": rule, "sentence": rule_sentence(rule, names=names), "life": life_of(rule)}
        for rule in rules
    ]
