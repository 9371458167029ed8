"""What somebody typed, scanned or pasted for a transfer, and what the source has of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Sku
from catalog.pasting import parse_text
from catalog.selectors import skus_by_code
from inventory.models import Location
from inventory.selectors import availability

MAX_UNITS = 1_000_000


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A SKU once, its units summed; `rows` are the lines of the text it stands in, from 1.

    `available`: units free at the source, None where no source is chosen yet. `problem`: why it
    cannot be requested like this.
    """

    rows: Sequence[int]
    code: str
    sku: Sku | None
    units: int
    available: int | None
    problem: str
    note: str = ""


def draft_lines(text: str, source: Location | None) -> list[DraftLine]:
    """The lines of `text` in their order. Three queries, whatever it holds."""
    wanted = parse_text(text)
    skus = skus_by_code(row.code for row in wanted)
    rows: dict[str, list[int]] = {}
    units: dict[str, int | None] = {}
    notes: dict[str, str] = {}
    for row in wanted:
        sku = skus.get(row.code.upper())
        code = sku.code if sku else row.code
        rows.setdefault(code, []).append(row.row)
        before = units.get(code, 0)
        known = before is not None and row.quantity is not None
        units[code] = (before or 0) + (row.quantity or 0) if known else None
        notes[code] = str(row.note) if row.quantity_text else notes.get(code, "")
    by_code = {sku.code: sku for sku in skus.values()}
    free = _free([sku.pk for sku in by_code.values()], source)
    return [
        DraftLine(
            rows=rows[code],
            code=code,
            sku=by_code.get(code),
            units=units[code] or 0,
            available=free.get(by_code[code].pk, 0) if source and code in by_code else None,
            problem=_problem(by_code.get(code), units[code], free, source),
            note=_note(by_code.get(code), notes[code]),
        )
        for code in rows
    ]


def _free(sku_ids: Sequence[int], source: Location | None) -> Mapping[int, int]:
    if source is None:
        return {}
    units = availability(sku_ids, location_ids=[source.pk])
    return {sku_id: free for (sku_id, _place), free in units.items()}


def _problem(
    sku: Sku | None, units: int | None, free: Mapping[int, int], source: Location | None
) -> str:
    if sku is None:
        return _("There is no such SKU")
    if units is None or not 1 <= units <= MAX_UNITS:
        return _("Give a whole number of units, 1 or more")
    there = free.get(sku.pk, 0)
    if source is not None and there < units:
        return ngettext("Only %(n)d is available", "Only %(n)d are available", there) % {"n": there}
    return ""


def _note(sku: Sku | None, note: str) -> str:
    if sku is not None and sku.is_kit:
        return _("A set: its parts travel")
    return note
