"""Turning wanted rows into checked lines: unknown codes with their nearest, duplicates merged."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from b2b.checking import CheckedLine, CheckedOrder, check_lines
from b2b.prices import Buying
from catalog.models import Sku
from catalog.pasting import WantedRow
from catalog.selectors import skus_by_code
from catalog.status import name_in_condition
from oms.core.formats import format_quantity
from oms.core.money import ZERO

NEAREST = 3
# Codes beyond these are still named as unknown, without suggestions.
MAX_GUESSED = 100

# Of these, what the index does not find is looked for among all SKUs.
MAX_SEARCHED = 10
# What has fewer trigrams in common than this is not worth showing.
LEAST = 0.15

CLOSEST = """
    SELECT asked.code, near.code, near.name, near.condition
    FROM unnest(%(codes)s::text[]) AS asked(code)
    CROSS JOIN LATERAL (
        SELECT sku.code, sku.name, sku.condition,
            similarity(upper(sku.code), asked.code) AS likeness
        FROM catalog_sku AS sku
        WHERE sku.status = 'active' AND (upper(sku.code) %% asked.code
            OR (%(all)s AND similarity(upper(sku.code), asked.code) >= %(least)s))
        ORDER BY likeness DESC, sku.code
        LIMIT %(nearest)s) AS near
"""


@dataclass(frozen=True, slots=True)
class Nearest:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that names nothing we sell, or no readable quantity."""

    row: int
    code: str
    quantity_text: str
    text: str
    field: str
    nearest: tuple[Nearest, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifiedLine:
    """A checked line and the rows it came from; `notes` say how they were read."""

    line: CheckedLine
    sources: tuple[WantedRow, ...]
    notes: tuple[str | Promise, ...]

    @property
    def rows(self) -> tuple[int, ...]:
        return tuple(source.row for source in self.sources)


@dataclass(frozen=True)
class Verification:
    """What became of every row: each is in `lines` (perhaps merged) or in `bad`."""

    lines: tuple[VerifiedLine, ...]
    bad: tuple[BadRow, ...]
    checked: CheckedOrder

    @cached_property
    def good(self) -> tuple[VerifiedLine, ...]:
        return tuple(line for line in self.lines if not line.line.stops)

    @cached_property
    def stopped(self) -> tuple[VerifiedLine, ...]:
        return tuple(line for line in self.lines if line.line.stops)

    @cached_property
    def merged(self) -> tuple[VerifiedLine, ...]:
        return tuple(line for line in self.lines if len(line.rows) > 1)

    @property
    def net(self) -> Decimal:
        """What the good lines come to without tax."""
        return sum((line.line.price.net for line in self.good if line.line.price), ZERO)

    @property
    def to_fix(self) -> int:
        return len(self.bad) + len(self.stopped)

    @property
    def to_round(self) -> tuple[CheckedLine, ...]:
        return self.checked.to_round

    @property
    def rows(self) -> int:
        return len(self.bad) + sum(len(line.rows) for line in self.lines)


@dataclass(slots=True)
class _Merging:
    sku: Sku
    quantity: int = 0
    sources: list[WantedRow] = field(default_factory=list)
    notes: list[str | Promise] = field(default_factory=list)


def verify(buying: Buying, rows: Sequence[WantedRow]) -> Verification:
    """Look up, merge, price and check the rows; nine queries at most, whatever their number."""
    found = skus_by_code(row.code for row in rows)
    merging: dict[int, _Merging] = {}
    bad: list[BadRow] = []
    for row in rows:
        sku = found.get(row.code.strip().upper())
        if sku is None or not row.quantity:
            bad.append(_bad(row, sku))
            continue
        entry = merging.setdefault(sku.pk, _Merging(sku))
        entry.quantity += row.quantity
        entry.sources.append(row)
        if row.note:
            entry.notes.append(row.note)
    checked = check_lines(buying, [(entry.sku, entry.quantity) for entry in merging.values()])
    lines = tuple(
        VerifiedLine(line, tuple(entry.sources), tuple(_notes(entry)))
        for line, entry in zip(checked.lines, merging.values(), strict=True)
    )
    return Verification(lines, tuple(_with_nearest(bad)), checked)


def _bad(row: WantedRow, sku: Sku | None) -> BadRow:
    if not row.code:
        return BadRow(row.row, "", row.quantity_text, _("There is no SKU in this row"), "code")
    if sku is None:
        return BadRow(row.row, row.code, _text_of(row), _("We have no such SKU"), "code")
    text = _("Give a quantity of whole units")
    return BadRow(row.row, row.code, row.quantity_text, text, "quantity")


def _text_of(row: WantedRow) -> str:
    return row.quantity_text or ("" if row.quantity is None else str(row.quantity))


def _notes(entry: _Merging) -> list[str | Promise]:
    if len(entry.sources) == 1:
        return entry.notes
    rows = ", ".join(format_quantity(source.row) for source in entry.sources[:6])
    if len(entry.sources) > 6:
        rows += " …"
    return [_("Rows %(rows)s put together") % {"rows": rows}, *entry.notes]


def _with_nearest(bad: Sequence[BadRow]) -> list[BadRow]:
    asked = sorted({row.code.upper() for row in bad if row.field == "code" and row.code})
    guesses = _closest(asked[:MAX_GUESSED], everywhere=False)
    lost = [code for code in asked if len(guesses.get(code, ())) < NEAREST]
    guesses |= _closest(lost[:MAX_SEARCHED], everywhere=True)
    return [
        replace(row, nearest=tuple(guesses.get(row.code.upper(), ())))
        if row.field == "code"
        else row
        for row in bad
    ]


def _closest(codes: Sequence[str], *, everywhere: bool) -> dict[str, list[Nearest]]:
    """The SKUs whose codes look most like each of `codes`; one query."""
    guesses: dict[str, list[Nearest]] = {}
    if codes:
        with connection.cursor() as cursor:
            cursor.execute(
                CLOSEST,
                {"codes": list(codes), "nearest": NEAREST, "all": everywhere, "least": LEAST},
            )
            for code, near, name, condition in cursor.fetchall():
                nearest = Nearest(near, name_in_condition(name, condition))
                guesses.setdefault(code, []).append(nearest)
    return guesses
