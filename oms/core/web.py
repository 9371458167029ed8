"""The bases of every page: who may see it, and how a list behaves."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, Concatenate, ParamSpec, cast

import django_filters
import django_tables2 as tables
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import EmptyPage
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.vary import vary_on_headers
from django.views.generic import View
from django_tables2.paginators import LazyPaginator

from oms.core.actors import Actor, user_actor
from oms.core.api.strict import nul_refuse
from oms.core.errors import NotFound
from oms.core.export import export_csv, export_xlsx
from oms.core.models import User
from oms.core.permissions import Permission, grants_for

P = ParamSpec("P")
AnyView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

COUNTED_ROWS = 10_000
# PostgreSQL can be asked for no row past 2⁶³.
MAX_PAGE = 1_000_000


class PageRequest(HttpRequest):
    """A request of a signed-in person, as `page` hands it on."""

    actor: Actor
    user: User


PageView = Callable[Concatenate[PageRequest, P], HttpResponseBase]


def page(permission: Permission | None = None) -> Callable[[PageView[P]], AnyView[P]]:
    """Admit signed-in people who hold `permission` on anything; for others the page is not there.

    Sets `request.actor`. What of the page's data the actor may see is the view's `visible_to`.
    """

    def decorate(view: PageView[P]) -> AnyView[P]:
        @wraps(view)
        def admitted(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path())
            actor = user_actor(request.user)
            if permission is not None and not grants_for(actor, permission).any:
                raise NotFound
            nul_refuse(request.POST)
            admitted_request = cast(PageRequest, request)
            admitted_request.actor = actor
            return view(admitted_request, *args, **kwargs)

        admitted.permission = permission  # type: ignore[attr-defined]  # read by the matrix test
        return cast(AnyView[P], admitted)

    return decorate


def next_url(request: HttpRequest, otherwise: str) -> str:
    """Where a form wants to go back to, if that is a page of ours; else the address `otherwise`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return otherwise


class Pages(LazyPaginator):
    """Pages of rows that nobody has counted; past the last possible one there is nothing."""

    def validate_number(self, number: Any) -> int:
        valid: int = super().validate_number(number)
        if valid > MAX_PAGE:
            raise EmptyPage
        return valid


@method_decorator(vary_on_headers("HX-Request"), name="dispatch")
class ListPage(View):
    """A list: search and filters in the URL, sort, paging, export of exactly what is filtered.

    Mount it as `page(Permission.X)(OrderList.as_view())`. Subclasses give `rows()`.
    """

    title: ClassVar[str | Promise]
    table_class: ClassVar[type[tables.Table]]
    filterset_class: ClassVar[type[django_filters.FilterSet] | None] = None
    template_name: ClassVar[str] = "ui/list_page.html"
    per_page: ClassVar[int] = 50
    export_name: ClassVar[str] = "export"

    request: PageRequest

    def rows(self) -> QuerySet[Any]:
        """Everything this actor may see, before filters."""
        raise NotImplementedError

    def extra_context(self) -> Mapping[str, Any]:
        """More for the template."""
        return {}

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        """More for the table, e.g. `totals` of the filtered rows."""
        del rows
        return {}

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponseBase:
        rows = self.rows()
        filterset = None
        if self.filterset_class is not None:
            filterset = self.filterset_class(request.GET, queryset=rows, request=request)
            rows = filterset.qs
        table = self.table_class(rows, request=request, **self.table_options(rows))
        wanted = request.GET.get("_export")
        if wanted in ("csv", "xlsx"):
            table.order_by = request.GET.getlist("sort")
            values = table.as_values()
            header = [str(cell) for cell in next(values)]
            export = export_csv if wanted == "csv" else export_xlsx
            return export(header, values, f"{self.export_name}.{wanted}")
        # Counting stops where a person stops caring: no full scan of a large table on every page.
        count = rows.all()[: COUNTED_ROWS + 1].count()
        tables.RequestConfig(
            request, paginate={"per_page": self.per_page, "paginator_class": Pages}
        ).configure(table)
        context = {
            "title": self.title,
            "table": table,
            "filter": filterset,
            "count": count if count <= COUNTED_ROWS else None,
            "can_export": True,
            "empty_first": not count and not request.GET,
            **self.extra_context(),
        }
        return render(request, self.template_name, context)


def htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page."""
    return bool(getattr(request, "htmx", False))
