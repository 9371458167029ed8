"""What is sold: categories, products, SKUs, kits, taxes; and at which prices."""

from catalog.models.money import amount_field
from catalog.models.prices import (
    AudienceAssignment,
    DiscountRule,
    DiscountRuleAudience,
    Price,
    PriceList,
    PriceListAudience,
    Publication,
)
from catalog.models.products import (
    Brand,
    Category,
    KitComponent,
    Product,
    Sku,
    Substitute,
    TaxClass,
    TaxRate,
)

__all__ = [
    "AudienceAssignment",
    "Brand",
    "Category",
    "DiscountRule",
    "DiscountRuleAudience",
    "KitComponent",
    "Price",
    "PriceList",
    "PriceListAudience",
    "Product",
    "Publication",
    "Sku",
    "Substitute",
    "TaxClass",
    "TaxRate",
    "amount_field",
]
