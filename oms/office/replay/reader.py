"""Reading the UCI Online Retail file, dirt and all: every line becomes part of one invoice."""

import csv
import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO

# Goods are five digits and up to two letters; POST, DOT, M, BANK CHARGES and the like are not.
GOODS = re.compile(r"\d{5}[A-Z]{0,2}\Z")
COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)


class BadFile(Exception):
    """The file is not the one this command reads; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file. `number` counts from 2, the line after the header."""

    number: int
    sku: str
    description: str
    quantity: int
    price: Decimal

    @property
    def is_goods(self) -> bool:
        return GOODS.match(self.sku) is not None


@dataclass(frozen=True, slots=True)
class Invoice:
    """The lines that share an invoice number. `customer` is empty for guests."""

    number: str
    at: datetime
    customer: str
    country: str
    rows: tuple[Row, ...]

    @property
    def is_credit(self) -> bool:
        return self.number.startswith("C")

    @property
    def is_sale(self) -> bool:
        return self.number[:1].isdigit()


def read_invoices(path: Path, *, limit: int | None = None) -> list[Invoice]:
    """The invoices in date order; at most the first `limit` lines of the file are read.

    Raises BadFile naming the line for anything that is not a number or a date.
    """
    heads: dict[str, tuple[datetime, str, str]] = {}
    rows: dict[str, list[Row]] = defaultdict(list)
    for number, record in _records(path, limit):
        try:
            at = datetime.strptime(record["InvoiceDate"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
            row = Row(
                number=number,
                sku=record["StockCode"].strip().upper(),
                description=record["Description"].strip(),
                quantity=int(record["Quantity"]),
                price=Decimal(record["UnitPrice"]),
            )
        except (ValueError, InvalidOperation) as error:
            raise BadFile(f"Line {number}: {error}") from error
        invoice = record["InvoiceNo"].strip().upper()
        heads.setdefault(invoice, (at, record["CustomerID"].strip(), record["Country"].strip()))
        rows[invoice].append(row)
    return sorted(
        (Invoice(number, *head, rows=tuple(rows[number])) for number, head in heads.items()),
        key=lambda invoice: (invoice.at, invoice.number),
    )


def _records(path: Path, limit: int | None) -> Iterator[tuple[int, dict[str, str]]]:
    with _open(path) as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise BadFile(f"Line 1: expected the columns {', '.join(COLUMNS)}")
        for number, record in enumerate(reader, 2):
            if limit is not None and number > limit + 1:
                return
            if None in record or None in record.values():
                raise BadFile(f"Line {number}: expected {len(COLUMNS)} fields")
            yield number, record


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


@dataclass(frozen=True, slots=True)
class Article:
    """What the file says of one SKU over the whole year."""

    sku: str
    name: str
    price: Decimal
    sold: int


def articles(invoices: Sequence[Invoice]) -> list[Article]:
    """The goods of the file: commonest description and positive price, units sold in all."""
    names: dict[str, Counter[str]] = defaultdict(Counter)
    prices: dict[str, Counter[Decimal]] = defaultdict(Counter)
    sold: Counter[str] = Counter()
    for invoice in invoices:
        for row in invoice.rows:
            if not row.is_goods:
                continue
            names[row.sku][row.description] += 1 if row.description else 0
            if row.price > 0:
                prices[row.sku][row.price] += 1
            if invoice.is_sale and row.quantity > 0 and row.price > 0:
                sold[row.sku] += row.quantity
    return [
        Article(
            sku=sku,
            name=names[sku].most_common(1)[0][0] or sku,
            price=max(found.items(), key=lambda item: (item[1], item[0]))[0],
            sold=sold[sku],
        )
        for sku, found in sorted(prices.items())
    ]
