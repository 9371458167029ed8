"""What a replay stands on: channel, warehouses, catalogue, prices with breaks, customers, stock."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from catalog.audiences import Audience, AudienceKind
from catalog.models import PriceList, Sku, TaxClass
from catalog.services.price_lists import PriceListData, price_list_publish, price_list_save
from catalog.services.prices import PriceChange, price_set
from catalog.services.products import catalog_upsert
from catalog.services.rows import CatalogRow
from inventory.models import Location, Stock
from inventory.services.adjustment import StockChange, adjust
from inventory.status import AdjustmentReason, LocationKind, MovementKind
from oms.core.actors import system_actor
from oms.office.replay.reader import Article, Invoice
from oms.orders.models import Channel, Customer
from oms.orders.status import ChannelKind

CHANNEL = "uci"
WAREHOUSES = ("UCI-NORTH", "UCI-SOUTH")
# The wholesaler is British; export is taxed there too, so that one rate serves.
CURRENCY_COUNTRY = "GB"
PRICE_LIST = "uci"
BREAKS = "observed_quantity_breaks.derived.csv"
ACTOR = system_actor("replay")
# Opening stock as a share of what the year sells, by warehouse: together too little, on purpose.
OPENING = {"UCI-NORTH": Decimal("0.65"), "UCI-SOUTH": Decimal("0.30")}


@transaction.atomic
def replay_setup(
    goods: Sequence[Article], invoices: Sequence[Invoice], *, breaks: Path
) -> dict[str, int]:
    """Make what is missing; SKU ids by code. Run again, it finds everything and changes nothing.

    `breaks` is the file of observed quantity breaks; without it every SKU has one price.
    """
    Channel.objects.get_or_create(
        code=CHANNEL,
        defaults={
            "name": "UCI Online Retail",
            "kind": ChannelKind.B2B,
            "currency": "GBP",
            "country": CURRENCY_COUNTRY,
            "language": "en",
        },
    )
    for code in WAREHOUSES:
        Location.objects.get_or_create(
            code=code,
            defaults={
                "name": code.replace("-", " ").title(),
                "kind": LocationKind.WAREHOUSE,
                "country": CURRENCY_COUNTRY,
                "time_zone": "Europe/London",
            },
        )
    _catalogue(goods)
    sku_ids = dict(Sku.objects.filter(code__in=[a.sku for a in goods]).values_list("code", "pk"))
    _prices(goods, sku_ids, breaks)
    _customers(invoices)
    _opening_stock(goods, sku_ids)
    return sku_ids


def _catalogue(goods: Sequence[Article]) -> None:
    tax_class, _created = TaxClass.objects.get_or_create(
        code="uci", defaults={"name": "UCI Online Retail"}
    )
    tax_class.rates.get_or_create(country=CURRENCY_COUNTRY, defaults={"percent": Decimal(20)})
    catalog_upsert(
        [
            CatalogRow(
                row=number,
                sku=article.sku,
                name=article.name.title(),
                product=f"UCI-{article.sku}",
                category=("Giftware",),
                tax_class=tax_class.code,
            )
            for number, article in enumerate(goods, 2)
        ],
        actor=ACTOR,
        cause="replay",
    )


def _prices(goods: Sequence[Article], sku_ids: dict[str, int], breaks: Path) -> None:
    price_list = PriceList.objects.filter(code=PRICE_LIST).first()
    if price_list is None:
        price_list = price_list_save(
            PriceListData(
                code=PRICE_LIST,
                name="UCI Online Retail",
                currency="GBP",
                tax_included=False,
                audiences=(Audience(AudienceKind.CHANNEL, CHANNEL),),
            ),
            actor=ACTOR,
        )
    # A replay of more lines than the last one brings new articles.
    priced = set(price_list.prices.values_list("sku_id", flat=True))
    amounts = {(article.sku, 1): article.price for article in goods}
    amounts |= {
        key: amount for key, amount in _observed_breaks(breaks).items() if key[0] in sku_ids
    }
    price_set(
        price_list.pk,
        [
            PriceChange(sku_ids[sku], minimum, amount)
            for (sku, minimum), amount in sorted(amounts.items())
            if sku_ids[sku] not in priced
        ],
        actor=ACTOR,
        cause="replay",
    )
    if not priced:
        price_list_publish(price_list.pk, actor=ACTOR)


def _observed_breaks(path: Path) -> dict[tuple[str, int], Decimal]:
    if not path.exists():
        return {}
    amounts: dict[tuple[str, int], Decimal] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for record in csv.DictReader(file):
            amounts[record["stock_code"], 1] = Decimal(record["list_price"])
            amounts[record["stock_code"], int(record["min_qty_break"])] = Decimal(
                record["break_price"]
            )
    return amounts


def _customers(invoices: Sequence[Invoice]) -> None:
    Customer.objects.bulk_create(
        [
            Customer(reference=f"uci-{number}", name=f"Customer {number}", language="en")
            for number in sorted({invoice.customer for invoice in invoices} - {""})
        ],
        ignore_conflicts=True,
    )


def _opening_stock(goods: Sequence[Article], sku_ids: dict[str, int]) -> None:
    locations = {one.code: one.pk for one in Location.objects.filter(code__in=WAREHOUSES)}
    known = set(
        Stock.objects.filter(location__in=locations.values()).values_list("sku_id", "location_id")
    )
    adjust(
        [
            StockChange(
                sku_ids[article.sku],
                location_id,
                int(article.sold * OPENING[code]),
                reason=AdjustmentReason.OPENING,
                kind=MovementKind.RECEIVED,
            )
            for article in goods
            for code, location_id in locations.items()
            if (sku_ids[article.sku], location_id) not in known
        ],
        cause="replay: opening stock",
        actor=ACTOR,
    )
