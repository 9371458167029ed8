"""A page of a price list as a grid: SKUs down, minimum quantities across.

Each cell posts its value (`p-<sku>-<quantity>`) and what it showed when the page was made
(`o-…`): only cells the person changed are changes, so two people can edit one list side by side.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal
from django.utils.translation import gettext as _

from catalog.models import Price, PriceList, Sku
from catalog.pricing.lists import derived
from catalog.pricing.types import ListFacts
from catalog.services.prices import PriceChange
from oms.core.errors import Issue
from oms.core.formats import locale
from oms.core.money import ZERO
from oms.core.tabular import parse_decimal

CELL = re.compile(r"p-(\d{1,18})-(\d{1,9})")
MAX_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """`shown` is the stored amount as text; `value` what stands in the field."""

    name: str
    value: str
    shown: str
    placeholder: str
    label: str
    wrong: bool

    @property
    def original(self) -> str:
        return f"o{self.name[1:]}"

    @property
    def edited(self) -> bool:
        return self.value != self.shown


@dataclass(frozen=True, slots=True)
class GridRow:
    sku: Sku
    cells: list[Cell]


def amount_text(amount: Decimal) -> str:
    """An amount for a text field, in the reader's decimals, readable back without doubt."""
    text = str(format_decimal(amount, format="0.00##", locale=locale()))
    decimals = re.split(r"[.,]", text)[-1]
    # Three decimals could be read as thousands.
    return text + "0" if len(decimals) == 3 else text


def grid_columns(price_list: PriceList, skus: Sequence[Sku], added: Sequence[int]) -> list[int]:
    """The minimum quantities on the page: 1, those in use for its SKUs, those asked for."""
    used = Price.objects.filter(price_list=price_list, sku__in=skus)
    quantities = set(used.values_list("min_quantity", flat=True).distinct())
    return sorted({1, *quantities, *added})[: MAX_COLUMNS + len(quantities)]


def grid_rows(
    price_list: PriceList,
    skus: Sequence[Sku],
    columns: Sequence[int],
    typed: Mapping[str, str],
    wrong: frozenset[str] = frozenset(),
) -> list[GridRow]:
    """The grid, with what was typed before in place of what is stored. Two queries."""
    rows = Price.objects.filter(price_list=price_list, sku__in=skus)
    stored = {
        (sku, quantity): amount
        for sku, quantity, amount in rows.values_list("sku_id", "min_quantity", "amount")
    }
    inherited = _inherited(price_list, skus, {sku for sku, _quantity in stored})
    grid = []
    for sku in skus:
        cells = []
        for quantity in columns:
            name = f"p-{sku.pk}-{quantity}"
            amount = stored.get((sku.pk, quantity))
            shown = "" if amount is None else amount_text(amount)
            parent = inherited.get((sku.pk, quantity))
            cells.append(
                Cell(
                    name=name,
                    value=typed.get(name, shown),
                    shown=shown,
                    placeholder="" if parent is None else amount_text(parent),
                    label=_("%(sku)s from %(quantity)d") % {"sku": sku.code, "quantity": quantity},
                    wrong=name in wrong,
                )
            )
        grid.append(GridRow(sku, cells))
    return grid


def typed_cells(post: Mapping[str, str]) -> dict[str, str]:
    """The cells the person changed, by name."""
    return {
        name: value.strip()
        for name, value in post.items()
        if CELL.fullmatch(name) and value.strip() != post.get(f"o{name[1:]}", "").strip()
    }


def grid_changes(typed: Mapping[str, str]) -> tuple[list[PriceChange], list[Issue]]:
    """What changed cells ask for, and which of them say no price."""
    changes: list[PriceChange] = []
    issues: list[Issue] = []
    for name, text in typed.items():
        found = CELL.fullmatch(name)
        if found is None:
            continue
        sku, quantity = int(found[1]), int(found[2])
        amount = parse_decimal(text) if text else None
        if text and amount is None:
            message = _("%(text)s is not an amount: write it like %(example)s")
            example = amount_text(Decimal("12.5"))
            issues.append(Issue(name, message % {"text": text[:20], "example": example}, "amount"))
        elif amount is not None and (amount < ZERO or amount != round(amount, 4)):
            message = _("A price is at least 0 and has at most four decimals")
            issues.append(Issue(name, message, "amount"))
        else:
            changes.append(PriceChange(sku, quantity, amount))
    return changes, issues


def _inherited(
    price_list: PriceList, skus: Sequence[Sku], own: set[int]
) -> dict[tuple[int, int], Decimal]:
    """What SKUs without a price of their own cost by the parent, for the empty fields."""
    found: dict[tuple[int, int], Decimal] = {}
    heirs: list[ListFacts] = []
    open_skus = {sku.pk for sku in skus} - own
    current = price_list
    while current.parent is not None and open_skus and len(heirs) < 8:
        heirs.append(_facts(current))
        current = current.parent
        rows = Price.objects.filter(price_list=current, sku__in=open_skus)
        for sku, quantity, amount in rows.values_list("sku_id", "min_quantity", "amount"):
            found[sku, quantity] = derived(amount, heirs, price_list.currency)
        open_skus -= {sku for sku, _quantity in found}
    return found


def _facts(price_list: PriceList) -> ListFacts:
    return ListFacts(
        id=price_list.pk,
        code=price_list.code,
        name=price_list.name,
        version=price_list.version,
        published=True,
        priority=price_list.priority,
        valid_from=price_list.valid_from,
        valid_to=price_list.valid_to,
        currency=price_list.currency,
        tax_included=price_list.tax_included,
        parent_id=price_list.parent_id,
        percent=price_list.adjustment_percent,
        audiences=frozenset(),
        prices={},
    )
