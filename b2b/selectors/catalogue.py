"""The catalogue as one company sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from b2b.prices import Break, Buying, PriceSheet, unit_net, unit_text
from b2b.selectors.stock import StockWord, shippable, stock_word
from catalog.models import Category, Sku
from catalog.pricing import PricedLine
from catalog.status import SkuStatus

PER_PAGE = 48
ORDERS = {"name": ("name", "code"), "code": ("code",), "newest": ("-created_at", "code")}


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One SKU at the company's prices; `price` None: not sold to it."""

    sku: Sku
    price: PricedLine | None
    unit_text: str
    list_text: str
    breaks: tuple[Break, ...]
    last_day: date | None
    stock: StockWord
    available: int
    in_basket: int

    @property
    def quantity(self) -> int:
        """What the quantity field starts with."""
        return self.sku.pack_size


@dataclass(slots=True)
class Branch:
    """A category in the tree; `is_open` when it or one below it is chosen."""

    category: Category
    children: list["Branch"] = field(default_factory=list)
    is_chosen: bool = False
    is_open: bool = False


def catalogue_skus(
    *, text: str = "", category: Category | None = None, order: str = ""
) -> QuerySet[Sku]:
    """Active SKUs that match every word of `text` by name, code or GTIN, below `category`."""
    skus = Sku.objects.filter(status=SkuStatus.ACTIVE).select_related("product", "product__brand")
    for word in text.split()[:6]:
        skus = skus.filter(
            Q(name__icontains=word)
            | Q(code__icontains=word)
            | Q(product__name__icontains=word)
            | Q(gtin=word)
        )
    if category is not None:
        skus = skus.filter(product__category__path__startswith=category.path)
    return skus.order_by(*ORDERS.get(order, ORDERS["name"]))


def catalogue_page(skus: QuerySet[Sku], number: str) -> Page[Sku]:
    """One page; a number out of range is the nearest page."""
    return Paginator(skus, PER_PAGE).get_page(number)


def catalogue_rows(
    buying: Buying, skus: Sequence[Sku], in_basket: dict[int, int]
) -> list[CatalogueRow]:
    """The SKUs with their prices, breaks and stock; five queries whatever their number."""
    sheet = PriceSheet(buying, [sku.pk for sku in skus])
    available = shippable((sku.pk for sku in skus), channel=buying.channel.code)
    return [_row(sheet, sku, available.get(sku.pk, 0), in_basket.get(sku.pk, 0)) for sku in skus]


def _row(sheet: PriceSheet, sku: Sku, available: int, in_basket: int) -> CatalogueRow:
    currency = sheet.context.currency
    breaks = sheet.breaks(sku.pk, sku.pack_size)
    price = sheet.line(sku.pk, sku.pack_size)
    if price is None and breaks:  # sold from a larger quantity on only
        price = sheet.line(sku.pk, breaks[0].quantity)
    net = unit_net(price) if price is not None else None
    listed = sheet.list_net(sku.pk, sku.pack_size)
    return CatalogueRow(
        sku=sku,
        price=price,
        unit_text=unit_text(net, currency),
        list_text=unit_text(listed, currency) if listed and net and listed > net else "",
        breaks=tuple(breaks) if len(breaks) > 1 else (),
        last_day=sheet.last_day(price) if price is not None else None,
        stock=stock_word(available, sku.pack_size),
        available=available,
        in_basket=in_basket,
    )


def category_tree(chosen: Category | None) -> list[Branch]:
    """The whole tree, open along the chosen category; one query."""
    roots: list[Branch] = []
    trail: list[Branch] = []
    for category in Category.objects.order_by("path"):
        branch = Branch(
            category,
            is_chosen=chosen is not None and chosen.pk == category.pk,
            is_open=chosen is not None and chosen.path.startswith(category.path),
        )
        del trail[category.depth - 1 :]
        (trail[-1].children if trail else roots).append(branch)
        trail.append(branch)
    return roots


def category_chain(category: Category) -> list[Category]:
    """The category and all above it, the macro-category first; one query."""
    steps = range(Category.steplen, len(category.path) + 1, Category.steplen)
    return list(
        Category.objects.filter(path__in=[category.path[:end] for end in steps]).order_by("path")
    )
