"""The job that takes in a table of counted stock: location, SKU, quantity[, safety stock].

Quantities are absolute: what was counted. The ledger gets the difference as a movement, in one
transaction with everything else, or nothing. A run that is repeated after a crash finds the audit
entry of the first and books nothing again: what was sold since would come back otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from catalog.models import Sku
from catalog.selectors import kit_components, skus_by_code
from inventory.models import Location
from inventory.selectors import locations_visible
from inventory.services.counting import CountedRow, CountResult, stock_count, stock_count_preview
from oms.core.actors import Actor, system_actor, user_actor
from oms.core.audit import audit_record, audit_trail
from oms.core.dberrors import as_domain_error
from oms.core.errors import Busy, InvalidInput, Issue
from oms.core.jobs import JobRun
from oms.core.locks import lock_rows
from oms.core.models import Job
from oms.core.permissions import Permission
from oms.core.tabular import Row, parse_whole, read_table

APPLIED = "stock.imported"
MAX_UNITS = 2_000_000_000
STEP = 2000
# A count meets orders on the same shelves; a wait that ended is tried again.
ATTEMPTS = 3

# What columns are called in files found in the wild; the first is the name in our own template.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "location": (
        "location", "location_code", "store", "store_code", "warehouse", "site", "plant",
        "magazzino", "negozio", "sede", "magazyn", "sklep", "lokalizacja",
    ),
    "sku": (
        "sku", "sku_code", "item", "item_code", "article", "product_code", "code", "gtin", "ean",
        "barcode", "articolo", "codice", "kod", "kod_produktu",
    ),
    "quantity": (
        "quantity", "qty", "on_hand", "stock", "count", "counted", "units",
        "quantità", "quantita", "giacenza", "ilość", "ilosc", "stan",
    ),
    "safety_stock": (
        "safety_stock", "safety", "buffer", "minimum", "scorta_di_sicurezza",
        "scorta_minima", "zapas_bezpieczeństwa", "zapas_minimalny",
    ),
}  # fmt: skip


@dataclass(slots=True)
class Parsed:
    """The good rows of a file, and what is wrong with the others."""

    rows: list[CountedRow] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    total: int = 0


def stock_import(job: JobRun) -> dict[str, Any]:
    """Take in the job's upload.

    Parameters: `location` (code, for files without that column), `dry_run` (change nothing, say
    what would change), `keep_good` (apply the good rows although others are wrong).
    Raises InvalidInput for a file that cannot be read or lacks a column.
    """
    earlier = audit_trail(job.job).filter(action=APPLIED).first()
    if earlier is not None:
        return dict(earlier.data)
    actor = user_actor(job.job.created_by) if job.job.created_by else system_actor()
    table = read_table(job.upload, job.job.upload_name, max_rows=settings.IMPORT_MAX_ROWS)
    columns = columns_of(table.header, has_location=bool(job.params.get("location")))
    lines = list(table.rows)
    job.progress(0, len(lines))
    parsed = _parse(lines, columns, str(job.params.get("location", "")), actor)
    job.errors([issue.as_dict() for issue in parsed.issues])
    job.progress(len(lines) // 2, len(lines))
    result = _apply(job, parsed, actor)
    job.progress(len(lines), len(lines))
    return result


def columns_of(header: Sequence[str], *, has_location: bool) -> dict[str, str]:
    """Our column → the file's. Raises InvalidInput naming the columns that are missing."""
    found = {
        name: next((alias for alias in aliases if alias in header), "")
        for name, aliases in COLUMNS.items()
    }
    needed = ["sku", "quantity"] if has_location else ["location", "sku", "quantity"]
    missing = [name for name in needed if not found[name]]
    if missing:
        raise InvalidInput(
            [
                Issue(
                    name, _("The column “%(name)s” is missing") % {"name": name}, "missing_column"
                )
                for name in missing
            ]
        )
    return {name: column for name, column in found.items() if column}


def _apply(job: JobRun, parsed: Parsed, actor: Actor) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "rows": parsed.total,
        "good_rows": len(parsed.rows),
        "rows_with_errors": len({issue.row for issue in parsed.issues}),
        "dry_run": bool(job.params.get("dry_run")),
    }
    if job.params.get("dry_run"):
        return summary | asdict(stock_count_preview(parsed.rows))
    if parsed.issues and not job.params.get("keep_good"):
        return (
            summary
            | asdict(CountResult())
            | {
                "detail": _(
                    "Nothing was changed: correct the rows with errors, or keep the good ones"
                )
            }
        )
    for attempt in range(ATTEMPTS):
        try:
            return _apply_once(job, parsed, actor, summary)
        except OperationalError as error:
            refused = as_domain_error(error)
            if not isinstance(refused, Busy) or attempt == ATTEMPTS - 1:
                raise refused from error
    raise Busy


@transaction.atomic
def _apply_once(
    job: JobRun, parsed: Parsed, actor: Actor, summary: dict[str, Any]
) -> dict[str, Any]:
    lock_rows(Job.objects.filter(pk=job.job.pk))
    earlier = audit_trail(job.job).filter(action=APPLIED).first()
    if earlier is not None:
        return dict(earlier.data)
    counted = stock_count(parsed.rows, cause=f"import {job.job.upload_name}", actor=actor)
    applied = summary | asdict(counted)
    audit_record(APPLIED, job.job, actor=actor, data=applied)
    return applied


def _parse(lines: Sequence[Row], columns: Mapping[str, str], default: str, actor: Actor) -> Parsed:
    parsed = Parsed(total=len(lines))
    codes = [cells[columns["sku"]] for _number, cells in lines]
    skus: dict[str, Sku] = {}
    for start in range(0, len(codes), STEP):
        skus |= skus_by_code(codes[start : start + STEP])
    kits = kit_components({sku.pk for sku in skus.values()}).keys()
    locations = {
        location.code.upper(): location
        for location in locations_visible(actor, Permission.STOCK_ADJUST)
    }
    first_seen: dict[tuple[int, int], int] = {}
    for number, cells in lines:
        values = {name: cells[column] for name, column in columns.items()}
        issues, row = _read_row(number, values, default, skus, locations)
        if row is not None and row.sku_id in kits:
            issues.append(
                _issue(
                    "sku", _("A kit has no stock of its own: count its components"), "kit", number
                )
            )
        if row is not None and not issues:
            seen = first_seen.setdefault((row.sku_id, row.location_id), number)
            if seen != number:
                issues.append(
                    _issue(
                        "sku",
                        _("Row %(row)d counts this SKU at this location already") % {"row": seen},
                        "duplicate",
                        number,
                    )
                )
        parsed.issues += issues
        if row is not None and not issues:
            parsed.rows.append(row)
    return parsed


def _read_row(
    number: int,
    values: Mapping[str, str],
    default: str,
    skus: Mapping[str, Sku],
    locations: Mapping[str, Location],
) -> tuple[list[Issue], CountedRow | None]:
    issues: list[Issue] = []
    sku = skus.get(values["sku"].upper())
    if sku is None:
        words = _("There is no SKU “%(code)s”") if values["sku"] else _("The SKU is missing")
        issues.append(_issue("sku", words % {"code": values["sku"]}, "unknown_sku", number))
    code = values.get("location") or default
    location = locations.get(code.upper())
    if location is None:
        words = (
            _("There is no location “%(code)s” you may adjust")
            if code
            else _("The location is missing")
        )
        issues.append(_issue("location", words % {"code": code}, "unknown_location", number))
    quantity = _units("quantity", values["quantity"], number, issues)
    safety_text = values.get("safety_stock", "")
    safety_stock = _units("safety_stock", safety_text, number, issues) if safety_text else None
    if issues or sku is None or location is None or quantity is None:
        return issues, None
    return issues, CountedRow(sku.pk, location.pk, quantity, safety_stock)


def _units(column: str, text: str, number: int, issues: list[Issue]) -> int | None:
    value = parse_whole(text)
    if value is not None and 0 <= value <= MAX_UNITS:
        return value
    words = _("“%(text)s” is not a whole number of units, 0 or more") if text else _("It is empty")
    issues.append(_issue(column, words % {"text": text}, "bad_number", number))
    return None


def _issue(column: str, message: str, code: str, number: int) -> Issue:
    return Issue(column, message, code, number)
