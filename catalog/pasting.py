"""Reading SKUs and quantities from whatever somebody pastes or uploads. Pure.

A line is a code (SKU or GTIN) and a quantity, set apart by a tab, `;`, `,` or blanks, as copied
from a spreadsheet, an e-mail or another shop's export. A header row may name the columns in any
order. Quantities are whole units: "12", "12,0", "1.200", "1 200", "1,200.00", "x12".
Nothing is guessed silently: a separator that could mean either thousands or decimals is said.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CODE_HEADERS = frozenset(
    "sku code codice kod article articolo artykuł item part partno partnumber artno gtin ean "
    "ean13 ean-13 barcode indeks symbol reference riferimento material".split()
)
QUANTITY_HEADERS = frozenset(
    "qty quantity quantità quantita qta qtà q.tà q.ta ilość ilosc szt pcs pieces pezzi pz units "
    "menge amount".split()
)
GROUPS = re.compile(r"\d{1,3}(?:([.,'’\u00a0\u202f ])\d{3})(?:\1\d{3})*")
DECIMALS = re.compile(r"[.,]0+$")
AFTER_BLANKS = re.compile(r"(?P<code>\S*[^\s,])\s+(?P<quantity>[x×]?\s*\d[\d.,'’\s]*)")
UNITS = re.compile(r"\s*(?:pcs|pc|pz|szt|pezzi|units?)?\.?$", re.IGNORECASE)
MAX_DIGITS = 9
MAX_CODE = 60


@dataclass(frozen=True, slots=True)
class WantedRow:
    """Row `row` of the input (from 1): `code` as typed; `quantity` None where it is unreadable.

    `quantity_text` is what stood there; `note` says how it was read where that needs saying.
    """

    row: int
    code: str
    quantity: int | None
    quantity_text: str = ""
    note: str | Promise = ""


def parse_text(text: str) -> list[WantedRow]:
    """The rows of pasted text; blank lines and a header are left out, row numbers kept."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").split("\n")
    return parse_table([(number, _cells(line)) for number, line in enumerate(lines, 1)])


def parse_table(rows: Sequence[tuple[int, Sequence[str]]]) -> list[WantedRow]:
    """The rows of a table given as (row number, cells)."""
    wanted: list[WantedRow] = []
    columns: tuple[int, int | None] | None = None
    for number, raw in rows:
        cells = [cell.strip() for cell in raw]
        if not any(cells):
            continue
        if columns is None:
            columns = _header(cells)
            if columns is not None:
                continue
            columns = (0, None)
        wanted.append(_row(number, cells, columns))
    return wanted


def read_quantity(text: str) -> tuple[int | None, str | Promise]:
    """Whole units as people write them, and a remark if the figure can be read in two ways."""
    number = UNITS.sub("", text.strip().lstrip("x×X").strip())
    remark: str | Promise = ""
    groups = GROUPS.fullmatch(number)
    if groups is not None:
        # "1.200" is a thousand in Italy and one in England. A person has to look at it.
        if groups[1] in ".," and number.count(groups[1]) == 1:
            remark = _("Read as thousands: check the quantity")
        number = re.sub(r"\D", "", number)
    else:
        whole = DECIMALS.sub("", number)
        if GROUPS.fullmatch(whole):
            whole = re.sub(r"\D", "", whole)
        number = whole
    if not number.isascii() or not number.isdigit() or len(number.lstrip("0")) > MAX_DIGITS:
        return None, ""
    return int(number), remark


def _cells(line: str) -> list[str]:
    """The cells of one line by its own separator: people mix them."""
    for separator in ("\t", ";"):
        if separator in line:
            return next(csv.reader([line], delimiter=separator), [])
    blank = AFTER_BLANKS.fullmatch(line.strip())
    if blank is not None:
        return [blank["code"], blank["quantity"]]
    if "," in line:
        return next(csv.reader([line], delimiter=",", skipinitialspace=True), [])
    return line.split()


def has_code_column(names: Sequence[str]) -> bool:
    """Whether these column names are a header we can read."""
    return _header(names) is not None


def _header(cells: Sequence[str]) -> tuple[int, int | None] | None:
    """(column of the code, of the quantity) if this row names columns."""
    names = [cell.casefold().strip(" .:#*") for cell in cells]
    firsts = [name.split(" ")[0].split("/")[0] for name in names]
    code = next((at for at, name in enumerate(firsts) if name in CODE_HEADERS), None)
    quantity = next((at for at, name in enumerate(firsts) if name in QUANTITY_HEADERS), None)
    if code is None:
        return None
    # A lone "CODE 12" is an order line: a header has no figures in it.
    if any(any(char.isdigit() for char in cell.replace("13", "")) for cell in cells):
        return None
    return code, quantity


def _row(number: int, cells: Sequence[str], columns: tuple[int, int | None]) -> WantedRow:
    at, quantity_at = columns
    code = cells[at].strip("'\" ") if at < len(cells) else ""
    others = [cell for index, cell in enumerate(cells) if index != at and cell]
    if quantity_at is not None:
        text = cells[quantity_at] if quantity_at < len(cells) else ""
    else:
        # Without a header: the first cell after the code that is a number, else whatever is last.
        text = next(
            (cell for cell in others if read_quantity(cell)[0] is not None),
            others[-1] if others else "",
        )
    if not text:
        return WantedRow(number, code[:MAX_CODE], 1, "", _("No quantity given: 1"))
    quantity, remark = read_quantity(text)
    return WantedRow(number, code[:MAX_CODE], quantity, text[:MAX_CODE], remark)
