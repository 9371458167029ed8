"""Counts in the office: the list, planning, one count with its differences, and what ends it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from inventory.errors import NothingToCount
from inventory.filters.counts import CountFilter, CountLineFilter
from inventory.forms.counts import CountEntryForm, CountPlanForm
from inventory.models import CountLine, StockCount
from inventory.selectors import locations_visible
from inventory.selectors.counts import (
    count_off,
    counts_visible,
    figures_hidden,
    lines_in_walking_order,
    on_hand_of,
    with_value,
)
from inventory.services.count_lines import lines_count
from inventory.services.count_planning import count_plan, count_preview
from inventory.services.count_posting import count_cancel, count_finish, count_post, count_recount
from inventory.status import COUNT_ENTERING, COUNT_LINE_OPEN, COUNT_OPEN, CountStatus
from inventory.tables.counts import CountLineTable, CountTable, count_words
from oms.core.errors import DomainError, InvalidInput, NotFound, PermissionRefused
from oms.core.permissions import Permission, grants_for
from oms.core.web import ListPage, PageRequest, htmx, page

# Lines of a sheet to type in at once, and to print.
ENTRY_LINES = 50
SHEET_LINES = 2000


class CountList(ListPage):
    """Every count one may see, newest first."""

    title = gettext_lazy("Counts")
    table_class = CountTable
    filterset_class = CountFilter
    template_name = "inventory/count_list.html"
    export_name = "counts"

    def rows(self) -> QuerySet[Any]:
        return counts_visible(self.request.actor, Permission.STOCK_VIEW)


count_list = page(Permission.STOCK_VIEW)(CountList.as_view())


@page(Permission.STOCK_HANDLE)
def count_new(request: PageRequest) -> HttpResponse:
    """Choose what to count; the page says how many lines that makes before it is planned."""
    locations = locations_visible(request.actor, Permission.STOCK_HANDLE).filter(is_active=True)
    form = CountPlanForm(request.POST or None, locations=locations)
    context: dict[str, Any] = {"form": form, "due_days": settings.COUNT_DUE_DAYS}
    asks_only = htmx(request) or "preview" in request.POST
    status = 200 if asks_only or request.method != "POST" else 422
    if form.is_valid():
        if not asks_only:
            try:
                count = count_plan(form.plan(), actor=request.actor)
            except NothingToCount:
                pass  # the preview says so
            else:
                messages.success(request, _("Count %(number)s is planned") % {"number": count.pk})
                return redirect("count-detail", count.pk)
        context["preview"] = count_preview(form.plan())
    return render(request, "inventory/count_new.html", context, status=status)


def count_or_404(request: PageRequest, number: int, permission: Permission) -> StockCount:
    """The count, if `permission` reaches it."""
    count = counts_visible(request.actor, permission).filter(pk=number).first()
    if count is None:
        raise NotFound
    return count


@page(Permission.STOCK_VIEW)
def count_detail(request: PageRequest, number: int) -> HttpResponseBase:
    """One count: how far it is, what is off, and the next step."""
    count = count_or_404(request, number, Permission.STOCK_VIEW)
    return CountLineList.as_view(count=count)(request)


class CountLineList(ListPage):
    """The lines of one count, what is off by the largest value first."""

    count: StockCount | None = None
    table_class = CountLineTable
    filterset_class = CountLineFilter
    template_name = "inventory/count_detail.html"

    @property
    def one(self) -> StockCount:
        if self.count is None:
            raise NotFound
        return self.count

    @property
    def title(self) -> str:  # type: ignore[override]
        return _("Count %(number)s") % {"number": self.one.pk}

    @property
    def export_name(self) -> str:  # type: ignore[override]
        return f"count-{self.one.pk}"

    def rows(self) -> QuerySet[Any]:
        return with_value(self.one.lines.all())

    def may(self, permission: Permission) -> bool:
        grants = grants_for(self.request.actor, permission)
        return grants.everything or self.one.location_id in grants.scopes.get("location", ())

    @property
    def sees_cost(self) -> bool:
        return grants_for(self.request.actor, Permission.PURCHASING_VIEW).any

    @property
    def is_hidden(self) -> bool:
        return figures_hidden(self.one, actor=self.request.actor)

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        del rows
        approving = self.one.status == CountStatus.TO_APPROVE and self.may(Permission.STOCK_ADJUST)
        off = count_off(self.one)
        left_out = {
            "selected": approving,
            "value": self.sees_cost and not self.is_hidden,
            "expected": not self.is_hidden,
            "difference": not self.is_hidden,
            "booked": self.one.status == CountStatus.POSTED,
        }
        totals = {"difference": off.up - off.down, "value": off.value}
        return {
            "exclude": [name for name, shown in left_out.items() if not shown],
            "totals": {} if self.is_hidden else totals,
        }

    def extra_context(self) -> Mapping[str, Any]:
        count, off = self.one, count_off(self.one)
        entering = count.status in COUNT_ENTERING
        handles, adjusts = self.may(Permission.STOCK_HANDLE), self.may(Permission.STOCK_ADJUST)
        return {
            "one": count,
            "what": count_words(count),
            "off": off,
            "hidden": self.is_hidden,
            "sees_cost": self.sees_cost,
            "currency": settings.RETAILER_CURRENCY,
            "entering": entering,
            "may_enter": entering and handles,
            "may_finish": handles and entering and count.status != CountStatus.PLANNED,
            "may_approve": adjusts and count.status == CountStatus.TO_APPROVE,
            "may_cancel": adjusts and count.status in COUNT_OPEN,
            "limit_value": settings.COUNT_LIMIT_VALUE,
            "limit_units": settings.COUNT_LIMIT_UNITS,
        }


@require_GET
@page(Permission.STOCK_VIEW)
def count_sheet(request: PageRequest, number: int) -> HttpResponse:
    """What is still to count, on paper."""
    count = count_or_404(request, number, Permission.STOCK_VIEW)
    lines = lines_in_walking_order(count.lines.filter(status__in=COUNT_LINE_OPEN))
    shown = list(lines[:SHEET_LINES])
    units = on_hand_of(count, shown)
    rows = [(line, units.get(line.sku_id, 0)) for line in shown]
    context = {"one": count, "what": count_words(count), "rows": rows}
    return render(request, "inventory/count_sheet.html", context)


@page(Permission.STOCK_HANDLE)
def count_enter(request: PageRequest, number: int) -> HttpResponse:
    """Type in what was written on the sheet; what is left to count, or what a search finds."""
    count = count_or_404(request, number, Permission.STOCK_HANDLE)
    if count.status not in COUNT_ENTERING:
        return redirect("count-detail", count.pk)
    lines = entry_lines(count, request)
    form = CountEntryForm(request.POST or None, lines=lines)
    if form.is_valid():
        try:
            done = lines_count(
                count.pk, form.found(), at=form.at(count.created_at), actor=request.actor
            )
        except InvalidInput as refused:
            form.add_error("counted_at", str(refused.detail))
        else:
            words = ngettext("%(n)s line is entered", "%(n)s lines are entered", len(done))
            messages.success(request, words % {"n": len(done)})
            finished = not count.lines.filter(status__in=COUNT_LINE_OPEN).exists()
            return redirect("count-detail" if finished else "count-enter", count.pk)
    context = {"one": count, "form": form, "text": request.GET.get("q", "")}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/count_enter.html", context, status=status)


def entry_lines(count: StockCount, request: PageRequest) -> QuerySet[CountLine]:
    """The lines on the page: those that were posted, else found, else the next to count."""
    lines = lines_in_walking_order(count.lines.all())
    if request.method == "POST":
        posted = [name.removeprefix("line_") for name in request.POST if name.startswith("line_")]
        return lines.filter(pk__in=[pk for pk in posted if pk.isdigit()][: 2 * ENTRY_LINES])
    text = request.GET.get("q", "").strip()
    if text:
        return CountLineFilter({"q": text}, queryset=lines, request=request).qs[:ENTRY_LINES]
    return lines.filter(status__in=COUNT_LINE_OPEN)[:ENTRY_LINES]


def _act(
    request: PageRequest, number: int, service: Callable[..., StockCount], **options: Any
) -> HttpResponse:
    """Do it, say what came of it, and show the count again."""
    try:
        count = service(number, actor=request.actor, **options)
    except (NotFound, PermissionRefused):
        raise
    except DomainError as refused:
        messages.error(request, str(refused.detail))
    else:
        messages.success(request, OUTCOMES[CountStatus(count.status)] % {"number": count.pk})
    return redirect("count-detail", number)


OUTCOMES = {
    CountStatus.RECOUNT: gettext_lazy("Some lines are to be counted a second time"),
    CountStatus.TO_APPROVE: gettext_lazy("Count %(number)s waits for approval"),
    CountStatus.POSTED: gettext_lazy("Count %(number)s is posted"),
    CountStatus.CANCELLED: gettext_lazy("Count %(number)s is cancelled; nothing was booked"),
}


@page(Permission.STOCK_HANDLE)
@require_POST
def finish(request: PageRequest, number: int) -> HttpResponse:
    """Nobody counts any more."""
    count_or_404(request, number, Permission.STOCK_HANDLE)
    return _act(request, number, count_finish, leave="leave" in request.POST)


@page(Permission.STOCK_ADJUST)
@require_POST
def recount(request: PageRequest, number: int) -> HttpResponse:
    """Ask for a second count of the chosen lines."""
    count_or_404(request, number, Permission.STOCK_ADJUST)
    chosen = [int(pk) for pk in request.POST.getlist("selected") if pk.isdigit()]
    return _act(request, number, count_recount, line_ids=chosen)


@page(Permission.STOCK_ADJUST)
@require_POST
def approve(request: PageRequest, number: int) -> HttpResponse:
    """Book the differences."""
    count_or_404(request, number, Permission.STOCK_ADJUST)
    return _act(request, number, count_post)


@page(Permission.STOCK_ADJUST)
@require_POST
def cancel(request: PageRequest, number: int) -> HttpResponse:
    """Give the count up."""
    count_or_404(request, number, Permission.STOCK_ADJUST)
    return _act(request, number, count_cancel)
