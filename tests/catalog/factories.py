"""Cheapest valid rows of the catalogue."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.text import slugify

from catalog.models import (
    Category,
    DiscountRule,
    DiscountRuleAudience,
    KitComponent,
    Price,
    PriceList,
    PriceListAudience,
    Product,
    Sku,
    TaxClass,
    TaxRate,
)
from catalog.status import PublicationStatus

numbers = itertools.count(1)
MOMENT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def make_category(name: str = "", parent: Category | None = None) -> Category:
    name = name or f"Category {next(numbers)}"
    fields = {"name": name, "code": f"{slugify(name)}-{next(numbers)}"}
    # Read again: treebeard keeps the parent's number of children in memory.
    if parent is not None:
        return Category.objects.add_child(Category.objects.get(pk=parent.pk), fields)
    return Category.objects.add_root(fields)


def make_tax_class(code: str = "standard", rates: Mapping[str, str] | None = None) -> TaxClass:
    tax_class, _created = TaxClass.objects.get_or_create(code=code, defaults={"name": code})
    for country, percent in (rates or {"IT": "22.00"}).items():
        TaxRate.objects.get_or_create(
            tax_class=tax_class, country=country, defaults={"percent": Decimal(percent)}
        )
    return tax_class


# SKU codes are the retailers' own; many have slashes.
SKU_CODE = "SK/{}"


def make_product(category: Category | None = None, **fields: Any) -> Product:
    number = next(numbers)
    return Product.objects.create(
        category=category or make_category(),
        **{"code": f"P{number}", "name": f"Product {number}"} | fields,
    )


def make_sku(code: str = "", product: Product | None = None, **fields: Any) -> Sku:
    code = code or SKU_CODE.format(next(numbers))
    return Sku.objects.create(
        code=code,
        product=product or make_product(),
        tax_class=fields.pop("tax_class", None) or make_tax_class(),
        **{"name": f"Thing {code}"} | fields,
    )


def make_kit(components: Mapping[Sku, int], code: str = "") -> Sku:
    kit = make_sku(code)
    KitComponent.objects.bulk_create(
        KitComponent(kit=kit, component=component, quantity=quantity)
        for component, quantity in components.items()
    )
    return kit


def make_price_list(
    prices: Mapping[Sku, str | Mapping[int, str]] | None = None,
    audiences: tuple[str, ...] = ("everyone",),
    **fields: Any,
) -> PriceList:
    """A published list; `prices` maps a SKU to an amount, or to amounts by minimum quantity."""
    number = next(numbers)
    price_list = PriceList.objects.create(
        **{"code": f"L{number}", "name": f"List {number}", "status": PublicationStatus.ACTIVE}
        | fields
    )
    for audience in audiences:
        kind, _, key = audience.partition(":")
        PriceListAudience.objects.create(price_list=price_list, kind=kind, key=key)
    for sku, amounts in (prices or {}).items():
        breaks = amounts if isinstance(amounts, Mapping) else {1: amounts}
        for quantity, amount in breaks.items():
            Price.objects.create(
                price_list=price_list, sku=sku, min_quantity=quantity, amount=Decimal(amount)
            )
    return price_list


def make_rule(
    value: str = "10", audiences: tuple[str, ...] = ("everyone",), **fields: Any
) -> DiscountRule:
    """A published percentage off; the target follows from category, product or sku."""
    target = next((kind for kind in ("category", "product", "sku") if kind in fields), "everything")
    excluded = {name: fields.pop(name, ()) for name in ("excluded_categories", "excluded_skus")}
    rule = DiscountRule.objects.create(
        value=Decimal(value),
        **{
            "name": f"Rule {next(numbers)}",
            "status": PublicationStatus.ACTIVE,
            "target": target,
            "effect": DiscountRule.Effect.PERCENT,
        }
        | fields,
    )
    for name, rows in excluded.items():
        getattr(rule, name).set(rows)
    for audience in audiences:
        kind, _, key = audience.partition(":")
        DiscountRuleAudience.objects.create(rule=rule, kind=kind, key=key)
    return rule
