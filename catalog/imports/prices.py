"""Import of prices into one price list.

Columns: `sku` (code or GTIN) and `amount`, both required; `min_quantity` (default 1). Prices that
the file does not name stay, unless `replace` is asked for.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.imports.reading import (
    SAMPLE,
    actor_of,
    check_confirmed,
    fingerprint,
    open_table,
    read_rows,
    refuse_if_wrong,
    report_issues,
)
from catalog.locks import price_list_for_update
from catalog.models import Price, PriceList
from catalog.selectors import skus_by_code
from catalog.services.prices import PriceChange, PricePlan, price_plan, price_set
from oms.core.errors import InvalidInput, Issue, NotFound
from oms.core.jobs import JobRun
from oms.core.tabular import parse_decimal, parse_whole

COLUMNS = ("sku", "min_quantity", "amount")
# A change beyond this many per cent wants a second look.
OUTLIER_PERCENT = 30


class OutliersUnconfirmed(InvalidInput):
    """Large changes were not ticked as meant."""

    code = "outliers_unconfirmed"


@dataclass(frozen=True, slots=True)
class PriceRow:
    row: int
    sku: str
    min_quantity: int
    amount: Decimal


def price_import(job: JobRun) -> dict[str, Any]:
    """Run a price import. Parameters: `price_list` (id), `dry_run`, `keep_good`, `replace`,
    `plan` (a preview's), `outliers_meant`.
    """
    price_list = PriceList.objects.filter(pk=job.params["price_list"]).first()
    if price_list is None:
        raise NotFound
    table = open_table(job, required=("sku", "amount"), allowed=COLUMNS.__contains__)
    rows, issues = read_rows(job, table, parse_row)
    job.progress(0, len(rows))
    changes, codes, unknown = _changes(rows)
    issues += unknown
    changes, twice = _without_twice(changes)
    issues += twice
    if job.params.get("replace"):
        changes += _removals(price_list, changes, codes)
    report_issues(job, issues)
    # The last moment to cancel: once applied, a job is done.
    job.progress(len(rows), len(rows))
    if job.params.get("dry_run"):
        plan = price_plan(price_list, changes)
        return _result(plan, codes, rows, issues) | {"applied": False}
    refuse_if_wrong(job, issues)
    with transaction.atomic():
        price_list_for_update(price_list.pk)
        plan = price_plan(price_list, changes)
        result = _result(plan, codes, rows, issues)
        if plan.count:
            check_confirmed(job, result["plan"])
            if result["outliers"] and not job.params.get("outliers_meant"):
                raise OutliersUnconfirmed(
                    [Issue("outliers", _("Confirm that the large changes are meant"), "outliers")]
                )
            price_set(price_list.pk, changes, actor=actor_of(job), cause="import")
    return result | {"applied": True}


def parse_row(number: int, cells: dict[str, str]) -> PriceRow:
    """A row of the file. Raises InvalidInput naming the cells at fault."""
    issues: list[Issue] = []
    if not cells["sku"]:
        issues.append(Issue("sku", _("Fill this in"), "required", number))
    quantity = parse_whole(cells.get("min_quantity") or "1")
    if quantity is None or not 1 <= quantity < 2**31:
        issues.append(
            Issue("min_quantity", _("This is not a whole number from 1 on"), "range", number)
        )
    amount = parse_decimal(cells["amount"])
    if amount is None:
        message = _("This is not a number, or it is unclear whether its mark groups thousands")
        issues.append(Issue("amount", message, "not_a_number", number))
    elif amount < 0 or amount >= 10**10 or amount != round(amount, 4):
        message = _("A price is at least 0 and has at most four decimals")
        issues.append(Issue("amount", message, "range", number))
    if issues or amount is None or quantity is None:
        raise InvalidInput(issues)
    return PriceRow(number, cells["sku"], quantity, amount)


def _changes(rows: list[PriceRow]) -> tuple[list[PriceChange], dict[int, str], list[Issue]]:
    skus = skus_by_code(row.sku for row in rows)
    changes: list[PriceChange] = []
    issues: list[Issue] = []
    for row in rows:
        sku = skus.get(row.sku.strip().upper())
        if sku is None:
            message = _("There is no SKU %(sku)s") % {"sku": row.sku}
            issues.append(Issue("sku", message, "unknown", row.row))
        else:
            changes.append(PriceChange(sku.pk, row.min_quantity, row.amount, row.row))
    return changes, {sku.pk: sku.code for sku in skus.values()}, issues


def _without_twice(changes: list[PriceChange]) -> tuple[list[PriceChange], list[Issue]]:
    """A SKU and quantity that stands in the file twice is wrong in both places."""
    rows: dict[tuple[int, int], list[PriceChange]] = {}
    for change in changes:
        rows.setdefault((change.sku_id, change.min_quantity), []).append(change)
    message = _("This SKU and quantity stand in the file twice")
    issues = [
        Issue("sku", message, "twice", change.row)
        for same in rows.values()
        if len(same) > 1
        for change in same
    ]
    return [same[0] for same in rows.values() if len(same) == 1], issues


def _removals(
    price_list: PriceList, changes: list[PriceChange], codes: dict[int, str]
) -> list[PriceChange]:
    named = {(change.sku_id, change.min_quantity) for change in changes}
    rows = Price.objects.filter(price_list=price_list)
    removals = []
    for sku, quantity, code in rows.values_list("sku_id", "min_quantity", "sku__code"):
        if (sku, quantity) not in named:
            codes[sku] = code
            removals.append(PriceChange(sku, quantity, None))
    return removals


def _result(
    plan: PricePlan, codes: dict[int, str], rows: list[PriceRow], issues: list[Issue]
) -> dict[str, Any]:
    """What the page shows of a plan, JSON-safe; the largest changes first."""
    entries = [
        _entry(change, codes, old)
        for change, old in sorted(plan.changed, key=lambda each: -abs(_percent(*each)))
    ]
    outliers = sum(1 for entry in entries if abs(float(entry["percent"])) > OUTLIER_PERCENT)
    entries += [_entry(change, codes, old) for change, old in plan.removed]
    entries += [_entry(change, codes, None) for change in plan.created]
    return {
        "rows": len(rows),
        "bad_rows": len({issue.row for issue in issues}),
        "plan": fingerprint(entries),
        "sample": entries[:SAMPLE],
        "outliers": outliers,
        **plan.counts(),
    }


def _percent(change: PriceChange, old: Decimal) -> Decimal:
    if not old or change.amount is None:
        return Decimal(100)
    return (change.amount - old) * 100 / old


def _entry(change: PriceChange, codes: dict[int, str], old: Decimal | None) -> dict[str, Any]:
    percent = "" if old is None or change.amount is None else f"{_percent(change, old):.1f}"
    return {
        "row": change.row,
        "sku": codes[change.sku_id],
        "min_quantity": change.min_quantity,
        "old": None if old is None else str(old),
        "new": None if change.amount is None else f"{change.amount:.4f}",
        "percent": percent,
    }
