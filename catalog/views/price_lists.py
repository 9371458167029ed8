"""Price lists: all of them, one with its grid, its settings, its life."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from catalog.audiences import Audience
from catalog.directory import audience_label, audience_names
from catalog.filters import PriceListFilter
from catalog.forms import PriceListForm
from catalog.history import history
from catalog.models import PriceList
from catalog.previews import Preview, list_preview
from catalog.rule_words import audience_names_of, audiences_of
from catalog.selectors import life_of
from catalog.services import price_lists as services
from catalog.services.price_lists import price_list_save
from catalog.tables import PriceListTable, price_list_url
from oms.core.errors import DomainError, InvalidInput, NotFound, StaleVersion
from oms.core.permissions import Permission, grants_for
from oms.core.web import ListPage, PageRequest, page

MOVES = {
    "publish": (services.price_list_publish, gettext_lazy("%(name)s is published")),
    "unpublish": (services.price_list_unpublish, gettext_lazy("%(name)s is a draft again")),
    "archive": (services.price_list_archive, gettext_lazy("%(name)s is archived")),
}


class PriceListList(ListPage):
    title = gettext_lazy("Price lists")
    table_class = PriceListTable
    filterset_class = PriceListFilter
    template_name = "catalog/price_list_list.html"
    export_name = "price-lists"

    def rows(self) -> QuerySet[Any]:
        rows = PriceList.objects.select_related("parent").prefetch_related("audiences")
        return rows.annotate(price_count=Count("prices")).order_by("name")

    def table_options(self, rows: QuerySet[Any]) -> dict[str, Any]:
        return {"audience_names": audience_names_of(rows.all())}

    def extra_context(self) -> dict[str, Any]:
        return {"may_change": may_change(self.request)}


price_list_list = page(Permission.PRICES_VIEW)(PriceListList.as_view())


def may_change(request: PageRequest) -> bool:
    """Whether this person may change prices."""
    return grants_for(request.actor, Permission.PRICES_MANAGE).any


def get_price_list(code: str) -> PriceList:
    """The list with a code. Raises NotFound."""
    price_list = (
        PriceList.objects.select_related("parent")
        .prefetch_related("audiences")
        .filter(code=code)
        .first()
    )
    if price_list is None:
        raise NotFound
    return price_list


def audience_words_of(audiences: list[Audience], names: dict[str, str] | None = None) -> list[str]:
    """Whom it is for, in words; `names` if they are known already."""
    names = audience_names(audiences) if names is None else names
    return sorted(audience_label(audience, names) for audience in audiences)


def head_context(request: PageRequest, price_list: PriceList) -> dict[str, Any]:
    """What the head of every page of one list shows."""
    return {
        "price_list": price_list,
        "life": life_of(price_list),
        "audiences": audience_words_of(audiences_of(price_list)),
        "price_count": price_list.prices.count(),
        "children": list(price_list.children.all()[:20]),
        "may_change": may_change(request),
        "history": history(price_list),
    }


@page(Permission.PRICES_MANAGE)
def price_list_edit(request: PageRequest, code: str = "") -> HttpResponse:
    """Settings of a new or an existing list."""
    price_list = get_price_list(code) if code else None
    initial = (
        PriceListForm.initial_of(price_list, audiences_of(price_list))
        if price_list
        else {"currency": "EUR", "tax_included": "yes", "audiences": []}
    )
    form = PriceListForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = price_list_save(
                form.entered(),
                actor=request.actor,
                price_list_id=price_list.pk if price_list else None,
                version=form.cleaned_data["version"],
            )
        except InvalidInput as error:
            form.refuse(error)
        except StaleVersion as error:
            form.add_error(None, str(error.detail))
        else:
            messages.success(request, _("%(name)s is saved") % {"name": saved.name})
            return redirect(price_list_url(saved))
    context = {
        "form": form,
        "price_list": price_list,
        "life": life_of(price_list) if price_list else "",
        "cancel_url": price_list_url(price_list) if price_list else reverse("price-list-list"),
    }
    return render(
        request, "catalog/price_list_form.html", context, status=422 if form.errors else 200
    )


@page(Permission.PRICES_MANAGE)
@require_GET
def price_list_consequences(request: PageRequest, code: str) -> HttpResponse:
    """What publishing a draft would change, for whom, before it happens."""
    price_list = get_price_list(code)
    context = head_context(request, price_list) | preview_context(list_preview(price_list))
    return render(request, "catalog/price_list_publish.html", context)


def preview_context(preview: Preview) -> dict[str, Any]:
    """A preview with the names of the audiences."""
    names = audience_names(preview.audiences)
    rows = [(row, audience_label(row.audience, names)) for row in preview.rows]
    return {"preview": preview, "rows": rows}


@page(Permission.PRICES_MANAGE)
@require_POST
def price_list_move(request: PageRequest, code: str, move: str) -> HttpResponse:
    """Publish a list, take it back, or put it away."""
    price_list = get_price_list(code)
    if move not in MOVES:
        raise NotFound
    service, words = MOVES[move]
    version = request.POST.get("version", "")
    try:
        service(
            price_list.pk,
            actor=request.actor,
            version=int(version) if version.isdigit() else None,
        )
    except DomainError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, words % {"name": price_list.name})
    return redirect(price_list_url(price_list))
