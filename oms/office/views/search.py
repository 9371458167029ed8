"""The one search box of the office."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from oms.core.permissions import Permission
from oms.core.web import PageRequest, htmx, page
from oms.office.selectors.search import MAX_TYPED, only_exact, search_everything

SUGGESTIONS = 5
RESULTS = 25


@page(Permission.OFFICE_VIEW)
@require_GET
@vary_on_headers("HX-Request")
def search(request: PageRequest) -> HttpResponse:
    """Suggestions while one types; on Enter the one exact hit, or everything that fits."""
    typed = request.GET.get("q", "")
    if htmx(request):
        groups = search_everything(request.actor, typed, limit=SUGGESTIONS)
        found = {"groups": groups, "typed": typed.strip()[:MAX_TYPED]}
        return render(request, "office/search_suggestions.html", found)
    groups = search_everything(request.actor, typed, limit=RESULTS)
    hit = only_exact(groups)
    if hit is not None:
        return redirect(hit.url)
    count = sum(len(group.hits) for group in groups)
    shown = typed.strip()[:MAX_TYPED]
    context = {"groups": groups, "typed": shown, "count": count, "limit": RESULTS}
    return render(request, "office/search.html", context)
