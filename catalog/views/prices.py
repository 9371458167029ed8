"""The grid of a price list: edit cells, paste rows, change all by a percentage.

A draft takes the changes at once. For a published list a page of consequences comes first, and
what is confirmed there is exactly what it showed: the confirmation carries the changes themselves
and the version they were worked out on.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from catalog.grid import grid_changes, grid_columns, grid_rows, typed_cells
from catalog.history import last_change
from catalog.models import Price, PriceList, Sku
from catalog.selectors import skus_by_code, skus_search
from catalog.services.prices import PriceChange, PricePlan, adjusted, price_plan, price_set
from catalog.status import PublicationStatus
from catalog.tables import price_list_url
from catalog.views.price_lists import get_price_list, head_context, may_change
from oms.core.errors import InvalidInput, Issue, StaleVersion
from oms.core.money import exponent
from oms.core.permissions import Permission
from oms.core.tabular import parse_decimal, parse_whole
from oms.core.web import PageRequest, page

PER_PAGE = 40
# A change beyond this many per cent wants a tick.
OUTLIER_PERCENT = 30
SHOWN = 200
MAX_CONFIRMED = 20_000


@page(Permission.PRICES_VIEW)
def price_list_detail(request: PageRequest, code: str) -> HttpResponse:
    """One list: its head, and its prices as a grid."""
    price_list = get_price_list(code)
    if request.method == "POST":
        if not may_change(request):
            messages.error(request, _("You may not do this"))
            return redirect(price_list_url(price_list))
        return _save(request, price_list)
    return _render_grid(request, price_list, {})


def _render_grid(
    request: PageRequest,
    price_list: PriceList,
    typed: dict[str, str],
    issues: Sequence[Issue] = (),
    *,
    pasted: str = "",
    conflict: bool = False,
) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    every = request.GET.get("show") == "all"
    rows = _skus(price_list, every=every)
    if text:
        rows = skus_search(rows, text[:100])
    paginator = Paginator(rows, PER_PAGE)
    shown = paginator.get_page(request.GET.get("page"))
    skus = list(shown.object_list)
    added = [int(q) for q in request.GET.getlist("break") if q.isdigit() and 0 < int(q) < 10**6]
    columns = grid_columns(price_list, skus, added[:4])
    wrong = frozenset(issue.field for issue in issues)
    context = head_context(request, price_list) | {
        "grid": grid_rows(price_list, skus, columns, typed, wrong),
        "columns": columns,
        "page": shown,
        "text": text,
        "every": every,
        "issues": [_linked(issue) for issue in issues],
        "pasted": pasted,
        "conflict": last_change(price_list) if conflict else None,
    }
    status = 412 if conflict else 422 if issues else 200
    return render(request, "catalog/price_list_detail.html", context, status=status)


def _skus(price_list: PriceList, *, every: bool) -> QuerySet[Sku]:
    """The SKUs of the grid: those with a price in the list or its parents, or all."""
    rows = Sku.objects.select_related("product").order_by("code")
    if every:
        return rows
    lists = [price_list.pk]
    current = price_list.parent
    while current is not None and current.pk not in lists:
        lists.append(current.pk)
        current = current.parent
    return rows.filter(pk__in=Price.objects.filter(price_list__in=lists).values("sku"))


def _linked(issue: Issue) -> tuple[str, str, str]:
    return (issue.field if issue.field.startswith("p-") else "", "", str(issue.message))


def _save(request: PageRequest, price_list: PriceList) -> HttpResponse:
    post = request.POST.dict()
    typed = typed_cells(post)
    pasted = post.get("pasted", "")
    changes, issues = grid_changes(typed)
    more, bad = _pasted_changes(pasted)
    issues += bad
    if not issues:
        try:
            plan = price_plan(price_list, _joined(changes, more))
        except InvalidInput as error:
            issues = list(error.issues)
    if issues:
        return _render_grid(request, price_list, typed, issues, pasted=pasted)
    if post.get("version") != str(price_list.version):
        return _render_grid(request, price_list, typed, pasted=pasted, conflict=True)
    return _apply_or_ask(request, price_list, plan, _joined(changes, more))


def _joined(cells: list[PriceChange], pasted: list[PriceChange]) -> list[PriceChange]:
    """Pasted rows win over cells: they came last."""
    return list({(c.sku_id, c.min_quantity): c for c in (*cells, *pasted)}.values())


def _pasted_changes(text: str) -> tuple[list[PriceChange], list[Issue]]:
    """Rows from a spreadsheet: SKU, amount; or SKU, quantity, amount."""
    rows = [
        (number, [cell.strip() for cell in (line.split("\t") if "\t" in line else line.split())])
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip()
    ]
    found = skus_by_code(cells[0] for _number, cells in rows)
    changes: list[PriceChange] = []
    issues: list[Issue] = []
    for number, cells in rows:
        sku = found.get(cells[0].upper())
        quantity = parse_whole(cells[1]) if len(cells) == 3 else 1
        amount = parse_decimal(cells[-1]) if len(cells) in (2, 3) else None
        if sku is None:
            message = _("Pasted row %(row)d: there is no SKU %(sku)s")
            issues.append(Issue("pasted", message % {"row": number, "sku": cells[0][:40]}, "sku"))
        elif amount is None or quantity is None or quantity < 1:
            message = _("Pasted row %(row)d: write SKU, quantity, amount")
            issues.append(Issue("pasted", message % {"row": number}, "row"))
        else:
            changes.append(PriceChange(sku.pk, quantity, amount, number))
    return changes, issues


@page(Permission.PRICES_MANAGE)
@require_POST
def price_list_adjust(request: PageRequest, code: str) -> HttpResponse:
    """Change every price of the list (or of what a search finds) by a percentage."""
    price_list = get_price_list(code)
    percent = parse_decimal(request.POST.get("percent", ""))
    if percent is None or not -99 <= percent <= 1000 or percent == 0:
        messages.error(request, _("Write a percentage between −99 and 1000, for example −5"))
        return redirect(price_list_url(price_list))
    rows = Price.objects.filter(price_list=price_list)
    text = request.POST.get("q", "").strip()
    if text:
        rows = rows.filter(sku__in=skus_search(Sku.objects.all(), text[:100]))
    decimals = exponent(price_list.currency)
    changes = [
        PriceChange(sku, quantity, adjusted(amount, percent, max(decimals, _decimals(amount))))
        for sku, quantity, amount in rows.values_list("sku_id", "min_quantity", "amount")
    ]
    if len(changes) > MAX_CONFIRMED:
        messages.error(request, _("That is more than one page can show; use an import"))
        return redirect(price_list_url(price_list))
    plan = price_plan(price_list, changes)
    return _apply_or_ask(request, price_list, plan, changes, ask=True)


@page(Permission.PRICES_MANAGE)
@require_POST
def price_list_confirm(request: PageRequest, code: str) -> HttpResponse:
    """Apply what the page of consequences showed; it came back with the form."""
    price_list = get_price_list(code)
    try:
        changes = [
            PriceChange(int(sku), int(quantity), None if amount is None else Decimal(amount))
            for sku, quantity, amount in json.loads(request.POST.get("changes", ""))
        ]
        version = int(request.POST.get("version", ""))
    except (ValueError, TypeError, ArithmeticError):
        messages.error(request, _("The form was not complete; nothing was changed"))
        return redirect(price_list_url(price_list))
    plan = price_plan(price_list, changes)
    if _outliers(plan) and not request.POST.get("meant"):
        issue = _("Tick that the large changes are meant")
        return _ask(request, price_list, plan, changes, issue=issue)
    try:
        done = price_set(price_list.pk, changes, actor=request.actor, version=version)
    except StaleVersion:
        messages.error(
            request, _("Somebody changed this list in the meantime; nothing was changed")
        )
    else:
        _say(request, done)
    return redirect(price_list_url(price_list))


def _apply_or_ask(
    request: PageRequest,
    price_list: PriceList,
    plan: PricePlan,
    changes: Sequence[PriceChange],
    *,
    ask: bool = False,
) -> HttpResponse:
    if not plan.count:
        messages.info(request, _("No price is different: nothing was changed"))
        return redirect(price_list_url(price_list))
    if ask or price_list.status == PublicationStatus.ACTIVE or _outliers(plan):
        return _ask(request, price_list, plan, changes)
    done = price_set(price_list.pk, changes, actor=request.actor, version=price_list.version)
    _say(request, done)
    return redirect(request.get_full_path())


def _ask(
    request: PageRequest,
    price_list: PriceList,
    plan: PricePlan,
    changes: Sequence[PriceChange],
    *,
    issue: str = "",
) -> HttpResponse:
    ids = {change.sku_id for change in changes}
    skus = Sku.objects.in_bulk(ids)
    rows: list[dict[str, Any]] = [
        {
            "sku": skus.get(change.sku_id),
            "min_quantity": change.min_quantity,
            "old": old,
            "new": change.amount,
            "percent": _percent(change, old),
        }
        for change, old in (
            *plan.changed,
            *plan.removed,
            *((change, None) for change in plan.created),
        )
    ]
    rows.sort(key=lambda row: -abs(row["percent"] or 0))
    context = head_context(request, price_list) | {
        "plan": plan,
        "rows": rows[:SHOWN],
        "more": max(0, len(rows) - SHOWN),
        "outliers": _outliers(plan),
        "limit": OUTLIER_PERCENT,
        "changes": json.dumps(
            [
                [c.sku_id, c.min_quantity, None if c.amount is None else str(c.amount)]
                for c in changes
            ]
        ),
        "issue": issue,
    }
    return render(request, "catalog/price_list_confirm.html", context, status=422 if issue else 200)


def _decimals(amount: Decimal) -> int:
    """How many decimals an amount needs: one finer than the currency stays as fine."""
    decimals = amount.normalize().as_tuple().exponent
    return max(0, -decimals) if isinstance(decimals, int) else 0


def _percent(change: PriceChange, old: Decimal | None) -> Decimal | None:
    if old is None or change.amount is None or not old:
        return None
    return (change.amount - old) * 100 / old


def _outliers(plan: PricePlan) -> int:
    """Changes of a published price that are large enough to be a typing error."""
    percents = (_percent(change, old) for change, old in plan.changed)
    return sum(1 for percent in percents if percent is None or abs(percent) > OUTLIER_PERCENT)


def _say(request: PageRequest, plan: PricePlan) -> None:
    text = ngettext("%(count)d price changed", "%(count)d prices changed", plan.count)
    messages.success(request, text % {"count": plan.count})
