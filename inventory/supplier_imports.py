"""The job that takes in a table of suppliers, or of what they sell.

Rows are added, or replace what is there under the same code; what the file does not name stays.
In one transaction, or nothing. Doing it again changes nothing more, so a run that is repeated
after a crash is safe.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.imports.reading import actor_of, open_table, refuse_if_wrong, report_issues
from catalog.models import Sku
from catalog.selectors import kit_components, skus_by_code
from inventory.models import Supplier
from inventory.services.suppliers import ItemValues, supplier_items_set, supplier_save
from oms.core.errors import Issue
from oms.core.jobs import JobRun
from oms.core.tabular import Row, parse_decimal, parse_whole
from oms.core.validators import CURRENCIES

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "suppliers": (
        "supplier", "name", "email", "language", "currency", "lead_time_days", "lead_time_spread",
        "minimum_order_value", "active",
    ),
    "items": (
        "supplier", "sku", "supplier_code", "cost", "pack_multiple", "minimum_quantity",
        "lead_time_days", "preferred",
    ),
}  # fmt: skip
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "suppliers": ("supplier", "name"),
    "items": ("supplier", "sku", "cost"),
}
YES = {"1", "yes", "true", "y", "x", "sì", "si", "tak"}
NO = {"", "0", "no", "false", "n", "nie"}
MAX_DAYS = 1000
MAX_UNITS = 1_000_000
MAX_COST = Decimal(99_999_999)


@dataclass(slots=True)
class Cells:
    """The cells of a row, read one by one; what is wrong is noted, and the reading goes on."""

    number: int
    values: Mapping[str, str]
    issues: list[Issue]

    def wrong(self, column: str, words: str, code: str) -> None:
        self.issues.append(Issue(column, words, code, self.number))

    def given(self, column: str) -> bool:
        return bool(self.values.get(column))

    def text(self, column: str, most: int) -> str:
        value = self.values.get(column, "")
        if len(value) > most:
            self.wrong(column, _("At most %(most)d characters") % {"most": most}, "too_long")
        return value

    def whole(self, column: str, *, least: int, most: int) -> int | None:
        text = self.values.get(column, "")
        if not text:
            return None
        value = parse_whole(text)
        if value is None or not least <= value <= most:
            words = _("“%(text)s” is not a whole number from %(least)d to %(most)d")
            words %= {"text": text, "least": least, "most": most}
            self.wrong(column, words, "bad_number")
            return None
        return value

    def amount(self, column: str, places: int) -> Decimal | None:
        text = self.values.get(column, "")
        if not text:
            return None
        value = parse_decimal(text)
        if value is None or not 0 <= value <= MAX_COST or value != round(value, places):
            words = _("“%(text)s” is not an amount of at most %(places)d decimals")
            self.wrong(column, words % {"text": text, "places": places}, "bad_amount")
            return None
        return value

    def email(self, column: str) -> str:
        value = self.text(column, 254)
        try:
            validate_email(value)
        except ValidationError:
            self.wrong(column, _("This is no e-mail address"), "bad_email")
        return value

    def choice(self, column: str, allowed: Collection[str]) -> str:
        text = self.values.get(column, "")
        value = next((one for one in allowed if one.lower() == text.lower()), "")
        if not value:
            words = _("“%(text)s” is none of %(allowed)s")
            words %= {"text": text, "allowed": ", ".join(allowed)}
            self.wrong(column, words, "bad_choice")
        return value

    def yes(self, column: str) -> bool:
        text = self.values.get(column, "").lower()
        if text not in YES | NO:
            self.wrong(column, _("Write yes or no"), "bad_choice")
        return text in YES


def supplier_import(job: JobRun) -> dict[str, Any]:
    """Take in the job's upload.

    Parameters: `what` ("suppliers" or "items"), `dry_run`, `keep_good`. Raises InvalidInput.
    """
    what = str(job.params.get("what", "items"))
    table = open_table(job, required=REQUIRED[what], allowed=COLUMNS[what].__contains__)
    lines = list(table.rows)
    job.progress(0, len(lines))
    take_in = _suppliers if what == "suppliers" else _items
    issues: list[Issue] = []
    good, apply = take_in(lines, issues)
    report_issues(job, issues)
    job.progress(len(lines), len(lines))
    summary: dict[str, Any] = {
        "rows": len(lines),
        "good_rows": good,
        "rows_with_errors": len({issue.row for issue in issues}),
        "dry_run": bool(job.params.get("dry_run")),
    }
    if not job.params.get("dry_run"):
        refuse_if_wrong(job, issues)
        with transaction.atomic():
            apply(job)
    return summary


Apply = Callable[[JobRun], None]


def _suppliers(lines: Sequence[Row], issues: list[Issue]) -> tuple[int, Apply]:
    found: dict[str, dict[str, Any]] = {}
    for number, values in lines:
        cells = Cells(number, values, [])
        code = cells.text("supplier", 20)
        data = _supplier_values(cells)
        if not code:
            cells.wrong("supplier", _("The supplier is missing"), "required")
        if code in found:
            cells.wrong("supplier", _("This supplier stands in the file twice"), "duplicate")
        if not cells.issues:
            found[code] = data
        issues += cells.issues

    def apply(job: JobRun) -> None:
        known = {one.code: one for one in Supplier.objects.filter(code__in=found)}
        for code, data in found.items():
            supplier = known.get(code, Supplier(code=code, currency=settings.RETAILER_CURRENCY))
            supplier_save(supplier, values={"code": code} | data, actor=actor_of(job))

    return len(found), apply


def _supplier_values(cells: Cells) -> dict[str, Any]:
    """The values a row gives; an empty cell leaves what is there."""
    data: dict[str, Any] = {"name": cells.text("name", 120)}
    if not data["name"]:
        cells.wrong("name", _("The name is missing"), "required")
    if cells.given("email"):
        data["email"] = cells.email("email")
    if cells.given("language"):
        data["language"] = cells.choice("language", dict(settings.LANGUAGES))
    if cells.given("currency"):
        data["currency"] = cells.choice("currency", CURRENCIES)
    for column in ("lead_time_days", "lead_time_spread"):
        if cells.given(column):
            data[column] = cells.whole(column, least=0, most=MAX_DAYS)
    if cells.given("minimum_order_value"):
        data["minimum_order_value"] = cells.amount("minimum_order_value", 2)
    if cells.given("active"):
        data["is_active"] = cells.yes("active")
    return data


def _items(lines: Sequence[Row], issues: list[Issue]) -> tuple[int, Apply]:
    suppliers = {one.code: one for one in Supplier.objects.all()}
    skus = skus_by_code(values["sku"] for _number, values in lines)
    kits = kit_components({sku.pk for sku in skus.values()})
    found: dict[str, dict[int, ItemValues]] = {}
    preferred: dict[int, int] = {}
    for number, values in lines:
        cells = Cells(number, values, [])
        code = values["supplier"]
        if code not in suppliers:
            words = _("There is no supplier “%(code)s”") % {"code": code}
            cells.wrong("supplier", words, "unknown_supplier")
        sku = skus.get(values["sku"].upper())
        if sku is None:
            words = _("There is no SKU “%(code)s”") % {"code": values["sku"]}
            cells.wrong("sku", words, "unknown_sku")
        elif sku.pk in kits:
            words = _("A kit has no stock of its own: order its components")
            cells.wrong("sku", words, "kit")
        item = _item_values(cells, sku)
        if item is not None and item.sku_id in found.get(code, {}):
            cells.wrong("sku", _("This SKU of this supplier stands in the file twice"), "duplicate")
        if (
            item is not None
            and item.preferred
            and preferred.setdefault(item.sku_id, number) != number
        ):
            words = _("Row %(row)d prefers another supplier for this SKU")
            cells.wrong("preferred", words % {"row": preferred[item.sku_id]}, "preferred_twice")
        if item is not None and not cells.issues:
            found.setdefault(code, {})[item.sku_id] = item
        issues += cells.issues

    def apply(job: JobRun) -> None:
        cause = f"import {job.job.upload_name}"
        for code, rows in sorted(found.items()):
            supplier_items_set(
                suppliers[code], list(rows.values()), actor=actor_of(job), cause=cause
            )

    return sum(map(len, found.values())), apply


def _item_values(cells: Cells, sku: Sku | None) -> ItemValues | None:
    cost = cells.amount("cost", 4)
    if not cells.given("cost"):
        cells.wrong("cost", _("The cost is missing"), "required")
    pack = cells.whole("pack_multiple", least=1, most=MAX_UNITS)
    least = cells.whole("minimum_quantity", least=1, most=MAX_UNITS)
    days = cells.whole("lead_time_days", least=0, most=MAX_DAYS)
    code = cells.text("supplier_code", 60)
    preferred = cells.yes("preferred")
    if cells.issues or sku is None or cost is None:
        return None
    return ItemValues(
        sku_id=sku.pk,
        cost=cost,
        supplier_code=code,
        pack_multiple=pack or 1,
        minimum_quantity=least or 1,
        lead_time_days=days,
        preferred=preferred,
    )
