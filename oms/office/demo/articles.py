"""From the table of goods to catalogue rows: SKU codes, barcodes, options, sets, tax classes."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.utils.text import slugify
from stdnum import ean

from catalog.models import Sku, TaxClass, TaxRate
from catalog.services.products import catalog_upsert
from catalog.services.rows import CatalogRow
from catalog.status import SkuStatus
from oms.core.actors import Actor
from oms.office.demo.goods import GOODS, KITS

# Per tax class: name, and the percentage in Italy, Poland and Germany.
TAXES = {
    "standard": ("Standard rate", {"IT": 22, "PL": 23, "DE": 19}),
    "reduced": ("Reduced rate", {"IT": 10, "PL": 8, "DE": 7}),
    "super_reduced": ("Super-reduced rate", {"IT": 4, "PL": 5, "DE": 7}),
}
MARKED = {"food": "reduced", "plant": "reduced", "staple": "super_reduced"}
# GS1's prefixes 20 to 29 are for restricted circulation: these barcodes are nobody else's.
GTIN_PREFIX = "20"
TENTH = Decimal("0.10")

LINE = re.compile(r"^(?P<gone>!)?(?P<name>[^|[]+?)\s*(?:\[(?P<tax>\w+)\])?\s*$")


@dataclass(slots=True)
class Article:
    """One SKU of the demo: its catalogue row and its retail price with tax."""

    row: CatalogRow
    price: Decimal
    sku_id: int = 0

    @property
    def code(self) -> str:
        return self.row.sku

    @property
    def macro(self) -> str:
        return (self.row.category or ("",))[0]

    @property
    def is_sold(self) -> bool:
        return self.row.status == SkuStatus.ACTIVE

    @property
    def pack(self) -> int:
        return self.row.pack_size or 1


@dataclass(slots=True)
class _Numbers:
    """Running numbers: products per macro-category, and barcodes."""

    products: Counter[str] = field(default_factory=Counter)
    barcodes: int = 10_010

    def product(self, macro: str) -> str:
        self.products[macro] += 1
        return f"{macro[:2].upper()}{self.products[macro]:03d}"

    def gtin(self) -> str:
        self.barcodes += 7
        body = f"{GTIN_PREFIX}{self.barcodes:010d}"
        return body + ean.calc_check_digit(body)


def taxes_make() -> None:
    """Tax classes with their rates."""
    for code, (name, rates) in TAXES.items():
        tax_class = TaxClass.objects.create(code=code, name=name)
        TaxRate.objects.bulk_create(
            TaxRate(tax_class=tax_class, country=country, percent=Decimal(percent))
            for country, percent in rates.items()
        )


def articles_make(*, actor: Actor) -> list[Article]:
    """Write the catalogue; every article with the id of its SKU."""
    articles = list(articles_all())
    catalog_upsert([article.row for article in articles], actor=actor, cause="demo")
    ids = dict(Sku.objects.values_list("code", "pk"))
    for article in articles:
        article.sku_id = ids[article.code]
    return articles


def articles_all() -> Iterator[Article]:
    """Every article of the table, the sets last."""
    numbers = _Numbers()
    first: dict[str, Article] = {}
    category: tuple[str, ...] = ()
    for text in GOODS.strip().splitlines():
        if text.startswith("#"):
            category = tuple(name.strip() for name in text[1:].split(">"))
            continue
        for article in _product(text, category, numbers):
            first.setdefault(str(article.row.product_name), article)
            yield article
    yield from _kits(first, numbers)


def _product(text: str, category: tuple[str, ...], numbers: _Numbers) -> Iterator[Article]:
    title, brand, price, grams, pack, colours, sizes = (part.strip() for part in text.split("|"))
    found = LINE.match(title)
    if found is None:
        raise ValueError(f"Not a line of goods: {text}")
    name = found["name"]
    product = numbers.product(category[0])
    for colour in _split(colours):
        for position, size in enumerate(_split(sizes), 1):
            label, _times, factor = size.rpartition("×") if _is_scaled(size) else (size, "", "")
            scale = Decimal(factor or 1)
            options = {"colour": colour, "size": label}
            yield Article(
                row=CatalogRow(
                    sku=_sku_code(product, colour, position if label else 0),
                    name=" ".join(part for part in (name, colour, label) if part),
                    product=product,
                    product_name=name,
                    description=_description(name, brand, category),
                    category=category,
                    brand=brand,
                    tax_class=MARKED.get(found["tax"] or "", "standard"),
                    gtin=numbers.gtin(),
                    status=SkuStatus.DISCONTINUED if found["gone"] else SkuStatus.ACTIVE,
                    pack_size=int(pack),
                    weight_g=int(int(grams) * scale),
                    image=_image(_sku_code(product, colour, position if label else 0)),
                    options={key: value for key, value in options.items() if value},
                ),
                price=_price(Decimal(price) * scale) if factor else Decimal(price),
            )


def _kits(first: dict[str, Article], numbers: _Numbers) -> Iterator[Article]:
    for name, beside, price, parts in KITS:
        neighbour = first[beside].row
        product = numbers.product((neighbour.category or ("",))[0])
        code = f"{product}-SET"
        yield Article(
            row=CatalogRow(
                sku=code,
                name=name,
                product=product,
                product_name=name,
                description=f"{name}: everything in one box, cheaper than one by one.",
                category=neighbour.category,
                brand=neighbour.brand,
                tax_class="standard",
                gtin=numbers.gtin(),
                weight_g=sum((first[part].row.weight_g or 0) * units for part, units in parts),
                image=_image(code),
                status=SkuStatus.ACTIVE,
                pack_size=1,
                components=tuple((first[part].code, units) for part, units in parts),
            ),
            price=Decimal(str(price)),
        )


def _split(text: str) -> list[str]:
    """The choices of an option; one empty choice when there are none."""
    return [part.strip() for part in text.split(",")] if text else [""]


def _is_scaled(size: str) -> bool:
    """Whether × is followed by a factor alone ("24 cm×1.6"), not a dimension ("13×18 cm")."""
    return re.search(r"×[\d.]+$", size) is not None


def _sku_code(product: str, colour: str, position: int) -> str:
    parts = [product]
    if colour:
        parts.append("".join(word[:3] for word in slugify(colour).split("-")).upper())
    if position:
        parts.append(str(position))
    return "-".join(parts)


def _image(code: str) -> str:
    return f"/pictures/{code}.svg"


def _price(amount: Decimal) -> Decimal:
    """A price that a shop would write: …,90, and whole euros from 50 on."""
    whole = amount.quantize(Decimal(1), ROUND_HALF_UP)
    if amount >= 50:
        return whole
    return max(whole - TENTH, Decimal("0.90"))


def _description(name: str, brand: str, category: tuple[str, ...]) -> str:
    return f"{name} by {brand}, from our {' – '.join(category).lower()} range."
