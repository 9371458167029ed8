"""Import of SKUs with their products, categories and kits.

Columns: `sku` (required), `name`, `product`, `product_name`, `description`, `category`
("Garden > Tools"), `brand`, `tax_class`, `gtin`, `condition` (new, opened, refurbished, used),
`status`, `pack_size`, `weight_g`, `cost` (for those who may see costs), `image`, `components`
("SKU-A*2, SKU-B"), `substitutes` ("SKU-A; SKU-B", the best one first), and `option:<name>` for each
option. A column that is absent leaves the values as they are; so does an empty cell of a value
every SKU has.
"""

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
from catalog.services.plans import CatalogPlan, catalog_plan
from catalog.services.products import catalog_upsert
from catalog.services.rows import CatalogRow
from catalog.services.substitutes import codes_of
from oms.core.errors import InvalidInput, Issue
from oms.core.jobs import JobRun
from oms.core.permissions import Permission, grants_for
from oms.core.tabular import parse_decimal, parse_whole

OPTION = "option:"
# An empty cell of these empties the value; of the others it leaves it.
CLEARABLE = ("description", "brand", "gtin", "image")
KEPT = ("name", "product", "product_name", "tax_class", "condition", "status")
NUMBERS = ("pack_size", "weight_g")
COLUMNS = ("sku", *KEPT, *CLEARABLE, *NUMBERS, "cost", "category", "components", "substitutes")


def catalog_import(job: JobRun) -> dict[str, Any]:
    """Run a catalogue import. Parameters: `dry_run`, `keep_good`, `plan` (a preview's)."""
    table = open_table(job, required=("sku",), allowed=_is_column)
    if "cost" in table.header and not grants_for(actor_of(job), Permission.PURCHASING_VIEW).any:
        message = _("You may not see what SKUs cost: leave this column out")
        raise InvalidInput([Issue("cost", message, "not_allowed")])
    rows, issues = read_rows(job, table, parse_row)
    total = len(rows)
    job.progress(0, total)
    plan = catalog_plan(rows)
    issues += plan.issues
    report_issues(job, issues)
    print_of = fingerprint(_changes(plan))
    result = _result(plan, print_of, rows=total, bad=len({issue.row for issue in issues}))
    # The last moment to cancel: once applied, a job is done.
    job.progress(total, total)
    if job.params.get("dry_run"):
        return result | {"applied": False}
    refuse_if_wrong(job, issues)
    if plan.values:
        check_confirmed(job, print_of)
        with transaction.atomic():
            done = catalog_upsert(rows, actor=actor_of(job), keep_good=True, cause="import")
            # Rows that somebody changed while this ran are compared once more, with the write.
            check_confirmed(job, fingerprint(_changes(done)))
    return result | {"applied": True}


def parse_row(number: int, cells: dict[str, str]) -> CatalogRow:
    """A row of the file as a catalogue row. Raises InvalidInput naming the cells at fault."""
    issues: list[Issue] = []
    values: dict[str, Any] = {name: cells[name] for name in CLEARABLE if name in cells}
    values |= {name: cells[name] for name in KEPT if cells.get(name)}
    values |= _numbers(cells, number, issues)
    if cells.get("category"):
        names = cells["category"].replace("›", ">").split(">")  # noqa: RUF001
        values["category"] = tuple(name.strip() for name in names)
    values |= {name: cells[name].lower() for name in ("condition", "status") if cells.get(name)}
    if "components" in cells:
        values["components"] = _components(cells["components"], number, issues)
    if "substitutes" in cells:
        values["substitutes"] = codes_of(cells["substitutes"])
    options = {
        name.removeprefix(OPTION).strip("_"): text
        for name, text in cells.items()
        if name.startswith(OPTION) and text
    }
    if any(name.startswith(OPTION) for name in cells):
        values["options"] = options
    if issues:
        raise InvalidInput(issues)
    return CatalogRow(sku=cells["sku"], row=number, **values)


def _numbers(cells: dict[str, str], number: int, issues: list[Issue]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in (*NUMBERS, "cost"):
        if not cells.get(name):
            continue
        values[name] = (parse_decimal if name == "cost" else parse_whole)(cells[name])
        if values[name] is None:
            message = (
                _("This is not a number, or it is unclear whether its mark groups thousands")
                if name == "cost"
                else _("This is not a whole number")
            )
            issues.append(Issue(name, message, "not_a_number", number))
    return values


def _is_column(name: str) -> bool:
    return name in COLUMNS or (name.startswith(OPTION) and len(name) > len(OPTION))


def _components(text: str, number: int, issues: list[Issue]) -> tuple[tuple[str, int], ...]:
    parts: dict[str, int] = {}
    for part in filter(None, (piece.strip() for piece in text.replace(";", ",").split(","))):
        code, _mark, quantity = part.partition("*")
        count = parse_whole(quantity) if quantity else 1
        code = code.strip().upper()
        if count is None or not code or code in parts:
            issues.append(
                Issue("components", _("Write it as SKU-A*2, SKU-B"), "components", number)
            )
            break
        parts[code] = count
    return tuple(sorted(parts.items()))


def _changes(plan: CatalogPlan) -> dict[str, Any]:
    return {"new": {code: plan.values[code] for code in plan.new}, "changed": plan.changed}


def _result(plan: CatalogPlan, print_of: str, *, rows: int, bad: int) -> dict[str, Any]:
    """What the page shows of a plan, JSON-safe."""
    sample: list[dict[str, Any]] = []
    for code, changes in list(plan.changed.items())[:SAMPLE]:
        sample += [
            {
                "row": plan.rows[code],
                "sku": code,
                "field": name,
                "old": _text(old),
                "new": _text(new),
            }
            for name, (old, new) in changes.items()
        ]
    sample += [
        {
            "row": plan.rows[code],
            "sku": code,
            "field": "",
            "old": "",
            "new": plan.values[code]["name"],
        }
        for code in plan.new[: SAMPLE - len(plan.changed)]
    ]
    return {
        "rows": rows,
        "bad_rows": bad,
        "plan": print_of,
        "sample": sample,
        "new_categories": sorted(" › ".join(path) for path in plan.new_categories)[:50],
        **plan.counts(),
    }


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {text}" for name, text in value.items())
    if isinstance(value, tuple):
        parts = [f"{part[0]}*{part[1]}" if isinstance(part, tuple) else part for part in value]
        return (", " if any("*" in part for part in parts) else " › ").join(parts)
    return str(value)
