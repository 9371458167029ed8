"""Goods on shelves by the hundred thousand, for benchmarks: rows made by PostgreSQL itself."""

import uuid
from dataclasses import dataclass

from django.db import connection

from catalog.models import Category, Product, TaxClass
from inventory.models import Location

SKUS = """
INSERT INTO catalog_sku (product_id, code, name, options, gtin, tax_class_id, status, pack_size,
    weight_g, image, updated_at)
SELECT %(product)s, %(code)s || '-' || number, 'Bench', '{}', '', %(tax)s, 'active', 1, 0, '', now()
FROM generate_series(1, %(skus)s) AS number
RETURNING id
"""
STOCK = """
INSERT INTO inventory_stock
    (sku_id, location_id, on_hand, allocated, held, unavailable, safety_stock)
SELECT sku.id, location.id, %(units)s, 0, 0, 0, 0
FROM catalog_sku AS sku CROSS JOIN unnest(%(locations)s::bigint[]) AS location(id)
WHERE sku.product_id = %(product)s
"""
MOVEMENTS = """
INSERT INTO inventory_stockmovement
    (sku_id, location_id, kind, on_hand, allocated, held, unavailable, cause, reason, actor)
SELECT sku_id, location_id, 'received', on_hand, 0, 0, 0, 'bench', '', 'bench'
FROM inventory_stock WHERE location_id = ANY(%(locations)s::bigint[]) AND on_hand > 0
"""


@dataclass(frozen=True)
class Shelves:
    """`code` is what SKU codes begin with: `<code>-1` and so on."""

    code: str
    skus: list[int]
    locations: list[Location]


def make_shelves(skus: int, locations: int, *, units: int) -> Shelves:
    """New SKUs with `units` each at every one of as many new locations, booked in the ledger."""
    code = uuid.uuid4().hex[:8].upper()
    category = Category.objects.filter(code="bench").first() or Category.add_root(
        code="bench", name="Bench"
    )
    tax_class, _created = TaxClass.objects.get_or_create(code="bench", defaults={"name": "Bench"})
    product = Product.objects.create(code=code, name="Bench", category=category)
    places = Location.objects.bulk_create(
        Location(code=f"{code}-{number}", name="Bench", kind="warehouse")
        for number in range(locations)
    )
    params = {
        "product": product.pk,
        "code": code,
        "tax": tax_class.pk,
        "skus": skus,
        "units": units,
        "locations": [place.pk for place in places],
    }
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(SKUS, params)
        made = [row[0] for row in cursor.fetchall()]
        cursor.execute(STOCK, params)
        cursor.execute(MOVEMENTS, params)
        cursor.execute("VACUUM ANALYZE catalog_sku, inventory_stock, inventory_stockmovement")
        cursor.execute("RESET statement_timeout")
    return Shelves(code, made, places)
