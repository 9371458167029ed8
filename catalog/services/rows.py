"""One row of the catalogue, as a file or a caller gives it."""

from dataclasses import dataclass
from decimal import Decimal

Components = tuple[tuple[str, int], ...]


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
