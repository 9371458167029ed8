"""Import jobs: a dry run shows what would change; confirming applies exactly that."""

from catalog.imports.prices import price_import
from catalog.imports.products import catalog_import

__all__ = ["catalog_import", "price_import"]
